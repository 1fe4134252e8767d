//! `weakened-policy`: a comment or a setting that would lift what the policy locks.
//!
//! Settings are judged where configuration is read; this is about comments.

use crate::rule::{Context, RefusedIgnore, Rule, rule};

rule!(WeakenedPolicy);

impl Rule for WeakenedPolicy {
    fn check_refused_ignore(&self, cx: &mut Context<'_>, refused: &RefusedIgnore) {
        let message = format!(
            "the policy locks `{}`: this comment has no effect",
            refused.rule
        );
        cx.report(refused.span, message)
            .help("do what the finding says, or ask whoever keeps the policy for an exception");
    }
}
