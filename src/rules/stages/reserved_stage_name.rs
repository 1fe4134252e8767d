//! `reserved-stage-name`: a stage called `scratch` or `context`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Stage;
use crate::rule::{Context, Rule};

/// See `rules/stages/reserved-stage-name.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReservedStageName {}

impl Rule for ReservedStageName {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let reserved = matches!(stage.name.as_deref(), Some("scratch" | "context"));
        if let Some(word) = stage.name_word.filter(|_| reserved) {
            cx.report(word.span, format!("stage name `{word}` is reserved"))
                .help("choose another name");
        }
    }
}
