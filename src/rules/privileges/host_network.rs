//! `host-network`: a RUN shares the network of the host.

use super::flag;
use crate::facts::Node;
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};

rule!(HostNetwork);

impl Rule for HostNetwork {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if let Some(found) = flag::of_run(node, "network", "host") {
            let edit = flag::removal(cx.facts, found);
            cx.report(
                found.span,
                "`--network=host` lets this reach whatever listens on the host",
            )
            .help("leave it out: the build has a network of its own")
            .fix(Fix::unsafe_("leave `--network=host` out", vec![edit]));
        }
    }
}
