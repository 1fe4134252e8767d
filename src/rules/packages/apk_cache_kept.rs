//! `apk-cache-kept`: the package index of apk stays in the image.

use super::cache::{Cache, is_too_old, removes};
use crate::edits::{after_verb, takes_prefix};
use crate::facts::packages::{Action, Flag, Install, Manager};
use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::Connector;
use crate::span::Span;

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
        let is_old = is_too_old(facts, node, "apk", "--no-cache");
        let fix = if is_old {
            None
        } else {
            fix(facts, node, install)
        };
        let help = if is_old {
            "end the RUN with `rm -rf /var/cache/apk/*`: this apk does not know `--no-cache`"
        } else {
            "add `--no-cache`"
        };
        CACHE.report(
            cx,
            (node, install),
            format!("`{}` leaves the package index in the layer", install.call()),
            help,
            fix,
        );
    }
}

/// Puts `--no-cache` where `--update` stands, else behind the verb; an `apk update` in front would
/// still leave its index, so it goes.
fn fix(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Fix> {
    let edit = match install.flag(&UPDATES) {
        Some(flag) if node.instruction.is_exec_form() || !is_alone(facts, flag) => return None,
        Some(flag) => Edit::replace(flag.span, "--no-cache"),
        None => after_verb(facts, node, install, "--no-cache")?,
    };
    let mut edits = vec![edit];
    let mut title = "add `--no-cache`";
    let updates = node.run_installs().iter();
    let mut updates = updates.filter(|i| i.manager == Manager::Apk && i.action == Action::Update);
    if let Some(update) = updates.next() {
        // `apk upgrade` works with the index as it is there.
        let upgrades = |i: &Install| i.manager == Manager::Apk && i.action == Action::Upgrade;
        if node.run_installs().iter().any(upgrades) {
            return None;
        }
        edits.push(removal(facts, node, update)?);
        title = "add `--no-cache` and leave `apk update` out";
    }
    updates.next().is_none().then(|| Fix::safe(title, edits))
}

/// The options with which `apk add` fetches the index first, as `--no-cache` does.
const UPDATES: [&str; 3] = ["--update", "-U", "--update-cache"];

/// Whether an option has its word for itself.
fn is_alone(facts: &Facts<'_>, flag: &Flag) -> bool {
    facts.source.slice(flag.span) == flag.name
}

/// The edit that leaves out `apk update &&` in front of another command.
fn removal(facts: &Facts<'_>, node: &Node<'_>, update: &Install) -> Option<Edit> {
    let script = node.script.as_ref()?;
    let found = script.commands.get(update.command)?;
    let next = script.commands.get(update.command + 1)?;
    let listed = matches!(next.connector, Connector::AndAnd | Connector::Semicolon)
        && takes_prefix(node, update.command)
        && next.frame == found.frame
        && next.wrappers.is_empty()
        && found.wrappers.is_empty()
        && found.redirects.is_empty();
    let gap = Span::new(update.span.end, next.span.start);
    let plain = facts.source.slice(gap);
    let plain = plain
        .chars()
        .all(|c| c.is_whitespace() || "&;\\`".contains(c));
    (listed && plain).then(|| Edit::delete(Span::new(update.span.start, next.span.start)))
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
