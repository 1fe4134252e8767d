//! `unpinned-cargo`: a Rust program without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedCargo);

impl Rule for UnpinnedCargo {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Cargo)
            && matches!(install.action, Action::Install | Action::Restore);
        if installs {
            let packages = unpinned(install, |p| p.version.is_some());
            report_unpinned(cx, &packages, "name the version: `package@version`");
        }
    }
}
