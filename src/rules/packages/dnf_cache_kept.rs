//! `dnf-cache-kept`: what dnf downloads stays in the image.

use super::packages_shared::{
    append, call_of, call_span, is_mounted, kept, removes, ships, too_late,
};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};

rule! {
    DnfCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

impl Rule for DnfCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = kept(node, fills, empties, cleans) else {
            return;
        };
        if !(self.every_stage || ships(facts, node))
            || is_mounted(
                node,
                &[
                    "/var/cache/dnf",
                    "/var/cache/libdnf5",
                    "/var/cache/yum",
                    "/var/cache/tdnf",
                    ".cache/libdnf5",
                ],
            )
        {
            return;
        }
        let fix = append(
            facts,
            node,
            install,
            &format!("{} clean all", install.manager.as_str()),
        );
        let late = too_late(facts, node, empties, cleans);
        let mut report = cx
            .report(
                call_span(facts, install),
                format!("what `{}` downloads stays in the layer", call_of(install)),
            )
            .help(format!(
                "clean up in the same RUN: `{} clean all`",
                install.manager.as_str()
            ));
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
