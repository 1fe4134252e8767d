//! `unused-ignore`: an ignore comment that silences nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, UnusedIgnore as Unused};

/// See `rules/suppressions/unused-ignore.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnusedIgnore {}

impl Rule for UnusedIgnore {
    fn check_unused_ignore(&self, cx: &mut Context<'_>, unused: &Unused) {
        let message = format!("ignoring `{}` has no effect here", unused.name);
        let report = cx
            .report(unused.span, message)
            .help("remove it, so that it does not hide a later finding");
        if let Some(removal) = unused.removal {
            let edits = vec![Edit::delete(removal)];
            report.fix(Fix::safe(format!("remove `{}`", unused.name), edits));
        }
    }
}
