//! `exec-form-one-string`: a whole command line as the name of one program.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{CommandLine, Kind};

rule!(ExecFormOneString);

impl Rule for ExecFormOneString {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.stage.is_some_and(|s| cx.facts.is_windows(s)) {
            return;
        }
        let words = match &node.instruction.kind {
            // The command of a RUN becomes one more word.
            Kind::Shell(words) => words,
            kind => match command_line(kind) {
                Some(CommandLine::Exec(words, _)) => words,
                _ => return,
            },
        };
        // The arguments of an ENTRYPOINT may be one string.
        let is_arguments = matches!(node.instruction.kind, Kind::Cmd(_))
            && node
                .stage
                .is_some_and(|s| cx.facts.effective_entrypoint(s).is_some());
        let [word] = words.as_slice() else { return };
        let text = word.as_str();
        if is_arguments || !text.trim().contains(char::is_whitespace) {
            return;
        }
        let program = text.split_whitespace().next().unwrap_or_default();
        let report = cx
            .report(
                word.span,
                format!("`{text}` is started as one program of that name"),
            )
            .help(format!(
                "write each argument as a string of its own, after `\"{program}\"`"
            ));
        let plain = |c: char| c.is_ascii_alphanumeric() || " _-./:=,+@%".contains(c);
        if text.chars().all(plain) {
            let words: Vec<String> = text
                .split_whitespace()
                .map(|w| format!("\"{w}\""))
                .collect();
            let edit = Edit::replace(word.span, words.join(", "));
            report.fix(Fix::unsafe_("write the arguments as strings", vec![edit]));
        }
    }
}

/// What RUN, CMD, ENTRYPOINT and HEALTHCHECK start.
fn command_line(kind: &Kind) -> Option<&CommandLine> {
    match kind {
        Kind::Run(line) | Kind::Cmd(line) | Kind::Entrypoint(line) => Some(line),
        Kind::Healthcheck(check) => check.command.as_ref(),
        _ => None,
    }
}
