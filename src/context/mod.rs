//! The build context and the way a file is built: build arguments, target, named contexts.

mod directory;
pub mod disk;
mod files;
mod gitignore;
pub mod ignore_file;
mod ignore_pattern;
mod recorded;
mod remembered;

use std::path::PathBuf;

pub(crate) use directory::any_ignore_file;
pub use directory::{BuildContext, ContextOrigin};
pub use directory::{is_repository, within_repository};
pub use disk::Disk;
pub use files::{Entry, FileKind, Files, Memory, Nothing};
pub use ignore_file::IgnoreFile;
pub use recorded::{Answered, Recorded, still_hold};
pub use remembered::Remembered;

/// How a Dockerfile is built, as far as someone says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Build {
    /// `--build-arg` names and values.
    pub arguments: Vec<(String, String)>,
    /// `--target`.
    pub target: Option<String>,
    /// The names of `--build-context`.
    pub contexts: Vec<String>,
    /// The directory of the build context, if someone says it. Without it a directory is guessed
    /// from the place of the Dockerfile, and only believed where the file fits it.
    pub context: Option<PathBuf>,
    /// Build arguments that are given though nobody here knows which value.
    pub unknown_arguments: Vec<String>,
    /// Whether arguments that nobody here knows by name may be given too.
    pub any_argument: bool,
    /// `--platform`.
    pub platforms: Vec<String>,
    /// The stages that other builds of the file make.
    pub targets: Targets,
    /// The build arguments that workflows, Makefiles and scripts give values which are not read.
    pub handed: Vec<String>,
    /// The secrets that workflows, scripts, compose and bake files pass as build arguments.
    pub passed: Vec<PassedArgument>,
    /// The policies of Rego that the build is told of.
    pub policies: ToldPolicies,
}

/// The policies of Rego that a build is told of, besides the one beside the Dockerfile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldPolicies {
    /// Their files.
    pub files: Vec<PathBuf>,
    /// Whether the one beside the Dockerfile does not count.
    pub without_beside: bool,
}

/// A secret that another file passes as a build argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedArgument {
    /// The argument.
    pub name: String,
    /// What the other file calls the secret; nothing if it stands there itself.
    pub secret: Option<String>,
    /// Who passes it.
    pub by: Caller,
    /// The other file.
    pub path: PathBuf,
    /// Its path in the repository.
    pub shown: String,
    /// The 1-based line of the argument.
    pub line: u32,
    /// Its 1-based column.
    pub column: u32,
    /// Where the value is set that the other file only passes on: `.env`.
    pub set: Option<SetArgument>,
}

/// The line of a third file that sets what another passes as a build argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetArgument {
    /// The file.
    pub path: PathBuf,
    /// Its path in the repository.
    pub shown: String,
    /// The 1-based line.
    pub line: u32,
    /// The 1-based column of the value.
    pub column: u32,
}

/// Who builds with an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// An action of a workflow.
    Action,
    /// A command such as `docker build`.
    Command,
    /// A compose file.
    Compose,
    /// A bake file.
    Bake,
}

/// A build and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBuild {
    /// The services or targets that build so; nothing for a plain `docker build`.
    pub names: Vec<String>,
    /// How they build.
    pub build: Build,
}

impl Build {
    /// Whether the build gives an argument a value, known or not.
    pub fn gives(&self, name: &str) -> bool {
        let known = self.arguments.iter().any(|(given, _)| given == name);
        known || self.any_argument || self.unknown_arguments.iter().any(|given| given == name)
    }
}

/// Stages that are built by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// Their names.
    pub names: Vec<String>,
    /// Whether a variable hides one of the names: it can be any stage.
    pub any: bool,
}
