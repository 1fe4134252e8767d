//! The tools whose readings dlint has beside its own, a room for each.

pub mod buildkit;
pub mod hadolint;
pub mod scanners;
