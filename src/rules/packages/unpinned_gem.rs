//! `unpinned-gem`: a Ruby gem without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedGem);

impl Rule for UnpinnedGem {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Gem)
            && matches!(install.action, Action::Install | Action::Restore);
        if installs {
            let packages = unpinned(install, |p| p.version.is_some());
            report_unpinned(
                cx,
                &packages,
                "name the version: `-v version`, or `name:version`",
            );
        }
    }
}
