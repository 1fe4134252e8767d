//! `unexpected-label`: a label that the schema does not know.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(UnexpectedLabel);

impl Rule for UnexpectedLabel {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Label(pairs) = &node.instruction.kind else {
            return;
        };
        if !cx.policy.strict_labels {
            return;
        }
        for pair in &pairs.pairs {
            let Some(key) = cx.facts.text(node.index, &pair.name) else {
                continue;
            };
            if !cx.policy.label_schema.contains_key(&key) {
                cx.report(
                    pair.name.span,
                    format!("the label `{key}` is not in the schema"),
                )
                .help("remove it, or add it to `policy.label-schema`");
            }
        }
    }
}
