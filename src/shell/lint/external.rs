//! The back end in another process: the program `shellcheck`.
//!
//! Starting it takes longer than most scripts, so scripts are gathered first and given to one
//! process together. A script that comes later (a fix changes one) gets a process of its own.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::ops::Range;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use super::{Dialect, LintLevel, Raw, RawFix, Surroundings};

/// What the names on one command line may take together: Windows has 32 KiB for all of it.
const LONGEST_LINE: usize = if cfg!(windows) { 24_000 } else { 200_000 };

/// Why there are no findings of the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExternalError {
    /// It is not there.
    #[error(
        "the program is not on PATH: install ShellCheck (https://www.shellcheck.net), or leave out \
         `--shellcheck=external` for the checks that dlint has itself"
    )]
    Missing,
    /// It is there but does not start.
    #[error("the program cannot be started: {0}")]
    Start(String),
    /// The scripts cannot be written.
    #[error("the scripts cannot be written to a temporary folder: {0}")]
    Write(String),
    /// It gave up.
    #[error(
        "the program ended with {status}: {said}; it has to be version 0.7.1 or newer, and to be \
         able to read temporary files"
    )]
    Failed {
        /// Its exit code, or what ended it.
        status: String,
        /// The first line it wrote on standard error.
        said: String,
    },
    /// What it wrote is not what it writes.
    #[error("what the program wrote cannot be read: {0}")]
    Unreadable(String),
}

/// The program `shellcheck` and what it said so far.
pub struct External {
    program: OsString,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    gathers: bool,
    /// Scripts in the order in which they came.
    wanted: Vec<Checked>,
    known: HashMap<Checked, Vec<Raw>>,
    failure: Option<ExternalError>,
}

/// A script as the program gets it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Checked {
    /// A first line that names the shell, if the script has none.
    head: String,
    text: String,
}

impl Default for External {
    fn default() -> Self {
        Self::new("shellcheck")
    }
}

impl External {
    /// With the name or path of the program.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            state: Mutex::default(),
        }
    }

    /// From now on scripts are only noted, and have no findings.
    pub fn gather(&self) {
        self.state().gathers = true;
    }

    /// Checks what was gathered, and from now on every script that comes.
    pub fn check_gathered(&self) {
        let wanted = {
            let mut state = self.state();
            state.gathers = false;
            std::mem::take(&mut state.wanted)
        };
        self.check(wanted);
    }

    /// Why findings are missing, if any are.
    pub fn failure(&self) -> Option<ExternalError> {
        self.state().failure.clone()
    }

    /// The findings in a script.
    pub(super) fn lint(&self, text: &str, around: &Surroundings<'_>) -> Vec<Raw> {
        let Some(script) = Checked::of(text, around) else {
            return Vec::new();
        };
        {
            let mut state = self.state();
            if state.gathers {
                state.wanted.push(script);
                return Vec::new();
            }
            if let Some(known) = state.known.get(&script) {
                return known.clone();
            }
        }
        self.check(vec![script.clone()]);
        let state = self.state();
        state.known.get(&script).cloned().unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, scripts: Vec<Checked>) {
        let mut seen = HashSet::new();
        let mut scripts: Vec<Checked> = scripts
            .into_iter()
            .filter(|s| seen.insert(s.clone()))
            .collect();
        while !scripts.is_empty() && self.failure().is_none() {
            let mut length = 0;
            let fit = scripts.iter().enumerate().take_while(|(number, _)| {
                length += name(*number).len() + 1;
                length <= LONGEST_LINE
            });
            let fit = fit.count().max(1).min(scripts.len());
            let later = scripts.split_off(fit);
            let result = self.run(&scripts);
            let mut state = self.state();
            match result {
                Ok(found) => state.known.extend(scripts.into_iter().zip(found)),
                Err(error) => state.failure = Some(error),
            }
            scripts = later;
        }
    }

    /// One process, and its findings by script.
    fn run(&self, scripts: &[Checked]) -> Result<Vec<Vec<Raw>>, ExternalError> {
        let write = |error: io::Error| ExternalError::Write(error.to_string());
        let folder = tempfile::Builder::new().prefix("dlint-").tempdir();
        let folder = folder.map_err(write)?;
        for (number, script) in scripts.iter().enumerate() {
            let path = folder.path().join(name(number));
            std::fs::write(path, format!("{}{}", script.head, script.text)).map_err(write)?;
        }
        let output = Command::new(&self.program)
            .args(["--norc", "--format=json1", "--"])
            .args((0..scripts.len()).map(name))
            .current_dir(folder.path())
            .env_remove("SHELLCHECK_OPTS")
            .stdin(Stdio::null())
            .output();
        let output = output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ExternalError::Missing,
            _ => ExternalError::Start(error.to_string()),
        })?;
        let comments = comments(&output)?;
        let mut found: Vec<Vec<Raw>> = vec![Vec::new(); scripts.len()];
        let lines: Vec<Lines<'_>> = scripts.iter().map(Lines::of).collect();
        for comment in comments {
            let number = number(&comment.file);
            let place = number.and_then(|n| Some((found.get_mut(n)?, lines.get(n)?)));
            let (found, lines) = place.ok_or_else(|| {
                let text = format!("a finding in `{}`, which it was not given", comment.file);
                ExternalError::Unreadable(text)
            })?;
            found.extend(lines.raw(comment));
        }
        Ok(found)
    }
}

/// The name of a script's file. None that a script would source: the program follows a `.` to the
/// files it is given.
fn name(number: usize) -> String {
    format!("script-{number}.of-dockerfile")
}

fn number(name: &str) -> Option<usize> {
    let name = name.trim_start_matches("./");
    let number = name.strip_prefix("script-")?;
    number.strip_suffix(".of-dockerfile")?.parse().ok()
}

impl Checked {
    fn of(text: &str, around: &Surroundings<'_>) -> Option<Self> {
        let shell = match around.dialect {
            // What BusyBox has besides is taken out later; not every version knows that shell.
            Dialect::Sh | Dialect::Ash => "sh",
            Dialect::Dash => "dash",
            Dialect::Bash => "bash",
            Dialect::Ksh => "ksh",
            Dialect::Zsh | Dialect::PowerShell | Dialect::Cmd | Dialect::Unknown(_) => return None,
        };
        let options = match (around.options.errexit, around.options.pipefail) {
            (true, true) => " -eo pipefail",
            (true, false) => " -e",
            (false, true) => " -o pipefail",
            (false, false) => "",
        };
        let head = match text.starts_with("#!") {
            true => String::new(),
            false => format!("#!/bin/{shell}{options}\n"),
        };
        Some(Self {
            head,
            text: text.to_owned(),
        })
    }
}

#[derive(Deserialize)]
struct Report {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    file: String,
    #[serde(flatten)]
    place: Place,
    level: String,
    code: u16,
    message: String,
    fix: Option<Fix>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Deserialize)]
struct Fix {
    replacements: Vec<Replacement>,
}

#[derive(Deserialize)]
struct Replacement {
    #[serde(flatten)]
    place: Place,
    replacement: String,
}

fn comments(output: &Output) -> Result<Vec<Comment>, ExternalError> {
    // 1 stands for findings.
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().find(|l| !l.trim().is_empty());
        return Err(ExternalError::Failed {
            status: output.status.to_string(),
            said: said.unwrap_or("it does not say why").trim().to_owned(),
        });
    }
    let report: Report = serde_json::from_slice(&output.stdout)
        .map_err(|error| ExternalError::Unreadable(error.to_string()))?;
    Ok(report.comments)
}

/// The way from lines and columns back to a script's bytes.
struct Lines<'s> {
    text: &'s str,
    starts: Vec<usize>,
    /// How many lines stand before the script.
    before: usize,
}

impl<'s> Lines<'s> {
    fn of(script: &'s Checked) -> Self {
        let breaks = script.text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text: &script.text,
            starts: std::iter::once(0).chain(breaks).collect(),
            before: script.head.lines().count(),
        }
    }

    /// The finding on the script's own bytes; nothing for one on the line that was added.
    fn raw(&self, comment: Comment) -> Option<Raw> {
        let range = self.range(&comment.place)?;
        let fix = comment.fix.and_then(|fix| self.fix(fix));
        Some(Raw {
            code: format!("SC{:04}", comment.code),
            level: match comment.level.as_str() {
                "error" => LintLevel::Error,
                "info" => LintLevel::Info,
                "style" => LintLevel::Style,
                _ => LintLevel::Warning,
            },
            range,
            message: comment.message,
            fix,
        })
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

    fn range(&self, place: &Place) -> Option<Range<usize>> {
        let start = self.offset(place.line, place.column)?;
        let end = self.offset(place.end_line, place.end_column)?;
        Some(start..end.max(start))
    }

    /// All replacements as one, of the text from the first to the last: what is added behind a
    /// word stays on the word's side of a continuation.
    fn fix(&self, fix: Fix) -> Option<RawFix> {
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
        Some(RawFix {
            title: None,
            edits: vec![(whole, content)],
        })
    }
}
