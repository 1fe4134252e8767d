//! `yum-cache-kept`: what yum downloads stays in the image.

use super::cache::{Cache, removes};
use crate::edits::append;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};

rule! {
    YumCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

const CACHE: Cache = Cache {
    fills,
    empties,
    cleans,
    mounts: &["/var/cache/yum", "/var/cache/dnf", "/var/cache"],
};

impl Rule for YumCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = CACHE.kept(facts, node, self.every_stage) else {
            return;
        };
        let fix = append(facts, node, install, "yum clean all");
        CACHE.report(
            cx,
            (node, install),
            format!("what `{}` downloads stays in the layer", install.call()),
            "clean up in the same RUN: `yum clean all`",
            fix,
        );
    }
}

/// Whether a call leaves something behind.
fn fills(install: &Install) -> bool {
    install.manager == Manager::Yum
        && matches!(
            install.action,
            Action::Install | Action::Upgrade | Action::Update
        )
        && !install.has_flag(&["--installroot"])
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(command, &["/var/cache/yum", "/var/cache/dnf"])
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager.is_rpm()
}
