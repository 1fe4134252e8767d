//! `legacy-key-value`: `ENV name value`.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Kind, Pair};

rule!(LegacyKeyValue);

impl Rule for LegacyKeyValue {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if let Some(pair) = of_node(node)
            && !has_lone_equals(pair)
        {
            report(cx, node, pair);
        }
    }
}

/// The pair of an ENV or LABEL in the old form.
pub(crate) fn of_node<'a>(node: &Node<'a>) -> Option<&'a Pair> {
    let (Kind::Env(pairs) | Kind::Label(pairs)) = &node.instruction.kind else {
        return None;
    };
    pairs.pairs.first().filter(|_| pairs.legacy)
}

/// Whether this is `ENV name = value`, which is another defect, and another rule's.
pub(crate) fn has_lone_equals(pair: &Pair) -> bool {
    pair.value.as_str().starts_with('=')
}

/// Reports a pair in the old form.
pub(crate) fn report(cx: &mut Context<'_>, node: &Node<'_>, pair: &Pair) {
    let edits = edits(cx, pair);
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

/// Where blanks stand outside quotes; nothing if a quote is open or an escape ends the text.
fn bare_blanks(text: &str, escape: char) -> Option<Vec<usize>> {
    let mut blanks = Vec::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        if c == escape && quote != Some('\'') {
            chars.next()?;
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && (c == '"' || c == '\'') {
            quote = Some(c);
        } else if quote.is_none() && c.is_whitespace() {
            blanks.push(i);
        }
    }
    quote.is_none().then_some(blanks)
}

#[cfg(test)]
mod tests {
    use super::bare_blanks;

    #[test]
    fn blanks_in_quotes_and_behind_escapes_separate_nothing() {
        assert_eq!(bare_blanks("a b", '\\'), Some(vec![1]));
        assert_eq!(bare_blanks("\"a b\" c", '\\'), Some(vec![5]));
        assert_eq!(bare_blanks("a\\ b", '\\'), Some(vec![]));
        assert_eq!(bare_blanks("it's", '\\'), None);
        assert_eq!(bare_blanks("a\\", '\\'), None);
    }
}
