//! `yarn-cache-kept`: the cache of Yarn stays in the image.

use super::packages_shared::{
    append, call_of, call_span, is_mounted, is_said_before, kept, removes, setting, ships, too_late,
};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Facts, Node};
use crate::rule::{Context, Rule, rule};

rule! {
    YarnCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

impl Rule for YarnCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = kept(node, fills, empties, cleans) else {
            return;
        };
        if !(self.every_stage || ships(facts, node))
            || is_mounted(node, &[".cache", "yarn"])
            || is_modern(facts, node, install)
        {
            return;
        }
        let fix = append(facts, node, install, "yarn cache clean");
        let late = too_late(facts, node, empties, cleans);
        let mut report = cx
            .report(
                call_span(facts, install),
                format!(
                    "the packages that `{}` caches stay in the layer",
                    call_of(install)
                ),
            )
            .help("empty the cache in the same RUN: `yarn cache clean`");
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
    install.manager == Manager::Yarn
        && matches!(install.action, Action::Install | Action::Restore)
        && !install.has_flag(&["--immutable", "--cache-folder"])
        && install.verb != "workspaces focus"
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(
        command,
        &[
            ".cache/yarn",
            "/usr/local/share/.cache",
            "/root/.cache",
            ".yarn-cache",
            "yarn_cache",
        ],
    )
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager == Manager::Yarn
}

/// Whether Yarn keeps its cache elsewhere, or a release of Yarn runs that may need it.
fn is_modern(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    setting(facts, node, install, "YARN_CACHE_FOLDER").is_set()
        || setting(facts, node, install, "YARN_ENABLE_GLOBAL_CACHE").is_set()
        || is_said_before(facts, node, ".yarnrc")
        || is_said_before(facts, node, ".yarn/")
        || is_said_before(facts, node, ".yarn ")
        || is_said_before(facts, node, "yarn set version")
        || is_said_before(facts, node, "corepack")
}
