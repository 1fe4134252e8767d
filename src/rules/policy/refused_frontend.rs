//! `refused-frontend`: a build policy refuses the images of `# syntax` lines for want of a digest.
//!
//! It stands in the policy's file: see `engine::policy_faults`.

use crate::rule::{Rule, rule};

rule!(RefusedFrontend);

impl Rule for RefusedFrontend {}
