//! `expose-protocol-casing`: `EXPOSE 80/TCP`.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(ExposeProtocolCasing);

impl Rule for ExposeProtocolCasing {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.keyword() != Some(Keyword::Expose) {
            return;
        }
        for port in cx.facts.ports(node.index) {
            let Some((_, protocol)) = port.text.split_once('/') else {
                continue;
            };
            let lower = protocol.to_lowercase();
            if lower == protocol {
                continue;
            }
            let span = if port.literal {
                Span::new(port.span.end - protocol.len() as u32, port.span.end)
            } else {
                port.span
            };
            let report = cx
                .report(span, format!("protocol `{protocol}` is not in lower case"))
                .help(format!("write `{lower}`"));
            if port.literal {
                let edit = Edit::replace(span, lower.clone());
                report.fix(Fix::safe(format!("write `{lower}`"), vec![edit]));
            }
        }
    }
}
