//! `zypper-dist-upgrade`: zypper moves the whole system to another release.

use super::packages_shared::{call_of, call_span, run_installs};
use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(ZypperDistUpgrade);

impl Rule for ZypperDistUpgrade {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        for install in run_installs(node) {
            let upgrades = matches!(install.verb.as_str(), "dist-upgrade" | "dup");
            if install.manager == Manager::Zypper && upgrades && !is_move(install) {
                cx.report(
                    call_span(facts, install),
                    format!(
                        "`{}` makes another release of the base image",
                        call_of(install)
                    ),
                )
                .help("build on a newer base image, or use `zypper patch`");
            }
        }
    }
}

/// Whether it only takes packages from a repository that the file names.
fn is_move(install: &Install) -> bool {
    install.has_flag(&["--from", "--repo", "-r"])
}
