//! How many findings each rule has, in the place of the findings.

use std::io::{self, Write};

use serde::Serialize;

use super::terminal::{Style, Terminal};
use super::{Format, Outcome, code, count};
use crate::diagnostic::Severity;
use crate::fix::Applicability;

/// The findings of one rule at one level.
#[derive(Serialize)]
struct Count {
    /// The rule, under the name that the report uses.
    rule: String,
    level: Severity,
    count: usize,
    /// How many of them `--fix` removes, alone or with `--unsafe-fixes`.
    fixable: usize,
    /// The files that have any.
    files: usize,
}

/// All of a run.
#[derive(Serialize)]
struct Statistics {
    version: u32,
    /// Those of most findings first.
    rules: Vec<Count>,
    totals: Totals,
}

#[derive(Serialize)]
struct Totals {
    findings: usize,
    fixable: usize,
    error: usize,
    warning: usize,
    info: usize,
    style: usize,
    /// The files that were linted, and those that have findings.
    files: usize,
    files_with_findings: usize,
    /// What could not be read.
    failures: usize,
}

impl Statistics {
    fn of(outcome: &Outcome<'_>) -> Self {
        let mut rules: Vec<Count> = Vec::new();
        let mut totals = Totals {
            findings: 0,
            fixable: 0,
            error: 0,
            warning: 0,
            info: 0,
            style: 0,
            files: outcome.files.len(),
            files_with_findings: 0,
            failures: outcome.failures.len(),
        };
        for file in outcome.files {
            let diagnostics = &file.report().diagnostics;
            totals.files_with_findings += usize::from(!diagnostics.is_empty());
            // The counts that this file has added to.
            let mut seen: Vec<usize> = Vec::new();
            for diagnostic in diagnostics {
                let rule = code(diagnostic, file.perspective());
                let level = diagnostic.severity;
                let fix = diagnostic.fix.as_ref().map(|f| f.applicability);
                let fixable = usize::from(fix.is_some_and(|a| a >= Applicability::Unsafe));
                let known = rules
                    .iter()
                    .position(|c| c.rule == rule && c.level == level);
                let at = known.unwrap_or(rules.len());
                if known.is_none() {
                    rules.push(Count {
                        rule: rule.to_owned(),
                        level,
                        count: 0,
                        fixable: 0,
                        files: 0,
                    });
                }
                if let Some(counted) = rules.get_mut(at) {
                    counted.count += 1;
                    counted.fixable += fixable;
                    if !seen.contains(&at) {
                        seen.push(at);
                        counted.files += 1;
                    }
                }
                totals.findings += 1;
                totals.fixable += fixable;
                *match level {
                    Severity::Error => &mut totals.error,
                    Severity::Warning => &mut totals.warning,
                    Severity::Info => &mut totals.info,
                    Severity::Style => &mut totals.style,
                } += 1;
            }
        }
        rules.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.rule.cmp(&b.rule)));
        Self {
            version: 1,
            rules,
            totals,
        }
    }
}

/// Writes the counts: as JSON where that is the format, else as a table for people.
pub fn write(
    format: Format,
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let statistics = Statistics::of(outcome);
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut *out, &statistics)?;
        return writeln!(out);
    }
    let totals = &statistics.totals;
    let digits = totals.findings.to_string().len();
    for counted in &statistics.rules {
        let (number, rule) = (counted.count, &counted.rule);
        let level = format!("{:<7}", counted.level.as_str());
        let level = terminal.paint(Style::Severity(counted.level), &level);
        let mark = match counted.fixable {
            0 => String::new(),
            fixable if fixable == number => " [fixable]".to_owned(),
            fixable => format!(" [{fixable} fixable]"),
        };
        writeln!(out, "{number:>digits$}  {level}  {rule}{mark}")?;
    }
    if !outcome.summary {
        return Ok(());
    }
    let levels = [
        (totals.error, "error"),
        (totals.warning, "warning"),
        (totals.info, "info"),
        (totals.style, "style"),
    ];
    let levels = levels.into_iter().filter(|(number, _)| *number > 0);
    let levels: Vec<String> = levels.map(|(n, level)| format!("{n} {level}")).collect();
    let findings = count(totals.findings, "finding");
    let files = count(totals.files, "file");
    let of = totals.files_with_findings;
    if levels.is_empty() {
        writeln!(out, "{findings} in {files}")
    } else {
        let levels = levels.join(", ");
        writeln!(out, "{findings} in {of} of {files}: {levels}")
    }
}
