//! The program `shellcheck`, where it looks at the scripts in place of dlint's own checks.
//!
//! Starting it takes longer than checking most scripts, so those of all files are given to one
//! process together. A fix makes new scripts: those of one round go to a process of their own.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::Settings;
use crate::rules::shell::shellcheck::{Answers, ExternalScript, ReportError};

/// What the names on one command line may take together: Windows has 32 KiB for all of it.
const LONGEST_LINE: usize = if cfg!(windows) { 24_000 } else { 200_000 };

/// Why there are no findings of the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProgramError {
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
        "the program ended with {status}: {reason}; it has to be version 0.7.2 or newer, and to be \
         able to read temporary files"
    )]
    Failed {
        /// Its exit code, or what ended it.
        status: String,
        /// The first line it wrote on standard error.
        reason: String,
    },
    /// What it wrote is not what it writes.
    #[error("what the program wrote cannot be read: {0}")]
    Unreadable(String),
}

impl From<ReportError> for ProgramError {
    fn from(error: ReportError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// The program and what it said so far.
pub(super) struct Program {
    name: OsString,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: Arc<Answers>,
    error: Option<ProgramError>,
}

impl Default for Program {
    fn default() -> Self {
        Self {
            name: "shellcheck".into(),
            state: Mutex::default(),
        }
    }
}

impl Program {
    /// Why findings are missing, if any are.
    pub(super) fn error(&self) -> Option<ProgramError> {
        self.state().error.clone()
    }

    /// Settings with what is known of scripts.
    pub(super) fn answer(&self, settings: &Settings) -> Settings {
        let answers = Arc::clone(&self.state().answers);
        settings.with_answers(&answers)
    }

    /// Asks about scripts, but for those that it was asked about. After an error it is asked no more.
    pub(super) fn ask(&self, scripts: impl IntoIterator<Item = ExternalScript>) {
        let known = Arc::clone(&self.state().answers);
        let mut seen = HashSet::new();
        let scripts = scripts.into_iter().filter(|s| !known.has(s));
        let mut scripts: Vec<ExternalScript> = scripts.filter(|s| seen.insert(s.clone())).collect();
        while !scripts.is_empty() && self.error().is_none() {
            let mut length = 0;
            let fit = scripts.iter().enumerate().take_while(|(number, _)| {
                length += ExternalScript::file_name(*number).len() + 1;
                length <= LONGEST_LINE
            });
            let fit = fit.count().max(1).min(scripts.len());
            let later = scripts.split_off(fit);
            let output = self.run(&scripts);
            let mut state = self.state();
            let added = output.and_then(|output| {
                let answers = Arc::make_mut(&mut state.answers);
                Ok(answers.add(&scripts, &output.stdout)?)
            });
            state.error = added.err();
            drop(state);
            scripts = later;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One process.
    fn run(&self, scripts: &[ExternalScript]) -> Result<Output, ProgramError> {
        let write = |error: io::Error| ProgramError::Write(error.to_string());
        let folder = tempfile::Builder::new().prefix("dlint-").tempdir();
        let folder = folder.map_err(write)?;
        for (number, script) in scripts.iter().enumerate() {
            let path = folder.path().join(ExternalScript::file_name(number));
            std::fs::write(path, script.contents()).map_err(write)?;
        }
        let output = Command::new(&self.name)
            .args(["--norc", "--format=json1", "--"])
            .args((0..scripts.len()).map(ExternalScript::file_name))
            .current_dir(folder.path())
            .env_remove("SHELLCHECK_OPTS")
            .stdin(Stdio::null())
            .output();
        let output = output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ProgramError::Missing,
            _ => ProgramError::Start(error.to_string()),
        })?;
        // 1 stands for findings.
        if matches!(output.status.code(), Some(0 | 1)) {
            return Ok(output);
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let reason = text.lines().find(|l| !l.trim().is_empty());
        Err(ProgramError::Failed {
            status: output.status.to_string(),
            reason: reason.unwrap_or("it does not say why").trim().to_owned(),
        })
    }
}
