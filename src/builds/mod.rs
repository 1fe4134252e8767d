//! The files that say how a Dockerfile is built: compose files and bake files.

pub mod bake;
pub mod compose;
mod dotenv;
mod hcl;
mod hcl_functions;
mod hcl_template;
pub mod invocation;
pub(crate) mod yaml;

pub use invocation::{Fault, Inline, Invocation, Recipe};
