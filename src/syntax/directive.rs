//! Parser directives: `# name = value` at the top of a file.
//!
//! BuildKit has two readers and they differ. The line parser acts on `escape` and refuses
//! repeats; the other finds the `syntax` image and the `check` options in the bytes of the file
//! and is read here by [`detect_syntax`] and [`detect_check`].

use super::{Escape, SyntaxErrorKind};
use crate::span::Span;

/// A directive the line parser recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// `syntax`, `escape` or `check`.
    pub name: String,
    /// The value, verbatim.
    pub value: String,
    /// The value's place.
    pub value_span: Span,
    /// From the `#` to the end of the value.
    pub span: Span,
    /// 1-based line.
    pub line: u32,
}

/// The frontend image a file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxDirective {
    /// The image: the value up to its first space.
    pub image: String,
    /// The whole value.
    pub command_line: String,
    /// 1-based line, a shebang counted; 0 for the JSON form without a shebang.
    pub line: u32,
    /// The place of the image; empty at the start of the file for the JSON form.
    pub span: Span,
}

/// The options a `check` directive sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckDirective {
    /// The value up to its first space: all that BuildKit reads of it.
    pub value: String,
    /// Its place.
    pub span: Span,
}

/// The state of one of the readers: it stops for good at the first line that is no directive.
pub(super) struct Scan {
    prefix: &'static str,
    seen: Vec<String>,
    done: bool,
}

/// A directive found in a line: name in lower case, value, and the value's range in the line.
pub(super) struct Found {
    pub name: String,
    pub value: std::ops::Range<usize>,
}

impl Scan {
    pub(super) fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            seen: Vec::new(),
            done: false,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Reads one line (without its break). `Err` is a repeated directive.
    pub(super) fn line(&mut self, line: &str) -> Result<Option<Found>, SyntaxErrorKind> {
        if self.done {
            return Ok(None);
        }
        let Some(found) = find(line, self.prefix) else {
            self.done = true;
            return Ok(None);
        };
        if self.seen.contains(&found.name) {
            return Err(SyntaxErrorKind::RepeatedDirective(found.name));
        }
        self.seen.push(found.name.clone());
        Ok(Some(found))
    }
}

fn find(line: &str, prefix: &str) -> Option<Found> {
    let rest = line.strip_prefix(prefix)?.trim_start();
    let name_len = rest
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let (name, rest) = rest.split_at_checked(name_len)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    // Go's `\s` in the pattern is ASCII white space.
    let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    let value = rest.trim_start_matches(blank).strip_prefix('=')?;
    let value = value.trim_start_matches(blank).trim_end_matches(blank);
    let name = name.to_ascii_lowercase();
    if value.is_empty() || !matches!(name.as_str(), "syntax" | "escape" | "check") {
        return None;
    }
    let start = value.as_ptr() as usize - line.as_ptr() as usize;
    Some(Found {
        name,
        value: start..start + value.len(),
    })
}

/// The value's place in a line that is the directive of that name and nothing else.
pub(super) fn named(line: &str, name: &str) -> Option<std::ops::Range<usize>> {
    find(line, "").filter(|f| f.name == name).map(|f| f.value)
}

pub(super) fn escape_of(value: &str) -> Result<Escape, SyntaxErrorKind> {
    match value {
        "\\" => Ok(Escape::Backslash),
        "`" => Ok(Escape::Backtick),
        _ => Err(SyntaxErrorKind::InvalidEscape(value.to_owned())),
    }
}

/// Finds the frontend image as BuildKit's `DetectSyntax` does: `#` directives, then `//`
/// directives, then a file that is one JSON object with a `syntax` string.
pub fn detect_syntax(text: &str) -> Option<SyntaxDirective> {
    let (body, line) = body(text);
    for prefix in ["#", "//"] {
        if let Some((value, span, line)) = detect(text, body, line, prefix, "syntax") {
            let image = value.split(' ').next().unwrap_or_default();
            return Some(SyntaxDirective {
                image: image.to_owned(),
                command_line: value.to_owned(),
                line,
                span: Span::new(span.start, span.start + image.len() as u32),
            });
        }
    }
    if !body.trim_start().starts_with('{') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body).ok()?;
    let value = object.get("syntax")?.as_str()?.to_owned();
    Some(SyntaxDirective {
        image: value.clone(),
        command_line: value,
        line,
        span: Span::at(0),
    })
}

/// Finds the `check` options as BuildKit's check reader does.
pub fn detect_check(text: &str) -> Option<CheckDirective> {
    let (body, line) = body(text);
    let (value, span, _) = detect(text, body, line, "#", "check")?;
    let value = value.split(' ').next().unwrap_or_default();
    Some(CheckDirective {
        value: value.to_owned(),
        span: Span::new(span.start, span.start + value.len() as u32),
    })
}

/// The text behind a byte order mark and a shebang line, and how many lines were skipped.
fn body(text: &str) -> (&str, u32) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with("#!") {
        (text.split_once('\n').map_or("", |(_, rest)| rest), 1)
    } else {
        (text, 0)
    }
}

fn detect<'t>(
    text: &str,
    body: &'t str,
    mut line_number: u32,
    prefix: &'static str,
    key: &str,
) -> Option<(&'t str, Span, u32)> {
    let mut scan = Scan::new(prefix);
    for line in body.split('\n') {
        line_number += 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        // A repeat ends this reader without a word.
        let found = scan.line(line).ok()??;
        if found.name == key {
            let value = line.get(found.value.clone())?;
            let start =
                (line.as_ptr() as usize - text.as_ptr() as usize + found.value.start) as u32;
            return Some((
                value,
                Span::new(start, start + value.len() as u32),
                line_number,
            ));
        }
    }
    None
}
