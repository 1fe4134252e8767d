//! What can be wrong with a configuration file, and where.

use std::path::PathBuf;

use crate::span::{Source, Span};
use crate::values::Kind;

/// Something wrong with a configuration file.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}")]
pub struct ConfigError {
    /// What is wrong.
    pub problem: Box<Problem>,
    /// The file, if it could be read, and where in it.
    place: Option<Box<(Source, Span)>>,
}

/// The ways in which a configuration file can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Problem {
    #[error("{}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{0}")]
    Other(String),
    #[error("{}", wrong_type(key, *is_element, *wanted, *found))]
    Type {
        /// The key whose value it is, if it has one.
        key: Option<String>,
        /// Whether it is an element of the key's array.
        is_element: bool,
        wanted: Kind,
        found: Kind,
        /// What may be written instead.
        instead: Option<String>,
    },
    #[error("unknown key `{key}`")]
    UnknownKey {
        key: String,
        nearest: Option<String>,
        known: Vec<String>,
    },
    #[error("`{value}` is no value of this key")]
    UnknownValue {
        value: String,
        nearest: Option<String>,
        known: Vec<String>,
    },
    #[error("{0}")]
    UnknownRule(#[from] super::UnknownRule),
    #[error("`{pattern}` is no pattern: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("cannot extend {}: {reason}", path.display())]
    Extends { path: PathBuf, reason: String },
    #[error("cannot read `{location}`: {reason}")]
    Remote {
        /// What is written.
        location: String,
        reason: String,
        help: Option<String>,
    },
    #[error("{} is no valid configuration; it lies elsewhere, so nothing of it is shown", path.display())]
    Hidden { path: PathBuf },
    #[error("{} leads out of the repository", path.display())]
    Outside { path: PathBuf },
    #[error("more than {0} files extend each other")]
    TooMany(usize),
    #[error("the file extends itself: {0}")]
    Circle(String),
}

impl ConfigError {
    /// Without a place.
    pub fn new(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            place: None,
        }
    }

    /// At a place in a file.
    pub fn at(problem: Problem, file: &Source, span: Span) -> Self {
        Self {
            problem: Box::new(problem),
            place: Some(Box::new((file.clone(), span))),
        }
    }

    /// The file and the place in it.
    pub fn place(&self) -> Option<(&Source, Span)> {
        self.place.as_ref().map(|place| (&place.0, place.1))
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        match self.problem.as_ref() {
            Problem::UnknownKey {
                nearest: Some(nearest),
                ..
            }
            | Problem::UnknownValue {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            Problem::UnknownKey { known, .. } if known.is_empty() => {
                Some("nothing can be set here".to_owned())
            }
            Problem::UnknownKey { known, .. } | Problem::UnknownValue { known, .. } => {
                Some(format!("known here: `{}`", known.join("`, `")))
            }
            Problem::UnknownRule(unknown) => Some(unknown.help()),
            Problem::Remote { help, .. } => help.clone(),
            Problem::Type { instead, .. } => instead.as_ref().map(|text| format!("write {text}")),
            Problem::Outside { .. } => {
                Some("to use it all the same, name the configuration with `--config`".to_owned())
            }
            _ => None,
        }
    }
}

fn wrong_type(key: &Option<String>, is_element: bool, wanted: Kind, found: Kind) -> String {
    let wanted = match wanted {
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Float => "a number".to_owned(),
        kind => kind.to_string(),
    };
    match key {
        Some(key) if is_element => format!("each element of `{key}` is {wanted}, not {found}"),
        Some(key) => format!("`{key}` takes {wanted}, not {found}"),
        None => format!("{wanted} belongs here, not {found}"),
    }
}

/// The names that may be meant by one that is unknown: the nearest, and all.
pub(super) fn nearest(name: &str, known: &[&str]) -> (Option<String>, Vec<String>) {
    let known: Vec<String> = known.iter().map(|k| (*k).to_owned()).collect();
    let nearest = crate::text::nearest(name, known.iter().map(String::as_str));
    let nearest = nearest.map(str::to_owned);
    (nearest, known)
}

/// The operating system's words without its number.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => text.split(" (os error").next().unwrap_or(&text).to_owned(),
    }
}
