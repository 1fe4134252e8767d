//! Which parts of a text no report shows, whatever the text is: a Dockerfile, a message, an edit.
//!
//! The rules of secrets judge variables and their places; a report has to hide what they judge and
//! more, with every rule off and in texts that cannot be read. So names and values are looked for
//! in the bare text: what is a secret by its own shape, and what stands behind a secret's name.

use std::borrow::Cow;
use std::ops::Range;

use super::value::ValueKind;
use super::{assignment, name, position, scan, value};

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
    look(text, true)
}

/// The same without what only its place on a command line tells, for a text whose command lines are
/// read already.
pub fn find_off_command_lines(text: &str) -> Vec<Hidden> {
    look(text, false)
}

fn look(text: &str, on_command_lines: bool) -> Vec<Hidden> {
    let joined = Joined::of(text);
    let whole = joined.text.as_ref();
    let mut ranges: Vec<Range<usize>> = scan::hits(whole).into_iter().map(|h| h.range).collect();
    let named = assignment::find(whole, assignment::Language::Any).into_iter();
    ranges.extend(named.filter(|n| n.kind.is_secret()).map(|n| n.range));
    if on_command_lines {
        let positioned = position::find(whole, &|_| None).into_iter();
        ranges.extend(positioned.filter(|p| p.kind.is_secret()).map(|p| p.range));
        in_arrays(whole, &mut ranges);
    }
    let in_files = assignment::in_password_files(whole, whole).into_iter();
    ranges.extend(in_files.filter(|n| n.kind.is_secret()).map(|n| n.range));
    let mut found: Vec<Hidden> = ranges
        .into_iter()
        .map(|range| Hidden {
            value: whole.get(range.clone()).unwrap_or_default().to_owned(),
            range: joined.place(range),
        })
        .collect();
    found.sort_by_key(|h| (h.range.start, h.range.end));
    // One place may be known in several ways.
    found.dedup_by(|a, b| a.range == b.range);
    found
}

/// Credentials among the words of commands that are written as JSON.
fn in_arrays(text: &str, ranges: &mut Vec<Range<usize>>) {
    let start = text.as_ptr() as usize;
    for line in text.lines().filter(|l| l.contains("[\"")) {
        // Every second piece is in quotes.
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).take(REACH).collect();
        for (index, positioned) in position::find_in_words(&words, &|_| None) {
            if let Some(word) = words.get(index).filter(|_| positioned.kind.is_secret()) {
                let at = word.as_ptr() as usize - start;
                ranges.push(at + positioned.range.start..at + positioned.range.end);
            }
        }
    }
}

/// Whether a value is a secret under its name.
pub fn is_named(name: &str, value: &str) -> bool {
    is_secret(name, value)
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

fn is_secret(name: &str, value: &str) -> bool {
    if value.starts_with(['$', '%']) || value.is_empty() {
        return false;
    }
    let Some(class) = name::classify(name) else {
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
