//! `label-not-url`: a label that should be an address is none.

use super::values;
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotUrl);

impl Rule for LabelNotUrl {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        values::check(
            cx,
            node,
            LabelFormat::Url,
            "is no URL",
            "write an absolute address, such as `https://example.com/`",
        );
    }
}
