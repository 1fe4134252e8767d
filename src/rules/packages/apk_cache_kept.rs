//! `apk-cache-kept`: the package index of apk stays in the image.

use super::cache::{Cache, removes};
use crate::edits::after_verb;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Node};
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};

rule! {
    ApkCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

const CACHE: Cache = Cache {
    fills,
    empties,
    cleans,
    mounts: &["/var/cache/apk", "/etc/apk/cache", "/var/cache"],
};

impl Rule for ApkCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = CACHE.kept(facts, node, self.every_stage) else {
            return;
        };
        let fix = after_verb(facts, node, install, "--no-cache")
            .map(|edit| Fix::safe("add `--no-cache`", vec![edit]));
        CACHE.report(
            cx,
            (node, install),
            format!("`{}` leaves the package index in the layer", install.call()),
            "add `--no-cache`",
            fix,
        );
    }
}

/// Whether a call leaves something behind.
fn fills(install: &Install) -> bool {
    install.manager == Manager::Apk
        && install.action == Action::Install
        && !install.has_flag(&["--no-cache", "--root", "-p", "--cache-dir", "--no-network"])
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(command, &["/var/cache/apk", "/etc/apk/cache"])
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager == Manager::Apk
}
