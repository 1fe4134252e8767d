//! `missing-package`: the release has no package of that name.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::fix::{Edit, Fix};
use crate::images::{
    ImageRef, Tag, forbids_php, is_distribution_alone, moving_release, official_name, replacement,
};
use crate::rule::{Context, Rule, rule};

rule!(MissingPackage);

/// Options with which the packages come from elsewhere.
const OTHER_APT: [&str; 5] = [
    "-t",
    "--target-release",
    "--default-release",
    "-o",
    "--option",
];
const OTHER_APK: [&str; 5] = ["-X", "--repository", "--repositories-file", "-p", "--root"];

impl Rule for MissingPackage {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let is_apk = install.manager == Manager::Apk;
        if install.action != Action::Install
            || !(install.manager.is_apt() || is_apk)
            || node.onbuild
            // A branch may be for another release.
            || node
                .script
                .as_ref()
                .is_some_and(|script| script.is_conditional(install.command))
            || install.has_flag(if is_apk { &OTHER_APK } else { &OTHER_APT })
        {
            return;
        }
        let facts = cx.facts;
        let Some(stage) = node.stage else {
            return;
        };
        let Some(image) = facts.root_image(stage) else {
            return;
        };
        check_php(cx, node, install, image);
        check_kernel(cx, install);
        let release = facts.root_release(stage);
        let Some(release) = release.or_else(|| moving_release(image, facts.as_of)) else {
            return;
        };
        if is_apk != (release.distribution() == "alpine-linux") {
            return;
        }
        let missing: Vec<_> = install
            .packages
            .iter()
            .filter(|p| p.origin == PackageOrigin::Registry && !p.name.ends_with('-'))
            .filter(|p| !(p.name.starts_with("php") && forbids_php(image)))
            .filter_map(|p| Some((p, replacement(release, &p.name)?)))
            .collect();
        let names: Vec<&str> = missing.iter().map(|(p, _)| p.name.as_str()).collect();
        if missing.is_empty() || facts.may_have_more_sources(node, install.command, &names) {
            return;
        }
        let is_plain = is_distribution_alone(image);
        let is_official = official_name(image).is_some();
        if !is_plain && is_official {
            return;
        }
        let fails = is_plain && !release.is_moving() && node.must_succeed(install.command);
        for (package, instead) in missing {
            let message = format!("`{}` is no package of {}", package.name, release.name());
            let mut report = cx.report(package.span, message);
            if let Some(instead) = instead {
                let written = facts.source.slice(package.span);
                // Python 3 is another language: what calls for the second is not mended by it.
                let is_python2 = ["python2", "py2-"].iter().any(|p| written.starts_with(p));
                report = report.help(if is_python2 {
                    format!("build on a release that has Python 2, or move on to `{instead}`")
                } else {
                    format!("install `{instead}`")
                });
                if written == package.name && !is_python2 {
                    let edit = Edit::replace(package.span, instead);
                    report = report.fix(Fix::unsafe_(format!("install `{instead}`"), vec![edit]));
                }
            } else {
                report = report.help("leave it out, or build on a release that has it");
            }
            if !fails {
                report.severity(Severity::Warning);
            }
        }
    }
}

/// Reports headers and modules for the kernel that happens to run the build.
fn check_kernel(cx: &mut Context<'_>, install: &Install) {
    let facts = cx.facts;
    let named = install.packages.iter().find(|package| {
        let written = facts.source.slice(package.span);
        written.starts_with("linux-") && written.contains("uname -r")
    });
    let Some(package) = named else {
        return;
    };
    let written = facts.source.slice(package.span);
    cx.report(
        package.span,
        format!(
            "`{written}` asks for the kernel of whoever builds, which the release need not have"
        ),
    )
    .help("name a version, or leave it out: an image has no kernel of its own")
    .severity(Severity::Warning);
}

/// Reports packages of PHP where the image forbids Debian's: its own PHP would not load them.
fn check_php(cx: &mut Context<'_>, node: &Node<'_>, install: &Install, image: &ImageRef) {
    let facts = cx.facts;
    if !forbids_php(image) || !install.manager.is_apt() {
        return;
    }
    // Builds before November 2017 did not.
    let numbers = Tag::of(image).map(|tag| tag.numbers()).unwrap_or_default();
    let is_older = matches!(numbers.as_slice(), [5, minor, ..] if *minor < 6);
    let may_be_old = is_older
        || numbers.len() > 2
            && (official_name(image) != Some("php") || numbers.as_slice() < &[7, 3][..]);
    let is_late = facts.as_of >= Date::new(2018, 1, 1);
    let lifted = ["preferences.d", "no-debian-php", "apt/preferences"];
    if may_be_old || !is_late || lifted.iter().any(|t| facts.is_mentioned_before(node, t)) {
        return;
    }
    let fails = node.must_succeed(install.command);
    for package in &install.packages {
        let is_php = package.name.starts_with("php") && !package.name.ends_with('-');
        if package.origin != PackageOrigin::Registry || package.is_hidden() || !is_php {
            continue;
        }
        let message = format!(
            "`{}` forbids Debian's `{}`, which its own PHP would not load",
            image.shown(),
            package.name
        );
        let report = cx
            .report(package.span, message)
            .help("use `docker-php-ext-install` or `pecl install`");
        if !fails {
            report.severity(Severity::Warning);
        }
    }
}
