//! `apt-recommends`: apt also installs what packages recommend.

use std::cell::LazyCell;
use std::collections::HashMap;

use super::cache::ships;
use crate::edits::after_verb;
use crate::facts::packages::{Action, Extra, Install, Manager, Package, PackageOrigin, extra};
use crate::facts::{Base, Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::images::{ImageRef, Slim, recommended, slim};
use crate::rule::{Context, Rule, rule};

rule! {
    AptRecommends {
        /// Whether stages that do not end up in the image count too.
        pub every_stage: bool,
    }
}

impl Rule for AptRecommends {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        if !(self.every_stage || ships(facts, node)) {
            return;
        }
        let installs = node.run_installs();
        let stage = node.stage.map(|stage| facts.root_base(stage));
        let base = match stage {
            Some(Base::Image(image)) => Some(&**image),
            _ => None,
        };
        // It has most of it already.
        if base.is_some_and(is_full_variant) {
            return;
        }
        let removals = LazyCell::new(|| Removals::of(facts, node));
        let mut found = installs.iter().filter(|install| {
            let installs_some = install.manager.is_apt()
                && matches!(install.verb.as_str(), "install" | "build-dep" | "satisfy")
                && (!install.packages.is_empty() || install.more);
            install.action == Action::Install
                && installs_some
                && !is_decided(install)
                && !install.has_flag(&SIMULATED)
                && !is_local(install)
                && !removals.undo(facts, install)
        });
        let Some(first) = found.next() else {
            return;
        };
        let rest: Vec<&Install> = found.collect();
        let names = std::iter::once(first).chain(rest.iter().copied());
        let mut extras: Vec<(Extra, &str)> = names
            .flat_map(|install| &install.packages)
            // That of another archive brings nothing along.
            .filter(|p| p.name != "nodejs" || !facts.is_mentioned_before(node, "nodesource"))
            .filter_map(|p| Some((extra(&p.name, base)?, p.name.as_str())))
            .filter(|(extra, _)| extra.megabytes >= WORTH)
            .collect();
        extras.sort_by(|a, b| b.cmp(a));
        // A list may name a package twice.
        extras.dedup_by_key(|(_, name)| *name);
        let Some(((most, name), others)) = extras.split_first() else {
            return;
        };
        if facts.is_mentioned_before(node, "Install-Recommends")
            || facts.is_copied_before(node, "apt.conf")
        {
            return;
        }
        let option = option_of(first);
        let edits: Vec<Edit> = std::iter::once(first)
            .chain(rest.iter().copied())
            .filter_map(|i| after_verb(facts, node, i, option_of(i)))
            .collect();
        let mut report = cx
            .report(
                facts.call_span(first),
                format!(
                    "`{}` also installs {} {}, {} MB, that {} only recommend{}",
                    first.call(),
                    most.packages,
                    if most.packages == 1 {
                        "package"
                    } else {
                        "packages"
                    },
                    most.megabytes,
                    match others {
                        [] => format!("`{name}`"),
                        [(_, second)] => format!("`{name}` and `{second}`"),
                        more => format!("`{name}` and {} others", more.len()),
                    },
                    if others.is_empty() { "s" } else { "" },
                ),
            )
            .help(format!("add `{option}` and name what is really needed"));
        for install in &rest {
            report = report.label(facts.call_span(install), "and this one");
        }
        if !edits.is_empty() && !loses_what_is_needed(facts, node) {
            report.fix(Fix::unsafe_(format!("add `{option}`"), edits));
        }
    }
}

/// The size in megabytes from which it is worth a remark.
const WORTH: u32 = 10;

/// Whether an image is the full variant of one that comes slim too: it brings compilers and common
/// programs, so that what they recommend is not installed anew.
fn is_full_variant(image: &ImageRef) -> bool {
    let is_slim = |tag: &str| tag.split(['-', '.']).any(|word| word == "slim");
    let brings_compilers = |slim: Slim| {
        ["compilers", "toolchain"]
            .iter()
            .any(|part| slim.without.contains(part))
    };
    slim(image).is_some_and(brings_compilers)
        && image.effective_tag().is_some_and(|tag| !is_slim(tag))
}

/// Whether something in this RUN or behind it does not work without what a package recommends, and
/// nothing names that: `curl` of an https address without `ca-certificates`.
fn loses_what_is_needed(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let Some(stage) = node.stage else { return true };
    let named = |names: &[&str], nodes: &mut dyn Iterator<Item = &Node<'_>>| {
        nodes
            .flat_map(|n| n.run_installs())
            .filter(|i| i.action == Action::Install)
            .flat_map(|i| &i.packages)
            .any(|p| names.contains(&p.name.as_str()))
    };
    let nodes = facts.nodes.get(node.index..).unwrap_or_default();
    recommended().iter().any(|rule| {
        let uses = |n: &Node<'_>| {
            let commands = n.commands().iter();
            commands
                .map(|c| &c.name)
                .any(|name| rule.programs.contains(&name.as_str()))
        };
        named(rule.packages, &mut std::iter::once(node))
            && !named(
                rule.named,
                &mut facts.chain_nodes(stage).filter(|n| n.index <= node.index),
            )
            && nodes.iter().take(MOST_LATER).any(uses)
    })
}

/// How many instructions are searched for what needs a recommended package.
const MOST_LATER: usize = 200;

/// The options with which apt only says what it would do.
const SIMULATED: [&str; 8] = [
    "-s",
    "--simulate",
    "--just-print",
    "--dry-run",
    "--recon",
    "--no-act",
    "--print-uris",
    "-d",
];

/// Whether all that is installed are files; who packs one seldom recommends anything.
fn is_local(install: &Install) -> bool {
    let local = |p: &Package| p.origin == PackageOrigin::Path;
    !install.more && install.packages.iter().all(local)
}

fn option_of(install: &Install) -> &'static str {
    match install.manager {
        Manager::Aptitude => "--without-recommends",
        _ => "--no-install-recommends",
    }
}

/// What a RUN removes again: for each package the last command that does.
struct Removals<'f> {
    /// The last command that removes anything.
    last: Option<usize>,
    /// The last `apt-mark auto`.
    marked: Option<usize>,
    /// By the text as it stands in the file.
    texts: HashMap<&'f str, usize>,
    /// By name.
    names: HashMap<&'f str, usize>,
}

impl<'f> Removals<'f> {
    fn of(facts: &'f Facts<'_>, node: &'f Node<'_>) -> Self {
        let marks = |c: &Command| c.name == "apt-mark" && c.literal_args().next() == Some("auto");
        let mut removals = Self {
            last: None,
            marked: node.commands().iter().rposition(marks),
            texts: HashMap::new(),
            names: HashMap::new(),
        };
        let calls = node.run_installs().iter();
        for call in calls.filter(|i| i.manager.is_apt() && i.action == Action::Remove) {
            removals.last = removals.last.max(Some(call.command));
            for package in &call.packages {
                let mut insert = |map: fn(&mut Self) -> &mut HashMap<&'f str, usize>, key| {
                    let last = map(&mut removals).entry(key).or_default();
                    *last = (*last).max(call.command);
                };
                insert(|r| &mut r.texts, facts.source.slice(package.span));
                if !package.is_hidden() {
                    insert(|r| &mut r.names, package.name.as_str());
                }
            }
        }
        removals
    }

    /// Whether what a call installs is removed after it, so that nothing of it stays: by name, or
    /// by what `apt-mark auto` leaves to `--auto-remove`.
    fn undo(&self, facts: &Facts<'_>, install: &Install) -> bool {
        let is_later = |command: Option<&usize>| command.is_some_and(|c| *c > install.command);
        if !is_later(self.last.as_ref()) {
            return false;
        }
        let is_removed = |package: &Package| {
            is_later(self.texts.get(facts.source.slice(package.span)))
                || is_later(self.names.get(package.name.as_str()))
        };
        self.marked.is_some_and(|marked| marked >= install.command)
            || !install.packages.is_empty() && install.packages.iter().all(is_removed)
    }
}

/// Whether the call says what to do with recommended packages.
fn is_decided(install: &Install) -> bool {
    const NAMES: [&str; 6] = [
        "--no-install-recommends",
        "--install-recommends",
        "--without-recommends",
        "--with-recommends",
        "-R",
        "--no-recommends",
    ];
    install.has_flag(&NAMES)
        || install.flags.iter().any(|f| {
            matches!(f.name.as_str(), "-o" | "--option")
                && f.value
                    .as_deref()
                    .is_some_and(|v| v.to_lowercase().contains("install-recommends"))
        })
}
