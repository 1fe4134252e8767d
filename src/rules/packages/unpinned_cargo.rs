//! `unpinned-cargo`: a Rust program without a version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{report_unpinned, run_installs, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Manager};
use crate::rule::{Context, Rule};

/// See `rules/packages/unpinned-cargo.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnpinnedCargo {}

impl Rule for UnpinnedCargo {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        for install in run_installs(node) {
            let installs = matches!(install.manager, Manager::Cargo)
                && matches!(install.action, Action::Install | Action::Restore);
            if installs {
                let packages = unpinned(install, |p| p.version.is_some());
                report_unpinned(cx, &packages, "name the version: `package@version`");
            }
        }
    }
}
