//! `consecutive-runs`: RUNs that could be one.

use crate::facts::{Command, Node, Stage};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(ConsecutiveRuns);

impl Rule for ConsecutiveRuns {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let mut before: Option<&Node<'_>> = None;
        for node in facts.nodes_of(stage).iter().filter(|n| !n.onbuild) {
            if !node.is(Keyword::Run) {
                before = None;
                continue;
            }
            if let Some(first) = before
                && is_small(first)
                && is_small(node)
                && flags(first) == flags(node)
                && belong_together(first, node)
            {
                cx.report(
                    node.instruction.name.span,
                    "this RUN could be part of the one before it",
                )
                .help("join them with `&&`, or write one RUN with a heredoc")
                .label(first.instruction.name.span, "the one before");
            }
            before = Some(node);
        }
    }
}

/// Whether a RUN does one thing only.
fn is_small(node: &Node<'_>) -> bool {
    node.script
        .as_ref()
        .is_some_and(|s| !s.unread && s.commands.len() <= 1)
}

/// Whether one RUN would be better: both do the same kind of thing, or the second changes what the
/// first made. What is downloaded, installed or compiled is better off without what is edited more
/// often, and by itself: a change of one then leaves the others in the cache.
fn belong_together(first: &Node<'_>, second: &Node<'_>) -> bool {
    const SETS_UP: [&str; 20] = [
        "addgroup", "adduser", "chgrp", "chmod", "chown", "cp", "echo", "groupadd", "install",
        "ln", "mkdir", "mv", "passwd", "printf", "rm", "sed", "tee", "touch", "useradd", "usermod",
    ];
    const CHANGES: [&str; 5] = ["chgrp", "chmod", "chown", "mv", "rm"];
    let (Some(one), Some(two)) = (first.commands().first(), second.commands().first()) else {
        return false;
    };
    let manager = |node: &Node<'_>| node.installs.first().map(|i| i.manager);
    // What else is over at once. Of programs that nobody knows, of scripts and of what downloads or
    // compiles, two are better apart: one that fails or changes runs alone.
    const QUICK: [&str; 14] = [
        "a2dismod",
        "a2enmod",
        "a2ensite",
        "ldconfig",
        "locale-gen",
        "localedef",
        "openssl",
        "setcap",
        "ssh-keygen",
        "systemctl",
        "tar",
        "unzip",
        "update-alternatives",
        "update-rc.d",
    ];
    let sets_up = |name: &str| SETS_UP.contains(&name);
    let is_quick = |command: &Command| {
        let name = command.name.as_str();
        sets_up(name)
            || QUICK.contains(&name)
            || name == "git" && command.subcommand() == Some("config")
    };
    match (manager(first), manager(second)) {
        (Some(one), Some(two)) => one == two && one.is_system() || one.is_apt() && two.is_apt(),
        (None, None) => {
            one.name == two.name && is_quick(one) && is_quick(two)
                || sets_up(&one.name) && sets_up(&two.name)
                || CHANGES.contains(&two.name.as_str())
        }
        _ => CHANGES.contains(&two.name.as_str()),
    }
}

fn flags(node: &Node<'_>) -> Vec<String> {
    let mut flags: Vec<String> = node
        .instruction
        .flags
        .iter()
        .map(|f| f.buildkit_text())
        .collect();
    flags.sort();
    flags
}
