//! `yarn-cache-kept`: the cache of Yarn stays in the image.

use super::cache::{Cache, removes};
use crate::edits::append;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;

rule! {
    YarnCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

const CACHE: Cache = Cache {
    fills,
    empties,
    cleans,
    mounts: &[".cache", "yarn"],
};

impl Rule for YarnCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = CACHE.kept(facts, node, self.every_stage) else {
            return;
        };
        if is_modern(facts, node, install) {
            return;
        }
        let fix = append(facts, node, install, "yarn cache clean");
        CACHE.report(
            cx,
            (node, install),
            format!(
                "the packages that `{}` caches stay in the layer",
                install.call()
            ),
            "empty the cache in the same RUN: `yarn cache clean`",
            fix,
        );
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
    // `rm -rf "$(yarn cache dir)"`
    let names_it = |word: &Word| word.raw.contains("yarn cache dir");
    if command.name == "rm" && command.args().iter().any(names_it) {
        return true;
    }
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
    facts.setting(node, install, "YARN_CACHE_FOLDER").is_set()
        || facts
            .setting(node, install, "YARN_ENABLE_GLOBAL_CACHE")
            .is_set()
        || facts.is_mentioned_before(node, ".yarnrc")
        || facts.is_mentioned_before(node, ".yarn/")
        || facts.is_mentioned_before(node, ".yarn ")
        || facts.is_mentioned_before(node, "yarn set version")
        || facts.is_mentioned_before(node, "corepack")
}
