//! Instructions as written.

pub mod deprecated_maintainer;
pub mod syntax_error;
