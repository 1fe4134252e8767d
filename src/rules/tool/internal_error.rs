//! `internal-error`: dlint itself failed. The engine reports it.

use crate::rule::{Rule, rule};

rule!(InternalError);

impl Rule for InternalError {}
