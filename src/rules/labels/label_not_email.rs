//! `label-not-email`: a label that should be an e-mail address is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::labels_shared::{check_values, is_email};
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule};

/// See `rules/labels/label-not-email.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LabelNotEmail {}

impl Rule for LabelNotEmail {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        check_values(
            cx,
            node,
            LabelFormat::Email,
            is_email,
            "is no e-mail address",
            "write the bare address: `team@example.com`",
        );
    }
}
