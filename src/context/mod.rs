//! The build context and the way a file is built: build arguments, target, named contexts.

/// How a Dockerfile is built, as far as someone says it.
#[derive(Debug, Clone, Default)]
pub struct Build {
    /// `--build-arg` names and values.
    pub arguments: Vec<(String, String)>,
    /// `--target`.
    pub target: Option<String>,
    /// The names of `--build-context`.
    pub contexts: Vec<String>,
}
