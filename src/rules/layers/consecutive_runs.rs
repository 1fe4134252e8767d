//! `consecutive-runs`: RUNs that could be one.

use crate::facts::{Node, Stage};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(ConsecutiveRuns);

impl Rule for ConsecutiveRuns {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let mut before: Option<&Node<'_>> = None;
        for node in facts.nodes_of(stage).iter().filter(|n| !n.onbuild) {
            if !node.is(Keyword::Run) {
                before = None;
                continue;
            }
            if let Some(first) = before
                && is_small(first)
                && is_small(node)
                && flags(first) == flags(node)
            {
                cx.report(
                    node.instruction.name.span,
                    "this RUN could be part of the one before it",
                )
                .help("join them with `&&`, or write one RUN with a heredoc")
                .label(first.instruction.name.span, "the one before");
            }
            before = Some(node);
        }
    }
}

/// Whether a RUN does one thing only.
fn is_small(node: &Node<'_>) -> bool {
    node.script
        .as_ref()
        .is_some_and(|s| !s.unread && s.commands.len() <= 1)
}

fn flags(node: &Node<'_>) -> Vec<String> {
    let mut flags: Vec<String> = node
        .instruction
        .flags
        .iter()
        .map(|f| f.buildkit_text())
        .collect();
    flags.sort();
    flags
}
