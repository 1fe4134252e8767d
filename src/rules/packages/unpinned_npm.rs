//! `unpinned-npm`: a Node.js package without a version.

use super::unpinned::{from_repository, report_repository, report_unpinned_of, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, Package};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedNpm);

impl Rule for UnpinnedNpm {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let installs = matches!(
            install.manager,
            Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Bun
        ) && matches!(install.action, Action::Install | Action::Restore);
        if installs {
            for package in from_repository(install) {
                let help = "name a tag or a commit behind the address: `#<commit>`";
                report_repository(cx, package, help);
            }
            let packages = unpinned(install, is_pinned);
            report_unpinned_of(
                cx,
                node,
                install,
                &packages,
                "name the version: `package@version`",
            );
        }
    }
}

/// Whether a version is named; a tag that moves, `latest`, was asked for by name.
fn is_pinned(package: &Package) -> bool {
    let version = package.version.as_ref();
    version.is_some_and(|v| !matches!(v.text.as_str(), "" | "*"))
}
