//! `invalid-port`: an EXPOSE that BuildKit refuses.

use crate::facts::Node;
use crate::facts::port::{PortErrorKind, PortWord};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(InvalidPort);

impl Rule for InvalidPort {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Expose(words) = &node.instruction.kind else {
            return;
        };
        for port in cx.facts.ports(node.index) {
            let Err(error) = &port.spec else { continue };
            let part = port.text.get(error.range.clone()).unwrap_or_default();
            let word = words.iter().find(|w| w.span == port.span);
            let span = match word {
                Some(word) if port.literal && !error.range.is_empty() => {
                    word.span_of(error.range.clone())
                }
                _ => port.span,
            };
            let (what, help) = explain(error.kind, part, &port);
            cx.report(span, what).help(help);
            // What follows is the rest of the comment.
            if port.text.starts_with('#') {
                break;
            }
        }
    }
}

fn explain(kind: PortErrorKind, part: &str, port: &PortWord) -> (String, &'static str) {
    let text = &port.text;
    match kind {
        PortErrorKind::Missing => (
            format!("`{text}` names no port"),
            "write the number of the port, then `/tcp` or `/udp` without blanks",
        ),
        PortErrorKind::NotANumber if text.contains(',') => (
            format!("`{text}` is not a port number"),
            "separate ports by blanks",
        ),
        PortErrorKind::NotANumber if text.starts_with(['[', '#']) => (
            format!("`{text}` is not a port number"),
            if text.starts_with('#') {
                "a comment needs a line of its own"
            } else {
                "`EXPOSE` takes no JSON: write the numbers, separated by blanks"
            },
        ),
        PortErrorKind::NotANumber if part.is_empty() => (
            format!("`{text}` is not a port number"),
            "write a number from 0 to 65535",
        ),
        PortErrorKind::NotANumber => (
            format!("`{part}` is not a port number"),
            "write a number from 0 to 65535",
        ),
        PortErrorKind::OutOfRange => (
            format!("port `{part}` is above 65535"),
            "write a number from 0 to 65535",
        ),
        PortErrorKind::Reversed => (
            format!("the port range `{part}` ends before it starts"),
            "write the lower port first",
        ),
        PortErrorKind::Protocol => (
            format!("`{part}` is not a protocol"),
            "write `tcp`, `udp` or `sctp`",
        ),
        PortErrorKind::Address => (
            format!("`{part}` is not an IP address"),
            "write the container's port only; `docker run -p` takes addresses",
        ),
        PortErrorKind::RangeLengths => (
            format!("the two port ranges in `{text}` differ in length"),
            "write the container's ports only; `docker run -p` maps them",
        ),
    }
}
