//! The tool itself.

pub mod internal_error;
