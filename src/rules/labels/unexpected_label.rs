//! `unexpected-label`: a label that the schema does not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Node;
use crate::rule::{Context, Rule};
use crate::syntax::Kind;

/// See `rules/labels/unexpected-label.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnexpectedLabel {}

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
