//! dlint: a Dockerfile linter and best-practice analyzer.

pub mod shell;
pub mod span;
pub mod syntax;
