//! `passwordless-sudo`: a user of the image becomes root without a password.

use crate::facts::{Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(PasswordlessSudo);

const TAG: &str = "NOPASSWD";

impl Rule for PasswordlessSudo {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let spans = match &node.instruction.kind {
            Kind::Run(_) | Kind::Copy(_) | Kind::Add(_) => node.instruction.span,
            _ => return,
        };
        let in_final = facts.stage_of(node).is_some_and(|s| s.in_final);
        let text = facts.source.slice(spans);
        if !in_final || !text.contains(TAG) {
            return;
        }
        // Whoever develops in it is its only user.
        let mut parts = facts.source.path().components();
        if parts.any(|part| part.as_os_str() == ".devcontainer") || facts.product().is_none() {
            return;
        }
        for (at, _) in text.match_indices(TAG) {
            let start = spans.start + at as u32;
            let Some(end) = end_of_all(text, at + TAG.len()) else {
                continue;
            };
            if is_comment(facts, start) || is_of_root(text.get(..at).unwrap_or_default()) {
                continue;
            }
            let span = Span::new(start, spans.start + end as u32);
            cx.report(span, "whoever runs as this user is root without a password")
                .help("do what needs root before `USER`, or allow the one command that is needed");
        }
    }
}

/// Where `: ALL` behind the tag ends: a list of commands would allow no more than them.
fn end_of_all(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let value = rest.trim_start_matches([' ', '\t']).strip_prefix(':')?;
    let value = value.trim_start_matches([' ', '\t']);
    let behind = value.strip_prefix("ALL")?;
    if behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    Some(text.len() - behind.len())
}

/// Whether a place stands in a comment, of the Dockerfile or of what it writes.
fn is_comment(facts: &Facts<'_>, offset: u32) -> bool {
    let source = facts.source;
    let start = source.line_start(source.line(offset));
    source
        .slice(Span::new(start, offset))
        .trim_start()
        .starts_with('#')
}

/// Whether the rule is about root, who needs none.
fn is_of_root(before: &str) -> bool {
    let line = before.rsplit(['\n', '"', '\'']).next().unwrap_or_default();
    let mut words = line.split_ascii_whitespace();
    words.next() == Some("root")
}
