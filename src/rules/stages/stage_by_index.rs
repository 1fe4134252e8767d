//! `stage-by-index`: a stage named by its number.

use crate::facts::UseTarget;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};

rule!(StageByIndex);

impl Rule for StageByIndex {
    fn check_file(&self, cx: &mut Context<'_>) {
        for used in cx.facts.stage_uses() {
            let UseTarget::Stage {
                index,
                by_number: true,
            } = used.target
            else {
                continue;
            };
            if index >= used.stage {
                continue;
            }
            let stage = cx.facts.stages.get(index);
            let name = stage.and_then(|s| s.name.clone());
            // The name must mean this stage at this place.
            let name = name.filter(|name| {
                let named = cx.facts.resolve_from(used.stage, name, false);
                named == crate::facts::FromTarget::Stage(index)
            });
            let from = stage.map(|s| s.from.head);
            let word = used.word;
            let contiguous = word.text.is_contiguous(0..word.as_str().len());
            let report = cx.report(word.span, format!("stage `{word}` is named by its number"));
            let report = match from {
                Some(from) => report.label(from, "this stage"),
                None => report,
            };
            match name {
                Some(name) if contiguous => {
                    let edit = Edit::replace(word.span, name.clone());
                    report
                        .help(format!("write `{name}`"))
                        .fix(Fix::safe(format!("write `{name}`"), vec![edit]));
                }
                Some(name) => {
                    report.help(format!("write `{name}`"));
                }
                None => {
                    report.help("give the stage a name with `AS` and use it here");
                }
            }
        }
    }
}
