//! What `sed` and `perl` write: the right side of `s/x/y/`, the text of `a`, `i` and `c`.

use std::ops::Range;

use super::documents::Written;
use crate::secrets::assignment;
use crate::secrets::name;
use crate::secrets::words::Word;

/// A substitution: where its sides stand in the script.
struct Substitution {
    address: Option<Range<usize>>,
    pattern: Range<usize>,
    replacement: Range<usize>,
}

/// The texts that the commands of a script write.
pub(super) fn written(script: &Word) -> Vec<Word> {
    let mut texts: Vec<Word> = substitutions(&script.text)
        .iter()
        .map(|s| replaced(script, s))
        .collect();
    texts.extend(inserted(&script.text).map(|range| script.part(range).decoded()));
    texts
}

/// The values that take the place of a name that stands for them: `s/__DB_PASSWORD__/x/`.
pub(super) fn named(script: &Word) -> Vec<Written> {
    let mut found = Vec::new();
    if !name::may_name(&script.text) {
        return found;
    }
    for substitution in substitutions(&script.text) {
        let pattern = script.text.get(substitution.pattern);
        let value = script.text.get(substitution.replacement.clone());
        let (Some(pattern), Some(value)) = (pattern, value) else {
            continue;
        };
        if let Some(mut named) = assignment::stood_for(pattern, value) {
            let start = substitution.replacement.start;
            let range = named.range.start + start..named.range.end + start;
            named.range = script.place(range);
            found.push(Written {
                secret: value.to_owned(),
                named,
            });
        }
    }
    found
}

/// The substitutions of a script, `s/x/y/` with any delimiter.
fn substitutions(script: &str) -> Vec<Substitution> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = script.get(from..).and_then(|s| s.find('s')) {
        let at = from + at;
        from = at + 1;
        let before = script.get(..at).unwrap_or_default();
        // An address, a brace or the command before.
        let begins = before.is_empty()
            || before.ends_with(|c: char| {
                c.is_whitespace() || c.is_ascii_digit() || "/$;{}!,|#%".contains(c)
            });
        let delimiter = script.get(at + 1..).and_then(|s| s.chars().next());
        let Some(delimiter) = delimiter.filter(|c| begins && "/|#@,~%!:;+_^".contains(*c)) else {
            continue;
        };
        let start = at + 1 + delimiter.len_utf8();
        let Some(middle) = unescaped(script, start, delimiter) else {
            continue;
        };
        let second = middle + delimiter.len_utf8();
        let Some(end) = unescaped(script, second, delimiter) else {
            continue;
        };
        let address = before.strip_suffix('/').and_then(|b| {
            let start = b.rfind('/')? + 1;
            Some(start..b.len())
        });
        found.push(Substitution {
            address,
            pattern: start..middle,
            replacement: second..end,
        });
        from = end;
    }
    found
}

/// Where the next delimiter stands that no backslash takes away.
fn unescaped(script: &str, from: usize, delimiter: char) -> Option<usize> {
    let mut escaped = false;
    let found = script.get(from..)?.char_indices().find(|(_, c)| {
        let ends = *c == delimiter && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    Some(from + found?.0)
}

/// The right side of a substitution with the text that its `\1` and `&` stand for.
fn replaced(script: &Word, substitution: &Substitution) -> Word {
    let pattern = script
        .text
        .get(substitution.pattern.clone())
        .unwrap_or_default();
    let right = substitution.replacement.clone();
    let text = script.text.get(right.clone()).unwrap_or_default();
    let mut pieces: Vec<Word> = Vec::new();
    let mut from = right.start;
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        let at = right.start + i;
        let stands_for = match c {
            '1'..='9' if escaped || text.get(..i).is_some_and(|t| t.ends_with('$')) => {
                let number = c.to_digit(10).unwrap_or(1) as usize;
                Some((at - 1, group(pattern, number)))
            }
            '&' if !escaped => Some((at, plain(pattern))),
            _ => None,
        };
        if let Some((start, known)) = stands_for {
            pieces.push(script.part(from..start).decoded());
            pieces.push(script.part(start..at + 1).stand_for(&known));
            from = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    pieces.push(script.part(from..right.end).decoded());
    // `/name/s/=.*/=value/`
    if let Some(address) = &substitution.address
        && text.starts_with(['=', ':', ' '])
        && let Some(first) = pieces.first_mut()
    {
        let name = plain(script.text.get(address.clone()).unwrap_or_default());
        let place = script.part(right.start..right.start + 1).stand_for(&name);
        *first = Word::concatenated(&[&place, first]);
    }
    Word::concatenated(&pieces.iter().collect::<Vec<_>>())
}

/// The text of a group of a regular expression without what is no text.
fn group(pattern: &str, number: usize) -> String {
    let behind = pattern.split('(').nth(number).unwrap_or_default();
    plain(behind.split(')').next().unwrap_or_default())
}

fn plain(pattern: &str) -> String {
    let is_text = |c: char| c.is_alphanumeric() || " _-.=:'\"<>/\t,".contains(c);
    let text = pattern.replace(".*", "").replace("\\s", " ");
    text.chars().filter(|c| is_text(*c)).collect()
}

/// The texts behind `a`, `i` and `c`: `/x/a text`, `$a text`, `3i\text`.
fn inserted(script: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = script.as_ptr() as usize;
    script.lines().filter_map(move |line| {
        let at = line.as_ptr() as usize - start;
        let (i, _) = line.char_indices().find(|(i, c)| {
            let before = line.get(..*i).unwrap_or_default().trim_end();
            let behind = line.get(i + 1..).unwrap_or_default();
            matches!(c, 'a' | 'i' | 'c')
                && (behind.starts_with([' ', '\\']) || before.ends_with('$'))
                && (before.is_empty()
                    || before.ends_with(['/', '$', '|', '#', ','])
                    || before.ends_with(|c: char| c.is_ascii_digit()))
        })?;
        let text = line.get(i + 1..)?;
        let text = text.trim_start().trim_start_matches('\\').trim_start();
        (!text.is_empty()).then(|| at + line.len() - text.len()..at + line.len())
    })
}
