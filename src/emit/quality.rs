//! The formats of code quality services, in JSON: Code Climate, GitLab, Codacy, SonarQube.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::hash;
use super::root::Root;
use super::{Linted, Outcome, code, start};
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

fn issue<'a>(path: &str, file: &'a Linted, diagnostic: &'a Diagnostic) -> Issue<'a> {
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
            path: path.to_owned(),
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
    let root = Root::find();
    for (file, diagnostic) in outcome.findings() {
        let path = outcome.path(file, &root);
        serde_json::to_writer(&mut *out, &issue(&path, file, diagnostic))?;
        out.write_all(b"\0")?;
    }
    Ok(())
}

/// GitLab's code quality report: an array, every finding with a fingerprint, which has to be unique.
pub(super) fn gitlab(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = Root::find();
    let mut seen = HashSet::new();
    let mut first = true;
    for file in outcome.files {
        let path = outcome.path(file, &root);
        let diagnostics = &file.report.diagnostics;
        for (diagnostic, print) in diagnostics.iter().zip(file.fingerprints().kept) {
            let mut issue = issue(&path, file, diagnostic);
            let place = hash(&[&path]);
            let mut own = format!("{place:016x}{:016x}-{}", print.hash, print.number);
            // `--file-path-in-report` gives several files one path.
            while !seen.insert(own.clone()) {
                own.push('+');
            }
            issue.fingerprint = Some(own);
            out.write_all(if first { b"[\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, &issue)?;
            first = false;
        }
    }
    out.write_all(if first { b"[]\n" } else { b"\n]\n" })
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
    let root = Root::find();
    for (file, diagnostic) in outcome.findings() {
        let pattern = Pattern {
            filename: root.shown(file.report.source.path()),
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
    let root = Root::find();
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
                file_path: outcome.path(file, &root),
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
