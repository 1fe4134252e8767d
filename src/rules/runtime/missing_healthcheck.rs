//! `missing-healthcheck`: nothing tells whether the container works.

use crate::rule::{Context, Rule, rule};

rule!(MissingHealthcheck);

impl Rule for MissingHealthcheck {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        let has = facts.chain(last.index).any(|s| !s.healthchecks.is_empty());
        if !has {
            cx.report(last.from.head, "the image has no `HEALTHCHECK`")
                .help("add `HEALTHCHECK CMD …`, or `HEALTHCHECK NONE` to say that there is none");
        }
    }
}
