//! reviewdog's formats: `rdjson`, one object, and `rdjsonl`, an object for every finding.
//! Fields as in <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use std::io::{self, Write};

use serde::Serialize;

use super::{Linted, Outcome, code};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::{self, Fix};
use crate::span::{Source, Span};

/// A suggestion of more lines than these is no longer read in a comment.
const MAX_LINES: u32 = 30;

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    url: &'static str,
}

const TOOL: Tool = Tool {
    name: "dlint",
    url: env!("CARGO_PKG_REPOSITORY"),
};

#[derive(Serialize)]
struct Finding<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Tool>,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Line from 1, column in bytes from 1.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'static str>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

/// One object with all findings.
pub(super) fn rdjson(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"source\":")?;
    serde_json::to_writer(&mut *out, &TOOL)?;
    out.write_all(b",\"diagnostics\":[")?;
    let mut first = true;
    for (file, diagnostic) in outcome.findings() {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &finding(outcome, file, diagnostic, None))?;
        first = false;
    }
    out.write_all(b"\n]}\n")
}

/// One finding in each line.
pub(super) fn rdjsonl(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (file, diagnostic) in outcome.findings() {
        serde_json::to_writer(&mut *out, &finding(outcome, file, diagnostic, Some(TOOL)))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn finding<'a>(
    outcome: &Outcome<'_>,
    file: &'a Linted,
    diagnostic: &'a Diagnostic,
    source: Option<Tool>,
) -> Finding<'a> {
    let mut message = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        message.push('\n');
        message.push_str(help);
    }
    Finding {
        message,
        location: Location {
            path: outcome.path(file),
            range: range(&file.report.source, diagnostic.span),
        },
        severity: match diagnostic.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info | Severity::Style => "INFO",
        },
        source,
        code: Code {
            value: code(diagnostic, file.perspective),
            url: diagnostic.rule.url,
        },
        suggestions: diagnostic
            .fix
            .as_ref()
            .and_then(|fix| suggestion(file, fix))
            .into_iter()
            .collect(),
    }
}

/// A fix as one range with one text: reviewers take or leave a suggestion by itself, so the edits
/// of a fix must not come apart.
fn suggestion(file: &Linted, fix: &Fix) -> Option<Suggestion> {
    let source = &file.report.source;
    let whole = fix.edits.iter().map(|e| e.span).reduce(Span::to)?;
    let range = range(source, whole);
    if range.end.line - range.start.line >= MAX_LINES {
        return None;
    }
    let (fixed, _) = fix::apply(source.bytes(), std::iter::once(fix));
    let behind = source.bytes().len() - whole.range().end;
    let text = fixed.get(whole.range().start..fixed.len().checked_sub(behind)?)?;
    let text = std::str::from_utf8(text).ok()?;
    // A text with a secret taken out would be written into the file like that.
    (file.mask(text) == text).then(|| Suggestion {
        range,
        text: text.to_owned(),
    })
}

fn range(source: &Source, span: Span) -> Range {
    let position = |offset| {
        let line = source.line(offset);
        Position {
            line,
            column: offset - source.line_start(line) + 1,
        }
    };
    Range {
        start: position(span.start),
        end: position(span.end),
    }
}
