//! `archive-gone`: the packages of the base are no longer where it looks for them.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::facts::{Base, Facts, ImageUseKind, Node, Place, Stage};
use crate::images::{Publisher, gone_suite, names_gone_suite, publisher};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(ArchiveGone);

impl Rule for ArchiveGone {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        // The first stage of a chain that needs the packages says it.
        if matches!(stage.base, Base::Stage(_)) {
            let earlier = facts.chain(stage.index).skip(1);
            if earlier.flat_map(|s| facts.nodes_of(s)).any(needs_packages) {
                return;
            }
        }
        let Some(node) = facts.nodes_of(stage).iter().find(|n| needs_packages(n)) else {
            return;
        };
        let Some(install) = node.installs.iter().find(|i| asks_servers(i)) else {
            return;
        };
        report_release(cx, stage, node, install);
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.is(Keyword::Run) {
            report_suites(cx, node);
        }
    }
}

/// Whether a RUN asks the servers of the distribution for packages.
fn needs_packages(node: &Node<'_>) -> bool {
    node.is(Keyword::Run) && node.installs.iter().any(asks_servers)
}

/// Whether a call asks the servers of the distribution: an update of apt, anything that yum or dnf
/// installs.
fn asks_servers(install: &Install) -> bool {
    if install.manager.is_apt() {
        return install.action == Action::Update;
    }
    let named = |p: &crate::facts::packages::Package| p.origin != PackageOrigin::Path;
    matches!(install.manager, Manager::Yum | Manager::Dnf)
        && match install.action {
            Action::Install => install.more || install.packages.iter().any(named),
            Action::Upgrade | Action::Update => true,
            _ => false,
        }
        && !install.has_flag(&[
            "--disablerepo",
            "--enablerepo",
            "--repo",
            "--repofrompath",
            "--installroot",
            "-c",
            "--config",
        ])
}

fn report_release(cx: &mut Context<'_>, stage: &Stage<'_>, node: &Node<'_>, install: &Install) {
    let facts = cx.facts;
    let Some(image) = facts.root_image(stage.index) else {
        return;
    };
    let release = facts.root_release(stage.index);
    let is_apt = install.manager.is_apt();
    let has_other_sources =
        || facts.has_other_sources(node) || install.has_flag(&["-o", "--option"]);
    let gone = release.and_then(|r| Some((r, r.archived(facts.as_of)?, r.archive()?)));
    let (what, archive) = if let Some((release, day, archive)) = gone {
        if is_apt != matches!(release.distribution(), "debian" | "ubuntu") {
            return;
        }
        let message = format!(
            "the packages of {} left their servers by {day}",
            release.name()
        );
        (message, archive)
    } else if let Some(suite) = names_gone_suite(image, facts.as_of).filter(|_| is_apt) {
        let message = format!(
            "`{}`, which the image names as a source, left its server by {}",
            suite.name, suite.since
        );
        (message, suite.archive)
    } else {
        return;
    };
    if has_other_sources() {
        return;
    }
    let is_certain = publisher(image) != Publisher::Unknown && node.must_succeed(install.command);
    let help = format!("build on a release that gets updates, or point the sources at `{archive}`");
    let base = base_place(facts, stage);
    let report = cx
        .report(
            facts.call_span(install),
            format!("`{}` fails: {what}", install.call()),
        )
        .help(help);
    let report = match base {
        Some(place) => report.label(place.span, "the base"),
        None => report,
    };
    if !is_certain {
        report.severity(Severity::Warning);
    }
}

/// Where the image is named that a stage's chain stands on.
fn base_place(facts: &Facts<'_>, stage: &Stage<'_>) -> Option<Place> {
    let root = facts.chain(stage.index).last()?;
    let used = facts
        .images
        .iter()
        .find(|used| used.kind == ImageUseKind::From(root.index))?;
    Some(facts.version_place(used))
}

/// Reports lines of sources that name a suite that is gone.
fn report_suites(cx: &mut Context<'_>, node: &Node<'_>) {
    let facts = cx.facts;
    let mut seen: Vec<&str> = Vec::new();
    for command in node.commands() {
        if matches!(
            command.name.as_str(),
            "sed" | "grep" | "rm" | "perl" | "awk"
        ) {
            continue;
        }
        for word in &command.words {
            let text = word.literal().unwrap_or(&word.raw);
            let Some(at) = text.find("-backports") else {
                continue;
            };
            let start = text
                .get(..at)
                .and_then(|before| before.rfind(|c: char| !c.is_ascii_lowercase()))
                .map_or(0, |at| at + 1);
            let name = text.get(start..at + "-backports".len()).unwrap_or_default();
            let is_source =
                text.contains("deb ") || text.contains("deb-src ") || text.contains('[');
            let is_elsewhere = ["archive.debian.org", "snapshot.debian.org"]
                .iter()
                .any(|host| text.contains(host));
            if !is_source || !text.contains("://") || is_elsewhere || seen.contains(&name) {
                continue;
            }
            let Some(suite) = gone_suite(name, facts.as_of) else {
                continue;
            };
            if !text.contains("debian") || facts.is_mentioned_before(node, "archive.debian.org") {
                continue;
            }
            seen.push(suite.name);
            let written = facts.source.slice(word.span);
            let span = match written.find(name) {
                Some(at) => {
                    let start = word.span.start + at as u32;
                    Span::new(start, start + name.len() as u32)
                }
                None => word.span,
            };
            let message = format!("`{name}` left its server by {}", suite.since);
            // What fails is the next update, often in another RUN.
            let stage = facts.stage_of(node);
            let later = stage.and_then(|stage| {
                let nodes = facts.nodes_of(stage).iter();
                let mut runs = nodes.filter(|n| n.index > node.index && n.is(Keyword::Run));
                runs.find_map(|n| {
                    Some(facts.call_span(n.installs.iter().find(|i| asks_servers(i))?))
                })
            });
            let own = node.installs.iter().any(asks_servers);
            let mut report = cx.report(span, message);
            if let Some(later) = later.filter(|_| !own) {
                report = report.label(later, "this fails then");
            }
            report
                .help(format!(
                    "build on a newer release, or take it from `{}`",
                    suite.archive
                ))
                .severity(Severity::Warning);
        }
    }
}
