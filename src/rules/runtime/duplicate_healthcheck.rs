//! `duplicate-healthcheck`: more than one HEALTHCHECK in a stage.

use super::duplicate::report;
use crate::facts::Stage;
use crate::rule::{Context, Rule, rule};

rule!(DuplicateHealthcheck);

impl Rule for DuplicateHealthcheck {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        report(cx, &stage.healthchecks);
    }
}
