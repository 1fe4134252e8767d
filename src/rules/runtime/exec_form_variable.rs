//! `exec-form-variable`: what only a shell would read, in the exec form.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::shell::Dialect;
use crate::syntax::{CommandLine, Kind};

rule!(ExecFormVariable);

/// Words that only a shell understands.
const OPERATORS: [&str; 8] = ["&&", "||", "|", ";", ">", ">>", "2>&1", "&"];

impl Rule for ExecFormVariable {
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
        if node.stage.is_some_and(|s| cx.facts.is_windows(s)) {
            return;
        }
        // What an entrypoint does with its arguments is its own affair, and a shell or a program
        // that reads variables itself is given them on purpose.
        let is_arguments = matches!(node.instruction.kind, Kind::Cmd(_))
            && node
                .stage
                .is_some_and(|s| cx.facts.effective_entrypoint(s).is_some());
        if is_arguments || words.iter().any(|w| reads_variables(w.as_str())) {
            return;
        }
        for word in words {
            let text = word.as_str();
            if OPERATORS.contains(&text) {
                cx.report(
                    word.span,
                    format!("`{text}` is an argument here: no shell reads it"),
                )
                .help("use the shell form, or start `sh` with `-c` and one string");
                // The rest is the same mistake.
                return;
            }
        }
        for word in words {
            let text = word.as_str();
            if let Some(name) = sole_variable(text) {
                cx.report(
                    word.span,
                    format!("`{name}` is not expanded here: no shell reads it"),
                )
                .help("use the shell form, or start `sh` with `-c` and one string");
            }
        }
    }
}

fn reads_variables(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    const READERS: [&str; 8] = [
        "eval", "envsubst", "cmd", "cmd.exe", "busybox", "env", "awk", "find",
    ];
    Dialect::of_program(word).is_some() || READERS.contains(&name) || name.ends_with(".sh")
}

/// The variable in a word that would be nothing without a shell: `$PORT`, `--port=${PORT}`.
fn sole_variable(text: &str) -> Option<&str> {
    let at = text.find('$')?;
    let rest = text.get(at + 1..)?;
    let (open, body) = match rest.strip_prefix('{') {
        Some(body) => (true, body),
        None => (false, rest),
    };
    let length = body
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(body.len());
    let name = body.get(..length)?;
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let after = body.get(length..)?;
    let ends = if open {
        after.starts_with('}') || after.starts_with(":-")
    } else {
        true
    };
    // A script for another program may have its own `$X`.
    let one_word = !text.contains(char::is_whitespace) && !text.contains(['(', '\'', ';']);
    if !is_name || !ends || !one_word {
        return None;
    }
    let end = if open {
        at + 2 + length + after.find('}')? + 1
    } else {
        at + 1 + length
    };
    text.get(at..end)
}
