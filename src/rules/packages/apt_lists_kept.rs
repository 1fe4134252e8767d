//! `apt-lists-kept`: the package lists of apt stay in the image.

use super::cache::{Cache, removes};
use crate::edits::append;
use crate::facts::packages::{Action, Install};
use crate::facts::{Command, Facts, Node};
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule! {
    AptListsKept {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

const CACHE: Cache = Cache {
    fills,
    empties,
    cleans,
    mounts: &["/var/lib/apt"],
};

impl Rule for AptListsKept {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(install) = CACHE.kept(facts, node, self.every_stage) else {
            return;
        };
        // What a later RUN needs cannot go; that it does is another rule's to say.
        if is_used_later(facts, node) {
            return;
        }
        let fix = if is_for_later(node, install) {
            None
        } else {
            append(facts, node, install, "rm -rf /var/lib/apt/lists/*")
        };
        let fix = fix.map(|fix| {
            if may_be_used_later(facts, node) {
                Fix::unsafe_(fix.title, fix.edits)
            } else {
                fix
            }
        });
        CACHE.report(
            cx,
            (node, install),
            format!(
                "the lists that `{}` fetches stay in the layer",
                install.call()
            ),
            "remove them in the same RUN: `rm -rf /var/lib/apt/lists/*`",
            fix,
        );
    }
}

/// Whether a call leaves something behind.
fn fills(install: &Install) -> bool {
    install.manager.is_apt() && install.fetches_index()
}

/// Whether a command removes it.
fn empties(command: &Command) -> bool {
    removes(command, &["/var/lib/apt/lists"])
}

/// Whether a call of a manager removes it.
fn cleans(install: &Install) -> bool {
    install.manager.is_apt() && matches!(install.verb.as_str(), "distclean" | "dist-clean")
}

/// Whether nothing in the RUN uses the lists, so that they are fetched for what comes later.
fn is_for_later(node: &Node<'_>, update: &Install) -> bool {
    let uses = |i: &Install| {
        i.manager.is_apt()
            && i.command >= update.command
            && matches!(i.action, Action::Install | Action::Upgrade | Action::Other)
    };
    // `apt-install-and-clear`
    let other = |c: &Command| c.name.contains("install");
    let mut behind = node.commands().iter().skip(update.command + 1);
    !node.run_installs().iter().any(uses) && !behind.any(other)
}

/// Whether a script that is not read may install with the lists of this RUN.
fn may_be_used_later(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let behind = facts.nodes.get(node.index + 1..).unwrap_or_default();
    let mut later = behind
        .iter()
        .take_while(|n| n.stage == node.stage)
        .filter(|n| n.is(Keyword::Run))
        .take(MOST_LATER);
    let is_script = |word: &str| word.ends_with(".sh");
    later.any(|n| {
        let updates = |i: &Install| fills(i);
        !n.run_installs().iter().any(updates)
            && n.commands().iter().any(|c| {
                let first = c.literal_args().next();
                let shell = matches!(c.name.as_str(), "sh" | "bash" | "." | "source");
                is_script(&c.name) || shell && first.is_some_and(is_script)
            })
    })
}

/// How many instructions are searched for a script.
const MOST_LATER: usize = 100;

/// Whether a later RUN installs with the lists of this one.
fn is_used_later(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let last = node.stage.and_then(|s| facts.last_use_of_apt_lists(s));
    last.is_some_and(|last| last > node.index)
}
