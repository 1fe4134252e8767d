//! `missing-label`: a label of the schema is missing.

use crate::rule::{Context, Rule, rule};

rule!(MissingLabel);

impl Rule for MissingLabel {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.final_stage() else {
            return;
        };
        let present = facts.labels(last.index);
        // A variable may hide the one that seems to be missing.
        if present.iter().any(|label| label.key.is_none()) {
            return;
        }
        for key in cx.policy.label_schema.keys() {
            if !present.iter().any(|l| l.key.as_ref() == Some(key)) {
                cx.report(last.from.head, format!("the image has no label `{key}`"))
                    .help(format!("add `LABEL {key}=…`"));
            }
        }
    }
}
