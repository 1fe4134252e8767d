//! `unpinned-gem`: a Ruby gem without a version.

use super::unpinned::{report_unpinned_of, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedGem);

impl Rule for UnpinnedGem {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Gem)
            && matches!(install.action, Action::Install | Action::Restore);
        if installs {
            let packages = unpinned(install, |p| p.version.is_some());
            report_unpinned_of(
                cx,
                node,
                install,
                &packages,
                "name the version: `-v version`, or `name:version`",
            );
        }
    }
}
