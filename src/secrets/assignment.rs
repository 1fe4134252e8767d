//! Values behind the names of secrets, in any text: `export TOKEN=x`, `password: x`,
//! `{"password": "x"}`, `<password>x</password>`, lines of a `.netrc`.

use std::ops::Range;

use super::listed;
use super::name::{self, Noun, SecretName};
use super::value::{self, ValueKind};

/// What a text is, as far as it decides where a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Commands for a shell.
    Shell,
    /// A file of settings, a label, whatever else.
    Any,
}

/// A value behind the name of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// What it promises.
    pub noun: Noun,
    /// Where the value stands.
    pub range: Range<usize>,
    /// What it is: a secret, or what everybody tries first.
    pub kind: ValueKind,
    /// Whether the name begins a word outside quotes, as in `export X=y`.
    pub is_bare: bool,
}

/// The most of a name and of a value that is looked at.
const REACH: usize = 1024;

/// The values behind the names of secrets in a text.
pub fn find(text: &str, language: Language) -> Vec<Named> {
    let mut found = Vec::new();
    if !name::may_name(text) {
        return found;
    }
    let is_netrc = text.contains("machine ") || text.contains("default login ");
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let first = found.len();
        if name::may_name(line) {
            in_line(line.trim_end(), language, is_netrc, &mut found);
        }
        for named in found.iter_mut().skip(first) {
            named.range = named.range.start + start..named.range.end + start;
        }
        start += line.len();
    }
    found
}

fn in_line(line: &str, language: Language, is_netrc: bool, found: &mut Vec<Named>) {
    // Up to here everything was looked at.
    let mut seen = 0;
    for (at, separator) in line.match_indices(['=', ':', '>']) {
        if at < seen {
            continue;
        }
        let Some(place) = named(line, at, separator) else {
            continue;
        };
        let name = line.get(place.name.clone()).unwrap_or_default();
        // A property that Java or Gradle is given.
        let property = name.strip_prefix("-D").or_else(|| name.strip_prefix("-P"));
        let name = property.unwrap_or(name);
        let Some(class) = name::classify(name) else {
            continue;
        };
        let value = value_at(line, at, &place, language);
        let text = line.get(value.clone()).unwrap_or_default();
        if let Some(kind) = judge(&class, text, &place) {
            seen = value.end;
            let ahead = line.get(..place.name.start).unwrap_or_default();
            found.push(Named {
                name: name.to_owned(),
                noun: class.noun,
                range: value,
                kind,
                is_bare: ahead.is_empty()
                    || ahead.ends_with([' ', '\t', ';'])
                    || ahead.ends_with("&&"),
            });
        } else if value.len() > REACH {
            // Whoever nests that much hides nothing there that a person could read.
            seen = value.end;
        }
    }
    in_words(line, is_netrc, found);
}

/// Names and values with a blank between them.
fn in_words(line: &str, is_netrc: bool, found: &mut Vec<Named>) {
    const DIRECTIVES: &str = "requirepass masterauth rootpw";
    let mut words = words(line).peekable();
    let mut push = |name: &str, class: &SecretName, value: Range<usize>| {
        let text = line.get(value.clone()).unwrap_or_default();
        if let Some(kind) = judged(class, text) {
            found.push(Named {
                name: name.to_owned(),
                noun: class.noun,
                range: value,
                kind,
                is_bare: true,
            });
        }
    };
    let mut first = true;
    while let Some(word) = words.next() {
        let text = line.get(word.clone()).unwrap_or_default();
        let text = if first {
            text.trim_start_matches('#')
        } else {
            text
        };
        if first && (text.is_empty() || text.eq_ignore_ascii_case("ONBUILD")) {
            continue;
        }
        let sets = first
            && ["ENV", "LABEL"]
                .iter()
                .any(|k| text.eq_ignore_ascii_case(k));
        if sets {
            first = false;
            let Some(name) = words.next_if(|w| !has_equals(line, w)) else {
                continue;
            };
            let Some(value) = words.peek() else {
                break;
            };
            let value = unquoted(line, value.start..line.len());
            let name = line.get(name).unwrap_or_default();
            if let Some(class) = name::classify(name) {
                push(name, &class, value);
            }
            continue;
        }
        let bare = text.trim_start_matches(['"', '\'']);
        let is_password = is_netrc && bare == "password";
        if (first || !bare.is_empty())
            && (is_password || listed(DIRECTIVES, bare))
            && let Some(next) = words.peek()
        {
            let value = unquoted(line, next.clone());
            push(bare, &password(), value);
        }
        first = false;
    }
}

fn password() -> SecretName {
    SecretName {
        noun: Noun::Password,
        strong: true,
        exact: true,
        words: vec!["password".to_owned()],
    }
}

/// The words between blanks and `\n`.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = line.as_ptr() as usize;
    let words = line.split_ascii_whitespace().flat_map(|w| w.split("\\n"));
    words.filter(|w| !w.is_empty()).map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

fn has_equals(line: &str, word: &Range<usize>) -> bool {
    line.get(word.clone()).is_some_and(|w| w.contains('='))
}

/// A name in front of a `=`, `:` or `>`.
struct Place {
    name: Range<usize>,
    /// Where the value begins.
    from: usize,
    ends: Ends,
    /// Whether blanks stand around the `=`, as in a program.
    spaced: bool,
}

/// What ends a value, besides its quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// A blank.
    Word,
    /// `}`
    Brace,
    /// What ends a parameter of a URL.
    Parameter,
    /// `<`
    Tag,
}

/// The name in front of a separator, where its value begins and what ends it.
fn named(line: &str, at: usize, separator: &str) -> Option<Place> {
    let before = line.get(..at)?;
    let after = line.get(at + 1..)?;
    let bare = before.trim_end_matches(['"', '\'', ' ', '\\']);
    // `:=`, `?=`
    let bare = match separator {
        "=" => bare.trim_end_matches([':', '?']).trim_end(),
        _ => bare,
    };
    let name_start = bare
        .char_indices()
        .rev()
        .take(REACH)
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        .last()?
        .0;
    let name = name_start..bare.len();
    let ahead = before.get(..name_start)?;
    let place = |from, ends| Place {
        name: name.clone(),
        from,
        ends,
        spaced: false,
    };
    if separator == ">" {
        return (bare.len() == at && ahead.ends_with('<')).then(|| place(at + 1, Ends::Tag));
    }
    if separator == ":" {
        // `${NAME:-default}`
        if bare.len() == at && after.starts_with(['-', '=']) && ahead.ends_with("${") {
            return Some(place(at + 2, Ends::Brace));
        }
        // A line of YAML or of JSON, a header.
        let starts = ahead
            .trim_start_matches([' ', '\t', '-', '#', '{'])
            .is_empty();
        let is_quoted = bare.len() < at && !before.ends_with(' ');
        let is_header = ahead.ends_with(['"', '\'']) && bare.len() == at;
        // A prompt ends with the quote: `'Password: '`.
        let ends = |c: char| ahead.ends_with(c) && after.trim_start().starts_with(c);
        if is_header && (ends('"') || ends('\'')) {
            return None;
        }
        let is_key = starts || is_quoted || is_header;
        let is_key = is_key && (after.starts_with([' ', '"', '\'', '\\']) || is_header);
        let blanks = after.len() - after.trim_start().len();
        return (is_key && !ahead.ends_with(['$', '{']))
            .then(|| place(at + 1 + blanks, Ends::Word));
    }
    // Comparisons, and what is taken from a variable.
    if after.starts_with(['=', '~']) || ahead.ends_with(['$', '@']) || ahead.ends_with("${") {
        return None;
    }
    let is_field = ahead.ends_with(';') && ahead.contains('=');
    if is_field || ahead.ends_with(['?', '&']) && ahead.contains(['=', '/']) {
        return Some(place(at + 1, Ends::Parameter));
    }
    // Blanks stand on both sides or on none.
    let blanks = after.len() - after.trim_start_matches(' ').len();
    let is_spaced = before.ends_with(' ');
    // `[ "$x" = y ]`, `if x = y`
    let compares = is_spaced && ahead.contains(['[', '$']);
    (is_spaced == (blanks > 0) && !compares).then(|| Place {
        spaced: is_spaced,
        ..place(at + 1 + blanks, Ends::Word)
    })
}

/// The value of a place, without its quotes.
fn value_at(line: &str, at: usize, place: &Place, language: Language) -> Range<usize> {
    let from = place.from;
    let rest = line.get(from..).unwrap_or_default();
    match place.ends {
        Ends::Brace => {
            let end = rest.find('}').unwrap_or(rest.len());
            return unquoted(line, from..from + end);
        }
        Ends::Tag => return from..from + rest.find('<').unwrap_or(0),
        Ends::Parameter => {
            let end = rest.find(|c: char| c.is_whitespace() || "&#\"'`<>|;)\\".contains(c));
            return from..from + end.unwrap_or(rest.len());
        }
        Ends::Word => {}
    }
    // `\"` in a quoted text.
    if let Some(inner) = rest.strip_prefix("\\\"") {
        let end = inner.find("\\\"").unwrap_or(inner.len());
        return from + 2..from + 2 + end;
    }
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let mut escaped = false;
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        return from + 1..from + 1 + end.unwrap_or(inner.len());
    }
    // Inside a quoted word, as in JSON, its end is the value's.
    let opening = line.get(..at).and_then(|b| b.rfind([' ', '"', '\'', ',']));
    let start = opening.map_or(0, |i| i + 1);
    let opening = opening.and_then(|i| line.get(i..=i)).unwrap_or(" ");
    let outer = opening.chars().next().filter(|c| !matches!(c, ' ' | ','));
    let delimiter = sed_delimiter(line, start);
    let is_shell = language == Language::Shell && outer.is_none();
    let mut before = ' ';
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let ends = !escaped
            && (c.is_whitespace()
                || Some(c) == outer
                || Some(c) == delimiter
                || is_shell && matches!(c, ';' | '&' | '|' | ')' | '>' | '<' | '`'));
        // A line that `echo -e` and `printf` end.
        let ends = ends || before == '\\' && c == 'n' && outer.is_some();
        escaped = c == '\\' && !escaped;
        before = c;
        ends
    });
    let mut end = end.unwrap_or(rest.len());
    let text = rest.get(..end).unwrap_or_default();
    if outer.is_some() && rest.get(end..).is_some_and(|r| r.starts_with('n')) {
        end = text.trim_end_matches('\\').len();
    }
    from..from + end
}

/// The `/` of `s/x/y/`, if the word is a command of sed.
fn sed_delimiter(line: &str, start: usize) -> Option<char> {
    let word = line.get(start..)?;
    let word = word.trim_start_matches(['"', '\'']);
    let word = word.strip_prefix('s')?;
    word.chars()
        .next()
        .filter(|c| matches!(c, '/' | '|' | '#' | '@' | ',' | '~' | '%' | '!'))
}

/// A range without the quotes around it.
fn unquoted(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let start = range.start + text.len() - text.trim_start_matches(['"', '\'']).len();
    let end = range.start + text.trim_end_matches(['"', '\'']).len();
    start..end.max(start)
}

fn judge(class: &SecretName, text: &str, place: &Place) -> Option<ValueKind> {
    let kind = judged(class, text)?;
    (!place.spaced || !is_code(text)).then_some(kind)
}

fn judged(class: &SecretName, text: &str) -> Option<ValueKind> {
    if text.is_empty() || text.starts_with(['$', '%', '!', '&', '*']) {
        return None;
    }
    // `$(…)` within, a pattern, a call.
    if text.contains("$(")
        || text.contains(".*")
        || text.contains("[^")
        || text.contains("=/")
        || is_call(text)
    {
        return None;
    }
    let end = text.floor_char_boundary(REACH);
    let kind = value::classify(text.get(..end).unwrap_or(text), class);
    let speaks = if class.strong {
        kind.is_secret() || kind == ValueKind::Default
    } else {
        kind == ValueKind::Random
    };
    speaks.then_some(kind)
}

/// `getenv("X")`, `os.environ["X"]`, `config.get(`
fn is_call(text: &str) -> bool {
    let head = text.find(['(', '[']).and_then(|i| text.get(..i));
    head.is_some_and(|head| {
        !head.is_empty()
            && head
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
    })
}

/// A name of a program: `settings.password`, `user_input`.
fn is_code(text: &str) -> bool {
    let text = text.trim_end_matches([';', ',']);
    text.bytes()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
        && text.contains(['_', '.'])
}
