//! `duplicate-cmd`: more than one CMD in a stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_shared::report;
use crate::facts::Stage;
use crate::rule::{Context, Rule};

/// See `rules/runtime/duplicate-cmd.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DuplicateCmd {}

impl Rule for DuplicateCmd {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        report(cx, &stage.cmds);
    }
}
