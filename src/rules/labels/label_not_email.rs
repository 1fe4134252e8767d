//! `label-not-email`: a label that should be an e-mail address is none.

use super::values;
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotEmail);

impl Rule for LabelNotEmail {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        values::check(
            cx,
            node,
            LabelFormat::Email,
            "is no e-mail address",
            "write the bare address: `team@example.com`",
        );
    }
}
