//! `unpinned-composer`: a PHP package without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedComposer);

impl Rule for UnpinnedComposer {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = install.manager == Manager::Composer
            && install.action == Action::Install
            && !install.verb.contains("create-project");
        if installs {
            let packages = unpinned(install, |p| p.version.is_some() || !p.name.contains('/'));
            report_unpinned(cx, &packages, "name the version: `vendor/package:^1.2`");
        }
    }
}
