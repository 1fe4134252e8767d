//! The policies that buildx evaluates for what a build fetches.

pub mod broken_build_policy;
pub mod ignored_denial;
pub mod policy_without_decision;
pub mod refused_by_policy;
pub mod refused_frontend;
pub mod refused_local_context;
pub mod unheard_denial;
