//! `label-not-rfc3339`: a label that should be a time is none.

use super::values;
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotRfc3339);

impl Rule for LabelNotRfc3339 {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        values::check(
            cx,
            node,
            LabelFormat::Rfc3339,
            "is no RFC 3339 date and time",
            "write it like `2026-11-21T08:30:00Z`",
        );
    }
}
