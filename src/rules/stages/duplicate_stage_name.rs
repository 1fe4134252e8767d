//! `duplicate-stage-name`: two stages of one name.

use crate::facts::Stage;
use crate::rule::{Context, Rule, rule};

rule!(DuplicateStageName);

impl Rule for DuplicateStageName {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let (Some(name), Some(word)) = (&stage.name, stage.name_word) else {
            return;
        };
        let same = cx.facts.stages_named(name);
        let first = same.first().filter(|first| **first < stage.index);
        let first = first.and_then(|s| cx.facts.stages.get(*s));
        let Some(first) = first.and_then(|s| s.name_word) else {
            return;
        };
        let (span, first_span) = (word.span, first.span);
        cx.report(span, format!("stage name `{word}` is taken"))
            .label(first_span, "the first stage of that name")
            .help("give each stage a name of its own");
    }
}
