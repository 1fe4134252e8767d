//! `externally-managed-python`: the system's pip refuses to install into its Python.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::facts::{Facts, Node};
use crate::images::{Publisher, official_name, publisher};
use crate::rule::{Context, Rule, rule};

rule!(ExternallyManagedPython);

/// The packages that bring the system's pip.
const PIP: [&str; 3] = ["python3-pip", "py3-pip", "python3-full"];

/// What says that pip works elsewhere, or is told to go ahead.
const ELSEWHERE: [&str; 14] = [
    "venv",
    "virtualenv",
    "EXTERNALLY-MANAGED",
    "break-system-packages",
    "BREAK_SYSTEM_PACKAGES",
    "pip.conf",
    "pyenv",
    "conda",
    "mamba",
    "deadsnakes",
    "altinstall",
    "get-pip.py",
    "pypy",
    "asdf",
];

impl Rule for ExternallyManagedPython {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let changes = matches!(install.action, Action::Install | Action::Restore)
            && install.verb == "install";
        if install.manager != Manager::Pip || !changes || node.onbuild {
            return;
        }
        let facts = cx.facts;
        let Some(stage) = node.stage else {
            return;
        };
        let (Some(image), Some(release)) = (facts.root_image(stage), facts.root_release(stage))
        else {
            return;
        };
        let marked = release.is_since("debian", "12")
            || release.is_since("ubuntu", "23.04")
            || release.is_since("alpine-linux", "3.19");
        let has_own_python = publisher(image) == Publisher::Unknown
            || matches!(
                official_name(image),
                Some("python" | "pypy" | "hylang" | "jupyter" | "odoo" | "ros")
            );
        if !marked || has_own_python || goes_elsewhere(install) {
            return;
        }
        let program = facts.source.slice(install.program_span);
        if program.contains('/') && !program.starts_with("/usr/bin/") || program.contains('$') {
            return;
        }
        let told = |text: &&str| {
            facts.is_mentioned_before(node, text) || facts.is_copied_before(node, text)
        };
        if !has_system_pip(facts, node, install) || ELSEWHERE.iter().any(|text| told(text)) {
            return;
        }
        let settings = [
            "VIRTUAL_ENV",
            "PIP_BREAK_SYSTEM_PACKAGES",
            "PIP_TARGET",
            "PIP_PREFIX",
        ];
        if settings
            .iter()
            .any(|name| facts.variable(node.index, name).is_some())
        {
            return;
        }
        let message = format!(
            "`{}` fails: the Python of {} is managed by its packages (PEP 668)",
            install.call(),
            release.name()
        );
        let report = cx.report(facts.call_span(install), message).help(
            "install into a virtual environment (`python3 -m venv /opt/venv`), \
             or take a `python` image",
        );
        if !node.must_succeed(install.command) {
            report.severity(Severity::Warning);
        }
    }
}

/// Whether options say where the packages go, or that they may go there.
fn goes_elsewhere(install: &Install) -> bool {
    install.has_flag(&[
        "--break-system-packages",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--python",
        "--dry-run",
        "-h",
        "--help",
    ])
}

/// Whether a package of the system brought pip before.
fn has_system_pip(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    let Some(stage) = node.stage else {
        return false;
    };
    let mut nodes = facts.chain_nodes(stage).filter(|n| n.index <= node.index);
    nodes.any(|n| {
        let mut installs = n.installs.iter();
        installs.any(|i| {
            i.manager.is_system()
                && i.action == Action::Install
                && (n.index < node.index || i.command < install.command)
                && i.packages
                    .iter()
                    .any(|p| p.origin == PackageOrigin::Registry && PIP.contains(&p.name.as_str()))
        })
    })
}
