//! `duplicate-healthcheck`: more than one HEALTHCHECK in a stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_shared::report;
use crate::facts::Stage;
use crate::rule::{Context, Rule};

/// See `rules/runtime/duplicate-healthcheck.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DuplicateHealthcheck {}

impl Rule for DuplicateHealthcheck {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        report(cx, &stage.healthchecks);
    }
}
