//! A line per finding below the name of its file: for reports that would not fit on a screen.

use std::io::{self, Write};

use super::terminal::{Style, Terminal};
use super::{Linted, Outcome, code, fix_mark, printable, shown_path, write_summary};
use crate::diagnostic::Diagnostic;

/// The least columns for a message; where fewer are left beside the rest, it stands below.
const LEAST: usize = 30;

pub(super) fn write(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut last: Option<&Linted> = None;
    let all: Vec<(&Linted, &Diagnostic)> = outcome.sorted().collect();
    let widest = |text: &dyn Fn(&(&Linted, &Diagnostic)) -> usize| all.iter().map(text).max();
    let place = |(file, diagnostic): &(&Linted, &Diagnostic)| {
        let place = file.report.source.position(diagnostic.span.start);
        format!("{}:{}", place.line, place.column)
    };
    let places = widest(&|f| place(f).len()).unwrap_or(0);
    let codes = widest(&|(file, d)| code(d, file.perspective).len()).unwrap_or(0);
    for found in &all {
        let (file, diagnostic) = *found;
        let path = shown_path(file.report.source.path());
        if !last.is_some_and(|last| std::ptr::eq(last, file)) {
            let gap = if last.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{}", terminal.paint(Style::Underline, &path))?;
            last = Some(file);
        }
        let severity = diagnostic.severity;
        let level = format!("{:<7}", severity.as_str());
        let level = terminal.paint(Style::Severity(severity), &level);
        let own = code(diagnostic, file.perspective);
        let name = format!("{own:<codes$}");
        let name = match diagnostic.rule.url {
            Some(url) => terminal.link(url, &name),
            None => name,
        };
        let mark = fix_mark(diagnostic);
        let before = 2 + places + 2 + 7 + 2 + codes + 2;
        let message = printable(&diagnostic.message.replace('\n', " ")).into_owned();
        let below = 4;
        let is_narrow = terminal.is_tty && terminal.width.saturating_sub(before) < LEAST;
        let indent = if is_narrow { below } else { before };
        let room = terminal.width.saturating_sub(indent + mark.len());
        let gap = format!("\n{:indent$}", "");
        let message = if terminal.is_tty {
            crate::text::wrapped(&message, room).join(&gap)
        } else {
            message
        };
        write!(out, "  {:>places$}  {level}  {name}", place(found))?;
        let between = if is_narrow { gap.as_str() } else { "  " };
        let mark = terminal.paint(Style::Dim, mark);
        writeln!(out, "{between}{mark}{message}")?;
    }
    if outcome.summary && !all.is_empty() {
        writeln!(out)?;
    }
    write_summary(outcome, terminal, out)
}
