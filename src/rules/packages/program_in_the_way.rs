//! `program-in-the-way`: npm does not put a program over one of another package.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::facts::{Facts, Node, RunUser};
use crate::images::{ImageRef, Tag, official_name};
use crate::rule::{Context, Rule, rule};

rule!(ProgramInTheWay);

/// What brings the programs that the image `node` has besides its own, and what they are told by.
const BROUGHT: [(&str, &str); 2] = [("npx", "npm"), ("yarn", "Yarn")];

/// What in a file takes the programs out of the way, or puts others somewhere else.
const OTHERWISE: [&str; 5] = ["PREFIX", "bin/yarn", "corepack", "opt/yarn", "prefix"];

impl Rule for ProgramInTheWay {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        if install.manager != Manager::Npm
            || install.action != Action::Install
            || !install.is_global()
            || node.onbuild
            || install.has_flag(&["-f", "--force", "--prefix"])
        {
            return;
        }
        let facts = cx.facts;
        let named = install.packages.iter().find_map(|package| {
            let is_own = package.origin == PackageOrigin::Registry && !package.is_hidden();
            let (name, brings) = BROUGHT.iter().find(|(name, _)| *name == package.name)?;
            is_own.then_some((package, *name, *brings))
        });
        let (Some((package, name, brings)), Some(stage)) = (named, node.stage) else {
            return;
        };
        let Some(image) = facts.root_image(stage).filter(|i| has_yarn(facts, i)) else {
            return;
        };
        let is_otherwise = OTHERWISE
            .iter()
            .any(|text| facts.is_mentioned_before(node, text));
        if is_otherwise || facts.user_at(node) != RunUser::Root {
            return;
        }
        let is_certain = node.must_succeed(install.command)
            && node
                .script
                .as_ref()
                .is_some_and(|s| s.is_fatal(install.command));
        let message = format!(
            "`npm` does not put `{name}` over the one of {brings} that `{}` has",
            image.shown()
        );
        let report = cx.report(package.span, message).help(format!(
            "leave it out: `{name}` is there; or write `--force`"
        ));
        if !is_certain {
            report.severity(Severity::Warning);
        }
    }
}

/// Whether it is an image of Node.js with Yarn and npx in it, and with npm 6.13.4 or later, which
/// replaces nothing.
fn has_yarn(facts: &Facts<'_>, image: &ImageRef) -> bool {
    if official_name(image) != Some("node") {
        return false;
    }
    let Some(tag) = Tag::of(image) else {
        return false;
    };
    let is_late = facts.as_of >= Date::new(2020, 1, 1);
    match tag.numbers().as_slice() {
        [] => is_late && facts.as_of < Date::new(2026, 4, 1) || tag.text.starts_with("lts"),
        [8 | 10] => is_late,
        [major] => is_late && (12..=24).contains(major),
        [major, minor, ..] => match major {
            8 => *minor >= 17,
            10 => *minor >= 18,
            12 => *minor >= 14,
            13 => *minor >= 4,
            _ => (14..=24).contains(major),
        },
    }
}
