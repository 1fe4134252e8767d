//! `program-in-the-way`: npm does not put a program over one of another package.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::facts::{Node, RunUser};
use crate::images::kept_program;
use crate::rule::{Context, Rule, rule};

rule!(ProgramInTheWay);

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
        let Some(image) = node.stage.and_then(|stage| facts.root_image(stage)) else {
            return;
        };
        let named = install.packages.iter().find_map(|package| {
            let is_own = package.origin == PackageOrigin::Registry && !package.is_hidden();
            let manager = install.manager.as_str();
            let brings = kept_program(image, facts.as_of, manager, &package.name)?;
            is_own.then_some((package, brings))
        });
        let Some((package, brings)) = named else {
            return;
        };
        let name = &package.name;
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
