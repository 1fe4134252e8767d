//! Package installations, read from shell commands.

use crate::shell::Script;

/// A package manager call.
#[derive(Debug, Clone)]
pub struct Install {}

/// The installations of a script.
pub(super) fn of(_script: &Script) -> Vec<Install> {
    Vec::new()
}
