//! `curl-and-wget`: two programs that do the same.

use crate::facts::{Node, Stage};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(CurlAndWget);

impl Rule for CurlAndWget {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let mut first: Option<(&str, Span)> = None;
        for node in facts.chain_nodes(stage.index) {
            let run = node.is(Keyword::Run);
            let calls = node
                .commands()
                .iter()
                .filter(|c| run && matches!(c.name.as_str(), "curl" | "wget"));
            for call in calls {
                let span = call.words.first().map_or(call.span, |w| w.span);
                match first {
                    None => first = Some((&call.name, span)),
                    Some((name, before)) if name != call.name => {
                        // A stage below has its own report.
                        if is_in(node, stage) {
                            cx.report(span, format!("`{}` besides `{name}`", call.name))
                                .help("use one of them, and install only that")
                                .label(before, "the other one");
                        }
                        return;
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

fn is_in(node: &Node<'_>, stage: &Stage<'_>) -> bool {
    node.stage == Some(stage.index)
}
