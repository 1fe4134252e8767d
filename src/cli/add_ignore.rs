//! `--add-ignore REASON`: comments that silence what is found.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::engine::Report;
use crate::span::Source;
use crate::syntax;

/// A file with comments that silence findings.
pub(super) struct Commented {
    pub(super) bytes: Vec<u8>,
    /// How many comments were added.
    pub(super) comments: usize,
}

/// Puts comments above the instructions with findings; `None` if there is nothing to silence.
///
/// A comment in the middle of an instruction would cover a single line of it, and within a
/// here-document or a quoted text it is none: above the instruction it always works. What is said
/// of a line above all instructions, such as a directive, is silenced for the file, since no
/// comment may stand above it.
pub(super) fn add(
    report: &Report,
    reason: &str,
    may_ignore: impl Fn(&Diagnostic) -> bool,
) -> Option<Commented> {
    let source = &report.source;
    // Offsets of a text that was made of other bytes say nothing of those.
    if source.text().as_bytes() != source.bytes() {
        return None;
    }
    let file = syntax::parse(source);
    let mut by_line: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    let mut wide: BTreeSet<&str> = BTreeSet::new();
    for diagnostic in report.diagnostics.iter().filter(|d| may_ignore(d)) {
        let name = diagnostic.code.as_deref().unwrap_or(diagnostic.rule.id);
        let at = diagnostic.span.start;
        let first = file.instructions.first();
        match file.instruction_at(at) {
            Some(instruction) => {
                let names = by_line.entry(instruction.start_line).or_default();
                names.insert(name);
            }
            None if first.is_none_or(|first| at < first.span.start) => {
                wide.insert(name);
            }
            // A comment or an empty line, of which no comment speaks.
            None => {}
        }
    }
    if by_line.is_empty() && wide.is_empty() {
        return None;
    }
    let newline = source.newline();
    let mut comments = 0;
    let mut bytes = Vec::with_capacity(source.bytes().len() + 64);
    let mut comment = |bytes: &mut Vec<u8>, indent: &str, word: &str, names: &BTreeSet<&str>| {
        let names: Vec<&str> = names.iter().copied().collect();
        let names = names.join(",");
        let text = format!("{indent}# dlint: {word}[{names}] {reason}{newline}");
        bytes.extend_from_slice(text.as_bytes());
        comments += 1;
    };
    let top = file.instructions.first().map(|i| i.start_line);
    let top = top.unwrap_or_else(|| source.line_count() + 1);
    let mut at = 0;
    let mut lines: Vec<u32> = by_line.keys().copied().collect();
    if !wide.is_empty() && !lines.contains(&top) {
        lines.insert(0, top);
    }
    for line in lines {
        let start = source.line_start(line) as usize;
        let before = source.bytes().get(at..start).unwrap_or_default();
        bytes.extend_from_slice(before);
        at = start;
        if line == top && !wide.is_empty() {
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.extend_from_slice(newline.as_bytes());
            }
            comment(&mut bytes, "", "ignore-file", &wide);
        }
        if let Some(names) = by_line.get(&line) {
            let text = source.slice(source.line_span(line));
            // A byte order mark stays where it is.
            let mark = text.strip_prefix('\u{feff}');
            if mark.is_some() {
                bytes.extend_from_slice("\u{feff}".as_bytes());
                at += '\u{feff}'.len_utf8();
            }
            let text = mark.unwrap_or(text);
            let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
            comment(
                &mut bytes,
                text.get(..indent).unwrap_or_default(),
                "ignore",
                names,
            );
        }
    }
    bytes.extend_from_slice(source.bytes().get(at..).unwrap_or_default());
    Some(Commented { bytes, comments })
}

/// Checks the reason that a command line gives.
pub(super) fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say why, for those who read the comments".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("it has to fit into one line of a comment".to_owned());
    }
    Ok(text.to_owned())
}

/// Whether the comments did what they should: nothing new is said, and not less is read.
pub(super) fn is_well(before: &Report, after: &Report) -> bool {
    let count = |report: &Report| {
        let errors = report.diagnostics.iter();
        errors.filter(|d| d.rule.id == "syntax-error").count()
    };
    let instructions = |source: &Source| syntax::parse(source).instructions.len();
    after.diagnostics.len() <= before.diagnostics.len()
        && count(after) <= count(before)
        && instructions(&after.source) == instructions(&before.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, lint};

    fn commented(text: &str) -> String {
        let report = lint(Source::new("Dockerfile", text), &Settings::recommended());
        let Some(commented) = add(&report, "for now", |_| true) else {
            return text.to_owned();
        };
        let new = String::from_utf8(commented.bytes).unwrap();
        let again = lint(
            Source::new("Dockerfile", new.as_str()),
            &Settings::recommended(),
        );
        assert!(is_well(&report, &again), "{new}");
        let left: Vec<_> = again.diagnostics.iter().map(|d| d.rule.id).collect();
        assert!(left.is_empty(), "{left:?}\n{new}");
        assert!(add(&again, "for now", |_| true).is_none());
        new
    }

    #[test]
    fn every_finding_is_silenced_once() {
        let text = "# syntax=docker/dockerfile:1\nFROM debian\n  RUN apt-get update && \\\n  # why\n  \
                    apt-get install curl\nRUN <<EOF\napt-get install wget\nEOF\n";
        let new = commented(text);
        assert!(
            new.starts_with("# syntax=docker/dockerfile:1\n# dlint: ignore["),
            "{new}"
        );
        assert!(new.contains("\n  # dlint: ignore["), "{new}");
        assert!(new.contains("] for now\nRUN <<EOF\n"), "{new}");
        assert!(commented(&new) == new);
        let windows = commented(&text.replace('\n', "\r\n"));
        assert_eq!(windows, new.replace('\n', "\r\n"));
        let marked = commented(&format!("\u{feff}{}", "FROM debian\nUSER 1\n"));
        assert!(marked.starts_with("\u{feff}# dlint: ignore["), "{marked:?}");
    }

    #[test]
    fn a_reason_is_one_line() {
        assert!(reason(" \t").is_err() && reason("a\nFROM b").is_err());
        assert_eq!(reason(" old code ").as_deref(), Ok("old code"));
    }
}
