//! The files that say how a Dockerfile is built: compose files and bake files, units of
//! Quadlet, workflows, scripts.

#[cfg(feature = "builds")]
pub mod bake;
#[cfg(feature = "builds")]
pub mod callers;
#[cfg(feature = "builds")]
pub mod compose;
#[cfg(feature = "builds")]
mod dotenv;
mod fault;
#[cfg(feature = "builds")]
mod hcl;
#[cfg(feature = "builds")]
mod hcl_functions;
#[cfg(feature = "builds")]
mod hcl_template;
#[cfg(feature = "builds")]
pub mod invocation;
mod json5;
#[cfg(feature = "builds")]
mod policies;
#[cfg(feature = "builds")]
pub mod quadlet;
pub mod updaters;
// hadolint's configuration, which is YAML too, asks for less of it than a compose file.
#[cfg_attr(not(feature = "builds"), allow(dead_code))]
pub(crate) mod yaml;

pub use fault::Fault;
#[cfg(feature = "builds")]
pub use invocation::{Inline, Invocation, Recipe};
