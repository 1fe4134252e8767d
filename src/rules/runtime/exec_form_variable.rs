//! `exec-form-variable`: what only a shell would read, in the exec form.

use crate::facts::Node;
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::shell::Dialect;
use crate::syntax::{CommandLine, Kind};

rule!(ExecFormVariable);

/// What a shell does itself: no file has that name.
const BUILTINS: [&str; 8] = [
    ".", "alias", "eval", "exec", "export", "set", "source", "unset",
];

/// Programs that take the names of files and no patterns.
const TAKES_FILES: [&str; 12] = [
    "cat", "chmod", "chown", "cp", "head", "java", "ls", "mv", "rm", "tail", "touch", "wc",
];

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
        if is_arguments {
            return;
        }
        if let Some((first, arguments)) = words.split_first() {
            let text = first.as_str();
            let what = if BUILTINS.contains(&text) {
                Some(format!(
                    "`{text}` belongs to the shell: no program has that name"
                ))
            } else if is_assignment(text) {
                Some(format!(
                    "`{text}` is taken for a program: no shell reads it"
                ))
            } else {
                None
            };
            if let Some(what) = what {
                cx.report(first.span, what).help(HELP);
                return;
            }
            let takes_files = TAKES_FILES.contains(&file_name(text));
            if let Some(word) = arguments
                .iter()
                .find(|w| takes_files && is_pattern(w.as_str()))
            {
                let pattern = word.as_str();
                cx.report(
                    word.span,
                    format!("`{pattern}` is a file of that name here: no shell expands it"),
                )
                .help(HELP);
            }
        }
        if words.iter().any(|w| reads_variables(w.as_str())) {
            return;
        }
        for word in words {
            let text = word.as_str();
            if OPERATORS.contains(&text) {
                cx.report(
                    word.span,
                    format!("`{text}` is an argument here: no shell reads it"),
                )
                .help(HELP);
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
                .help(HELP);
            }
        }
    }
}

const HELP: &str = "use the shell form, or start `sh` with `-c` and one string";

/// `PORT=80` in front of a program.
fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(plain)
}

/// A path with `*`: `/app/*.jar`, but not the class path `lib/*` of Java.
fn is_pattern(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "*./_-".contains(c);
    text.contains('*')
        && !text.starts_with('-')
        && text.chars().all(plain)
        && !(text.ends_with("/*") || text == "*")
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
