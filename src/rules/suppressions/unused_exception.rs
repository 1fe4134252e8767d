//! `unused-exception`: an exception from the policy allows nothing. It is found
//! where configuration is read.

use crate::rule::{Rule, rule};

rule!(UnusedException);

impl Rule for UnusedException {}
