//! `unpinned-dotnet`: a .NET tool without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedDotnet);

impl Rule for UnpinnedDotnet {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = install.manager == Manager::Dotnet && install.action == Action::Install;
        // `-v` of `dotnet add package` is the version, that of `dotnet tool` how much it says.
        let versions: &[&str] = if install.verb.starts_with("tool") {
            &["--version"]
        } else {
            &["--version", "-v"]
        };
        if installs && !install.has_flag(versions) {
            let packages = unpinned(install, |p| p.version.is_some() || p.name.contains('@'));
            report_unpinned(cx, &packages, "name the version: `--version <version>`");
        }
    }
}
