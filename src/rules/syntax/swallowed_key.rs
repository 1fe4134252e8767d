//! `swallowed-key`: a pair that is part of the value of another.

use super::legacy::{Swallowed, bare_blanks, of_node, swallowed_keys};
use crate::edits::has_comment_inside;
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Pair;

rule!(SwallowedKey);

impl Rule for SwallowedKey {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(pair) = of_node(node) else { return };
        let swallowed = swallowed_keys(cx.facts, node, pair);
        let Some(first) = swallowed.first() else {
            return;
        };
        let key = cx.source().slice(first.name);
        let message = format!("`{key}` is no key but part of the value of `{}`", pair.name);
        let fix = fix(cx.facts, node, pair, &swallowed);
        let keyword = &node.instruction.name;
        let report = cx
            .report(first.name, message)
            .label(pair.name.span, "without `=`, all that follows is its value")
            .help(format!("write `{keyword} {}=… {key}=…`", pair.name));
        if let Some(fix) = fix {
            report.fix(fix);
        }
    }
}

/// `=` between each name and its value, if each value is one word.
fn fix(facts: &Facts<'_>, node: &Node<'_>, pair: &Pair, swallowed: &[Swallowed]) -> Option<Fix> {
    let escape = facts.file.escape.char();
    if has_comment_inside(facts, node.instruction.span) {
        return None;
    }
    let gap = Span::new(pair.name.span.end, pair.value.span.start);
    let raw = facts.source.slice(pair.value.span);
    let first = swallowed.first()?;
    let before = facts
        .source
        .slice(Span::new(pair.value.span.start, first.name.start));
    let value = before.trim_end().trim_end_matches(escape).trim_end();
    let blank = |span: Span| {
        let text = facts.source.slice(span);
        text == "=" || !text.is_empty() && text.bytes().all(|b| b == b' ' || b == b'\t')
    };
    let is_word = |text: &str| bare_blanks(text, escape).is_some_and(|blanks| blanks.is_empty());
    let words = || swallowed.iter().map(|s| facts.source.slice(s.value));
    let fits = blank(gap) && raw.starts_with(value) && is_word(value) && words().all(is_word);
    if !fits {
        return None;
    }
    let gaps = std::iter::once(gap).chain(swallowed.iter().map(|s| s.gap));
    let edits = gaps.filter(|gap| facts.source.slice(*gap) != "=");
    let edits = edits.map(|gap| Edit::replace(gap, "=")).collect();
    Some(Fix::unsafe_(
        "put a `=` between each key and its value",
        edits,
    ))
}
