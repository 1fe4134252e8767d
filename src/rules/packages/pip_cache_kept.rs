//! `pip-cache-kept`: the cache of pip stays in the image.

use super::cache::{Cache, is_too_old, removes};
use crate::edits::after_verb;
use crate::facts::packages::{Install, Manager};
use crate::facts::{Command, Facts, Node};
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};

rule! {
    PipCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

const CACHE: Cache = Cache {
    fills,
    empties,
    cleans,
    mounts: &[".cache", "/pip"],
};

impl Rule for PipCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = CACHE.kept(facts, node, self.every_stage) else {
            return;
        };
        // The home of another user is no place for a cache: pip then keeps none.
        let command = node.commands().get(install.command);
        if command.is_some_and(|c| c.wrappers.iter().any(|w| w.name == "sudo")) {
            return;
        }
        if facts.setting(node, install, "PIP_NO_CACHE_DIR").is_set()
            || facts.setting(node, install, "PIP_CACHE_DIR").is_set()
            || facts.is_mentioned_before(node, "no-cache-dir = ")
            || facts.is_mentioned_before(node, "global.no-cache-dir")
            || facts.is_copied_before(node, "pip.conf")
            // A pip that knows no cache keeps none.
            || is_too_old(facts, node, "pip", "--no-cache-dir") && !is_upgraded_before(facts, node)
        {
            return;
        }
        let fix = after_verb(facts, node, install, "--no-cache-dir")
            .map(|edit| Fix::safe("add `--no-cache-dir`", vec![edit]));
        CACHE.report(
            cx,
            (node, install),
            format!("what `{}` downloads stays in the layer", install.call()),
            "add `--no-cache-dir`",
            fix,
        );
    }
}

/// Whether an earlier RUN brings a newer pip than the distribution's.
fn is_upgraded_before(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    [
        "get-pip",
        "easy_install",
        "install --upgrade pip",
        "install -U pip",
    ]
    .iter()
    .any(|text| facts.is_mentioned_before(node, text))
}

/// Whether a call leaves something behind.
fn fills(install: &Install) -> bool {
    install.manager == Manager::Pip
        && install.verb == "install"
        && !install.has_flag(&["--cache-dir", "--no-index", "--dry-run"])
        // pip takes the beginning of an option for all of it.
        && !install
            .flags
            .iter()
            .any(|f| f.name.starts_with("--no-ca") && "--no-cache-dir".starts_with(&f.name))
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(command, &[".cache"])
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager == Manager::Pip
}
