//! `broken-build-policy`: a build policy that buildx cannot evaluate.
//!
//! It stands in the policy's file: see `engine::policy_faults`.

use crate::rule::{Rule, rule};

rule!(BrokenBuildPolicy);

impl Rule for BrokenBuildPolicy {}
