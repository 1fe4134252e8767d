//! `ignored-arguments`: a CMD that the entry script never looks at.

use crate::facts::RunBy;
use crate::rule::{Context, Rule, rule};
use crate::shell::Dialect;

rule!(IgnoredArguments);

impl Rule for IgnoredArguments {
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
