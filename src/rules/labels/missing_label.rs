//! `missing-label`: a label of the schema is missing.

use crate::facts::Facts;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(MissingLabel);

impl Rule for MissingLabel {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.final_stage() else {
            return;
        };
        let Some(present) = labels(facts, last.index) else {
            return;
        };
        let policy = cx.policy;
        for key in policy.label_schema.keys() {
            if !present.contains(key) {
                cx.report(last.from.head, format!("the image has no label `{key}`"))
                    .help(format!("add `LABEL {key}=…`"));
            }
        }
    }
}

/// The keys of the labels of a stage and those it is built on; nothing if a variable hides one.
fn labels(facts: &Facts<'_>, stage: usize) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    for node in facts.chain_nodes(stage) {
        let Kind::Label(pairs) = &node.instruction.kind else {
            continue;
        };
        for pair in &pairs.pairs {
            keys.push(facts.text(node.index, &pair.name)?);
        }
    }
    Some(keys)
}
