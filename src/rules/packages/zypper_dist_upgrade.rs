//! `zypper-dist-upgrade`: zypper moves the whole system to another release.

use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(ZypperDistUpgrade);

impl Rule for ZypperDistUpgrade {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let upgrades = matches!(install.verb.as_str(), "dist-upgrade" | "dup");
        if install.manager == Manager::Zypper && upgrades && !is_move(install) {
            cx.report(
                facts.call_span(install),
                format!(
                    "`{}` makes another release of the base image",
                    install.call()
                ),
            )
            .help("build on a newer base image, or use `zypper patch`");
        }
    }
}

/// Whether it only takes packages from a repository that the file names.
fn is_move(install: &Install) -> bool {
    install.has_flag(&["--from", "--repo", "-r"])
}
