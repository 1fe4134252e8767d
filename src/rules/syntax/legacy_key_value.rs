//! `legacy-key-value`: `ENV name value`.

pub(crate) use super::legacy::of_node;
use super::legacy::{bare_blanks, has_lone_equals, swallowed_keys};
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Pair;

rule!(LegacyKeyValue);

impl Rule for LegacyKeyValue {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if let Some(pair) = of_node(node)
            && !is_left_to_others(cx.facts, node, pair)
        {
            report(cx, node, pair);
        }
    }
}

/// Whether the pair has a defect that is another rule's.
pub(crate) fn is_left_to_others(facts: &Facts<'_>, node: &Node<'_>, pair: &Pair) -> bool {
    has_lone_equals(pair) || !swallowed_keys(facts, node, pair).is_empty()
}

/// Reports a pair in the old form.
pub(crate) fn report(cx: &mut Context<'_>, node: &Node<'_>, pair: &Pair) {
    let is_whole = swallowed_keys(cx.facts, node, pair).is_empty();
    let edits = edits(cx, pair).filter(|_| is_whole);
    let name = &node.instruction.name;
    let report = cx
        .report(pair.span, format!("`{name} name value` is the old form"))
        .help(format!("write `{name} {}=…`", pair.name));
    if let Some(edits) = edits {
        report.fix(Fix::safe("put a `=` between name and value", edits));
    }
}

/// The edits to the new form, in which the value means the same.
fn edits(cx: &Context<'_>, pair: &Pair) -> Option<Vec<Edit>> {
    let gap = Span::new(pair.name.span.end, pair.value.span.start);
    let blank = cx
        .source()
        .slice(gap)
        .bytes()
        .all(|b| b == b' ' || b == b'\t');
    let plain_name = !pair.name.as_str().contains(['"', '\'', '\\', '`']);
    let value = pair.value.as_str();
    if !blank || !plain_name || gap.is_empty() || value.starts_with('=') || value.is_empty() {
        return None;
    }
    let mut edits = vec![Edit::replace(gap, "=")];
    let escape = cx.file().escape.char();
    let blanks = bare_blanks(value, escape)?;
    if blanks.is_empty() {
        return Some(edits);
    }
    if !value.contains(['"', '\'', escape]) {
        // Without quotes and escapes, quotes around it change nothing but the words.
        edits = vec![
            Edit::replace(gap, "=\""),
            Edit::insert(pair.value.span.end, "\""),
        ];
        return Some(edits);
    }
    // An escaped blank is a blank that separates nothing.
    for at in blanks {
        let offset = pair.value.text.offset(at as u32);
        edits.push(Edit::insert(offset, escape.to_string()));
    }
    Some(edits)
}
