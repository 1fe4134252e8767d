//! `refused-local-context`: a build policy refuses the folder that a build is started from.
//!
//! It stands in the policy's file: see `engine::policy_faults`.

use crate::rule::{Rule, rule};

rule!(RefusedLocalContext);

impl Rule for RefusedLocalContext {}
