//! `pipe-to-shell`: a download is run without a look at it.

use std::ops::Range;

use crate::facts::{Command, Dialect, Node};
use crate::keywords::{Keywords, links};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Script, Word, WordPart};
use crate::span::{MappedText, Span};
use crate::syntax::{CommandLine, Keyword, Kind};

rule!(PipeToShell);

impl Rule for PipeToShell {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(script) = &node.script else {
            return;
        };
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        check_powershell(cx, node);
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

/// What runs a text in PowerShell.
const RUNNER_NAMES: [&str; 2] = ["iex", "invoke-expression"];
static RUNNERS: Keywords<{ links(&RUNNER_NAMES) }> = Keywords::new(&RUNNER_NAMES, false);

/// What its program is called.
const SHELL_NAMES: [&str; 2] = ["powershell", "pwsh"];
static SHELLS: Keywords<{ links(&SHELL_NAMES) }> = Keywords::new(&SHELL_NAMES, false);

/// Looks for what PowerShell calls `curl … | sh`: `iex (irm …)`, `(iwr …).Content | iex`. Its scripts
/// are not read; a statement that both runs a text and fetches one is plain enough.
fn check_powershell(cx: &mut Context<'_>, node: &Node<'_>) {
    let lines: Vec<&MappedText> = match &node.instruction.kind {
        Kind::Run(CommandLine::Shell(word)) => vec![&word.text],
        Kind::Run(CommandLine::Exec(words, _)) => words.iter().map(|w| &w.text).collect(),
        _ => return,
    };
    let heredocs = cx.facts.heredocs_of(node).iter();
    let bodies: Vec<MappedText> = heredocs.map(|h| h.content(cx.facts.source)).collect();
    let texts = || lines.iter().copied().chain(&bodies);
    let runs = texts().any(|text| RUNNERS.is_match(text.text()));
    let is_asked_for = || texts().any(|text| SHELLS.is_match(text.text()));
    if !runs || node.shell != Dialect::PowerShell && !is_asked_for() {
        return;
    }
    for text in lines.into_iter().chain(&bodies) {
        let lower = text.text().to_ascii_lowercase();
        let mut start = 0;
        for statement in lower.split_inclusive([';', '\n']) {
            let from = start;
            start += statement.len();
            let (Some(runner), Some(source)) = (
                first_word(statement, &RUNNER_NAMES),
                first_word(
                    statement,
                    &[
                        "downloadstring",
                        "irm",
                        "invoke-restmethod",
                        "iwr",
                        "invoke-webrequest",
                        "curl",
                        "wget",
                    ],
                ),
            ) else {
                continue;
            };
            let range = runner.start.min(source.start)..runner.end.max(source.end);
            let name = statement.get(runner.clone()).unwrap_or_default();
            let range = from + range.start..from + range.end;
            let span = if text.is_contiguous(range.clone()) {
                text.span(range)
            } else {
                text.span(from + runner.start..from + runner.end)
            };
            cx.report(
                span,
                format!("`{name}` runs whatever the server sends: the download is not checked"),
            )
            .help("download to a file, check its digest (`Get-FileHash`), then run it");
        }
    }
}

/// Where any of these words stands first.
fn first_word(text: &str, words: &[&str]) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    let places = words.iter().flat_map(|word| {
        text.match_indices(word).filter_map(move |(at, word)| {
            let before = text.get(..at)?.chars().next_back();
            let behind = text.get(at + word.len()..)?.chars().next();
            let alone = !before.is_some_and(is_part) && !behind.is_some_and(is_part);
            alone.then_some(at..at + word.len())
        })
    });
    places.min_by_key(|range| range.start)
}

/// Whether a command fetches a file and prints it.
fn downloads(command: &Command) -> bool {
    match command.name.as_str() {
        "curl" | "fetch" | "http" | "lynx" => {
            !command.literal_args().any(|a| a.starts_with("file:")) && !writes_file(command)
        }
        "wget" => true,
        _ => false,
    }
}

/// Whether curl puts what it fetches into a file, so that a pipe gets nothing of it.
fn writes_file(command: &Command) -> bool {
    let mut arguments = command.literal_args().peekable();
    while let Some(argument) = arguments.next() {
        let is_short = argument.starts_with('-') && !argument.starts_with("--");
        let is_output = argument == "--output" || is_short && argument.ends_with('o');
        if is_output && arguments.peek().is_some_and(|file| *file != "-") {
            return true;
        }
    }
    false
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
