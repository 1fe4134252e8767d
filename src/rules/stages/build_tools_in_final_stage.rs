//! `build-tools-in-final-stage`: compilers that were installed for the build reach the final image.

use super::toolchain::compiled;
use crate::facts::packages::{Action, Install, Manager, Package};
use crate::facts::program::Program;
use crate::facts::{Command, Facts, Node, Stage};
use crate::rule::{Context, Rule, rule};

rule! {
    BuildToolsInFinalStage {
        /// Packages that may ship although they are for building.
        pub allow: Vec<String>,
    }
}

/// Packages that only build.
const TOOLS: [&str; 16] = [
    "alpine-sdk",
    "autoconf",
    "automake",
    "build-base",
    "build-essential",
    "clang",
    "cmake",
    "g++",
    "gcc",
    "gcc-c++",
    "gfortran",
    "libtool",
    "meson",
    "ninja-build",
    "rust",
    "rustc",
];

impl Rule for BuildToolsInFinalStage {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        if facts.chain_nodes(last.index).any(|n| n.onbuild)
            || !starts_application(facts, last)
            || is_for_development(facts, last)
        {
            return;
        }
        // The whole base is a toolchain then, which is said once.
        if compiled(facts, last).is_some() {
            return;
        }
        let nodes: Vec<&Node<'_>> = facts.chain_nodes(last.index).collect();
        // The linker that an installed Rust calls is one of these tools.
        let rustup = |c: &Command| {
            c.name == "rustup" || c.literal_args().any(|a| a.contains("sh.rustup.rs"))
        };
        if nodes.iter().any(|n| n.commands().iter().any(rustup)) {
            return;
        }
        for (at, node) in nodes.iter().enumerate() {
            for install in node.run_installs() {
                let Some((first, more)) = self.tools(install) else {
                    continue;
                };
                let behind = nodes.get(at..).unwrap_or_default();
                let Some((user, call)) = use_of(facts, behind, install) else {
                    continue;
                };
                if is_removed(behind, install, first) {
                    continue;
                }
                let names = match more {
                    0 => format!("`{}` is for building, and the image ships it", first.name),
                    1 => format!(
                        "`{}` and another package are for building, and the image ships them",
                        first.name
                    ),
                    n => format!(
                        "`{}` and {n} other packages are for building, and the image ships them",
                        first.name
                    ),
                };
                cx.report(first.span, names)
                    .help("build in a stage of its own and copy the result, or remove them in the same RUN")
                    .label(user, format!("`{call}` is what needs them"));
                return;
            }
        }
    }
}

impl BuildToolsInFinalStage {
    /// The first build tool of an installation, and how many others it has.
    fn tools<'i>(&self, install: &'i Install) -> Option<(&'i Package, usize)> {
        let is_tool =
            |p: &&Package| TOOLS.contains(&p.name.as_str()) && !self.allow.contains(&p.name);
        if !install.manager.is_system() || install.action != Action::Install {
            return None;
        }
        let mut tools = install.packages.iter().filter(is_tool);
        let first = tools.next()?;
        Some((first, tools.count()))
    }
}

/// Whether somebody develops in the image, and so compiles: by the name of the file or the stage, or
/// by the editor that it starts.
fn is_for_development(facts: &Facts<'_>, stage: &Stage<'_>) -> bool {
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|w| w == "dev" || w.starts_with("devel"))
    };
    const EDITORS: [&str; 3] = ["code-server", "rstudio", "theia"];
    let path = facts.source.path().to_string_lossy();
    let launch = facts.launch(stage.index);
    let words = launch.commands().flat_map(|c| c.words.iter());
    let mut words = words.filter_map(|w| w.literal());
    path.rsplit(['/', '\\']).take(2).any(says)
        || stage.name.as_deref().is_some_and(says)
        || words.any(|w| EDITORS.iter().any(|e| w.contains(e)))
}

/// Whether the container starts a program of the project, and nothing that compiles again.
fn starts_application(facts: &Facts<'_>, stage: &Stage<'_>) -> bool {
    const COMPILES: [&str; 16] = [
        "cargo",
        "clang",
        "cmake",
        "dotnet",
        "gcc",
        "g++",
        "go",
        "gradle",
        "jupyter",
        "jupyter-lab",
        "make",
        "mvn",
        "R",
        "Rscript",
        "julia",
        "zig",
    ];
    let launch = facts.launch(stage.index);
    let is_application = matches!(
        launch.program(),
        Some(Program::Code(_) | Program::Binary(_))
    );
    is_application
        && facts.is_plain_base(stage.index)
        && !launch.commands().any(|c| {
            // `["go version"]` names no program, and is meant to be that of its first word.
            let name = c.name.split(' ').next().unwrap_or_default();
            COMPILES.contains(&name)
                || c.literal_args()
                    .any(|w| matches!(w, "test" | "dev" | "build" | "install" | "ci" | "jupyter"))
        })
}

/// What an installation is there for: a command behind it that compiles, or may.
fn use_of(
    facts: &Facts<'_>,
    nodes: &[&Node<'_>],
    install: &Install,
) -> Option<(crate::span::Span, String)> {
    const COMPILERS: [&str; 8] = [
        "make",
        "cmake",
        "gcc",
        "g++",
        "cc",
        "c++",
        "configure",
        "autoreconf",
    ];
    for (at, node) in nodes.iter().enumerate() {
        let is_behind = |command: usize| at > 0 || command > install.command;
        let compiles = |i: &&Install| {
            use Manager::*;
            is_behind(i.command)
                && !i.is_global()
                && matches!(i.action, Action::Restore | Action::Install | Action::Build)
                && matches!(
                    i.manager,
                    Pip | Poetry
                        | Pipenv
                        | Pdm
                        | Uv
                        | Npm
                        | Yarn
                        | Pnpm
                        | Gem
                        | Bundler
                        | Cargo
                        | Go
                        | Cpanm
                        | Mix
                )
        };
        if let Some(found) = node.run_installs().iter().find(compiles) {
            return Some((facts.call_span(found), found.call()));
        }
        let commands = node.commands().iter().enumerate();
        let found = commands
            .filter(|(index, _)| is_behind(*index))
            .find(|(_, c)| COMPILERS.contains(&c.name.as_str()));
        if let Some((_, command)) = found {
            return Some((command.span, command.name.clone()));
        }
    }
    None
}

/// Whether something behind an installation may take the package away again.
fn is_removed(nodes: &[&Node<'_>], install: &Install, package: &Package) -> bool {
    let group = install.flag_value(&["-t", "--virtual"]);
    nodes.iter().flat_map(|n| n.run_installs()).any(|i| {
        let named = |p: &Package| {
            p.name == package.name
                || p.is_hidden()
                || p.name.contains('*')
                || group.is_some_and(|g| g == p.name)
        };
        let all = matches!(i.verb.as_str(), "autoremove" | "autopurge")
            || i.has_flag(&["--auto-remove", "--autoremove"]);
        i.action == Action::Remove
            && i.manager.is_system()
            && (all || i.more || i.packages.iter().any(named))
    })
}
