//! By what a finding is known again: its rule, the text of its instruction, the name of its stage,
//! and its number among findings that are equal in all of that.
//!
//! No line number and nothing of the neighbours is in it. So it stays where lines are added, where
//! stages and files are moved or the instruction is written over other lines.

use std::collections::HashMap;

use super::Secrets;
use crate::diagnostic::Diagnostic;
use crate::engine::Report;
use crate::span::{Source, Span};
use crate::syntax::{self, File, Kind};

/// By what a finding is known again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The rule, or the code in another tool's catalogue.
    pub rule: String,
    /// The name of the stage, in lower case; empty if it has none.
    pub stage: String,
    /// The hash of rule, stage and instruction.
    pub hash: u64,
    /// The hash of the rule and the line without its numbers: what is left when another line of
    /// the instruction, or a version in this one, was edited.
    pub line: u32,
    /// Which of several equal findings of the file it is, from 1.
    pub number: u32,
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}:{}", self.hash, self.number)
    }
}

/// The fingerprints of a report's findings, in their order.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// Of those that stand.
    pub kept: Vec<Fingerprint>,
    /// Of those that something silenced.
    pub suppressed: Vec<Fingerprint>,
}

impl Fingerprints {
    /// Those of a report, whose secrets are given: not even a hash of one leaves the house.
    pub(super) fn of(report: &Report, secrets: &Secrets) -> Self {
        let kept = report.diagnostics.len();
        let silenced = report.suppressed.iter().map(|s| &s.diagnostic);
        let all: Vec<&Diagnostic> = report.diagnostics.iter().chain(silenced).collect();
        if all.is_empty() {
            return Self::default();
        }
        let text = Texts::of(&report.source, secrets);
        let mut order: Vec<usize> = (0..all.len()).collect();
        // The numbers are the same whatever is silenced.
        order.sort_by_key(|i| all.get(*i).map(|d| (d.span.start, d.span.end)));
        let mut prints: Vec<Option<Fingerprint>> = vec![None; all.len()];
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        for index in order {
            let (Some(diagnostic), Some(slot)) = (all.get(index), prints.get_mut(index)) else {
                continue;
            };
            let mut print = text.fingerprint(diagnostic);
            let number = numbers.entry(print.hash).or_default();
            *number += 1;
            print.number = *number;
            *slot = Some(print);
        }
        let mut prints: Vec<Fingerprint> = prints.into_iter().flatten().collect();
        let suppressed = prints.split_off(kept.min(prints.len()));
        Self {
            kept: prints,
            suppressed,
        }
    }
}

/// A file without its secrets, and the texts that its findings stand in.
struct Texts {
    source: Source,
    file: File,
    /// The normalised texts of instructions, by where they start.
    instructions: HashMap<u32, String>,
    /// Where stages start, and their names.
    stages: Vec<(u32, String)>,
}

impl Texts {
    fn of(source: &Source, secrets: &Secrets) -> Self {
        let mut bytes = secrets.mask_bytes(source.text().as_bytes()).into_owned();
        let whole = Span::new(0, bytes.len() as u32);
        for span in secrets.within(whole) {
            let hidden = bytes.get_mut(span.range()).unwrap_or_default();
            for byte in hidden.iter_mut().filter(|b| !b.is_ascii_whitespace()) {
                *byte = b'*';
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let source = Source::new(source.path(), text);
        let file = syntax::parse(&source);
        let mut instructions = HashMap::new();
        let mut stages = Vec::new();
        for instruction in &file.instructions {
            let mut text = normalised(instruction.logical.text());
            if let Some(keyword) = instruction.keyword {
                let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
                text = format!("{} {rest}", keyword.as_str());
            }
            for heredoc in &instruction.heredocs {
                text.push('\n');
                text.push_str(&normalised(source.slice(heredoc.body)));
            }
            instructions.insert(instruction.span.start, text);
            if let Kind::From(from) = &instruction.kind {
                let name = from.alias.as_ref().map(|(_, name)| name.as_str());
                let name = name.unwrap_or_default().to_lowercase();
                stages.push((instruction.span.start, name));
            }
        }
        Self {
            source,
            file,
            instructions,
            stages,
        }
    }

    fn fingerprint(&self, diagnostic: &Diagnostic) -> Fingerprint {
        let at = diagnostic.span.start;
        let rule = diagnostic.code.as_deref().unwrap_or(diagnostic.rule.id);
        let line = self
            .source
            .slice(self.source.line_span(self.source.line(at)));
        let comments = &self.file.comments;
        let comment = comments.partition_point(|c| c.span.start <= at);
        let comment = comment.checked_sub(1).and_then(|i| comments.get(i));
        let is_comment = comment.is_some_and(|c| at <= c.span.end);
        let instruction = self.file.instruction_at(at).filter(|_| !is_comment);
        let text = match instruction {
            Some(instruction) => self.instructions.get(&instruction.span.start).cloned(),
            None => None,
        };
        let text = text.unwrap_or_else(|| normalised(line));
        let after = self.stages.partition_point(|(start, _)| *start <= at);
        let stage = after.checked_sub(1).and_then(|i| self.stages.get(i));
        let stage = stage.map(|(_, name)| name.clone()).unwrap_or_default();
        let line = match instruction.map(|i| (&i.kind, i.span.start)) {
            // Of the image a new version changes only the tag.
            Some((Kind::From(from), _)) => from
                .image
                .as_str()
                .split(['@', ' '])
                .next()
                .map(|image| match image.rsplit_once(':') {
                    Some((name, tag)) if !tag.contains('/') => format!("FROM {name}"),
                    _ => format!("FROM {image}"),
                })
                .unwrap_or_default(),
            _ => without_numbers(&normalised(bare(line, self.file.escape.char()))),
        };
        let line = hash(&[rule, &line]);
        Fingerprint {
            hash: hash(&[rule, &stage, &text]),
            line: (line ^ (line >> 32)) as u32,
            rule: rule.to_owned(),
            stage,
            number: 0,
        }
    }
}

/// A line of a script without what joins it to its neighbours.
fn bare(line: &str, escape: char) -> &str {
    let joins = |c: char| c.is_whitespace() || c == escape || matches!(c, '&' | ';' | '|');
    line.trim_matches(joins)
}

/// Blanks are one, and a masked secret is as long as any other.
fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            if c != '*' || !out.ends_with("**") {
                out.push(c);
            }
        }
    }
    out
}

/// Every number is a zero.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' if out.ends_with('0') => {}
            '0'..='9' => out.push('0'),
            c => out.push(c),
        }
    }
    out
}

/// FNV-1a with 128 bits, folded.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash ^= u128::from(byte);
            hash = hash.wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }
    (hash ^ (hash >> 64)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, lint};

    /// The fingerprints by rule, the lines' hashes left out.
    fn prints(text: &str) -> Vec<(String, u64, u32)> {
        let report = lint(Source::new("Dockerfile", text), &Settings::recommended());
        let prints = Fingerprints::of(&report, &Secrets::default());
        assert_eq!(prints.kept.len(), report.diagnostics.len());
        let mut all: Vec<_> = prints
            .kept
            .into_iter()
            .map(|p| (p.rule, p.hash, p.number))
            .collect();
        all.sort();
        all
    }

    const TEXT: &str = "FROM debian:12 AS a\nRUN apt-get update && apt-get install curl\n\
                        FROM debian:12 AS b\nRUN apt-get update && apt-get install curl\nUSER 1000\n";

    #[test]
    fn moves_and_reformatting_change_nothing() {
        let before = prints(TEXT);
        assert!(before.iter().any(|p| p.0 == "apt-missing-yes"));
        let moved = format!("# syntax=docker/dockerfile:1\n\n# a comment\n{TEXT}");
        assert_eq!(prints(&moved), before);
        let reformatted = TEXT.replace(
            "RUN apt-get update && ",
            "run apt-get update \\\n  # why\n    && ",
        );
        assert_eq!(prints(&reformatted), before);
        let neighbour = TEXT.replace("USER 1000", "ENV A=1\nUSER 2000");
        assert_eq!(prints(&neighbour), before);
        let (a, b) = TEXT.split_at(TEXT.find("FROM debian:12 AS b").unwrap());
        let b = b.replace("USER 1000\n", "");
        let swapped = prints(&format!("{b}{a}USER 1000\n"));
        let runs = |all: &[(String, u64, u32)]| -> Vec<_> {
            let runs = all.iter().filter(|p| p.0 == "apt-missing-yes");
            runs.cloned().collect()
        };
        assert_eq!(runs(&swapped), runs(&before));
    }

    #[test]
    fn equal_findings_are_counted() {
        let text =
            "FROM debian:12\nRUN apt-get install curl\nRUN apt-get install curl\nUSER 1000\n";
        let numbers: Vec<u32> = prints(text)
            .into_iter()
            .filter(|p| p.0 == "apt-missing-yes")
            .map(|p| p.2)
            .collect();
        assert_eq!(numbers, [1, 2]);
    }

    #[test]
    fn a_secret_is_not_in_it() {
        let with = |secret: &str| {
            let text = format!("FROM debian:12\nENV DB_PASSWORD={secret}\nUSER 1000\n");
            let report = lint(Source::new("Dockerfile", text), &Settings::recommended());
            let linted = super::super::Linted::new(
                report,
                crate::perspective::Perspective::Dlint,
                std::iter::empty(),
            );
            let prints = linted.fingerprints().kept;
            let secret = prints.into_iter().find(|p| p.rule == "secret-in-env");
            secret.unwrap()
        };
        assert_eq!(with("violet-umbrella-9"), with("q9x.77_brick.house"));
    }
}
