//! Flags: cut from the front of every instruction's arguments, then held against the list of
//! those the instruction knows. After BuildKit's `extractBuilderFlags` and `BFlags`.

use super::{Escape, Flag, Keyword, SyntaxError, SyntaxErrorKind, Word, json::push_part};
use crate::span::MappedText;
use crate::text::edit_distance;

/// How a flag's value is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Bool,
    List,
}

/// The flags BuildKit's frontend 1.26 knows, per instruction.
fn known(keyword: Keyword) -> &'static [(&'static str, Type)] {
    use Type::{Bool, List, Text};
    match keyword {
        Keyword::From => &[("platform", Text)],
        Keyword::Copy => &[
            ("from", Text),
            ("chown", Text),
            ("chmod", Text),
            ("link", Bool),
            ("parents", Bool),
            ("exclude", List),
        ],
        Keyword::Add => &[
            ("chown", Text),
            ("chmod", Text),
            ("link", Bool),
            ("keep-git-dir", Bool),
            ("checksum", Text),
            ("unpack", Bool),
            ("exclude", List),
        ],
        Keyword::Run => &[
            ("mount", List),
            ("network", Text),
            ("security", Text),
            ("device", List),
        ],
        Keyword::Healthcheck => &[
            ("interval", Text),
            ("timeout", Text),
            ("start-period", Text),
            ("start-interval", Text),
            ("retries", Text),
        ],
        _ => &[],
    }
}

/// Cuts the flags that begin at byte `from` of the logical line; gives them and the offset where
/// the arguments begin.
pub(super) fn cut(logical: &MappedText, from: usize, escape: Escape) -> (Vec<Flag>, usize) {
    // Blanks at the end belong to nothing, even behind an open quote.
    let text = logical.text().trim_end();
    let mut flags = Vec::new();
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        // Byte by byte: a no-break space is no blank here.
        let is_blank = |c: char| c.is_ascii() && c.is_whitespace();
        at += rest.len() - rest.trim_start_matches(is_blank).len();
        if !text.get(at..).unwrap_or_default().starts_with("--") {
            return (flags, at);
        }
        let (word, end) = word(logical, at, escape);
        if word.text() == "--" {
            return (flags, end);
        }
        flags.push(flag(&word, logical, at..end));
        at = end;
    }
}

/// One flag word with quotes and escapes removed, and where it ends.
fn word(logical: &MappedText, start: usize, escape: Escape) -> (MappedText, usize) {
    let text = logical.text().trim_end();
    let mut word = MappedText::default();
    let mut quote = None;
    let mut rest = text
        .get(start..)
        .unwrap_or_default()
        .char_indices()
        .map(|(i, c)| (start + i, c));
    while let Some((at, c)) = rest.next() {
        match quote {
            None if c.is_ascii() && c.is_whitespace() => return (word, at),
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            None if has_blank_byte(c) => {
                let end = at + c.len_utf8();
                push_part(&mut word, logical, at..end);
                return (word, end);
            }
            _ => {
                let (at, c) = if c == escape.char() {
                    match rest.next() {
                        Some(next) => next,
                        None => break,
                    }
                } else {
                    (at, c)
                };
                push_part(&mut word, logical, at..at + c.len_utf8());
            }
        }
    }
    (word, text.len())
}

/// Whether BuildKit, which goes byte by byte, takes a byte inside the character for a blank: U+0085
/// and U+00A0 are some, and so flags end in the middle of `à` or `你`.
fn has_blank_byte(c: char) -> bool {
    let mut bytes = [0; 4];
    let bytes = c.encode_utf8(&mut bytes).as_bytes();
    bytes.iter().skip(1).any(|b| matches!(b, 0x85 | 0xA0))
}

fn flag(word: &MappedText, logical: &MappedText, range: std::ops::Range<usize>) -> Flag {
    let text = word.text();
    let equals = text.find('=');
    let name_end = equals.unwrap_or(text.len());
    let value = equals.map(|i| {
        let mapped = word.part(i + 1..text.len());
        let span = if i + 1 == text.len() {
            crate::span::Span::at(logical.span(range.clone()).end)
        } else {
            mapped.span(0..mapped.text().len())
        };
        Word { text: mapped, span }
    });
    Flag {
        name: text.get(2..name_end).unwrap_or_default().to_owned(),
        value,
        span: logical.span(range),
        name_span: word.span(0..name_end),
    }
}

/// Holds the flags against what the instruction knows.
pub(super) fn check(flags: &[Flag], keyword: Keyword, line: u32, errors: &mut Vec<SyntaxError>) {
    let known = known(keyword);
    let mut seen: Vec<&str> = Vec::new();
    for flag in flags {
        let name = flag.name.clone();
        let mut error = |kind, span| {
            errors.push(SyntaxError {
                kind,
                span,
                line,
                deferred: false,
            })
        };
        let Some((_, kind)) = known.iter().find(|(n, _)| *n == flag.name) else {
            let kind = SyntaxErrorKind::UnknownFlag {
                instruction: keyword.as_str(),
                suggestion: nearest(&name, known.iter().map(|(n, _)| *n)),
                name,
            };
            error(kind, flag.name_span);
            continue;
        };
        if *kind != Type::List {
            if seen.contains(&flag.name.as_str()) {
                error(SyntaxErrorKind::RepeatedFlag(name), flag.span);
                continue;
            }
            seen.push(&flag.name);
        }
        let value = flag.value.as_ref();
        match (kind, value) {
            (Type::Bool, None) => {}
            (Type::Bool, Some(v)) if v.as_str().is_empty() => {
                error(SyntaxErrorKind::MissingFlagValue(name), flag.span);
            }
            (Type::Bool, Some(v)) => {
                let text = v.as_str();
                if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") {
                    let value = text.to_owned();
                    error(SyntaxErrorKind::NotBoolean { name, value }, v.span);
                }
            }
            (_, None) => error(SyntaxErrorKind::MissingFlagValue(name), flag.span),
            (_, Some(_)) => {}
        }
    }
}

/// The name nearest to `word`, at most two edits away, as BuildKit suggests it.
pub(crate) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|name| {
            (
                edit_distance(&word.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(d, _)| *d < 3)
        .min_by_key(|(d, _)| *d)
        .map(|(_, name)| name)
}
