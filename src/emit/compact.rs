//! A line per finding below the name of its file: for reports that would not fit on a screen.

use std::io::{self, Write};

use super::terminal::{Style, Terminal};
use super::{Linted, Outcome, code, fix_mark, printable, shown_path, write_summary};
use crate::diagnostic::Diagnostic;

/// The least columns for a message, however narrow the terminal is.
const LEAST: usize = 24;

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
        let room = terminal.width.saturating_sub(before + mark.len());
        let message = printable(&diagnostic.message.replace('\n', " ")).into_owned();
        let message = if terminal.is_tty {
            let indent = format!("\n{:before$}", "");
            wrapped(&message, room.max(LEAST)).join(&indent)
        } else {
            message
        };
        writeln!(
            out,
            "  {:>places$}  {level}  {name}  {}{message}",
            place(found),
            terminal.paint(Style::Dim, mark),
        )?;
    }
    if outcome.summary && !all.is_empty() {
        writeln!(out)?;
    }
    write_summary(outcome, terminal, out)
}

/// A text in lines of a width, where its words allow that.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_none_is_lost() {
        assert_eq!(wrapped("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrapped("long-word b", 3), ["long-word", "b"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
