//! `duplicate-cmd`: more than one CMD in a stage.

use super::duplicate::report;
use crate::facts::Stage;
use crate::rule::{Context, Rule, rule};

rule!(DuplicateCmd);

impl Rule for DuplicateCmd {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        report(cx, &stage.cmds);
    }
}
