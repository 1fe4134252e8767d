//! Packages that are installed in whatever version is current.

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

/// Packages from a repository without a tag or commit.
pub(super) fn from_repository(install: &Install) -> impl Iterator<Item = &Package> {
    let packages = install.packages.iter();
    packages.filter(|p| p.origin == PackageOrigin::Vcs && !p.is_hidden() && p.version.is_none())
}

/// Reports a package from a repository.
pub(super) fn report_repository(cx: &mut Context<'_>, package: &Package, help: &str) {
    let name = package.name.split('#').next().unwrap_or_default();
    let message = format!("`{name}` is installed as its default branch is on the day");
    cx.report(package.span, message).help(help);
}

/// Reports the packages of one call that have no version.
pub(super) fn report_unpinned(cx: &mut Context<'_>, packages: &[&Package], help: &str) {
    let Some((first, rest)) = packages.split_first() else {
        return;
    };
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
    cx.report(first.span, message).help(help);
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
