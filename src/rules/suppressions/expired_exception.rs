//! `expired-exception`: an exception from the policy has ended, or is about to. It is found
//! where configuration is read.

use crate::rule::{Rule, rule};

rule!(ExpiredException);

impl Rule for ExpiredException {}
