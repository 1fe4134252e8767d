//! `unused-ignore`: an ignore comment that silences nothing.

use crate::diagnostic::Severity;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, UnusedIgnore as Unused, rule};

rule! {
    UnusedIgnore {
        /// Whether comments for other tools count too, which may still need them.
        pub foreign: bool,
    }
}

impl Rule for UnusedIgnore {
    fn check_unused_ignore(&self, cx: &mut Context<'_>, unused: &Unused) {
        // One that has ended serves no tool.
        if unused.foreign && !self.foreign && unused.ended.is_none() {
            return;
        }
        let message = match unused.ended {
            Some(day) => format!("ignoring `{}` ended with {day}", unused.name),
            None => format!("ignoring `{}` has no effect here", unused.name),
        };
        let title = format!("remove `{}`", unused.name);
        let edits: Vec<Edit> = unused.removal.map(Edit::delete).into_iter().collect();
        let mut report = cx.report(unused.span, message);
        // The other tool may find more or less than dlint, and may still run.
        report = if unused.ended.is_some() {
            report.help("remove it, or write a later day if the reason still holds")
        } else if unused.foreign {
            report
                .severity(Severity::Info)
                .help("remove it, unless the tool it was written for still runs")
        } else {
            report.help("remove it, so that it does not hide a later finding")
        };
        if !edits.is_empty() {
            report.fix(if unused.foreign {
                Fix::unsafe_(title, edits)
            } else {
                Fix::safe(title, edits)
            });
        }
    }
}
