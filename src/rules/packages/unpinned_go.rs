//! `unpinned-go`: a Go program without a version.

use super::unpinned::{report_unpinned_of, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, Package};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedGo);

impl Rule for UnpinnedGo {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Go)
            && matches!(install.action, Action::Install | Action::Restore);
        if installs {
            let packages = unpinned(install, is_pinned);
            report_unpinned_of(
                cx,
                node,
                install,
                &packages,
                "name the version: `package@v1.2.3`",
            );
        }
    }
}

/// Whether a version is named, and no query that moves; a package of this module has that of
/// the module.
fn is_pinned(package: &Package) -> bool {
    let moves = |v: &str| {
        matches!(
            v,
            "" | "latest" | "upgrade" | "patch" | "none" | "master" | "main" | "HEAD"
        )
    };
    match &package.version {
        Some(version) => !moves(&version.text),
        // Without a dot in its first part it is no module of the network.
        None => {
            !package
                .name
                .split('/')
                .next()
                .is_some_and(|host| host.contains('.'))
                || package.name.starts_with('.')
        }
    }
}
