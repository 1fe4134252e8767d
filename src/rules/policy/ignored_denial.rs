//! `ignored-denial`: a build policy allows what its own messages refuse.
//!
//! It stands in the policy's file: see `engine::policy_faults`.

use crate::rule::{Rule, rule};

rule!(IgnoredDenial);

impl Rule for IgnoredDenial {}
