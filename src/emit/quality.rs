//! The formats of code quality services, in JSON: Code Climate, GitLab, Codacy, SonarQube.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Linted, Outcome, code, slashed, start};
use crate::diagnostic::{Diagnostic, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    categories: [&'static str; 1],
    check_name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    location: Location,
    severity: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Location {
    lines: Lines,
    path: String,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issue<'a>(outcome: &Outcome<'_>, file: &'a Linted, diagnostic: &'a Diagnostic) -> Issue<'a> {
    let (begin, _) = start(file, diagnostic);
    let end = file.report.source.position(diagnostic.span.end).line;
    Issue {
        categories: ["Bug Risk"],
        check_name: code(diagnostic, file.perspective),
        description: &diagnostic.message,
        fingerprint: None,
        location: Location {
            lines: Lines {
                begin,
                end: end.max(begin),
            },
            path: outcome.path(file),
        },
        // As hadolint maps them.
        severity: match diagnostic.severity {
            Severity::Error => "blocker",
            Severity::Warning => "major",
            Severity::Info => "info",
            Severity::Style => "minor",
        },
        kind: "issue",
    }
}

/// Code Climate: an object and a zero byte for every finding.
pub(super) fn codeclimate(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (file, diagnostic) in outcome.findings() {
        serde_json::to_writer(&mut *out, &issue(outcome, file, diagnostic))?;
        out.write_all(b"\0")?;
    }
    Ok(())
}

/// GitLab's code quality report: an array, every finding with a fingerprint.
pub(super) fn gitlab(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let mut first = true;
    for (file, diagnostic) in outcome.findings() {
        let mut issue = issue(outcome, file, diagnostic);
        issue.fingerprint = Some(fingerprint(&issue, file, diagnostic, &mut seen));
        out.write_all(if first { b"[\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &issue)?;
        first = false;
    }
    out.write_all(if first { b"[]\n" } else { b"\n]\n" })
}

/// Stays the same when the finding moves to another line: made of path, code and the text of the
/// line, and of how many of these came before.
fn fingerprint(
    issue: &Issue<'_>,
    file: &Linted,
    diagnostic: &Diagnostic,
    seen: &mut HashMap<u128, u32>,
) -> String {
    let source = &file.report.source;
    let line = source.line_span(source.line(diagnostic.span.start));
    // Not even a hash of a secret leaves the house.
    let text = if diagnostic.secret || !file.secrets.within(line).is_empty() {
        ""
    } else {
        source.slice(line).trim()
    };
    let mut hash = Fnv::new();
    for part in [&issue.location.path, issue.check_name, text] {
        hash.write(part.as_bytes());
        hash.write(b"\0");
    }
    let count = seen.entry(hash.0).or_default();
    *count += 1;
    hash.write(&count.to_le_bytes());
    format!("{:032x}", hash.0)
}

/// FNV-1a with 128 bits.
struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u128::from(*byte);
            self.0 = self.0.wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pattern<'a> {
    filename: String,
    line: u32,
    message: &'a str,
    pattern_id: &'a str,
}

/// Codacy: an object for every finding, one behind the other.
pub(super) fn codacy(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (file, diagnostic) in outcome.findings() {
        let pattern = Pattern {
            filename: slashed(file.report.source.path()),
            line: start(file, diagnostic).0,
            message: &diagnostic.message,
            pattern_id: code(diagnostic, file.perspective),
        };
        serde_json::to_writer(&mut *out, &pattern)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SonarIssue<'a> {
    engine_id: &'static str,
    primary_location: SonarLocation<'a>,
    rule_id: &'a str,
    severity: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SonarLocation<'a> {
    file_path: String,
    message: &'a str,
    text_range: TextRange,
}

/// Lines from 1, columns from 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextRange {
    start_line: u32,
    end_line: u32,
    start_column: u32,
    end_column: u32,
}

/// SonarQube's generic issues, in the form without `rules`: the only one that hadolint's readers
/// and versions before 10.3 know, and later ones take it too.
pub(super) fn sonarqube(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut first = true;
    out.write_all(b"{\"issues\":[")?;
    for (file, diagnostic) in outcome.findings() {
        let source = &file.report.source;
        let from = source.position(diagnostic.span.start);
        let to = source.position(diagnostic.span.end);
        // An empty range is refused.
        let least = if from.line == to.line { from.column } else { 0 };
        let (severity, kind) = match diagnostic.severity {
            // As hadolint has it: nothing works.
            Severity::Error if diagnostic.rule.id == "syntax-error" => ("BLOCKER", "BUG"),
            Severity::Error => ("CRITICAL", "BUG"),
            Severity::Warning => ("MAJOR", "CODE_SMELL"),
            Severity::Info => ("MINOR", "CODE_SMELL"),
            Severity::Style => ("INFO", "CODE_SMELL"),
        };
        let issue = SonarIssue {
            engine_id: "dlint",
            primary_location: SonarLocation {
                file_path: outcome.path(file),
                message: &diagnostic.message,
                text_range: TextRange {
                    start_line: from.line,
                    end_line: to.line,
                    start_column: from.column.saturating_sub(1),
                    end_column: to.column.saturating_sub(1).max(least),
                },
            },
            rule_id: code(diagnostic, file.perspective),
            severity,
            kind,
        };
        out.write_all(if first { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &issue)?;
        first = false;
    }
    out.write_all(b"\n]}\n")
}
