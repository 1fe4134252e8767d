//! ENV and LABEL in the old form, `ENV name value`.

use crate::facts::{Facts, Node};
use crate::span::Span;
use crate::syntax::{Kind, Pair};

/// The pair of an ENV or LABEL in the old form.
pub(crate) fn of_node<'a>(node: &Node<'a>) -> Option<&'a Pair> {
    let (Kind::Env(pairs) | Kind::Label(pairs)) = &node.instruction.kind else {
        return None;
    };
    pairs.pairs.first().filter(|_| pairs.legacy)
}

/// Whether this is `ENV name = value`, which is another defect, and another rule's.
pub(super) fn has_lone_equals(pair: &Pair) -> bool {
    pair.value.as_str().starts_with('=')
}

/// Where blanks stand outside quotes; nothing if a quote is open or an escape ends the text.
pub(super) fn bare_blanks(text: &str, escape: char) -> Option<Vec<usize>> {
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

/// A pair inside a value.
pub(super) struct Swallowed {
    /// The name that was meant.
    pub name: Span,
    /// What stands between name and value: blanks or `=`.
    pub gap: Span,
    /// The value that was meant.
    pub value: Span,
}

/// The pairs that were meant behind the first one, in the value of which they are: none unless all
/// that follows looks like pairs.
pub(super) fn swallowed_keys(facts: &Facts<'_>, node: &Node<'_>, pair: &Pair) -> Vec<Swallowed> {
    if has_lone_equals(pair) {
        return Vec::new();
    }
    let escape = facts.file.escape.char();
    let lines = lines(facts.source.slice(pair.value.span), escape);
    let at = pair.value.span.start;
    let Some(((_, first), rest)) = lines.split_first() else {
        return Vec::new();
    };
    if rest.is_empty() {
        return behind_quotes(first, at).into_iter().collect();
    }
    // An open quote goes on over the lines.
    if bare_blanks(first, escape).is_none() || first.starts_with('-') {
        return Vec::new();
    }
    let is_label = matches!(node.instruction.kind, Kind::Label(_));
    let found = rest.iter().map(|(offset, line)| {
        let found = key(line, at + offset)?;
        let separator = facts.source.slice(found.gap);
        if separator == "=" {
            return Some(found);
        }
        let name = facts.source.slice(found.name);
        let (first_is_key, value) = (is_loud(pair.name.as_str()), facts.source.slice(found.value));
        let fits = if is_label {
            is_quoted(first) && is_quoted(value)
        } else {
            // `ENV PACKAGES a \` / `B c` may be a list of packages.
            first_is_key && is_loud(name) && !first.contains([' ', '\t'])
        };
        fits.then_some(found)
    });
    found.collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// The lines of a value with their offsets, without continuations, comments and blank lines.
fn lines(text: &str, escape: char) -> Vec<(u32, &str)> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let code = line.trim();
        let code = code.strip_suffix(escape).unwrap_or(code).trim_end();
        if !code.is_empty() && !code.starts_with('#') {
            lines.push((u32::try_from(start).unwrap_or(u32::MAX), code));
        }
    }
    lines
}

/// `"x" b="y"`: what follows a value in quotes on one line.
fn behind_quotes(text: &str, at: u32) -> Option<Swallowed> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let close = text.get(1..)?.find(quote)? + 2;
    let behind = text.get(close..)?;
    let rest = behind.trim_start();
    if rest.len() == behind.len() || text.get(..close)?.contains('\\') {
        return None;
    }
    let offset = u32::try_from(text.len() - rest.len()).ok()?;
    key(rest, at + offset).filter(|found| found.gap.len() == 1 && rest.contains('='))
}

/// A name, `=` or blanks, and a value.
fn key(line: &str, at: u32) -> Option<Swallowed> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let end = line.find(|c| !fits(c))?;
    let name = line.get(..end)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let rest = line.get(end..)?;
    let blanks = rest.len() - rest.trim_start().len();
    let gap = if rest.starts_with('=') { 1 } else { blanks };
    let value = rest.get(gap..)?;
    if gap == 0 || value.is_empty() || value.starts_with(['=', ' ', '\t']) {
        return None;
    }
    let place = |from: usize, to: usize| {
        Some(Span::new(
            at + u32::try_from(from).ok()?,
            at + u32::try_from(to).ok()?,
        ))
    };
    Some(Swallowed {
        name: place(0, end)?,
        gap: place(end, end + gap)?,
        value: place(end + gap, line.len())?,
    })
}

/// `LC_ALL`
fn is_loud(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn is_quoted(value: &str) -> bool {
    let inner = |q: char| value.strip_prefix(q)?.strip_suffix(q);
    ['"', '\'']
        .into_iter()
        .find_map(inner)
        .is_some_and(|inner| !inner.contains(['"', '\'']))
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
