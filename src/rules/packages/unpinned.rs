//! Packages that are installed in whatever version is current.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, Package, PackageOrigin};
use crate::rule::Context;

/// Packages of a registry that are asked for without a version.
pub(super) fn unpinned(install: &Install, pinned: impl Fn(&Package) -> bool) -> Vec<&Package> {
    install
        .packages
        .iter()
        .filter(|p| p.origin == PackageOrigin::Registry && !p.is_hidden() && !pinned(p))
        .collect()
}

/// Names that branches have, and commits and tags have not.
const BRANCHES: [&str; 8] = [
    "HEAD",
    "develop",
    "development",
    "latest",
    "main",
    "master",
    "next",
    "trunk",
];

/// Whether a revision is a branch, by its name.
pub(super) fn is_branch(revision: &str) -> bool {
    BRANCHES.contains(&revision) || revision.starts_with("refs/heads/")
}

/// Packages from a repository without a tag or commit.
pub(super) fn from_repository(install: &Install) -> impl Iterator<Item = &Package> {
    let moves = |p: &Package| p.version.as_ref().is_none_or(|v| is_branch(&v.text));
    let packages = install.packages.iter();
    packages.filter(move |p| p.origin == PackageOrigin::Vcs && !p.is_hidden() && moves(p))
}

/// Reports a package from a repository.
pub(super) fn report_repository(cx: &mut Context<'_>, package: &Package, help: &str) {
    let name = package.name.split('#').next().unwrap_or_default();
    let message = match &package.version {
        Some(branch) => format!("`{name}` is installed as `{}` is on the day", branch.text),
        None => format!("`{name}` is installed as its default branch is on the day"),
    };
    cx.report(package.span, message).help(help);
}

/// Reports the packages of one call that have no version: a warning where the runtime that they
/// are for has been retired, as their newest versions may not run on it. What surely does not is
/// another rule's.
pub(super) fn report_unpinned_of(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    install: &Install,
    packages: &[&Package],
    help: &str,
) {
    let Some(runtime) = cx.facts.retired_runtime(node, install) else {
        return report_unpinned(cx, packages, help);
    };
    let outgrown = cx.facts.outgrown(node, install);
    let is_told = |p: &&&Package| outgrown.iter().any(|(told, ..)| std::ptr::eq(*told, **p));
    let left: Vec<&Package> = packages.iter().filter(|p| !is_told(p)).copied().collect();
    let Some((first, message)) = message_of(&left) else {
        return;
    };
    let name = runtime.version.full_name();
    let why = match runtime.version.ends {
        Some(day) => format!("{name} got its last updates on {day}"),
        None => format!("{name} of {} does not ask what that needs", runtime.source),
    };
    cx.report(first.span, format!("{message}, and {why}"))
        .help(help)
        .severity(Severity::Warning);
}

/// Reports the packages of one call that have no version.
pub(super) fn report_unpinned(cx: &mut Context<'_>, packages: &[&Package], help: &str) {
    if let Some((first, message)) = message_of(packages) {
        cx.report(first.span, message).help(help);
    }
}

/// What is said of packages without a version, and of which one.
fn message_of<'p>(packages: &[&'p Package]) -> Option<(&'p Package, String)> {
    let (first, rest) = packages.split_first()?;
    let moving = first.version.as_ref().map(|v| v.text.clone());
    let name = &first.name;
    let message = match (rest, moving) {
        ([], Some(version)) if !version.is_empty() => {
            format!("`{name}` is installed in the version `{version}`, which moves")
        }
        ([], _) => format!("`{name}` is installed in whatever version is current"),
        ([second], _) => format!(
            "`{name}` and `{}` are installed in whatever version is current",
            second.name
        ),
        (rest, _) => format!(
            "`{name}` and {} more are installed in whatever version is current",
            rest.len()
        ),
    };
    Some((first, message))
}

/// Reports the RPM packages that one of the managers installs without a version.
pub(super) fn report_unpinned_rpm(cx: &mut Context<'_>, install: &Install, managers: &[Manager]) {
    let installs = managers.contains(&install.manager)
        && matches!(install.action, Action::Install | Action::Restore)
        && !is_group(install);
    if installs {
        let packages = unpinned(install, is_pinned_rpm);
        report_unpinned(cx, &packages, "name the version: `package-version`");
    }
}

/// Whether a version is named. A number at the end may be part of the name, as in
/// `gcc-toolset-11`, or a version.
fn is_pinned_rpm(package: &Package) -> bool {
    let last = package.name.rsplit_once('-').map(|(_, last)| last);
    package.version.is_some() || last.is_some_and(|l| l.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether groups or modules are installed, which have no versions.
fn is_group(install: &Install) -> bool {
    install.verb.contains("group") || install.verb.starts_with("module")
}
