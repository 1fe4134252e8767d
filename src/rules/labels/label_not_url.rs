//! `label-not-url`: a label that should be an address is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::labels_shared::{check_values, is_url};
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule};

/// See `rules/labels/label-not-url.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LabelNotUrl {}

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
