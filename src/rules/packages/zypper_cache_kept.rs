//! `zypper-cache-kept`: what zypper downloads stays in the image.

use super::packages_shared::{
    append, call_of, call_span, is_mounted, kept, removes, ships, too_late,
};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};

rule! {
    ZypperCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

impl Rule for ZypperCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = kept(node, fills, empties, cleans) else {
            return;
        };
        if !(self.every_stage || ships(facts, node)) || is_mounted(node, &["/var/cache/zypp"]) {
            return;
        }
        let fix = append(facts, node, install, "zypper clean --all");
        let late = too_late(facts, node, empties, cleans);
        let mut report = cx
            .report(
                call_span(facts, install),
                format!("what `{}` downloads stays in the layer", call_of(install)),
            )
            .help("clean up in the same RUN: `zypper clean --all`");
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
    install.manager == Manager::Zypper
        && matches!(
            install.action,
            Action::Install | Action::Upgrade | Action::Update
        )
        && !install.has_flag(&["--root", "--installroot", "-R"])
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(command, &["/var/cache/zypp"])
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager == Manager::Zypper
}
