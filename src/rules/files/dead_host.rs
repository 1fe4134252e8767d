//! `dead-host`: something is fetched from a server that is gone.

use crate::diagnostic::Severity;
use crate::facts::hosts::{self, dead_hosts};
use crate::facts::packages::Action;
use crate::facts::{Command, Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word as ShellWord;
use crate::span::Span;
use crate::syntax::{Kind, Word};

rule!(DeadHost);

impl Rule for DeadHost {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let mut seen = Vec::new();
        match &node.instruction.kind {
            Kind::Run(_) => {
                for (index, command) in node.commands().iter().enumerate() {
                    check_command(cx, node, index, command, &mut seen);
                }
            }
            Kind::Add(transfer) => {
                let sources = transfer.sources.iter().filter(|s| s.heredoc.is_none());
                for source in sources {
                    check_word(cx, &source.word, "ADD", &mut seen);
                }
            }
            Kind::Env(pairs) => {
                for pair in &pairs.pairs {
                    check_word(cx, &pair.value, "ENV", &mut seen);
                }
            }
            Kind::Arg(arguments) => {
                for value in arguments.iter().filter_map(|a| a.value.as_ref()) {
                    check_word(cx, value, "ARG", &mut seen);
                }
            }
            _ => {}
        }
    }
}

/// How many packages are labelled that are not found.
const LABELS: usize = 3;

/// Programs that fetch nothing: what they name may be what they take away.
const ONLY_TEXT: [&str; 9] = [
    "sed", "grep", "egrep", "awk", "perl", "test", "[", "[[", "case",
];

fn check_command(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    index: usize,
    command: &Command,
    seen: &mut Vec<String>,
) {
    // The commands of a script are looked at one by one.
    if ONLY_TEXT.contains(&command.name.as_str()) || command.script.is_some() {
        return;
    }
    let facts = cx.facts;
    // One of several servers that are tried, or a failure that does not end the build.
    let is_certain = node.must_succeed(index) && command.name != "echo";
    let words = command.words.iter();
    for word in words.chain(command.assignments.iter().map(|a| &a.value)) {
        let text: &str = word.literal().unwrap_or(&word.raw);
        for found in dead_hosts(text, &command.name, facts.as_of) {
            if !is_for_release(facts, node, found.host) {
                continue;
            }
            let name = text.get(found.range).unwrap_or_default();
            let span = span_in(facts.source.slice(word.span), word, name);
            let lacking = lacking(facts, node, found.host);
            report(cx, span, name, found.host, is_certain, lacking, seen);
        }
    }
}

/// Whether what is known of a server is true for what a stage is built on.
fn is_for_release(facts: &Facts<'_>, node: &Node<'_>, host: &hosts::DeadHost) -> bool {
    let release = node.stage.and_then(|stage| facts.root_release(stage));
    let is_since = |(distribution, first): &(&str, &str)| {
        release.is_some_and(|release| release.is_since(distribution, first))
    };
    host.releases.is_empty() || host.releases.iter().any(is_since)
}

/// The packages that a stage installs from a server on, and that came from there alone.
fn lacking(facts: &Facts<'_>, node: &Node<'_>, host: &hosts::DeadHost) -> Vec<Span> {
    if host.packages.is_empty() || !facts.may_search(facts.nodes.len()) {
        return Vec::new();
    }
    let nodes = facts.nodes.iter().skip(node.index);
    let nodes = nodes.filter(|n| n.stage == node.stage);
    let installs = nodes.flat_map(Node::run_installs);
    let packages = installs
        .filter(|i| i.manager.is_apt() && i.action == Action::Install)
        .flat_map(|i| &i.packages);
    let is_of_it = |name: &str| host.packages.iter().any(|start| name.starts_with(start));
    packages
        .filter(|p| is_of_it(&p.name))
        .map(|p| p.span)
        .take(LABELS)
        .collect()
}

fn check_word(cx: &mut Context<'_>, word: &Word, program: &str, seen: &mut Vec<String>) {
    let text = word.as_str();
    let facts = cx.facts;
    for found in dead_hosts(text, program, facts.as_of) {
        let name = text.get(found.range.clone()).unwrap_or_default();
        let span = word.text.span(found.range);
        // What a variable holds need not be used.
        let is_certain = program == "ADD";
        if found.host.releases.is_empty() {
            report(cx, span, name, found.host, is_certain, Vec::new(), seen);
        }
    }
}

fn span_in(written: &str, word: &ShellWord, name: &str) -> Span {
    match written.find(name) {
        Some(at) => {
            let start = word.span.start + at as u32;
            Span::new(start, start + name.len() as u32)
        }
        None => word.span,
    }
}

fn report(
    cx: &mut Context<'_>,
    span: Span,
    name: &str,
    host: &hosts::DeadHost,
    is_certain: bool,
    lacking: Vec<Span>,
    seen: &mut Vec<String>,
) {
    if seen.iter().any(|s| s == name) {
        return;
    }
    seen.push(name.to_owned());
    let mut report = cx
        .report(span, format!("`{name}` {}", host.what))
        .help(format!("use {}", host.instead));
    for span in lacking {
        report = report.label(span, "this is not found");
    }
    if !is_certain || host.later {
        report.severity(Severity::Warning);
    }
}
