//! `duplicate-entrypoint`: more than one ENTRYPOINT in a stage.

use super::duplicate::report;
use crate::facts::Stage;
use crate::rule::{Context, Rule, rule};

rule!(DuplicateEntrypoint);

impl Rule for DuplicateEntrypoint {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        report(cx, &stage.entrypoints);
    }
}
