//! `duplicate-cmd`: more than one CMD in a stage.

use super::duplicate::report;
use crate::facts::Stage;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(DuplicateCmd);

impl Rule for DuplicateCmd {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        report(cx, stage, Keyword::Cmd, &stage.cmds);
    }
}
