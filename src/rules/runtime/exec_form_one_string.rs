//! `exec-form-one-string`: a whole command line as the name of one program.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{CommandLine, Kind, Word};

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
        let [word] = words.as_slice() else {
            if !matches!(node.instruction.kind, Kind::Shell(_)) {
                check_options(cx, words);
            }
            return;
        };
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

/// Reports an option with its value, or with others, in one string: the program gets one argument.
fn check_options(cx: &mut Context<'_>, words: &[Word]) {
    let Some((program, arguments)) = words.split_first() else {
        return;
    };
    // What follows `-c` or `-e` there is a text.
    let program = file_name(program.as_str());
    if arguments
        .iter()
        .any(|w| matches!(w.as_str(), "-c" | "-e" | "/C" | "/c"))
        || matches!(program, "find" | "perl" | "ruby" | "sed" | "awk")
    {
        return;
    }
    let before = std::iter::once(None).chain(arguments.iter().map(Some));
    for (word, before) in arguments.iter().zip(before) {
        // An option before it may take it as its value: `xvfb-run -s "-screen 0 …"`.
        if before.is_some_and(|w| w.as_str().starts_with('-')) {
            continue;
        }
        let text = word.as_str();
        let Some((option, value)) = text.split_once(' ') else {
            continue;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let is_option = option.starts_with('-') && option.len() > 1 && option.chars().all(is_name);
        let is_long = option.starts_with("--");
        let plain = |c: char| c.is_ascii_alphanumeric() || " _-./:=,@%".contains(c);
        let is_value = value.chars().all(plain) && !value.is_empty();
        if is_option && is_value && (is_long || value.starts_with('/') || value.contains(" -")) {
            cx.report(
                word.span,
                format!("`{text}` is given to `{program}` as one argument"),
            )
            .help("write each argument as a string of its own")
            .severity(Severity::Warning);
            return;
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
