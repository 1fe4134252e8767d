//! dlint: a Dockerfile linter and best-practice analyzer.
//!
//! ```text
//! bytes ─ Source ─ syntax::parse ─ File ─ Facts::of ─ Facts
//!                                             │
//!             Settings ─ enabled rules ─► engine::lint ◄─ Suppressions (comments)
//!                                             │
//!                                       Vec<Diagnostic>  (sorted, each with an optional Fix)
//!                                         │         │
//!                     emit::{full,concise,json,sarif,…}   fix::converge ─ new text
//! ```

pub mod baseline;
pub mod builds;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compat;
pub mod config;
pub mod context;
pub mod date;
pub mod diagnostic;
pub mod digest;
#[cfg(feature = "cli")]
pub mod discover;
pub mod edits;
pub mod emit;
pub mod engine;
pub mod facts;
pub mod fix;
pub mod images;
pub mod inventory;
mod keywords;
pub mod linter;
pub mod path;
pub mod perspective;
pub mod policy;
pub mod rebuild;
pub mod rule;
pub mod rules;
pub mod secrets;
pub mod shell;
pub mod span;
pub mod suppress;
pub mod syntax;
pub mod text;
pub mod values;

pub use linter::Linter;
