//! `self-reference`: a stage that needs itself.

use crate::facts::UseTarget;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;

rule!(SelfReference);

impl Rule for SelfReference {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let uses = facts.stage_uses();
        let circles = facts.circles(&uses);
        let together = |a: usize, b: usize| circles.get(a) == circles.get(b);
        let mut back: Vec<Option<Span>> = vec![None; circles.len()];
        for used in uses.iter().rev() {
            if let UseTarget::Stage { index, .. } = used.target
                && together(index, used.stage)
                && let Some(slot) = back.get_mut(used.stage)
            {
                *slot = Some(used.word.span);
            }
        }
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
            if index < used.stage || !together(index, used.stage) {
                continue;
            }
            let message = format!("stage `{}` needs this stage in turn", used.word);
            let report = cx
                .report(used.word.span, message)
                .help("break the circle: neither stage can be built first");
            if let Some(Some(back)) = back.get(index) {
                report.label(*back, "the way back");
            }
        }
    }
}
