//! `missing-package-index`: an installation where no list of packages is left.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, PackageOrigin};
use crate::facts::{Base, Facts, Node, Programs, Stage, brings_nothing, is_small_file};
use crate::images::{self, ImageRef, PackageSystem, Presence, official_name};
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::shell::{Command, Script};
use crate::span::Span;
use crate::syntax::{Kind, TransferSource};

rule!(MissingPackageIndex);

/// Where apt keeps its lists.
const LISTS: &str = "/var/lib/apt/lists";

/// What says that lists of sources may name where source packages are.
const SOURCES: [&str; 5] = ["deb-src", "source", "Types", ".list", "sed -"];

impl Rule for MissingPackageIndex {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        if !install.manager.is_apt() || install.verb != "build-dep" || node.onbuild {
            return;
        }
        let Some(stage) = node.stage else {
            return;
        };
        let is_known = facts.root_image(stage).is_some_and(|image| {
            images::is_distribution_alone(image) && facts.root_release(stage).is_some()
        });
        // What a package is built from may be a file: `./x.dsc`.
        let is_named = install
            .packages
            .iter()
            .any(|p| p.origin == PackageOrigin::Registry && !p.name.contains('/'));
        let has_sources = facts.has_other_sources(node)
            || SOURCES.iter().any(|s| facts.is_mentioned_before(node, s));
        if !is_known || !is_named || has_sources {
            return;
        }
        let report = cx
            .report(
                facts.call_span(install),
                format!(
                    "`{}` needs lists of source packages, and the base names no `deb-src`",
                    install.call()
                ),
            )
            .help("add the sources: `deb-src` lines in `sources.list`, or `Types: deb deb-src`");
        let is_certain = node.must_succeed(install.command)
            && node
                .script
                .as_ref()
                .is_some_and(|script| script.is_fatal(install.command));
        report.severity(if is_certain {
            Severity::Error
        } else {
            Severity::Warning
        });
    }

    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let Base::Image(image) = facts.root_base(stage.index) else {
            return;
        };
        let release = facts.root_release(stage.index);
        let lacks_lists = release.is_some_and(|r| images::is_without_lists(image, r));
        if !lacks_lists || image.is_hidden() {
            return;
        }
        let mut lists = Lists::Missing(None);
        for node in facts.chain_nodes(stage.index) {
            // A chain is followed anew for each stage on it.
            if !facts.may_search(1) {
                return;
            }
            if let Some(fault) = follow(facts, image, node, &mut lists) {
                // In a stage below, it was said there.
                if node.stage == Some(stage.index) {
                    report(cx, node, &fault);
                }
                return;
            }
        }
    }
}

/// What is known of the lists.
#[derive(Clone, Copy)]
enum Lists {
    /// They are not there, and where they were removed, if they were.
    Missing(Option<Span>),
    /// They may be there.
    Perhaps,
}

/// An installation that finds nothing.
struct Fault<'n> {
    install: &'n Install,
    package: &'n str,
    removed: Option<Span>,
}

/// Follows the lists through a node, until an installation finds none.
fn follow<'n>(
    facts: &Facts<'_>,
    image: &ImageRef,
    node: &'n Node<'_>,
    lists: &mut Lists,
) -> Option<Fault<'n>> {
    match &node.instruction.kind {
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            let target = facts.copied(node).and_then(|c| c.target.as_deref());
            let is_file = |s: &TransferSource| is_small_file(s.word.as_str());
            let is_elsewhere = match target {
                Some(target) => !is_in(LISTS, target) && !is_in(target, LISTS),
                None => !transfer.destination.as_str().starts_with(['/', '$']),
            };
            let is_elsewhere = is_elsewhere || transfer.sources.iter().all(is_file);
            if !is_elsewhere {
                *lists = Lists::Perhaps;
            }
            return None;
        }
        Kind::Run(_) => {}
        _ => return None,
    }
    let Some(script) = &node.script else {
        return None;
    };
    if script.unread || !script.errors.is_empty() || !node.mounts.is_empty() {
        *lists = Lists::Perhaps;
        return None;
    }
    let mut programs = facts.programs_before(node);
    for (index, command) in script.commands.iter().enumerate() {
        let own = node.installs.iter().find(|i| i.command == index);
        match own {
            Some(install) if install.manager.is_apt() => match (install.action, *lists) {
                _ if install.fetches_index() => *lists = Lists::Perhaps,
                (Action::Install, Lists::Missing(removed)) => {
                    if let Some(package) = unfindable(image, &programs, install)
                        && node.must_succeed(index)
                        && script.in_main_shell(index)
                    {
                        return Some(Fault {
                            install,
                            package,
                            removed,
                        });
                    }
                }
                _ => {}
            },
            Some(install) if install.manager.is_system() => *lists = Lists::Perhaps,
            Some(_) => {}
            None if removes_lists(command) => *lists = removed(script, index, command),
            None if may_fetch(command) => *lists = Lists::Perhaps,
            None => {}
        }
        programs.run(node, index);
    }
    None
}

/// A package that surely is not installed and is taken from the lists.
fn unfindable<'n>(
    image: &ImageRef,
    programs: &Programs<'_>,
    install: &'n Install,
) -> Option<&'n str> {
    if install.has_flag(&["-o", "--option", "-c", "--config-file", "--no-download"]) {
        return None;
    }
    let is_bare = matches!(official_name(image), Some("debian" | "ubuntu"));
    let is_new = |name: &str| {
        let brings = images::package_brings(PackageSystem::Apt, name, None).unwrap_or_default();
        let is_absent = brings
            .iter()
            .any(|p| programs.presence(p) == Presence::Absent);
        is_absent || is_bare && programs.is_untouched() && !images::may_be_in_base(name)
    };
    let mut named = install.packages.iter();
    let found = named.find(|p| {
        p.origin == PackageOrigin::Registry
            && !p.is_hidden()
            && !p.name.ends_with(['-', '+'])
            && !p.name.contains('*')
            && is_new(p.name.split([':', '/']).next().unwrap_or_default())
    });
    found.map(|p| p.name.as_str())
}

/// Whether a command deletes the lists.
fn removes_lists(command: &Command) -> bool {
    matches!(command.name.as_str(), "rm" | "find")
        && command.words.iter().any(|w| w.raw.contains("/var/lib/apt"))
}

/// What is left behind a command that deletes lists.
fn removed(script: &Script, index: usize, command: &Command) -> Lists {
    let all = |text: &str| {
        let path = text.trim_end_matches('*').trim_end_matches('/');
        path == LISTS || path == "/var/lib/apt"
    };
    let is_all = command.name == "rm"
        && command.args().iter().any(|w| all(&w.raw))
        && !script.is_conditional(index);
    if is_all {
        Lists::Missing(Some(command.span))
    } else {
        Lists::Perhaps
    }
}

/// Whether a command may run an update of its own.
fn may_fetch(command: &Command) -> bool {
    const OTHERS: [&str; 18] = [
        "bundle", "cargo", "composer", "cp", "curl", "dpkg", "gem", "git", "go", "install", "ln",
        "mv", "node", "tar", "tee", "unzip", "wget", "xz",
    ];
    let name = command.name.as_str();
    if command.words.is_empty() {
        return false;
    }
    let by_path = command.words.first().is_some_and(|w| {
        w.raw.contains('/') && !w.raw.starts_with("/usr/") && !w.raw.starts_with("/bin/")
    });
    by_path || !(brings_nothing(name) || OTHERS.contains(&name))
}

fn report(cx: &mut Context<'_>, node: &Node<'_>, fault: &Fault<'_>) {
    let facts = cx.facts;
    let install = fault.install;
    let call = install.call();
    let name = install.manager.as_str();
    let message = match fault.removed {
        Some(_) => format!(
            "`{call}` does not find `{}`: the lists of packages were removed",
            fault.package
        ),
        None => format!(
            "`{call}` does not find `{}`: the base has no lists of packages, and nothing fetches them",
            fault.package
        ),
    };
    let is_fatal = |script: &Script| script.is_fatal(install.command);
    let severity = match &node.script {
        Some(script) if is_fatal(script) => Severity::Error,
        _ => Severity::Warning,
    };
    let mut report = cx
        .report(facts.call_span(install), message)
        .help(format!("run `{name} update` first, in the same RUN"));
    if let Some(span) = fault.removed {
        report = report.label(span, "removed here");
    }
    report.severity(severity);
}
