//! `label-not-spdx`: a label that should be a licence is none.

use super::values;
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotSpdx);

impl Rule for LabelNotSpdx {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        values::check(
            cx,
            node,
            LabelFormat::Spdx,
            "is no SPDX licence expression",
            "write an identifier such as `Apache-2.0`, or an expression of them",
        );
    }
}
