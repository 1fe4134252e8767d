//! `unpinned-yum`: an RPM package without a version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{report_unpinned, run_installs, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, Package};
use crate::rule::{Context, Rule};

/// See `rules/packages/unpinned-yum.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnpinnedYum {}

impl Rule for UnpinnedYum {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        for install in run_installs(node) {
            let installs = matches!(install.manager, Manager::Yum)
                && matches!(install.action, Action::Install | Action::Restore)
                && !is_group(install);
            if installs {
                let packages = unpinned(install, is_pinned);
                report_unpinned(cx, &packages, "name the version: `package-version`");
            }
        }
    }
}

/// Whether a version is named. A number at the end may be part of the name, as in
/// `gcc-toolset-11`, or a version.
fn is_pinned(package: &Package) -> bool {
    let last = package.name.rsplit_once('-').map(|(_, last)| last);
    package.version.is_some() || last.is_some_and(|l| l.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether groups or modules are installed, which have no versions.
fn is_group(install: &Install) -> bool {
    install.verb.contains("group") || install.verb.starts_with("module")
}
