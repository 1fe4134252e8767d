//! dlint: a Dockerfile linter and best-practice analyzer.

pub mod span;
pub mod syntax;
