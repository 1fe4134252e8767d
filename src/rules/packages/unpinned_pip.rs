//! `unpinned-pip`: a Python package without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, Package};
use crate::rule::{Context, Rule, rule};

rule! {
    UnpinnedPip {
        /// Whether pip, setuptools, wheel and the like count too.
        pub tools: bool,
    }
}

impl Rule for UnpinnedPip {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Pip | Manager::Uv | Manager::Pipx)
            && matches!(install.action, Action::Install | Action::Restore)
            && !install.files.iter().any(|f| f.constraint)
            && !matches!(install.verb.as_str(), "add");
        if installs {
            let packages = unpinned(install, |p| {
                p.version.is_some() || (!self.tools && is_tool(p))
            });
            report_unpinned(
                cx,
                &packages,
                "name the version, `package==version`, or install from a requirements file",
            );
        }
    }
}

/// What installs the other packages.
fn is_tool(package: &Package) -> bool {
    matches!(
        package.name.to_lowercase().as_str(),
        "pip" | "setuptools" | "wheel" | "uv" | "virtualenv" | "distribute"
    )
}
