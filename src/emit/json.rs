//! An array of objects: every finding with all that is known of it.

use std::io::{self, Write};

use serde::Serialize;

use super::{Linted, Outcome, code, slashed, start};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::Applicability;
use crate::span::{Source, Span};

/// A finding as JSON.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Finding<'a> {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub code: &'a str,
    pub level: Severity,
    pub message: &'a str,
    pub rule: &'a str,
    pub aliases: &'static [&'static str],
    pub impact: Vec<&'static str>,
    pub help: Option<&'a str>,
    pub url: Option<&'static str>,
    pub labels: Vec<JsonLabel<'a>>,
    /// The keyed fingerprint of a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<&'a str>,
    /// The way into this file from others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flow: Vec<JsonStep<'a>>,
    pub fix: Option<JsonFix<'a>>,
}

/// A related place as JSON.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct JsonLabel<'a> {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub message: &'a str,
}

/// A step of the way into the file.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct JsonStep<'a> {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub message: &'a str,
}

/// A fix as JSON; the edits are ranges of bytes.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct JsonFix<'a> {
    pub applicability: Applicability,
    pub title: &'a str,
    pub edits: Vec<JsonEdit<'a>>,
}

/// An edit as JSON.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct JsonEdit<'a> {
    pub start: u32,
    pub end: u32,
    pub content: &'a str,
}

impl<'a> Finding<'a> {
    /// The finding of a file.
    pub fn of(file: &'a Linted, diagnostic: &'a Diagnostic) -> Self {
        let source = &file.report.source;
        let meta = diagnostic.rule;
        let [_, _, end_line, end_column] = place(source, diagnostic.span);
        let (line, column) = start(file, diagnostic);
        Self {
            file: slashed(source.path()),
            line,
            column,
            end_line,
            end_column,
            code: code(diagnostic, file.perspective),
            level: diagnostic.severity,
            message: &diagnostic.message,
            rule: meta.id,
            aliases: meta.aliases,
            impact: meta.impact.iter().map(|i| i.as_str()).collect(),
            help: diagnostic.help.as_deref(),
            url: meta.url,
            labels: diagnostic
                .labels
                .iter()
                .map(|label| {
                    let [line, column, end_line, end_column] = place(source, label.span);
                    JsonLabel {
                        line,
                        column,
                        end_line,
                        end_column,
                        message: &label.message,
                    }
                })
                .collect(),
            fingerprint: diagnostic.fingerprint.as_deref(),
            flow: diagnostic
                .flow
                .iter()
                .map(|step| JsonStep {
                    file: slashed(&step.path),
                    line: step.line,
                    column: step.column,
                    message: &step.message,
                })
                .collect(),
            fix: diagnostic.fix.as_ref().map(|fix| JsonFix {
                applicability: fix.applicability,
                title: &fix.title,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| JsonEdit {
                        start: edit.span.start,
                        end: edit.span.end,
                        content: &edit.content,
                    })
                    .collect(),
            }),
        }
    }
}

fn place(source: &Source, span: Span) -> [u32; 4] {
    let start = source.position(span.start);
    let end = source.position(span.end);
    [start.line, start.column, end.line, end.column]
}

pub(super) fn write(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut first = true;
    for (file, diagnostic) in outcome.findings() {
        // One object at a time: a run may have very many.
        out.write_all(if first { b"[\n" } else { b",\n" })?;
        serde_json::to_writer_pretty(&mut *out, &Finding::of(file, diagnostic))?;
        first = false;
    }
    out.write_all(if first { b"[]\n" } else { b"\n]\n" })
}
