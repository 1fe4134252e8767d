//! dlint: a Dockerfile linter and best-practice analyzer.

pub mod facts;
pub mod span;
pub mod syntax;
