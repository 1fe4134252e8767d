//! `self-reference`: a stage that needs itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::UseTarget;
use crate::rule::{Context, Rule};

/// See `rules/stages/self-reference.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SelfReference {}

impl Rule for SelfReference {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let uses = facts.stage_uses();
        for used in &uses {
            let UseTarget::Stage { index, .. } = used.target else {
                continue;
            };
            if index == used.stage {
                let message = format!("this is stage `{}` itself", used.word);
                cx.report(used.word.span, message)
                    .help("without `--from`, files come from the build context");
                continue;
            }
            // Of the references in a circle, those that point downwards cannot stand.
            if index < used.stage || !facts.leads_to(&uses, index, used.stage) {
                continue;
            }
            let back = uses.iter().find(|u| {
                let target = match u.target {
                    UseTarget::Stage { index, .. } => Some(index),
                    _ => None,
                };
                u.stage == index && target.is_some_and(|t| facts.leads_to(&uses, t, used.stage))
            });
            let message = format!("stage `{}` needs this stage in turn", used.word);
            let report = cx
                .report(used.word.span, message)
                .help("break the circle: neither stage can be built first");
            if let Some(back) = back {
                report.label(back.word.span, "the way back");
            }
        }
    }
}
