//! `ignored-arguments`: words that the entry script never looks at.

use crate::facts::{Node, RunBy};
use crate::rule::{Context, Rule, rule};
use crate::shell::Dialect;
use crate::syntax::{CommandLine, Kind, Word};

rule!(IgnoredArguments);

impl Rule for IgnoredArguments {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let line = match &node.instruction.kind {
            Kind::Run(line) | Kind::Cmd(line) | Kind::Entrypoint(line) => line,
            Kind::Healthcheck(check) => match &check.command {
                Some(line) => line,
                None => return,
            },
            _ => return,
        };
        let CommandLine::Exec(words, _) = line else {
            return;
        };
        let is_argument = matches!(node.instruction.kind, Kind::Cmd(_))
            && node
                .stage
                .is_some_and(|s| cx.facts.effective_entrypoint(s).is_some());
        if is_argument {
            return;
        }
        let Some(Script { text, behind, .. }) = script_of(words) else {
            return;
        };
        let Some(first) = behind.first().filter(|_| !uses_any_argument(text.as_str())) else {
            return;
        };
        let (word, script) = (first.as_str(), text.as_str());
        let span = behind.iter().fold(first.span, |all, w| all.to(w.span));
        // Many give the shell a name, by which it speaks of itself.
        if behind.len() == 1 && Dialect::of_program(word).is_some() || word == "--" {
            return;
        }
        cx.report(
            span,
            format!(
                "the shell runs `{}` alone: `{word}` only becomes its `$0`",
                short(script)
            ),
        )
        .label(text.span, "all of the script")
        .help("write the whole command into one string behind `-c`");
    }

    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for stage in &facts.stages {
            let (Some(entrypoint), Some(cmd)) = (
                facts.effective_entrypoint(stage.index),
                facts.effective_cmd(stage.index),
            ) else {
                continue;
            };
            // Said where the CMD stands.
            if cmd.stage != Some(stage.index) {
                continue;
            }
            if let Kind::Entrypoint(CommandLine::Exec(words, _)) = &entrypoint.instruction.kind
                && let Some(found) = shell_of(words)
            {
                by_shell(cx, &found, cmd);
                continue;
            }
            if let Kind::Entrypoint(CommandLine::Shell(..)) = &entrypoint.instruction.kind {
                by_instruction(cx, entrypoint, cmd);
                continue;
            }
            let mut scripts = facts.run_scripts().iter();
            let script = scripts.find(|s| s.node == entrypoint.index);
            let Some(script) =
                script.filter(|s| s.by != RunBy::Shell || is_last(entrypoint, s.run))
            else {
                continue;
            };
            let is_shell = matches!(
                script.dialect(),
                Dialect::Sh | Dialect::Bash | Dialect::Dash | Dialect::Ash
            );
            if !is_shell || uses_arguments(&script.text) {
                continue;
            }
            let name = script.path.rsplit('/').next().unwrap_or_default();
            cx.report(
                cmd.instruction.head,
                format!("`{name}` looks at no argument: this CMD has no effect"),
            )
            .label(script.run, "it gets the CMD as its arguments")
            .help("end the script with `exec \"$@\"`, or leave the CMD out");
        }
    }
}

/// A CMD behind an ENTRYPOINT that a shell runs: its words come behind the one string of `sh -c`.
fn by_instruction(cx: &mut Context<'_>, entrypoint: &Node<'_>, cmd: &Node<'_>) {
    let text = entrypoint.instruction.logical.text();
    // `CMD []` only takes back that of the base.
    let is_empty =
        matches!(&cmd.instruction.kind, Kind::Cmd(CommandLine::Exec(words, _)) if words.is_empty());
    if is_empty || uses_any_argument(text) || !entrypoint.shell.is_posix() {
        return;
    }
    cx.report(
        cmd.instruction.head,
        "an ENTRYPOINT without brackets gets no arguments: this CMD has no effect",
    )
    .label(entrypoint.instruction.head, "`/bin/sh -c` runs this alone")
    .help("write the ENTRYPOINT as a JSON array, or leave the CMD out");
}

/// A script in the exec form: `["sh", "-c", "script", …]`.
struct Script<'w> {
    text: &'w Word,
    /// What stands behind it.
    behind: &'w [Word],
}

/// A shell that is started with `-c`: with its script, or with that in CMD.
struct Shell<'w> {
    flag: &'w Word,
    script: Option<Script<'w>>,
}

fn shell_of(words: &[Word]) -> Option<Shell<'_>> {
    let first = words.first()?;
    let dialect = Dialect::of_program(first.as_str())?;
    if !dialect.is_posix() {
        return None;
    }
    let options = words.iter().skip(1).position(|w| {
        let text = w.as_str();
        text.starts_with('-') && !text.starts_with("--") && text.ends_with('c')
    })?;
    // `["bash", "script.sh", "-c", …]`
    let before = words.get(1..=options)?;
    if !before
        .iter()
        .all(|w| w.as_str().starts_with(['-', '+']) || w.as_str() == "pipefail")
    {
        return None;
    }
    let flag = words.get(options + 1)?;
    let text = words.get(options + 2).filter(|w| w.as_str() != "--");
    if text.is_none() && words.len() > options + 2 {
        return None;
    }
    let behind = words.get(options + 3..).unwrap_or_default();
    Some(Shell {
        flag,
        script: text.map(|text| Script { text, behind }),
    })
}

fn script_of(words: &[Word]) -> Option<Script<'_>> {
    shell_of(words)?.script
}

/// What a shell of the ENTRYPOINT makes of the CMD.
fn by_shell(cx: &mut Context<'_>, shell: &Shell<'_>, cmd: &Node<'_>) {
    let Kind::Cmd(CommandLine::Exec(words, _)) = &cmd.instruction.kind else {
        return;
    };
    match &shell.script {
        Some(script) if !uses_any_argument(script.text.as_str()) => {
            cx.report(
                cmd.instruction.head,
                format!(
                    "the shell runs `{}` and looks at no argument: this CMD has no effect",
                    short(script.text.as_str())
                ),
            )
            .label(script.text.span, "all of the script")
            .help("end the script with `\"$@\"`, and put a word for `$0` behind it");
        }
        None => {
            let [text, behind @ ..] = words.as_slice() else {
                return;
            };
            let Some(first) = behind.first().filter(|_| !uses_any_argument(text.as_str())) else {
                return;
            };
            let word = first.as_str();
            let span = behind.iter().fold(first.span, |all, w| all.to(w.span));
            cx.report(
                span,
                format!(
                    "the shell runs `{}` alone: `{word}` only becomes its `$0`",
                    short(text.as_str())
                ),
            )
            .label(shell.flag.span, "this takes one string for the script")
            .help("write the whole command into one string");
        }
        Some(_) => {}
    }
}

/// A script as messages show it.
fn short(script: &str) -> String {
    let line = script.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(30) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// Whether the script behind `-c` reads what stands behind it, its name `$0` too.
fn uses_any_argument(text: &str) -> bool {
    uses_arguments(text) || text.contains("$0") || text.contains("${0")
}

/// Whether a word is the last of an exec form.
fn is_last(node: &crate::facts::Node<'_>, word: crate::span::Span) -> bool {
    let commands = node.commands().iter();
    let mut words = commands.filter_map(|c| c.words.last());
    words.any(|w| w.span == word)
}

/// Whether a script reads what it was called with, or has another file do so.
fn uses_arguments(text: &str) -> bool {
    let mut after = text.split('$').skip(1);
    let parameter = after.any(|rest| {
        let rest = rest.trim_start_matches(['{', '#', '!']);
        rest.starts_with(['@', '*', '#'])
            || rest.starts_with(|c: char| c.is_ascii_digit() && c != '0')
    });
    let words = [
        "shift",
        "getopts",
        "BASH_ARGV",
        "source ",
        "eval",
        "$#",
        "${#}",
    ];
    parameter
        || words.iter().any(|w| text.contains(w))
        || text.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with(". ") || line.contains("; . ") || line.contains("&& . ")
                // `for arg do`, `for arg; do`
                || line.strip_prefix("for ").is_some_and(|rest| !rest.contains(" in "))
                // `set --`
                || line.contains("set --")
        })
}
