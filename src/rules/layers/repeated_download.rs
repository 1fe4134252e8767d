//! `repeated-download`: the same file is downloaded by several steps.

use std::collections::HashMap;

use crate::facts::downloads::{holds_code, is_fetcher};
use crate::facts::{Facts, Node, is_small_file};
use crate::images::HIDDEN;
use crate::rule::{Context, Rule, rule};
use crate::shell::Connector;
use crate::span::Span;
use crate::syntax::Keyword;

rule!(RepeatedDownload);

impl Rule for RepeatedDownload {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut first: HashMap<String, (usize, Span)> = HashMap::new();
        let mut found: Vec<(Span, Span)> = Vec::new();
        for node in facts.nodes.iter().filter(|n| !n.onbuild) {
            for (address, span) in downloads(facts, node) {
                match first.get(&address) {
                    // Within one step a second try is one.
                    Some((at, _)) if *at == node.index || same_step(facts, *at, node) => {}
                    Some((_, before)) => found.push((span, *before)),
                    None => {
                        first.insert(address, (node.index, span));
                    }
                }
            }
        }
        for (span, before) in found {
            cx.report(span, "this file was downloaded by another step already")
                .help("download it in a stage of its own, and mount or copy it from there")
                .label(before, "the first time");
        }
    }
}

/// Whether two nodes are one step to the builder: the same instruction on the same chain of others.
fn same_step(facts: &Facts<'_>, first: usize, node: &Node<'_>) -> bool {
    let Some(other) = facts.nodes.get(first) else {
        return false;
    };
    let at = |n: &Node<'_>| {
        let stage = facts.stage_of(n)?;
        let nodes = facts.nodes_of(stage);
        let place = nodes.iter().position(|m| m.index == n.index)?;
        Some((stage, nodes.get(..=place)?))
    };
    let (Some((one, ones)), Some((two, twos))) = (at(other), at(node)) else {
        return false;
    };
    let texts = |nodes: &[Node<'_>]| -> Vec<String> {
        let steps = nodes.iter().filter(|n| !n.is(Keyword::From));
        steps
            .map(|n| n.instruction.span)
            .map(|s| facts.source.slice(s).to_owned())
            .collect()
    };
    let base = |stage: &crate::facts::Stage<'_>| stage.image().map(|image| image.familiar_name());
    one.index != two.index && base(one) == base(two) && texts(ones) == texts(twos)
}

/// Whether a path names a program, a package or an archive, and no script, which is small.
fn is_large(path: &str) -> bool {
    holds_code(path) && !is_small_file(path)
}

/// The addresses of programs and archives that a step surely downloads.
fn downloads(facts: &Facts<'_>, node: &Node<'_>) -> Vec<(String, Span)> {
    let mut found: Vec<(String, Span)> = Vec::new();
    match (node.keyword(), &node.script) {
        (Some(Keyword::Run), Some(script)) => {
            for (index, command) in node.commands().iter().enumerate() {
                let tries = command.connector == Connector::OrOr || command.or_follows;
                if !is_fetcher(command) || tries || script.is_conditional(index) {
                    continue;
                }
                let addresses = facts.addresses(node, command);
                let programs = addresses.into_iter().filter(|a| is_large(a.path()));
                found.extend(programs.map(|a| (a.text, a.span)));
            }
        }
        (Some(Keyword::Add), _) => {
            for source in facts.copied(node).iter().flat_map(|c| &c.sources) {
                let text = source.text.as_deref().filter(|_| source.is_remote());
                if let Some(text) = text.filter(|t| is_large(t)) {
                    found.push((text.to_owned(), source.span));
                }
            }
        }
        _ => {}
    }
    found.retain(|(text, _)| !text.contains(HIDDEN));
    found
}
