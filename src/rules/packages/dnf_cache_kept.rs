//! `dnf-cache-kept`: what dnf downloads stays in the image.

use super::cache::{Cache, removes};
use crate::edits::append;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};

rule! {
    DnfCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

const CACHE: Cache = Cache {
    fills,
    empties,
    cleans,
    mounts: &[
        "/var/cache/dnf",
        "/var/cache/libdnf5",
        "/var/cache/yum",
        "/var/cache/tdnf",
        ".cache/libdnf5",
    ],
};

impl Rule for DnfCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = CACHE.kept(facts, node, self.every_stage) else {
            return;
        };
        let fix = append(
            facts,
            node,
            install,
            &format!("{} clean all", install.manager.as_str()),
        );
        CACHE.report(
            cx,
            (node, install),
            format!("what `{}` downloads stays in the layer", install.call()),
            format!(
                "clean up in the same RUN: `{} clean all`",
                install.manager.as_str()
            ),
            fix,
        );
    }
}

/// Whether a call leaves something behind.
fn fills(install: &Install) -> bool {
    matches!(
        install.manager,
        Manager::Dnf | Manager::Microdnf | Manager::Tdnf
    ) && matches!(
        install.action,
        Action::Install | Action::Upgrade | Action::Update
    ) && !install.has_flag(&["--installroot"])
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(
        command,
        &[
            "/var/cache/dnf",
            "/var/cache/yum",
            "/var/cache/libdnf5",
            "/var/cache/tdnf",
        ],
    )
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager.is_rpm()
}
