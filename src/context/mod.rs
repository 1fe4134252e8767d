//! The build context and the way a file is built: build arguments, target, named contexts.

mod directory;
pub mod ignore_file;

use std::path::PathBuf;

pub(crate) use directory::any_ignore_file;
pub use directory::{BuildContext, ContextOrigin};
pub use ignore_file::IgnoreFile;

/// How a Dockerfile is built, as far as someone says it.
#[derive(Debug, Clone, Default)]
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
    /// Take what only a builder knows for what it mostly is: the platform for linux/amd64, a base
    /// image for one that sets no variables.
    pub typical: bool,
}
