//! `ignore-pragma`: an ignore comment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::{Context, IgnoreComment, Rule};

/// See `rules/suppressions/ignore-pragma.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct IgnorePragma {}

impl Rule for IgnorePragma {
    fn check_ignore(&self, cx: &mut Context<'_>, ignore: &IgnoreComment) {
        if ignore.meant.is_none() {
            cx.report(ignore.span, "findings are ignored by a comment")
                .help("mend what is found, or turn the rule off in the configuration");
        }
    }
}
