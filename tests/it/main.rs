//! Every test from outside, one program: linking the crate is most of what a test program costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod adopt;
mod bases;
mod buildkit;
mod builds;
mod cache;
mod checks;
mod cli;
mod code;
mod contexts;
mod conventions;
mod examples;
mod extends;
mod fixes;
mod formats;
mod golden;
mod guides;
mod hadolint;
mod hostile;
mod invocations;
mod known;
mod leaks;
mod masking;
mod packaging;
mod pages;
mod policy;
mod pre_commit;
mod precision;
mod probes_expand;
mod properties;
#[cfg(feature = "rego")]
mod rego;
mod regressions;
mod results;
mod scanners;
mod shellcheck;
mod spark;
mod terminal;
mod ways;
mod witnesses;
