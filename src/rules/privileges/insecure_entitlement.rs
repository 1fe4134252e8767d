//! `insecure-entitlement`: a RUN gets the rights of the host.

use super::flag;
use crate::facts::Node;
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};

rule!(InsecureEntitlement);

impl Rule for InsecureEntitlement {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if let Some(found) = flag::of_run(node, "security", "insecure") {
            let edit = flag::removal(cx.facts, found);
            cx.report(
                found.span,
                "`--security=insecure` runs this without a sandbox: it may do to the host what root may",
            )
            .help("leave it out, or do this step outside of the build")
            .fix(Fix::unsafe_("leave `--security=insecure` out", vec![edit]));
        }
    }
}
