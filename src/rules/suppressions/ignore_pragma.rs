//! `ignore-pragma`: an ignore comment.

use crate::rule::{Context, IgnoreComment, Rule, rule};

rule!(IgnorePragma);

impl Rule for IgnorePragma {
    fn check_ignore(&self, cx: &mut Context<'_>, ignore: &IgnoreComment) {
        if ignore.meant.is_none() {
            cx.report(ignore.span, "findings are ignored by a comment")
                .help("fix what is found, or turn the rule off in the configuration");
        }
    }
}
