//! Which parts of a text no report shows, whatever the text is: a Dockerfile, a message, an edit.
//!
//! The rules of secrets judge variables and their places; a report has to hide what they judge and
//! more, with every rule off and in texts that cannot be read. So names and values are looked for
//! in the bare text: what is a secret by its own shape, and what stands behind a secret's name.

use std::borrow::Cow;
use std::ops::Range;

use super::value::ValueKind;
use super::{name, scan, value};

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it is, without the line breaks it is continued over.
    pub value: String,
}

/// The most of a name and of a value that is looked at.
const REACH: usize = 1024;

/// The secrets in a text, by their starts; some may overlap.
pub fn find(text: &str) -> Vec<Hidden> {
    let joined = Joined::of(text);
    let whole = joined.text.as_ref();
    let mut ranges: Vec<Range<usize>> = scan::hits(whole).into_iter().map(|h| h.range).collect();
    let mut start = 0;
    for line in whole.split_inclusive('\n') {
        let line_ranges = in_line(line.trim_end());
        ranges.extend(
            line_ranges
                .into_iter()
                .map(|r| r.start + start..r.end + start),
        );
        start += line.len();
    }
    let mut found: Vec<Hidden> = ranges
        .into_iter()
        .map(|range| Hidden {
            value: whole.get(range.clone()).unwrap_or_default().to_owned(),
            range: joined.place(range),
        })
        .collect();
    found.sort_by_key(|h| (h.range.start, h.range.end));
    found
}

/// Whether a value is a secret under its name.
pub fn is_named(name: &str, value: &str) -> bool {
    is_secret(name, value, false)
}

/// A text whose continued lines are one.
struct Joined<'t> {
    text: Cow<'t, str>,
    /// Where each piece starts, here and in the text.
    pieces: Vec<(usize, usize)>,
}

impl<'t> Joined<'t> {
    fn of(text: &'t str) -> Self {
        let mut pieces = vec![(0, 0)];
        if !text.contains('\n') {
            return Self {
                text: text.into(),
                pieces,
            };
        }
        let mut joined = String::with_capacity(text.len());
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let end = at + line.len();
            let body = line.trim_end();
            match body.strip_suffix(['\\', '`']) {
                Some(kept) if line.ends_with('\n') => {
                    joined.push_str(kept);
                    pieces.push((joined.len(), end));
                }
                _ => joined.push_str(line),
            }
            at = end;
        }
        Self {
            text: joined.into(),
            pieces,
        }
    }

    fn place(&self, range: Range<usize>) -> Range<usize> {
        // The last byte decides the end, lest the start of a piece be taken for it.
        let last = range.end.saturating_sub(1).max(range.start);
        let end = self.offset(last) + range.end.saturating_sub(last);
        self.offset(range.start)..end
    }

    fn offset(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|p| p.0 <= at).saturating_sub(1);
        let (here, there) = self.pieces.get(index).copied().unwrap_or_default();
        there + at - here
    }
}

/// The values behind the names of secrets.
fn in_line(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Up to here everything was looked at.
    let mut seen = 0;
    for (at, separator) in line.match_indices(['=', ':']) {
        if at < seen {
            continue;
        }
        let Some((name, from, braces)) = named(line, at, separator == ":") else {
            continue;
        };
        let value = value_at(line, at, from, braces);
        if is_secret(name, line.get(value.clone()).unwrap_or_default(), false) {
            seen = value.end;
            found.push(value);
        } else if value.len() > REACH {
            // Whoever nests that much hides nothing there that a person could read.
            seen = value.end;
        }
    }
    let mut words = words(line).peekable();
    let mut is_first = true;
    while let Some(word) = words.next() {
        let text = line.get(word.clone()).unwrap_or_default();
        if is_first && text.eq_ignore_ascii_case("ONBUILD") {
            continue;
        }
        let sets = is_first
            && ["ENV", "LABEL"]
                .iter()
                .any(|k| text.eq_ignore_ascii_case(k));
        is_first = false;
        if sets {
            let Some(name) = words.next_if(|w| !has_equals(line, w)) else {
                continue;
            };
            let Some(first) = words.peek() else {
                break;
            };
            let value = unquoted(line, first.start..line.len());
            let name = line.get(name).unwrap_or_default();
            if is_secret(name, line.get(value.clone()).unwrap_or_default(), false) {
                found.push(value);
            }
            continue;
        }
        // `--token VALUE`, or as JSON.
        let flag = text.trim_start_matches(['[', '"', '\'', ',']);
        let flag = flag.trim_end_matches(['"', '\'', ',']);
        if !flag.starts_with('-') || flag.contains('=') {
            continue;
        }
        let Some(next) = words.peek() else {
            break;
        };
        let end = line.get(next.clone()).unwrap_or_default();
        let end = end.trim_end_matches([']', ',', ';', ')']).len();
        let value = unquoted(line, next.start..next.start + end);
        let text = line.get(value.clone()).unwrap_or_default();
        let is_value = !text.starts_with(['-', '<', '>', '|', '&', ';']) && !text.contains('=');
        if is_value && is_secret(flag, text, true) {
            found.push(value);
        }
    }
    found
}

/// The words between blanks.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = line.as_ptr() as usize;
    line.split_ascii_whitespace().map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

fn has_equals(line: &str, word: &Range<usize>) -> bool {
    line.get(word.clone()).is_some_and(|w| w.contains('='))
}

/// The name in front of a `=` or `:`, where its value begins, and whether braces end it.
fn named(line: &str, at: usize, colon: bool) -> Option<(&str, usize, bool)> {
    let before = line.get(..at)?;
    let after = line.get(at + 1..)?;
    let bare = before.trim_end_matches(['"', '\'', ' ']);
    let name_start = bare
        .char_indices()
        .rev()
        .take(REACH)
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        .last()?
        .0;
    let name = bare.get(name_start..)?;
    if colon {
        // `${NAME:-default}`
        if bare.len() == at
            && after.starts_with(['-', '='])
            && before.get(..name_start)?.ends_with("${")
        {
            return Some((name, at + 2, true));
        }
        // A line of YAML or of JSON.
        let starts = before.get(..name_start)?;
        let starts = starts.trim_start_matches([' ', '\t', '-']).is_empty();
        let is_key = starts || bare.len() < at && !before.ends_with(' ');
        let is_key = is_key && (after.starts_with([' ', '"', '\'']));
        let blanks = after.len() - after.trim_start().len();
        return is_key.then_some((name, at + 1 + blanks, false));
    }
    // Blanks stand on both sides or on none.
    let blanks = after.len() - after.trim_start_matches(' ').len();
    let is_spaced = before.ends_with(' ');
    (is_spaced == (blanks > 0)).then_some((name, at + 1 + blanks, false))
}

/// The value that begins at `from`, without its quotes.
fn value_at(line: &str, at: usize, from: usize, braces: bool) -> Range<usize> {
    let rest = line.get(from..).unwrap_or_default();
    if braces {
        let end = rest.find('}').unwrap_or(rest.len());
        return unquoted(line, from..from + end);
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
    let opening = opening.and_then(|i| line.get(i..=i)).unwrap_or(" ");
    let outer = opening.chars().next().filter(|c| !matches!(c, ' ' | ','));
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let ends = !escaped && (c.is_whitespace() || Some(c) == outer);
        escaped = c == '\\' && !escaped;
        ends
    });
    from..from + end.unwrap_or(rest.len())
}

/// A range without the quotes around it.
fn unquoted(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let start = range.start + text.len() - text.trim_start_matches(['"', '\'']).len();
    let end = range.start + text.trim_end_matches(['"', '\'']).len();
    start..end.max(start)
}

fn is_secret(name: &str, value: &str, exact: bool) -> bool {
    if value.starts_with(['$', '%']) || value.is_empty() {
        return false;
    }
    let Some(class) = name::classify(name).filter(|c| c.exact || !exact) else {
        return false;
    };
    let end = value.floor_char_boundary(REACH);
    let kind = value::classify(value.get(..end).unwrap_or(value), &class);
    if class.strong {
        kind.is_secret()
    } else {
        kind == ValueKind::Random
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> Vec<&str> {
        let found = find(text).into_iter();
        found.map(|h| text.get(h.range).unwrap()).collect()
    }

    #[test]
    fn values_stand_behind_the_names_of_secrets() {
        // A password that nobody has, and none that a scanner knows.
        let pass = ["violet", "umbrella"].join("-");
        for text in [
            "ENV DB_PASSWORD=@",
            "ENV A=b DB_PASSWORD=\"@\" C=d",
            "ENV DB_PASSWORD @",
            "onbuild env DB_PASSWORD '@'",
            "EVN DB_PASSWORD=@ x",
            "LABEL db.password=@",
            "CMD app --password=@",
            "CMD app --password @ -v",
            "CMD [\"app\", \"--password=@\"]",
            "CMD [\"app\", \"--password\", \"@\"]",
            "RUN x -e DB_PASSWORD=@ y",
            "ENV X=${DB_PASSWORD:-@}",
            "password = \"@\"",
            "  password: @",
            "{\"user\":\"x\",\"password\":\"@\"}",
            "RUN \\\n  DB_PASSWORD=@ \\\n  make",
        ] {
            let text = text.replace('@', &pass);
            assert_eq!(hidden(&text), [pass.as_str()], "{text}");
        }
        let (a, b) = pass.split_at(6);
        let text = format!("ENV DB_PASSWORD={a}\\\r\n{b}\r\nUSER x\r\n");
        assert_eq!(hidden(&text), [format!("{a}\\\r\n{b}")]);
        assert_eq!(find(&text)[0].value, pass);
    }

    #[test]
    fn other_text_is_shown() {
        for text in [
            "RUN echo hello && make PREFIX=/usr",
            "ENV DB_PASSWORD=$PASSWORD TOKEN_URL=https://example.com KEY_ID=abc",
            "RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci",
            "RUN mysql --password -u root",
            "RUN docker login --password-stdin registry.example.com",
            "ENV POSTGRES_PASSWORD=postgres",
            "# Password: change it",
            "RUN token=$(cat /run/secrets/token) make",
        ] {
            assert_eq!(hidden(text), [] as [&str; 0], "{text}");
        }
    }
}
