//! Instructions as written.

pub mod syntax_error;
