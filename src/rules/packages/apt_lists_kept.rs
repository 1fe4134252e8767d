//! `apt-lists-kept`: the package lists of apt stay in the image.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{
    append, call_of, call_span, is_mounted, kept, removes, run_installs, ships, too_late,
};
use crate::facts::packages::{Action, Install};
use crate::facts::{Command, Facts, Node};
use crate::rule::{Context, Rule};

/// See `rules/packages/apt-lists-kept.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AptListsKept {
    /// Whether stages that do not end up in the image count too.
    pub every_stage: bool,
}

impl Rule for AptListsKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = kept(node, fills, empties, cleans) else {
            return;
        };
        if !(self.every_stage || ships(facts, node)) || is_mounted(node, &["/var/lib/apt"]) {
            return;
        }
        let fix = match is_used_later(facts, node) {
            true => None,
            false => append(facts, node, install, "rm -rf /var/lib/apt/lists/*"),
        };
        let late = too_late(facts, node, empties, cleans);
        let mut report = cx
            .report(
                call_span(facts, install),
                format!(
                    "the lists that `{}` fetches stay in the layer",
                    call_of(install)
                ),
            )
            .help("remove them in the same RUN: `rm -rf /var/lib/apt/lists/*`");
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
    install.manager.is_apt() && install.action == Action::Update
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(command, &["/var/lib/apt/lists"])
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager.is_apt() && matches!(install.verb.as_str(), "distclean" | "dist-clean")
}

/// Whether a later RUN installs with the lists of this one.
fn is_used_later(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let heirs = facts
        .stages
        .iter()
        .filter(|s| facts.chain(s.index).any(|c| Some(c.index) == node.stage));
    heirs.flat_map(|s| facts.nodes_of(s)).any(|later| {
        let mut calls = run_installs(later).iter().filter(|i| i.manager.is_apt());
        later.index > node.index
            && calls
                .find(|i| matches!(i.action, Action::Update | Action::Install | Action::Upgrade))
                .is_some_and(|i| i.action != Action::Update)
    })
}
