//! `unpinned-conda`: a conda package without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedConda);

impl Rule for UnpinnedConda {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = install.manager == Manager::Conda && install.action == Action::Install;
        // A list of files names the versions, or is a matter of its own.
        if installs && install.files.is_empty() && !install.has_flag(&["--clone", "--revision"]) {
            let packages = unpinned(install, |p| p.version.is_some() || is_tool(&p.name));
            report_unpinned(cx, &packages, "name the version: `package=version`");
        }
    }
}

/// What installs the other packages.
fn is_tool(name: &str) -> bool {
    matches!(name, "conda" | "mamba" | "pip" | "setuptools" | "wheel")
}
