//! `unpinned-apt`: a Debian package without a version.

use super::packages_shared::{report_unpinned, run_installs, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedApt);

impl Rule for UnpinnedApt {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        for install in run_installs(node) {
            let installs = matches!(
                install.manager,
                Manager::AptGet | Manager::Apt | Manager::Aptitude
            ) && matches!(install.action, Action::Install | Action::Restore);
            if installs {
                let packages = unpinned(install, |p| p.version.is_some());
                report_unpinned(cx, &packages, "name the version: `package=version`");
            }
        }
    }
}
