//! `unheard-denial`: a message of a build policy that no refusal shows.
//!
//! It stands in the policy's file: see `engine::policy_faults`.

use crate::rule::{Rule, rule};

rule!(UnheardDenial);

impl Rule for UnheardDenial {}
