//! `label-not-url`: a label that should be an address is none.

use super::labels_shared::{check_values, is_url};
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotUrl);

impl Rule for LabelNotUrl {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        check_values(
            cx,
            node,
            LabelFormat::Url,
            is_url,
            "is no URL",
            "write an absolute address, such as `https://example.com/`",
        );
    }
}
