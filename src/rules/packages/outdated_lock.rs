//! `outdated-lock`: the lock file lacks a dependency, and the installation does not go on without.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Node, absence};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(OutdatedLock);

impl Rule for OutdatedLock {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let is_strict = match install.manager {
            Manager::Npm => install.verb == "ci",
            Manager::Yarn | Manager::Pnpm => install.has_flag(&["--frozen-lockfile"]),
            _ => false,
        };
        let script = node.script.as_ref().filter(|_| node.is(Keyword::Run));
        let Some(script) = script.filter(|s| absence::is_read(node, s)) else {
            return;
        };
        let moves = script
            .slice(0..install.command)
            .iter()
            .any(|c| c.name == "cd");
        if !is_strict
            || moves
            || install.action != Action::Restore
            || install.is_global()
            || install.directory().is_some()
        {
            return;
        }
        let Some(project) = facts.node_project(node) else {
            return;
        };
        if project.has_own_settings(facts) {
            return;
        }
        let Some((package, lock)) = project.unlocked_dependency(facts, install.manager) else {
            return;
        };
        let report = cx
            .report(
                facts.call_span(install),
                format!("`{lock}` has no `{package}`, which `package.json` depends on"),
            )
            .help(format!(
                "bring `{lock}` up to date: `{}` installs nothing until then",
                install.call()
            ));
        let is_certain = facts.context().is_some()
            && script.is_fatal(install.command)
            && !absence::is_guarded(script, install.command, "");
        if !is_certain {
            report.severity(Severity::Warning);
        }
    }
}
