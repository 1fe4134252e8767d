//! `pip-cache-kept`: the cache of pip stays in the image.

use super::packages_shared::{
    after_verb, call_of, call_span, is_copied_before, is_mounted, is_said_before, kept, removes,
    setting, ships, too_late,
};
use crate::facts::packages::{Install, Manager};
use crate::facts::{Command, Node};
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};

rule! {
    PipCacheKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

impl Rule for PipCacheKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = kept(node, fills, empties, cleans) else {
            return;
        };
        if !(self.every_stage || ships(facts, node))
            || is_mounted(node, &[".cache", "/pip"])
            || setting(facts, node, install, "PIP_NO_CACHE_DIR").is_set()
            || setting(facts, node, install, "PIP_CACHE_DIR").is_set()
            || is_said_before(facts, node, "no-cache-dir = ")
            || is_said_before(facts, node, "global.no-cache-dir")
            || is_copied_before(facts, node, "pip.conf")
        {
            return;
        }
        let fix = after_verb(facts, node, install, "--no-cache-dir")
            .map(|edit| Fix::safe("add `--no-cache-dir`", vec![edit]));
        let late = too_late(facts, node, empties, cleans);
        let mut report = cx
            .report(
                call_span(facts, install),
                format!("what `{}` downloads stays in the layer", call_of(install)),
            )
            .help("add `--no-cache-dir`");
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
