//! `expose-host-port`: EXPOSE with a part for the host.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(ExposeHostPort);

impl Rule for ExposeHostPort {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.keyword() != Some(Keyword::Expose) {
            return;
        }
        for port in cx.facts.ports(node.index) {
            let Some(colon) = port.text.rfind(':') else {
                continue;
            };
            let (host, container) = port.text.split_at(colon);
            // `:80` says nothing of the host.
            if host.trim_matches(':').is_empty() {
                continue;
            }
            let container = container.trim_start_matches(':').to_owned();
            let message = format!("`{}` maps a port of the host", port.text);
            let report = cx
                .report(port.span, message)
                .help("name the container's port alone; publishing is up to `docker run -p`");
            if port.literal && port.spec.is_ok() {
                let edit = Edit::replace(port.span, container.clone());
                report.fix(Fix::safe(format!("write `{container}`"), vec![edit]));
            }
        }
    }
}
