//! `failing-command`: a command that ends every build.

use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Connector, Quoting, Script, Word};
use crate::syntax::Keyword;

rule!(FailingCommand);

/// Instructions whose names no program has.
const INSTRUCTIONS: [&str; 16] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "RUN",
    "SHELL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

impl Rule for FailingCommand {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let (true, Some(script)) = (node.is(Keyword::Run), &node.script) else {
            return;
        };
        // A stage that nothing needs may be there to refuse what asks for it.
        let is_needed = facts.stage_of(node).is_some_and(|stage| stage.is_needed);
        if !is_needed || script.unread || !script.errors.is_empty() || !node.shell.is_posix() {
            return;
        }
        for (index, command) in script.commands.iter().enumerate() {
            let leaves = matches!(command.name.as_str(), "exec" | "exit" | "kill");
            if !node.must_succeed(index) || !script.in_main_shell(index) {
                if leaves {
                    return;
                }
                continue;
            }
            if ends_with_failure(script, index, command) {
                let text = facts.source.slice(command.span);
                cx.report(
                    command.span,
                    format!("`{text}` ends every build that comes here"),
                )
                .help("leave it out, or run it only where something is wrong");
                return;
            }
            // What stands behind `exit 0` or `exec` is not reached.
            if matches!(command.name.as_str(), "exec" | "exit") {
                return;
            }
            let Some(word) = command.words.first() else {
                continue;
            };
            if let Some((message, help)) = one_word(word) {
                cx.report(word.span, message).help(help);
                return;
            }
            let name = word.literal().filter(|t| INSTRUCTIONS.contains(t));
            // At the start of a line it was swallowed by the instruction above.
            let before = facts.source.text().get(..word.span.start as usize);
            let line = before
                .and_then(|b| b.rsplit('\n').next())
                .unwrap_or_default();
            if let Some(name) = name.filter(|_| !line.trim().is_empty()) {
                let help = match name {
                    "RUN" => "leave it out: this is one RUN already",
                    _ => "put it on a line of its own, as an instruction",
                };
                cx.report(word.span, format!("`{name}` is no command"))
                    .help(help);
                return;
            }
        }
    }
}

/// What is wrong with a word that stands for a whole command: `"apt-get update"`, `echo"x"`.
fn one_word(word: &Word) -> Option<(String, String)> {
    let text = word.literal()?;
    let glued = ["cd", "echo", "export", "mkdir", "printf", "rm"]
        .iter()
        .find(|name| {
            let rest = word.raw.strip_prefix(**name);
            rest.is_some_and(|rest| rest.starts_with(['"', '\'']))
        });
    if let Some(name) = glued {
        let message = format!("`{}` is one word: no blank follows `{name}`", word.raw);
        return Some((message, format!("write a blank behind `{name}`")));
    }
    let is_line = word.quoting == Quoting::Wholly
        && text.trim().contains(' ')
        && text.split(' ').next().is_some_and(|first| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !first.is_empty() && first.chars().all(plain)
        });
    is_line.then(|| {
        let message = format!("`{text}` is looked for as one program of that name");
        (message, "leave the quotes out".to_owned())
    })
}

/// Whether a command does nothing but end the script with a failure.
fn ends_with_failure(script: &Script, index: usize, command: &Command) -> bool {
    let is_reached = match command.connector {
        Connector::Start => index == 0,
        Connector::Semicolon | Connector::Newline => true,
        _ => false,
    };
    if !is_reached || command.pipeline.is_some() || command.words.len() > 2 {
        return false;
    }
    match command.name.as_str() {
        "exit" => {
            let status = command.args().first().and_then(|w| w.literal());
            status.is_some_and(|s| s.parse::<u8>().is_ok_and(|n| n > 0))
        }
        "false" => command.words.len() == 1 && script.is_fatal(index),
        _ => false,
    }
}
