//! The text of `RUN`, `CMD` and the like → simple commands with their places in the Dockerfile.
//!
//! The text is read by a real shell parser; nothing outside this module knows which. Commands
//! are seen through `sudo`, `env`, `xargs` and the like, through `sh -c '…'` and `bash <<EOF`,
//! in substitutions, subshells, branches, loops and functions. [`Script`] answers where a
//! command stands and what reaches it.

mod command;
mod damage;
mod dialect;
mod limits;
mod nested;
mod read;
mod redirect;
mod script;
mod simple;
mod word;
mod wrappers;

#[cfg(test)]
mod tests;

pub use command::{
    Assignment, AssignmentKind, Command, Connector, Heredoc, Quoting, Redirect, RedirectKind, Word,
    WordPart, Wrapper,
};
pub use dialect::Dialect;
pub(crate) use limits::{beyond_checks, beyond_limits};
#[cfg(feature = "shell-lint")]
pub(crate) use read::plain;
pub use script::{
    Frame, FrameKind, Pipeline, PipelinePart, Script, ShellError, ShellErrorKind, ShellOptions,
};

use crate::span::{MappedText, Span};

/// One string of the exec form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecWord<'a> {
    /// The string, escapes resolved.
    pub text: &'a str,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Where each of its bytes stands; without it a script in it has the place of the string.
    pub mapped: Option<MappedText>,
}

/// Reads a script. A text in a dialect that is no POSIX shell is not read.
pub fn parse(text: &MappedText, dialect: &Dialect) -> Script {
    if dialect.is_posix() {
        read::read(text, dialect)
    } else {
        Script::unread()
    }
}

/// What stands for a script that is not read since the others of its file are too long.
pub(crate) fn left_out(span: Span) -> Script {
    Script {
        frames: vec![Frame::default()],
        errors: vec![ShellError {
            span,
            message: "the scripts of this file are too long to be read".to_owned(),
            kind: ShellErrorKind::Limit,
        }],
        ..Script::default()
    }
}

/// Reads the exec form, in which no shell takes part unless a word names one:
/// `["apt-get", "install", "curl"]` is one command, `["sh", "-c", "…"]` is seen through.
pub fn parse_exec(words: &[ExecWord]) -> Script {
    read::read_exec(words)
}
