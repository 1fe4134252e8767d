//! `run-without-shell`: the shell form in an image that has no shell.

use std::collections::HashSet;

use crate::facts::{Facts, Node, absence};
use crate::images::Presence;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{CommandLine, Kind};

rule!(RunWithoutShell);

impl Rule for RunWithoutShell {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut said = HashSet::new();
        for node in facts.nodes.iter().filter(|n| !n.onbuild) {
            let (Some(stage), Some(span)) = (node.stage, shell_form(facts, node)) else {
                continue;
            };
            let is_run = matches!(node.instruction.kind, Kind::Run(_));
            if is_run
                && facts.programs_before(node).presence("sh") == Presence::Absent
                && said.insert(absence::root(facts, stage))
            {
                let base = absence::base_name(facts, stage);
                cx.report(span, format!("{base} has no shell that could run this"))
                    .help("do it in an earlier stage that has one, and copy the result");
            }
        }
        started(cx);
    }
}

/// What only a shell can run, if the image's own is to do it.
fn shell_form(facts: &Facts<'_>, node: &Node<'_>) -> Option<Span> {
    let line = match &node.instruction.kind {
        Kind::Run(line) | Kind::Cmd(line) | Kind::Entrypoint(line) => line,
        Kind::Healthcheck(check) => check.command.as_ref()?,
        _ => return None,
    };
    let CommandLine::Shell(word) = line else {
        return None;
    };
    let is_own = node.shell_node.is_none() && !node.stage.is_some_and(|s| facts.is_windows(s));
    // A heredoc may bring an interpreter of its own by `#!`.
    (is_own && node.script_heredoc.is_none()).then(|| {
        let text = facts.source.slice(word.span);
        let line = text.lines().next().unwrap_or_default().trim_end();
        Span::new(word.span.start, word.span.start + line.len() as u32)
    })
}

/// What the final image starts and checks.
fn started(cx: &mut Context<'_>) {
    let facts = cx.facts;
    let Some(stage) = facts.final_stage().map(|s| s.index) else {
        return;
    };
    if facts.programs_of(stage).presence("sh") != Presence::Absent {
        return;
    }
    let launch = facts.launch(stage);
    let mut checks = facts.chain(stage).filter_map(|s| s.healthchecks.last());
    let check = checks.next().and_then(|node| facts.nodes.get(*node));
    for node in [launch.node(), check].into_iter().flatten() {
        let Some(span) = shell_form(facts, node) else {
            continue;
        };
        let base = absence::base_name(facts, stage);
        let keyword = node.instruction.name.as_str().to_uppercase();
        cx.report(
            span,
            format!("{base} has no shell that could run this {keyword}"),
        )
        .help("write it in the exec form: a JSON array of the program and its arguments");
    }
}
