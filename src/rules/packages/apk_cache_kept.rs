//! `apk-cache-kept`: the package index of apk stays in the image.

use super::packages_shared::{
    after_verb, call_of, call_span, is_mounted, kept, removes, ships, too_late,
};
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

impl Rule for ApkCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = kept(node, fills, empties, cleans) else {
            return;
        };
        if !(self.every_stage || ships(facts, node))
            || is_mounted(node, &["/var/cache/apk", "/etc/apk/cache", "/var/cache"])
        {
            return;
        }
        let fix = after_verb(facts, node, install, "--no-cache")
            .map(|edit| Fix::safe("add `--no-cache`", vec![edit]));
        let late = too_late(facts, node, empties, cleans);
        let mut report = cx
            .report(
                call_span(facts, install),
                format!(
                    "`{}` leaves the package index in the layer",
                    call_of(install)
                ),
            )
            .help("add `--no-cache`");
        if let Some(span) = late {
            report = report.label(span, "too late: an earlier layer has it already");
        }
        if let Some(fix) = fix {
            report.fix(fix);
        }
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
