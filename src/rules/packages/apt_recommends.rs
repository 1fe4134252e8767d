//! `apt-recommends`: apt also installs what packages recommend.

use super::cache::ships;
use crate::edits::after_verb;
use crate::facts::packages::{Action, Install, Manager, Package, PackageOrigin};
use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
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
        let mut found = installs.iter().filter(|install| {
            let installs_some = install.manager.is_apt()
                && matches!(install.verb.as_str(), "install" | "build-dep" | "satisfy")
                && (!install.packages.is_empty() || install.more);
            install.action == Action::Install
                && installs_some
                && !is_decided(install)
                && !install.has_flag(&SIMULATED)
                && !is_local(install)
                && !is_for_a_while(facts, node, install)
        });
        let Some(first) = found.next() else {
            return;
        };
        if facts.is_mentioned_before(node, "Install-Recommends")
            || facts.is_copied_before(node, "apt.conf")
        {
            return;
        }
        let rest: Vec<&Install> = found.collect();
        let option = option_of(first);
        let edits: Vec<Edit> = std::iter::once(first)
            .chain(rest.iter().copied())
            .filter_map(|i| after_verb(facts, node, i, option_of(i)))
            .collect();
        let mut report = cx
            .report(
                facts.call_span(first),
                format!(
                    "`{}` also installs what the packages recommend",
                    first.call()
                ),
            )
            .help(format!("add `{option}` and name what is really needed"));
        for install in &rest {
            report = report.label(facts.call_span(install), "and this one");
        }
        if !edits.is_empty() {
            report.fix(Fix::unsafe_(format!("add `{option}`"), edits));
        }
    }
}

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

/// Whether the same RUN removes what a call installs, so that nothing of it stays: by name, or
/// by what `apt-mark auto` leaves to `--auto-remove`.
fn is_for_a_while(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    let marks = |c: &Command| c.name == "apt-mark" && c.literal_args().next() == Some("auto");
    let marked = node.commands().iter().skip(install.command).any(marks);
    let removals: Vec<&Install> = node
        .run_installs()
        .iter()
        .filter(|i| i.command > install.command && i.manager.is_apt())
        .filter(|i| i.action == Action::Remove)
        .collect();
    if removals.is_empty() {
        return false;
    }
    let text = |span| facts.source.slice(span);
    let is_removed = |package: &Package| {
        removals
            .iter()
            .flat_map(|r| &r.packages)
            .any(|r| text(r.span) == text(package.span) || !r.is_hidden() && r.name == package.name)
    };
    marked || !install.packages.is_empty() && install.packages.iter().all(is_removed)
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
