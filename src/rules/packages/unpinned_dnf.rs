//! `unpinned-dnf`: an RPM package without a version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::report_unpinned_rpm;
use crate::facts::Node;
use crate::facts::packages::Manager;
use crate::rule::{Context, Rule};

/// See `rules/packages/unpinned-dnf.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnpinnedDnf {}

impl Rule for UnpinnedDnf {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        report_unpinned_rpm(cx, node, &[Manager::Dnf, Manager::Microdnf, Manager::Tdnf]);
    }
}
