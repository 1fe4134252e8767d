//! `vanishing-package`: a build of a package that the servers of Alpine remove when the next one comes.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager, Package, PackageOrigin};
use crate::facts::{Facts, Node};
use crate::images::{
    HIDDEN, ImageRef, OsFamily, Precision, Tag, end_of_life, newest_release, official_name,
    os_family,
};
use crate::rule::{Context, Rule, rule};

rule!(VanishingPackage);

impl Rule for VanishingPackage {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        if install.manager != Manager::Apk || install.action != Action::Install || node.onbuild {
            return;
        }
        let stage = node.stage;
        let Some(image) = stage.and_then(|stage| facts.root_image(stage)) else {
            return;
        };
        let release = stage.and_then(|stage| facts.root_release(stage));
        let is_kept = release.is_some_and(|r| r.is_ended(facts.as_of));
        let moves = moves(facts, image);
        if os_family(image) != OsFamily::Alpine || !moves && (release.is_none() || is_kept) {
            return;
        }
        let mut pinned = install.packages.iter().filter(|p| is_exact(facts, node, p));
        let Some(first) = pinned.next() else {
            return;
        };
        if facts.has_other_sources(node) || install.has_flag(&["-X", "--repository"]) {
            return;
        }
        let also: Vec<_> = pinned.map(|p| p.span).collect();
        let written = facts.source.slice(first.span);
        let message = match release.filter(|_| !moves) {
            Some(release) => format!(
                "`{written}` is gone when the next build comes: {} has the newest alone",
                release.name()
            ),
            None => format!(
                "`{written}` is the build of one release of Alpine, and `{}` moves on to the next",
                image.shown()
            ),
        };
        let mut report = cx
            .report(first.span, message)
            .help("leave the build open: `package~version`");
        for span in also {
            report = report.label(span, "and this one");
        }
        report.severity(Severity::Warning);
    }
}

/// First words of tags that always stand for what is newest.
const NEWEST: [&str; 7] = [
    "alpine", "current", "edge", "latest", "lts", "mainline", "stable",
];

/// Whether the tag of an image goes on to newer releases of its distribution.
fn moves(facts: &Facts<'_>, image: &ImageRef) -> bool {
    let (Some(tag), Some(name)) = (Tag::of(image), official_name(image)) else {
        return false;
    };
    let is_named = |word: &str| word.strip_prefix("alpine").is_some_and(|v| !v.is_empty());
    if image.is_pinned_by_digest() || tag.words().any(is_named) {
        return false;
    }
    // What gets no updates any more stays on its last release.
    let is_alive = || {
        newest_release(image, facts.as_of).is_some() && end_of_life(image, facts.as_of).is_none()
    };
    match tag.precision {
        Precision::Latest => true,
        Precision::Named => tag
            .words()
            .next()
            .is_some_and(|word| NEWEST.contains(&word)),
        Precision::Major => is_alive(),
        Precision::Minor => name != "alpine" && is_alive(),
        _ => false,
    }
}

/// Whether a package is named with its build: `curl=8.5.0-r0`, or `curl=$VERSION` with a variable that
/// holds one.
fn is_exact(facts: &Facts<'_>, node: &Node<'_>, package: &Package) -> bool {
    let exact = package
        .version
        .as_ref()
        .filter(|v| v.operator.starts_with('='));
    let Some(version) = exact.filter(|_| package.origin == PackageOrigin::Registry) else {
        return false;
    };
    if !version.text.contains(HIDDEN) {
        return is_build(&version.text);
    }
    let written = facts.source.slice(package.span);
    let variable = written.rsplit('=').next().unwrap_or_default();
    let name = variable.trim_matches(['"', '$', '{', '}']);
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let value = || facts.variable(node.index, name)?.known_value();
    is_name && value().is_some_and(is_build)
}

/// Whether a version ends with the number of a build.
fn is_build(version: &str) -> bool {
    version
        .rsplit_once("-r")
        .is_some_and(|(_, build)| !build.is_empty() && build.bytes().all(|b| b.is_ascii_digit()))
}
