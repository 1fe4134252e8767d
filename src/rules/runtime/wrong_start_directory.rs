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
        let message = format!(
            "there is no `{}` in `{}`, where this runs",
            lost.file, lost.directory
        );
        let (label, help) = match lost.flattened {
            Some(folder) => (
                format!(
                    "what is in `{folder}` is copied to `{}`, not the folder",
                    lost.copied
                ),
                format!("copy it to a folder of that name: `COPY {folder} ./{folder}/`"),
            ),
            None => (
                format!("the files are copied to `{}`", lost.copied),
                format!("set `WORKDIR {}`", lost.copied),
            ),
        };
        cx.report(lost.span, message)
            .label(lost.place, label)
            .help(help);
    }
}
