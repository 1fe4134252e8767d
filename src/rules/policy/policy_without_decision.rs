//! `policy-without-decision`: a build policy that decides nothing.
//!
//! It stands in the policy's file: see `engine::policy_faults`.

use crate::rule::{Rule, rule};

rule!(PolicyWithoutDecision);

impl Rule for PolicyWithoutDecision {}
