//! `unpinned-runner`: a tool that is fetched and run in whatever version is current.

use crate::facts::packages::Action;
use crate::facts::{Command, Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;

rule!(UnpinnedRunner);

impl Rule for UnpinnedRunner {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        let Some(call) = call(command) else { return };
        // What a project installed is taken before anything is fetched.
        if call.local_first && has_project(cx.facts, node) {
            return;
        }
        let Some(text) = call.tool.literal() else {
            return;
        };
        if is_pinned(text) || text.starts_with(['.', '/']) {
            return;
        }
        let name = text.strip_suffix("@latest").unwrap_or(text);
        let help = format!("name a version: `{name}@<version>`");
        cx.report(
            call.tool.span,
            format!("`{text}` is fetched in whatever version is current"),
        )
        .help(help);
    }
}

struct Call<'c> {
    /// The word that names the tool.
    tool: &'c Word,
    /// Whether a tool that the project has installed is run instead of one that is fetched.
    local_first: bool,
}

/// What a program is asked to fetch and run.
fn call(command: &Command) -> Option<Call<'_>> {
    // Options with a value of their own.
    const NPX: &[&str] = &["-p", "--package", "-c", "--call", "-w", "--workspace"];
    const UVX: &[&str] = &[
        "--from",
        "--with",
        "-p",
        "--python",
        "--index",
        "--index-url",
    ];
    let operands = |valued: &'static [&'static str]| command.operands(valued);
    let package = |names: &[&str]| {
        let mut words = command.args().iter();
        words.find(|w| names.iter().any(|n| w.is(n)))?;
        words.next()
    };
    let second = |valued: &'static [&'static str]| operands(valued).nth(1);
    let verb = command.subcommand();
    let (tool, local_first) = match (command.name.as_str(), verb) {
        ("npx" | "bunx", _) => (package(&["-p", "--package"]).or(operands(NPX).next()), true),
        ("npm", Some("exec" | "x")) => (package(&["-p", "--package"]).or(second(NPX)), true),
        ("pnpm" | "yarn", Some("dlx")) => (package(&["-p", "--package"]).or(second(NPX)), false),
        ("npm" | "pnpm" | "yarn" | "bun", Some("create")) | ("npm", Some("init" | "innit")) => {
            (second(NPX), false)
        }
        ("bun", Some("x")) => (second(NPX), true),
        // Without a name it takes what `package.json` asks for.
        ("corepack", Some("prepare" | "use" | "install")) => {
            let named = second(&["-o", "--output"]);
            (
                named.filter(|w| w.literal().is_some_and(|t| t.contains('@'))),
                false,
            )
        }
        ("pnpx", _) => (operands(NPX).next(), false),
        ("uvx", _) => (package(&["--from"]).or(operands(UVX).next()), false),
        ("pipx", Some("run")) => (
            package(&["--spec"]).or(second(&["--spec", "--python"])),
            false,
        ),
        ("go", Some("run")) => {
            let tool = second(&["-C", "-mod", "-ldflags", "-tags"])?;
            let moves = tool.literal()?.ends_with("@latest");
            (moves.then_some(tool), false)
        }
        _ => return None,
    };
    Some(Call {
        tool: tool?,
        local_first,
    })
}

/// Whether a version stands behind the name: `degit@2.8.4`, `ruff==0.9.0`, `@scope/tool@1`.
fn is_pinned(text: &str) -> bool {
    let name = text.strip_prefix('@').unwrap_or(text);
    let version = match name.split_once("==") {
        Some((_, version)) => Some(version),
        None => name.split_once('@').map(|(_, version)| version),
    };
    version.is_some_and(|v| {
        v.starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'v' | '^' | '~' | '=' | '$'))
    }) || text.contains("://")
        || text.contains("#")
}

/// Whether the stage may have tools of a project: its manifest was copied, or something was
/// installed.
fn has_project(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let Some(stage) = node.stage else { return true };
    let mut before = facts.chain_nodes(stage).filter(|n| n.index <= node.index);
    before.any(|n| {
        let copies = facts.copied(n).is_some_and(|c| {
            c.sources.iter().any(|s| {
                let path = s.path().unwrap_or_default();
                let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                s.is_whole()
                    || !name.contains('.')
                    || name.starts_with("package")
                    || name.contains('*')
            })
        });
        copies
            || n.installs.iter().any(|i| {
                matches!(i.action, Action::Install | Action::Restore)
                    && i.manager.manifests().contains(&"package.json")
            })
    })
}
