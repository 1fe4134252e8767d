//! Whose view of a Dockerfile is wanted.

/// The tool whose findings a report has, under its names and at its places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Perspective {
    /// dlint's own.
    #[default]
    Dlint,
    /// hadolint's: see [`crate::compat::hadolint`].
    Hadolint,
    /// That of BuildKit's own checks: see [`crate::compat::buildkit`].
    Buildkit,
}

impl Perspective {
    /// Whether what only a builder knows is taken for what it mostly is: the platform for
    /// linux/amd64, a base image for one that sets no variables.
    pub fn assumes_builder_defaults(self) -> bool {
        self == Perspective::Buildkit
    }
}
