//! `reserved-stage-name`: a stage called `scratch` or `context`.

use crate::facts::Stage;
use crate::rule::{Context, Rule, rule};

rule!(ReservedStageName);

impl Rule for ReservedStageName {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let reserved = matches!(stage.name.as_deref(), Some("scratch" | "context"));
        if let Some(word) = stage.name_word.filter(|_| reserved) {
            cx.report(word.span, format!("stage name `{word}` is reserved"))
                .help("choose another name");
        }
    }
}
