//! `pipe-to-shell`: a download is run without a look at it.

use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Script, Word, WordPart};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(PipeToShell);

impl Rule for PipeToShell {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(script) = &node.script else {
            return;
        };
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        let mut found: Vec<(Span, &str, &Command)> = Vec::new();
        for pipeline in &script.pipelines {
            let Some((last, parts)) = pipeline.parts.split_last() else {
                continue;
            };
            let Some(runner) = script.slice(last.commands.clone()).first() else {
                continue;
            };
            let source = parts
                .iter()
                .flat_map(|p| script.slice(p.commands.clone()))
                .find(|c| downloads(c));
            // What is unpacked or checked on the way is no longer the download.
            let checked = parts
                .iter()
                .flat_map(|p| script.slice(p.commands.clone()))
                .any(|c| matches!(c.name.as_str(), "jq" | "gpg" | "sha256sum" | "grep" | "awk"));
            if let Some(source) = source
                && runs_input(runner)
                && !checked
            {
                found.push((source.span.to(runner.span), &runner.name, source));
            }
        }
        for command in &script.commands {
            if !is_interpreter(&command.name)
                && !matches!(command.name.as_str(), "source" | "." | "eval")
            {
                continue;
            }
            let inner = command.words.iter().flat_map(|w| substituted(script, w));
            if let Some(source) = inner.into_iter().find(|c| downloads(c)) {
                found.push((command.span, &command.name, source));
            }
        }
        for (span, runner, source) in found {
            let whole = if cx.facts.source.slice(span).contains('\n') {
                source.span
            } else {
                span
            };
            cx.report(
                whole,
                format!("`{runner}` runs whatever the server sends: the download is not checked"),
            )
            .help("download to a file, check its digest, then run it; or use a package");
        }
    }
}

/// Whether a command fetches a file and prints it.
fn downloads(command: &Command) -> bool {
    match command.name.as_str() {
        "curl" | "fetch" | "http" | "lynx" => {
            !command.literal_args().any(|a| a.starts_with("file:"))
        }
        "wget" => true,
        _ => false,
    }
}

fn is_interpreter(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    matches!(
        name,
        "sh" | "bash"
            | "zsh"
            | "dash"
            | "ash"
            | "ksh"
            | "python"
            | "perl"
            | "ruby"
            | "node"
            | "php"
            | "pwsh"
    )
}

/// Whether an interpreter runs what it reads from its input.
fn runs_input(command: &Command) -> bool {
    if !is_interpreter(&command.name) {
        return false;
    }
    let mut args = command.args().iter();
    match args.next() {
        None => true,
        Some(word) if word.is("-") || word.is("--") || word.is("/dev/stdin") => true,
        // `-s` reads the input and has arguments for the script; other options but `-c`, `-e`
        // and `-m` change nothing.
        Some(word) if word.is_flag() => {
            let is_shell = matches!(
                command.name.as_str(),
                "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh"
            );
            let other = command
                .literal_args()
                .any(|a| matches!(a, "-c" | "-e" | "-m" | "-n" | "-r" | "-p" | "-ne" | "-pe"));
            let file = command.operands(&["-o", "-O"]).next().is_some();
            if is_shell {
                command.has_flag("-s") || !(command.has_flag("-c") || file)
            } else {
                !other && !file
            }
        }
        Some(_) => false,
    }
}

/// The commands whose output a word is made of.
fn substituted<'s>(script: &'s Script, word: &Word) -> Vec<&'s Command> {
    let mut found: Vec<&Command> = Vec::new();
    for part in &word.parts {
        match part {
            WordPart::CommandSubstitution { commands, .. } => {
                found.extend(script.slice(commands.clone()));
            }
            WordPart::Other { span, .. } => {
                found.extend(
                    script
                        .commands
                        .iter()
                        .filter(|c| span.covers(c.span) && !c.span.is_empty()),
                );
            }
            _ => {}
        }
    }
    found
}
