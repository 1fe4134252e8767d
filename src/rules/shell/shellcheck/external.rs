//! What the program ShellCheck says of scripts, asked for in two steps: the scripts of a file are
//! collected, somebody runs the program on them, and linting the file gets its answers.

use std::collections::HashMap;
use std::ops::Range;

use serde::Deserialize;

use super::script::{RunScript, finding, fix_of};
use crate::diagnostic::{Diagnostic, Severity};
use crate::shell::Dialect;

/// A script as the program gets it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalScript {
    /// A first line that names the shell, if the script has none.
    head: String,
    text: String,
}

impl ExternalScript {
    /// The script of a RUN, if the program knows its language.
    pub(super) fn of(script: &RunScript<'_>) -> Option<Self> {
        let shell = match script.dialect {
            // What BusyBox has besides is taken out later; not every version knows that shell.
            Dialect::Sh | Dialect::Ash => "sh",
            Dialect::Dash => "dash",
            Dialect::Bash => "bash",
            Dialect::Ksh => "ksh",
            Dialect::Zsh | Dialect::PowerShell | Dialect::Cmd | Dialect::Unknown(_) => return None,
        };
        let options = match (script.options.errexit, script.options.pipefail) {
            (true, true) => " -eo pipefail",
            (true, false) => " -e",
            (false, true) => " -o pipefail",
            (false, false) => "",
        };
        let text = script.text.text();
        let head = if text.starts_with("#!") {
            String::new()
        } else {
            format!("#!/bin/{shell}{options}\n")
        };
        Some(Self {
            head,
            text: text.to_owned(),
        })
    }

    /// What stands in the file that the program reads.
    pub fn contents(&self) -> String {
        format!("{}{}", self.head, self.text)
    }

    /// The name of the file of the script with a number. None that a script would source: the
    /// program follows a `.` to the files it is given.
    pub fn file_name(number: usize) -> String {
        format!("script-{number}.of-dockerfile")
    }
}

/// What the program said of each script.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The findings, on the bytes of their script.
    found: HashMap<ExternalScript, Vec<Diagnostic>>,
}

impl Answers {
    /// Reads what the program wrote (`--format=json1`) about scripts in files that are named by
    /// [`ExternalScript::file_name`], and adds it.
    pub fn add(&mut self, scripts: &[ExternalScript], json: &[u8]) -> Result<(), ReportError> {
        let report: Report = serde_json::from_slice(json)?;
        let mut found: Vec<Vec<Diagnostic>> = vec![Vec::new(); scripts.len()];
        let lines: Vec<Lines<'_>> = scripts.iter().map(Lines::of).collect();
        for comment in report.comments {
            let number = number(&comment.file);
            let place = number.and_then(|n| Some((found.get_mut(n)?, lines.get(n)?)));
            let Some((found, lines)) = place else {
                return Err(ReportError::ForeignFile(comment.file));
            };
            found.extend(lines.finding(comment));
        }
        self.found.extend(scripts.iter().cloned().zip(found));
        Ok(())
    }

    /// Whether the program was asked about a script.
    pub fn has(&self, script: &ExternalScript) -> bool {
        self.found.contains_key(script)
    }

    /// The findings in a script, on its bytes, if the program was asked.
    pub(super) fn get(&self, script: &ExternalScript) -> Option<&[Diagnostic]> {
        self.found.get(script).map(Vec::as_slice)
    }
}

/// Why what the program wrote says nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is not what the program writes.
    #[error(transparent)]
    Unreadable(#[from] serde_json::Error),
    /// It is about another file.
    #[error("a finding in `{0}`, which it was not given")]
    ForeignFile(String),
}

/// The number of a script's file.
fn number(name: &str) -> Option<usize> {
    let name = name.trim_start_matches("./");
    let number = name.strip_prefix("script-")?;
    number.strip_suffix(".of-dockerfile")?.parse().ok()
}

#[derive(Deserialize)]
struct Report {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    file: String,
    #[serde(flatten)]
    place: Lined,
    level: String,
    code: u16,
    message: String,
    fix: Option<Replacements>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lined {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Deserialize)]
struct Replacements {
    replacements: Vec<Replacement>,
}

#[derive(Deserialize)]
struct Replacement {
    #[serde(flatten)]
    place: Lined,
    replacement: String,
}

/// The way from lines and columns back to a script's bytes.
struct Lines<'s> {
    text: &'s str,
    starts: Vec<usize>,
    /// How many lines stand before the script.
    before: usize,
}

impl<'s> Lines<'s> {
    fn of(script: &'s ExternalScript) -> Self {
        let breaks = script.text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text: &script.text,
            starts: std::iter::once(0).chain(breaks).collect(),
            before: script.head.lines().count(),
        }
    }

    /// The finding on the script's own bytes; nothing for one on the line that was added.
    fn finding(&self, comment: Comment) -> Option<Diagnostic> {
        let range = self.range(&comment.place)?;
        let code = format!("SC{:04}", comment.code);
        let severity = match comment.level.as_str() {
            "error" => Severity::Error,
            "info" => Severity::Info,
            "style" => Severity::Style,
            _ => Severity::Warning,
        };
        let mut found = finding(&code, severity, range, comment.message);
        let edit = comment.fix.and_then(|fix| self.edit(fix));
        found.fix = edit.and_then(|edit| fix_of(&code, None, std::iter::once(edit)));
        Some(found)
    }

    /// The byte at a line and a column, both from 1; columns count characters.
    fn offset(&self, line: usize, column: usize) -> Option<usize> {
        let line = line.checked_sub(self.before + 1)?;
        let start = match self.starts.get(line) {
            Some(start) => *start,
            None => return Some(self.text.len()),
        };
        let end = self.starts.get(line + 1).map_or(self.text.len(), |e| e - 1);
        let text = self.text.get(start..end).unwrap_or_default();
        let skipped = column.saturating_sub(1);
        let at = text.char_indices().nth(skipped).map(|(at, _)| at);
        Some(start + at.unwrap_or(text.len()))
    }

    fn range(&self, place: &Lined) -> Option<Range<usize>> {
        let start = self.offset(place.line, place.column)?;
        let end = self.offset(place.end_line, place.end_column)?;
        Some(start..end.max(start))
    }

    /// All replacements as one, of the text from the first to the last: what is added behind a
    /// word stays on the word's side of a continuation.
    fn edit(&self, fix: Replacements) -> Option<(Range<usize>, String)> {
        let mut edits = Vec::new();
        for replacement in fix.replacements {
            edits.push((self.range(&replacement.place)?, replacement.replacement));
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let whole = edits.first()?.0.start..edits.iter().map(|(r, _)| r.end).max()?;
        let mut content = String::new();
        let mut done = whole.start;
        for (range, replacement) in &edits {
            content.push_str(self.text.get(done..range.start)?);
            content.push_str(replacement);
            done = range.end;
        }
        content.push_str(self.text.get(done..whole.end)?);
        Some((whole, content))
    }
}
