//! `label-not-semver`: a label that should be a version is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::labels_shared::{check_values, is_semver};
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule};

/// See `rules/labels/label-not-semver.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LabelNotSemver {}

impl Rule for LabelNotSemver {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        check_values(
            cx,
            node,
            LabelFormat::Semver,
            is_semver,
            "is no semantic version",
            "write three numbers, such as `1.2.3` or `1.2.3-rc.1`",
        );
    }
}
