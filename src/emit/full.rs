//! The report for people, drawn by miette. Nothing else knows miette.
//!
//! miette is given only the lines it is to show: cut to the width, free of control characters,
//! with the labels moved along. So a report takes the same time wherever in a file it points,
//! and a line of a megabyte does not fill the screen.

use std::collections::BTreeSet;
use std::io::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use owo_colors::Style as Paint;

use super::clean::{commands, is_dangerous};
use super::terminal::{Style, Terminal};
use super::{
    Linted, Outcome, Secrets, code, count, fix_mark, printable, shown_path, write_summary,
};
use crate::config::ConfigError;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::Applicability;
use crate::span::{Source, Span};

/// A label over more lines shows only its first one.
const MOST_LINES: u32 = 8;
/// Lines shown above and below.
const CONTEXT: u32 = 1;
/// Columns of a tab stop.
const TAB: usize = 4;

pub(super) fn write(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let with_findings = outcome.files.iter();
    let mut with_findings = with_findings.filter(|f| !f.report.diagnostics.is_empty());
    let several = with_findings.nth(1).is_some() && !outcome.worst_first;
    let mut last: Option<&Linted> = None;
    for (file, diagnostic) in outcome.sorted() {
        if several && !last.is_some_and(|last| std::ptr::eq(last, file)) {
            let path = shown_path(file.report.source.path());
            let number = count(file.report.diagnostics.len(), "problem");
            writeln!(out, "{}  {number}", terminal.paint(Style::Bold, &path))?;
            last = Some(file);
        }
        write_finding(file, diagnostic, terminal, out)?;
    }
    write_summary(outcome, terminal, out)
}

fn write_finding(
    file: &Linted,
    diagnostic: &Diagnostic,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = format!(
        "{}[{}]",
        diagnostic.severity,
        code(diagnostic, file.perspective)
    );
    let name = terminal.paint(Style::Severity(diagnostic.severity), &name);
    let name = match diagnostic.rule.url {
        Some(url) => terminal.link(url, &name),
        None => name,
    };
    let mut help = diagnostic.help.clone().unwrap_or_default();
    if let Some(fix) = &diagnostic.fix {
        let option = match fix.applicability {
            Applicability::Safe => "fix",
            Applicability::Unsafe => "unsafe fix",
            Applicability::DisplayOnly => "by hand",
        };
        let end = if help.is_empty() { "" } else { "\n" };
        help.push_str(&format!("{end}{option}: {}", fix.title));
    }
    let mut places = vec![(diagnostic.span, None)];
    let labels = diagnostic.labels.iter();
    places.extend(labels.map(|l| (l.span, Some(l.message.as_str()))));
    let finding = Finding {
        name,
        severity: diagnostic.severity,
        mark: fix_mark(diagnostic),
        message: &diagnostic.message,
        help: Some(help.as_str()).filter(|h| !h.is_empty()),
        source: &file.report.source,
        secrets: &file.secrets,
        places,
    };
    render(&finding, terminal, out)?;
    writeln!(out)
}

pub(super) fn write_config_error(
    error: &ConfigError,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let source = error.place().map(|(source, _)| source);
    let secrets = source.map_or_else(Secrets::default, |s| {
        Secrets::of_source(s, None, None, Vec::new())
    });
    let message = error.to_string();
    let message = secrets.mask(&message);
    let help = error.help();
    let help = help.as_deref().map(|help| secrets.mask(help));
    let Some((source, span)) = error.place() else {
        writeln!(
            out,
            "{}: {}",
            terminal.paint(Style::Severity(Severity::Error), "error"),
            printable(&message)
        )?;
        return match help {
            Some(help) => writeln!(out, "  help: {}", printable(&help)),
            None => Ok(()),
        };
    };
    let finding = Finding {
        name: "error[configuration]".to_owned(),
        severity: Severity::Error,
        mark: "",
        message: &message,
        help: help.as_deref(),
        source,
        secrets: &secrets,
        places: vec![(span, None)],
    };
    render(&finding, terminal, out)
}

/// What is drawn.
struct Finding<'a> {
    name: String,
    severity: Severity,
    /// What stands before the message if there is a fix.
    mark: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    source: &'a Source,
    secrets: &'a Secrets,
    /// The place itself, then the related ones.
    places: Vec<(Span, Option<&'a str>)>,
}

impl Finding<'_> {
    fn span(&self) -> Span {
        self.places.first().map(|p| p.0).unwrap_or_default()
    }
}

fn render(finding: &Finding<'_>, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let view = View::of(finding, terminal);
    let mut theme = GraphicalTheme {
        characters: if terminal.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if terminal.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    if terminal.color {
        // The place itself in the colour of the level, what relates to it in another.
        let own = match finding.severity {
            Severity::Error => theme.styles.error,
            Severity::Warning => theme.styles.warning,
            Severity::Info | Severity::Style => theme.styles.advice,
        };
        let mut order: Vec<_> = view.labels.iter().collect();
        order.sort_by_key(|l| l.inner().offset());
        theme.styles.highlights = order
            .iter()
            .map(|label| {
                if label.primary() {
                    own
                } else {
                    // Blue is hard to read on black, yellow and cyan on white.
                    Paint::new().magenta()
                }
            })
            .collect();
    }
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(terminal.width)
        .with_break_words(false)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_context_lines(CONTEXT as usize)
        .tab_width(TAB)
        .without_syntax_highlighting();
    let mut text = String::new();
    let drawn = Drawn { finding, view };
    handler
        .render_report(&mut text, &drawn)
        .map_err(io::Error::other)?;
    for line in text.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A finding as miette wants it.
struct Drawn<'a> {
    finding: &'a Finding<'a>,
    view: View,
}

impl std::fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.finding.message)
    }
}

impl std::fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Level, rule and message are one line.
        let Finding {
            name,
            mark,
            message,
            ..
        } = self.finding;
        write!(f, "{name}: {mark}{}", printable(message))
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info | Severity::Style => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let help = self.finding.help?;
        Some(Box::new(printable(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.view)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.view.labels.iter().cloned()))
    }
}

/// The lines that are shown, as miette sees them: a text of its own.
#[derive(Debug)]
struct View {
    name: String,
    text: String,
    lines: Vec<Line>,
    labels: Vec<LabeledSpan>,
    /// For the start of each label in the text its 0-based column in the file.
    columns: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct Line {
    /// 1-based, in the file.
    number: u32,
    /// Where it starts in the text.
    start: usize,
}

impl View {
    fn of(finding: &Finding<'_>, terminal: &Terminal) -> Self {
        let source = finding.source;
        let places: Vec<(Span, Option<&str>)> = finding
            .places
            .iter()
            .map(|&(span, label)| (shown(source, span), label))
            .collect();
        let mut numbers = BTreeSet::new();
        let last = source.line_count();
        for (span, _) in &places {
            let from = source.line(span.start).saturating_sub(CONTEXT).max(1);
            let to = (source.line(span.end) + CONTEXT).min(last.max(source.line(span.end)));
            numbers.extend(from..=to);
        }
        let digits = numbers.last().map_or(1, |n| n.to_string().len());
        let gutters = places
            .iter()
            .filter(|(s, _)| source.line(s.start) != source.line(s.end))
            .count();
        let gutter = if gutters > 0 { gutters + 3 } else { 0 };
        let room = terminal.width.saturating_sub(digits + 4 + gutter).max(20);
        let ellipsis = if terminal.unicode { "…" } else { "..." };

        let mut text = String::new();
        let mut lines = Vec::new();
        let mut columns = Vec::new();
        let mut moved: Vec<(usize, usize)> = places.iter().map(|_| (0, 0)).collect();
        for number in primary_first(numbers, source.line(finding.span().start)) {
            let line = source.line_span(number);
            let hidden = finding.secrets.within(line);
            let is_secret = |at: u32| hidden.iter().any(|s| s.contains(at));
            let wanted = places
                .iter()
                .filter(|(s, _)| s.start <= line.end && line.start <= s.end)
                .map(|(s, _)| (s.start.max(line.start), s.end.min(line.end)))
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            let cut = Cut::new(source, line, wanted, room);
            let start = text.len();
            if cut.from > line.start {
                text.push_str(ellipsis);
            }
            let body = text.len();
            // Offsets of the line's bytes in the new text, for those that a label may name.
            let mut offsets = Vec::new();
            let written = source.slice(Span::new(cut.from, cut.to));
            let mut commands = commands(written).into_iter().peekable();
            for (i, c) in written.char_indices() {
                let is_command = commands.next_if_eq(&i).is_some();
                offsets.push((cut.from + i as u32, text.len()));
                match c {
                    '\t' => {
                        let width: usize = text.get(body..).map_or(0, |t| t.chars().count());
                        text.extend(std::iter::repeat_n(' ', TAB - width % TAB));
                    }
                    '\u{feff}' => {}
                    c if !c.is_whitespace() && is_secret(cut.from + i as u32) => text.push('*'),
                    c if is_command || is_dangerous(c) => text.push(char::REPLACEMENT_CHARACTER),
                    c => text.push(c),
                }
            }
            let end = text.len();
            if cut.to < line.end {
                text.push_str(ellipsis);
            }
            let place = |offset: u32| {
                let at = offsets.partition_point(|&(o, _)| o < offset);
                match offsets.get(at) {
                    _ if offset <= cut.from => body,
                    Some(&(_, t)) => t,
                    None => end,
                }
            };
            for ((span, _), slot) in places.iter().zip(&mut moved) {
                if source.line(span.start) == number {
                    slot.0 = place(span.start);
                    columns.push((slot.0, source.position(span.start).column as usize - 1));
                }
                if source.line(span.end) == number {
                    slot.1 = place(span.end).max(slot.0);
                }
            }
            text.push('\n');
            lines.push(Line { number, start });
        }
        let labels = places
            .iter()
            .zip(&moved)
            .enumerate()
            .map(|(i, ((_, label), &(from, to)))| {
                let at = from
                    - text
                        .get(..from)
                        .and_then(|t| t.rfind('\n'))
                        .map_or(0, |n| n + 1);
                let label = label.map(|l| wrap(&printable(l), room.saturating_sub(at + 4).max(24)));
                match i {
                    0 => LabeledSpan::new_primary_with_span(label, (from, to - from)),
                    _ => LabeledSpan::new_with_span(label, (from, to - from)),
                }
            })
            .collect();
        Self {
            name: shown_path(source.path()),
            text,
            lines,
            labels,
            columns,
        }
    }

    fn line_at(&self, offset: usize) -> usize {
        let at = self.lines.partition_point(|l| l.start <= offset);
        at.saturating_sub(1)
    }

    fn number(&self, index: usize) -> u32 {
        self.lines.get(index).map_or(0, |l| l.number)
    }
}

impl SourceCode for View {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let mut first = self.line_at(span.offset());
        let mut last = self.line_at(span.offset() + span.len());
        if (first..last).any(|i| self.number(i) + 1 != self.number(i + 1)) {
            // Lines are left out in between: two windows, not one.
            return Err(MietteError::OutOfBounds);
        }
        for _ in 0..before {
            if first > 0 && self.number(first - 1) + 1 == self.number(first) {
                first -= 1;
            }
        }
        for _ in 0..after {
            if self.number(last + 1) == self.number(last) + 1 {
                last += 1;
            }
        }
        let start = self.lines.get(first).map_or(0, |l| l.start);
        let end = self
            .lines
            .get(last + 1)
            .map_or(self.text.len(), |l| l.start);
        let line = self.number(first).saturating_sub(1) as usize;
        // Without context miette asks for the place to print.
        let column = self
            .columns
            .iter()
            .find(|(at, _)| before == 0 && *at == span.offset())
            .map_or(0, |(_, column)| *column);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes().get(start..end).unwrap_or_default(),
            (start, end - start).into(),
            line,
            column,
            last - first + 1,
        )))
    }
}

/// Line numbers with those of the window around `primary` first: that is what is to be read.
fn primary_first(numbers: BTreeSet<u32>, primary: u32) -> Vec<u32> {
    let mut windows: Vec<Vec<u32>> = Vec::new();
    for number in numbers {
        match windows.last_mut() {
            Some(window) if window.last().is_some_and(|last| last + 1 == number) => {
                window.push(number);
            }
            _ => windows.push(vec![number]),
        }
    }
    windows.sort_by_key(|window| !window.contains(&primary));
    windows.concat()
}

/// The part of a span that is drawn: no line break at its end, and of very many lines the first.
fn shown(source: &Source, span: Span) -> Span {
    let size = source.text().len() as u32;
    let span = Span::new(span.start.min(size), span.end.min(size));
    let text = source.slice(span);
    let kept = text.trim_end_matches(['\n', '\r']).len() as u32;
    let span = Span::new(span.start, span.start + kept);
    let first = source.line(span.start);
    if source.line(span.end) - first < MOST_LINES {
        return span;
    }
    let end = source.line_span(first).end;
    Span::new(span.start, end.max(span.start))
}

/// The part of a line that is shown.
struct Cut {
    from: u32,
    to: u32,
}

impl Cut {
    fn new(source: &Source, line: Span, wanted: Option<(u32, u32)>, room: usize) -> Self {
        let whole = Cut {
            from: line.start,
            to: line.end,
        };
        // Wide letters take two columns, tabs up to four; both are rare and cost only a wrap.
        let size = line.len() as usize;
        // No letter takes more than four bytes: a very long line need not be counted.
        if size <= room || (size <= 4 * room && source.slice(line).chars().count() <= room) {
            return whole;
        }
        let room = (room.saturating_sub(6)) as u32;
        let (from, to) = wanted.unwrap_or((line.start, line.start));
        let middle = room.saturating_sub((to - from).min(room)) / 2;
        let latest = line.end.saturating_sub(room);
        let start = from.saturating_sub(middle).max(line.start);
        let start = match start - line.start {
            // A cut that saves less than the mark takes is none.
            0..=3 => line.start,
            _ => start.min(latest).max(line.start),
        };
        let start = start.min(from.max(line.start));
        let boundary = |mut offset: u32| {
            while offset > line.start && !source.text().is_char_boundary(offset as usize) {
                offset -= 1;
            }
            offset
        };
        Cut {
            from: boundary(start),
            to: boundary((start + room).min(line.end)),
        }
    }
}

/// Breaks a label into lines of at most `width` columns.
fn wrap(text: &str, width: usize) -> String {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(text: &str, places: Vec<(Span, Option<&str>)>, terminal: &Terminal) -> String {
        let source = Source::new("Dockerfile", text);
        let finding = Finding {
            name: "warning[some-rule]".into(),
            severity: Severity::Warning,
            mark: "",
            message: "something is wrong",
            help: Some("mend it"),
            source: &source,
            secrets: &Secrets::default(),
            places,
        };
        let mut out = Vec::new();
        render(&finding, terminal, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn place(text: &str, part: &str) -> Span {
        let at = text.find(part).unwrap() as u32;
        Span::new(at, at + part.len() as u32)
    }

    #[test]
    fn the_bytes_are_underlined_and_related_places_labelled() {
        let text = "FROM a AS b\nRUN x\nRUN y\nRUN z\nRUN w\nRUN v\nFROM b\n";
        let places = vec![
            (place(text, "FROM b"), None),
            (place(text, "AS b"), Some("named here")),
        ];
        let got = draw(text, places, &Terminal::plain());
        assert_eq!(
            got,
            "  ⚠ warning[some-rule]: something is wrong
   ╭─[Dockerfile:7:1]
 6 │ RUN v
 7 │ FROM b
   · ──────
   ╰────
   ╭─[Dockerfile:1:8]
 1 │ FROM a AS b
   ·        ──┬─
   ·          ╰── named here
 2 │ RUN x
   ╰────
  help: mend it
"
        );
    }

    #[test]
    fn places_on_neighbouring_lines_share_a_window() {
        let text = "FROM a\nRUN x\nRUN y\nRUN z\n";
        let places = vec![(place(text, "z"), None), (place(text, "x"), Some("first"))];
        let got = draw(text, places, &Terminal::plain());
        assert_eq!(got.matches("Dockerfile").count(), 1, "{got}");
        assert!(got.contains("[Dockerfile:4:5]"), "{got}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("RUN {} bad {}\n", "a".repeat(5000), "b".repeat(5000));
        let got = draw(&text, vec![(place(&text, "bad"), None)], &Terminal::plain());
        assert!(got.lines().all(|l| l.chars().count() <= 80), "{got}");
        assert!(got.contains("a bad b"), "{got}");
        assert!(got.contains("…aaa"), "{got}");
        assert!(got.contains("bbb…"), "{got}");
        assert!(got.contains("Dockerfile:1:5006"), "{got}");
    }

    #[test]
    fn ascii_when_the_terminal_has_nothing_else() {
        let text = format!("RUN {} bad {}\n", "a".repeat(500), "b".repeat(500));
        let ascii = Terminal {
            unicode: false,
            ..Terminal::plain()
        };
        let got = draw(&text, vec![(place(&text, "bad"), Some("é"))], &ascii);
        assert!(got.replace('é', "").is_ascii(), "{got}");
        assert!(got.contains("...aaa"), "{got}");
    }

    #[test]
    fn tabs_wide_letters_and_control_characters_keep_the_underline_in_place() {
        let text = "\tRUN 漢\x1b[2J bad\n";
        let got = draw(text, vec![(place(text, "bad"), None)], &Terminal::plain());
        assert!(!got.contains('\x1b'));
        let lines: Vec<&str> = got.lines().collect();
        let at = lines.iter().position(|l| l.contains("bad")).unwrap();
        assert_eq!(lines[at], " 1 │     RUN 漢\u{fffd}[2J bad");
        assert_eq!(lines[at + 1], "   ·                ───");
    }

    #[test]
    fn the_end_of_the_file_and_empty_files_can_be_pointed_at() {
        for text in ["", "\n", "FROM a", "FROM a\n", "FROM a\r\n"] {
            for end in 0..=text.len() as u32 {
                for start in 0..=end {
                    draw(
                        text,
                        vec![(Span::new(start, end), Some("x"))],
                        &Terminal::plain(),
                    );
                }
            }
        }
    }

    #[test]
    fn a_place_of_many_lines_shows_its_first_one() {
        let text = format!("RUN {}end\n", "a \\\n".repeat(50));
        let all = Span::new(0, text.len() as u32);
        let got = draw(&text, vec![(all, None)], &Terminal::plain());
        assert!(got.lines().count() < 10, "{got}");
        let text = "RUN a \\\n b \\\n c\n";
        let all = Span::new(0, text.len() as u32);
        let got = draw(text, vec![(all, None)], &Terminal::plain());
        assert!(got.contains("╭─▶ RUN a"), "{got}");
    }

    #[test]
    fn options_are_not_broken_at_their_dashes() {
        let source = Source::new("Dockerfile", "RUN x\n");
        let finding = Finding {
            name: "info[apt-recommends]".into(),
            severity: Severity::Info,
            mark: "",
            message: "this text is long enough to be broken somewhere near --no-install-recommends",
            help: None,
            source: &source,
            secrets: &Secrets::default(),
            places: vec![(Span::new(0, 3), None)],
        };
        let mut out = Vec::new();
        render(&finding, &Terminal::plain(), &mut out).unwrap();
        let got = String::from_utf8(out).unwrap();
        assert!(got.contains("--no-install-recommends"), "{got}");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let text = "ENV PASSWORD=violet-umbrella X=1\n";
        let source = Source::new("Dockerfile", text);
        let finding = Finding {
            name: "warning[some-rule]".into(),
            severity: Severity::Warning,
            mark: "",
            message: "something is wrong",
            help: None,
            source: &source,
            secrets: &Secrets::at(vec![place(text, "violet-umbrella")]),
            places: vec![(place(text, "X=1"), None)],
        };
        let mut out = Vec::new();
        render(&finding, &Terminal::plain(), &mut out).unwrap();
        let got = String::from_utf8(out).unwrap();
        assert!(got.contains("ENV PASSWORD=*************** X=1"), "{got}");
    }
}
