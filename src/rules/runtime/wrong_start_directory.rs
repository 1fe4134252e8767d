//! `wrong-start-directory`: a container that starts where its program is not.

use super::start;
use crate::rule::{Context, Rule, rule};

rule!(WrongStartDirectory);

impl Rule for WrongStartDirectory {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.final_stage() else {
            return;
        };
        if facts.is_windows(last.index) {
            return;
        }
        let Some(lost) = start::lost(facts, last) else {
            return;
        };
        cx.report(
            lost.span,
            format!(
                "there is no `{}` in `{}`, where this runs",
                lost.file, lost.directory
            ),
        )
        .label(
            lost.place,
            format!("the files are copied to `{}`", lost.copied),
        )
        .help(format!("set `WORKDIR {}`", lost.copied));
    }
}
