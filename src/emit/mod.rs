//! Reports: one file per output format. Nothing here decides anything; it shows what was found.

mod clean;
mod compact;
mod concise;
mod fingerprint;
#[cfg(feature = "cli")]
mod full;
mod github;
mod json;
mod line;
mod quality;
mod reviewdog;
mod root;
mod sarif;
mod secrets;
pub mod statistics;
pub mod terminal;
mod xml;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[cfg(feature = "cli")]
use crate::config::ConfigError;
pub use crate::config::Format;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::Report;
use crate::fix::Applicability;
use crate::perspective::Perspective;
use crate::suppress::By;
pub use clean::{escaped, numbered, one_line, printable, shown_path};
pub use fingerprint::{Fingerprint, Fingerprints};
pub use json::Finding;
use root::Root;
pub use secrets::Secrets;
use terminal::{Style, Terminal};

/// A file's findings with what the writing of them needs.
pub struct Linted {
    report: Report,
    perspective: Perspective,
    secrets: Secrets,
    shows_secrets: bool,
    /// Which of the findings make the run fail, where somebody judged that; all otherwise.
    fails: Option<Vec<bool>>,
}

impl Linted {
    /// The findings of a file as they may be shown: no secret of the file is in them, nor one of
    /// the build arguments that were given. `perspective` says whose names stand in `code`.
    pub fn new<'a>(
        mut report: Report,
        perspective: Perspective,
        arguments: impl IntoIterator<Item = &'a (String, String)>,
    ) -> Self {
        Self {
            secrets: secrets::hide(&mut report, arguments),
            report,
            perspective,
            shows_secrets: false,
            fails: None,
        }
    }

    /// The findings of a file of which it is known that they hold no secret, nor does the file.
    pub fn without_secrets(report: Report, perspective: Perspective) -> Self {
        Self {
            secrets: Secrets::default(),
            shows_secrets: false,
            ..Self::with_secrets(report, perspective)
        }
    }

    /// The same with the secrets.
    pub fn with_secrets(report: Report, perspective: Perspective) -> Self {
        Self {
            report,
            perspective,
            secrets: Secrets::default(),
            shows_secrets: true,
            fails: None,
        }
    }

    /// The findings.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Whether the file, or what it is built with, holds a secret as far as is known.
    pub fn has_secrets(&self) -> bool {
        self.shows_secrets || !self.secrets.is_empty()
    }

    /// A text about the file without its secrets.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.secrets.mask(text)
    }

    /// By what each finding is known again.
    pub fn fingerprints(&self) -> Fingerprints {
        if self.shows_secrets {
            return fingerprints(&self.report, []);
        }
        Fingerprints::of(&self.report, &self.secrets)
    }

    /// Silences findings: see [`Report::silence`].
    pub fn silence(&mut self, by: impl FnMut(usize, &Diagnostic) -> Option<By>) {
        self.report.silence(by);
    }

    /// Says which of the findings that stand make the run fail.
    pub fn judge(&mut self, fails: impl FnMut(&Diagnostic) -> bool) {
        self.fails = Some(self.report.diagnostics.iter().map(fails).collect());
    }

    /// Whether a finding makes the run fail.
    pub fn fails(&self, index: usize) -> bool {
        let judged = self.fails.as_ref();
        judged.is_none_or(|fails| fails.get(index).is_some_and(|fails| *fails))
    }

    /// Takes back what a baseline silenced.
    pub fn forget_baseline(&mut self) {
        self.report.forget_baseline();
    }

    /// Whose names stand in `code`.
    pub fn perspective(&self) -> Perspective {
        self.perspective
    }
}

/// By what each finding of a report is known again; what the arguments say is left out if it is secret.
pub fn fingerprints<'a>(
    report: &Report,
    arguments: impl IntoIterator<Item = &'a (String, String)>,
) -> Fingerprints {
    Fingerprints::of(report, &secrets::of(report, arguments))
}

/// Something that kept a file from being linted or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct Failure {
    /// The file or folder.
    pub path: PathBuf,
    /// What went wrong.
    pub message: String,
}

impl Failure {
    /// A failure at a path.
    pub fn new(path: impl Into<PathBuf>, message: impl std::fmt::Display) -> Self {
        Self {
            path: path.into(),
            message: message.to_string(),
        }
    }
}

/// What a run found, in the order in which it is shown.
pub struct Outcome<'a> {
    /// The files that were linted.
    pub files: &'a [Linted],
    /// What could not be linted.
    pub failures: &'a [Failure],
    /// How many findings were fixed, and in how many files; `None` if none was to be.
    pub fixed: Option<(usize, usize)>,
    /// Whether a summary ends a report for people.
    pub summary: bool,
    /// The path that reports for services give, instead of each file's own.
    pub path: Option<&'a str>,
    /// Whether reports for people show the worst findings first, whichever file they are in.
    pub worst_first: bool,
}

impl<'a> Outcome<'a> {
    /// Every finding with its file.
    pub fn findings(&self) -> impl Iterator<Item = (&'a Linted, &'a Diagnostic)> {
        self.files
            .iter()
            .flat_map(|file| file.report.diagnostics.iter().map(move |d| (file, d)))
    }

    /// Every finding in the order in which people want them.
    fn sorted(&self) -> impl Iterator<Item = (&'a Linted, &'a Diagnostic)> {
        let mut all: Vec<(&'a Linted, &'a Diagnostic)> = self.findings().collect();
        if self.worst_first {
            all.sort_by_key(|(_, d)| std::cmp::Reverse(d.severity));
        }
        all.into_iter()
    }

    /// The path of a file in a report for a service.
    fn path(&self, file: &Linted, root: &Root) -> String {
        match self.path {
            Some(path) => path.to_owned(),
            None => root.shown(file.report.source.path()),
        }
    }

    /// Whether everything that was asked for was done.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && !self.findings().any(|(_, d)| d.rule.id == INTERNAL_ERROR)
    }

    /// The counts that end a report for people.
    pub fn summary_line(&self) -> String {
        Summary::of(self).to_string()
    }
}

/// The rule that stands for a fault of dlint.
pub const INTERNAL_ERROR: &str = "internal-error";

/// Writes a report. [`Format::Full`] needs the feature `cli`.
pub fn write(
    format: Format,
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        #[cfg(feature = "cli")]
        Format::Full => full::write(outcome, terminal, out),
        #[cfg(not(feature = "cli"))]
        Format::Full => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "the format `full` needs the feature `cli`",
        )),
        Format::Compact => compact::write(outcome, terminal, out),
        Format::Concise => concise::write(outcome, terminal, out),
        Format::Tty => line::tty(outcome, terminal, out),
        Format::Gnu => line::gnu(outcome, terminal, out),
        Format::Json => json::write(outcome, out),
        Format::Sarif => sarif::write(outcome, out),
        Format::Github => github::write(outcome, out),
        Format::Checkstyle => xml::checkstyle(outcome, out),
        Format::Junit => xml::junit(outcome, out),
        Format::Codeclimate => quality::codeclimate(outcome, out),
        Format::GitlabCodeclimate => quality::gitlab(outcome, out),
        Format::Codacy => quality::codacy(outcome, out),
        Format::Sonarqube => quality::sonarqube(outcome, out),
        Format::Rdjson => reviewdog::rdjson(outcome, out),
        Format::Rdjsonl => reviewdog::rdjsonl(outcome, out),
    }
}

/// Shows what is wrong with a configuration file, at its place.
#[cfg(feature = "cli")]
pub fn write_config_error(
    error: &ConfigError,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    full::write_config_error(error, terminal, out)
}

/// The name a finding goes by: its own code, else the name in the tool whose profile is in
/// force, else the rule's id.
pub fn code(diagnostic: &Diagnostic, perspective: Perspective) -> &str {
    if let Some(code) = &diagnostic.code {
        return code;
    }
    let alias = diagnostic.rule.name_in(perspective);
    alias.unwrap_or(diagnostic.rule.id)
}

/// What stands before the message of a finding that can be fixed.
fn fix_mark(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.fix.as_ref().map(|f| f.applicability) {
        Some(Applicability::Safe) => "[*] ",
        Some(Applicability::Unsafe) => "[?] ",
        _ => "",
    }
}

/// The counts that end a report for people.
fn write_summary(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !outcome.summary {
        return Ok(());
    }
    let summary = Summary::of(outcome);
    let text = summary.to_string();
    let style = match summary.by_severity.iter().find(|s| s.1 > 0) {
        Some((Some(worst), _)) => Style::Severity(*worst),
        _ => Style::Bold,
    };
    let (head, rest) = text.split_once(" (").unwrap_or((&text, ""));
    let rest = match rest {
        "" => String::new(),
        rest => format!(" ({rest}"),
    };
    writeln!(out, "{}{rest}", terminal.paint(style, head))?;
    if terminal.is_tty && summary.total > 0 {
        let text = "`dlint explain RULE` says why, and what to do";
        writeln!(out, "{}", terminal.paint(Style::Dim, text))?;
    }
    Ok(())
}

/// Line and column of a finding. Where another tool would give another line, that line is given,
/// and its start.
fn start(file: &Linted, diagnostic: &Diagnostic) -> (u32, u32) {
    let place = file.report.source.position(diagnostic.span.start);
    match diagnostic.line {
        Some(line) if line != place.line => (line, 1),
        _ => (place.line, place.column),
    }
}

/// A path with `/` on every system.
fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => text.into_owned(),
        separator => text.replace(separator, "/"),
    }
}

/// The counts of a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    /// Worst first.
    by_severity: [(Option<Severity>, usize); 4],
    total: usize,
    files: usize,
    checked: usize,
    safe: usize,
    unsafe_: usize,
    fixed: Option<(usize, usize)>,
    /// What a baseline hides.
    known: usize,
}

impl Summary {
    fn of(outcome: &Outcome<'_>) -> Self {
        let mut summary = Summary {
            checked: outcome.files.len(),
            fixed: outcome.fixed,
            ..Summary::default()
        };
        for (slot, severity) in summary
            .by_severity
            .iter_mut()
            .zip(Severity::ALL.into_iter().rev())
        {
            slot.0 = Some(severity);
        }
        for file in outcome.files {
            summary.files += usize::from(!file.report.diagnostics.is_empty());
            let silenced = file.report.suppressed.iter();
            summary.known += silenced.filter(|s| matches!(s.by, By::Baseline)).count();
        }
        for (_, diagnostic) in outcome.findings() {
            summary.total += 1;
            for slot in &mut summary.by_severity {
                slot.1 += usize::from(slot.0 == Some(diagnostic.severity));
            }
            match diagnostic.fix.as_ref().map(|f| f.applicability) {
                Some(Applicability::Safe) => summary.safe += 1,
                Some(Applicability::Unsafe) => summary.unsafe_ += 1,
                _ => {}
            }
        }
        summary
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((fixed, files)) = self.fixed {
            write!(
                f,
                "Fixed {} in {}. ",
                count(fixed, "problem"),
                count(files, "file")
            )?;
        }
        if self.total == 0 {
            let left = if self.fixed.is_some_and(|f| f.0 > 0) {
                "left "
            } else {
                ""
            };
            write!(
                f,
                "Found no problems {left}in {}",
                count(self.checked, "file")
            )?;
            return self.write_known(f);
        }
        write!(f, "Found {} (", count(self.total, "problem"))?;
        let mut first = true;
        for (severity, number) in &self.by_severity {
            let Some(severity) = severity.filter(|_| *number > 0) else {
                continue;
            };
            let name = severity.as_str();
            write!(f, "{}", if first { "" } else { ", " })?;
            match severity {
                Severity::Error | Severity::Warning => write!(f, "{}", count(*number, name))?,
                // No plural: "3 info", "2 style".
                Severity::Info | Severity::Style => write!(f, "{number} {name}")?,
            }
            first = false;
        }
        write!(f, ") in {}", count(self.files, "file"))?;
        self.write_known(f)?;
        match (self.safe, self.unsafe_) {
            (0, 0) => Ok(()),
            (safe, 0) => write!(f, "; {safe} fixable with --fix"),
            (0, other) => write!(f, "; {other} fixable with --fix --unsafe-fixes"),
            (safe, other) => write!(
                f,
                "; {safe} fixable with --fix, {other} more with --unsafe-fixes"
            ),
        }
    }
}

impl Summary {
    fn write_known(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.known == 0 {
            return Ok(());
        }
        write!(f, "; {} known", self.known)
    }
}

/// A number with its noun: `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_by_severity_and_fix() {
        let mut summary = Summary {
            total: 3,
            files: 2,
            safe: 1,
            unsafe_: 1,
            ..Summary::default()
        };
        summary.by_severity = [
            (Some(Severity::Error), 1),
            (Some(Severity::Warning), 2),
            (Some(Severity::Info), 0),
            (Some(Severity::Style), 0),
        ];
        assert_eq!(
            summary.to_string(),
            "Found 3 problems (1 error, 2 warnings) in 2 files; \
             1 fixable with --fix, 1 more with --unsafe-fixes"
        );
        summary.safe = 0;
        summary.by_severity[1] = (Some(Severity::Info), 2);
        assert_eq!(
            summary.to_string(),
            "Found 3 problems (1 error, 2 info) in 2 files; \
             1 fixable with --fix --unsafe-fixes"
        );
    }

    #[test]
    fn a_clean_run_says_how_much_it_read() {
        let summary = Summary {
            checked: 1,
            ..Summary::default()
        };
        assert_eq!(summary.to_string(), "Found no problems in 1 file");
        let summary = Summary {
            checked: 2,
            fixed: Some((3, 1)),
            ..Summary::default()
        };
        assert_eq!(
            summary.to_string(),
            "Fixed 3 problems in 1 file. Found no problems left in 2 files"
        );
    }
}
