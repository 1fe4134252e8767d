//! `install-as-user`: packages of the system that a user without rights installs.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Base, Facts, Node, RunUser, absence};
use crate::images;
use crate::rule::{Context, Rule, rule};

rule!(InstallAsUser);

/// Programs that run another as root, or make it believe so.
const WRAPPERS: [&str; 8] = [
    "chroot",
    "doas",
    "fakechroot",
    "fakeroot",
    "gosu",
    "su",
    "su-exec",
    "sudo",
];

impl Rule for InstallAsUser {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let (Some(script), Some(stage)) = (&node.script, node.stage) else {
            return;
        };
        // The first of a RUN speaks for all.
        let is_first = node
            .installs
            .iter()
            .find(|i| changes(facts, stage, i))
            .is_some_and(|i| i.command == install.command);
        if node.onbuild || !is_first || !absence::is_read(node, script) {
            return;
        }
        let user = match facts.user_at(node) {
            RunUser::Other(name) => name,
            RunUser::OfBase(name) => name.to_owned(),
            RunUser::Root | RunUser::Unknown => return,
        };
        let wrapped = script.wrappers(install.command);
        let is_wrapped = wrapped.iter().any(|(name, _)| WRAPPERS.contains(name));
        let program = install.program_span;
        if is_wrapped || user.is_empty() || absence::is_guarded(script, install.command, "") {
            return;
        }
        let name = install.manager.as_str();
        let severity = match facts.user_at(node) {
            RunUser::Other(_) if script.is_fatal(install.command) => Severity::Error,
            _ => Severity::Warning,
        };
        let set = facts.user_set_before(node);
        let what = if install.manager == Manager::Npm {
            format!("`npm` installs for all users here, which `{user}` may not")
        } else {
            format!("`{name}` needs root, and this RUN is `{user}`")
        };
        let mut report = cx
            .report(program, what)
            .help("install before `USER`, or switch with `USER root` and back")
            .severity(severity);
        if let Some(word) = set {
            report = report.label(word.span, "the user is set here");
        }
        let _ = report;
    }
}

/// Whether an installation writes what belongs to root.
fn changes(facts: &Facts<'_>, stage: usize, install: &Install) -> bool {
    let acts = matches!(
        install.action,
        Action::Install | Action::Update | Action::Upgrade | Action::Remove
    );
    match install.manager {
        Manager::Npm => {
            install.is_global() && install.action == Action::Install && is_node(facts, stage)
        }
        manager => {
            let is_simulated = install.has_flag(&[
                "-s",
                "--simulate",
                "--dry-run",
                "--print-uris",
                "-d",
                "--download-only",
            ]);
            manager.is_system()
                && acts
                && !is_simulated
                && !install.has_flag(&["--root", "-p", "--installroot", "-o"])
        }
    }
}

/// Whether npm's own folder is root's: the Docker Official Image, where the file does not say
/// otherwise.
fn is_node(facts: &Facts<'_>, stage: usize) -> bool {
    let Base::Image(image) = facts.root_base(stage) else {
        return false;
    };
    images::official_name(image) == Some("node")
        && !["prefix", "PREFIX", "/usr/local"]
            .iter()
            .any(|text| facts.source.text().contains(text))
}
