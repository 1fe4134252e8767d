//! `unpinned-pip`: a Python package without a version.

use super::unpinned::{from_repository, report_repository, report_unpinned_of, unpinned};
use crate::facts::packages::{Action, Install, Manager, Package};
use crate::facts::{Definition, Facts, Node};
use crate::rule::{Context, Rule, rule};

rule! {
    UnpinnedPip {
        /// Whether pip, setuptools, wheel and the like count too.
        pub tools: bool,
    }
}

impl Rule for UnpinnedPip {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Pip | Manager::Uv | Manager::Pipx)
            && matches!(install.action, Action::Install | Action::Restore)
            && !install.files.iter().any(|f| f.constraint)
            && !matches!(install.verb.as_str(), "add");
        if installs {
            for package in from_repository(install) {
                let help = "name a tag or a commit behind the address: `git+https://…@<commit>`";
                report_repository(cx, package, help);
            }
        }
        if installs && !has_constraints(cx.facts, node, install) {
            let packages = unpinned(install, |p| {
                p.version.is_some() || (!self.tools && is_tool(p))
            });
            report_unpinned_of(
                cx,
                node,
                install,
                &packages,
                "name the version, `package==version`, or install from a requirements file",
            );
        }
    }
}

/// Variables that name a file of versions that pip and uv keep to.
const CONSTRAINTS: [&str; 2] = ["PIP_CONSTRAINT", "UV_CONSTRAINT"];

/// Whether a variable limits the versions.
fn has_constraints(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    let declared = |name: &&str| facts.definition(node.index, name) == Definition::File;
    let before = node.commands().iter().take(install.command + 1);
    let mut set = before.flat_map(|c| &c.assignments).map(|a| a.name.as_str());
    CONSTRAINTS.iter().any(declared) || set.any(|name| CONSTRAINTS.contains(&name))
}

/// What installs the other packages.
fn is_tool(package: &Package) -> bool {
    matches!(
        package.name.to_lowercase().as_str(),
        "pip" | "setuptools" | "wheel" | "uv" | "virtualenv" | "distribute"
    )
}
