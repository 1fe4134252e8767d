//! `empty-label`: a label of the schema is empty.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(EmptyLabel);

impl Rule for EmptyLabel {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Label(pairs) = &node.instruction.kind else {
            return;
        };
        for pair in &pairs.pairs {
            let facts = cx.facts;
            let key = facts.text(node.index, &pair.name);
            let Some(key) = key.filter(|k| cx.policy.label_schema.contains_key(k)) else {
                continue;
            };
            if facts
                .text(node.index, &pair.value)
                .is_some_and(|v| v.is_empty())
            {
                cx.report(pair.span, format!("the label `{key}` is empty"))
                    .help("give it a value");
            }
        }
    }
}
