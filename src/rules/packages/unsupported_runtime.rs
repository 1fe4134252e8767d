//! `unsupported-runtime`: a version of a package that does not run on the language that is here.

use crate::diagnostic::Severity;
use crate::facts::packages::{Install, Manager};
use crate::facts::runtimes::ManifestDemand;
use crate::facts::{Node, Stage};
use crate::rule::{Context, Rule, rule};

rule!(UnsupportedRuntime);

impl Rule for UnsupportedRuntime {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        // npm installs what does not run, without a word.
        let is_certain = install.manager != Manager::Npm && node.must_succeed(install.command);
        let newest = facts.outgrown(node, install).into_iter();
        let newest = newest.map(|(package, runtime, needed)| (package, runtime, needed, true));
        let named = facts.mismatched(node, install).into_iter();
        let named = named.map(|(package, runtime, needed)| (package, runtime, needed, false));
        for (package, runtime, needed, is_newest) in newest.chain(named) {
            let name = runtime.version.full_name();
            let what = match &package.version {
                Some(version) if !is_newest && version.text != "latest" => {
                    format!("`{}` {}", package.name, version.text)
                }
                _ => format!("the newest `{}`", package.name),
            };
            let message = format!(
                "{what} does not run on the {name} of {}: it needs {needed}",
                quoted(&runtime.source)
            );
            let help = format!("name the last version that runs on {name}, or take a newer base");
            let report = cx.report(package.span, message).help(help);
            if !is_certain {
                report.severity(Severity::Warning);
            }
        }
        if let Some(pip) = facts.blind_pip(node, install) {
            let message = format!(
                "{} of {} takes the newest of what is asked for, whatever Python that is made for",
                pip.version.full_name(),
                quoted(&pip.source)
            );
            cx.report(facts.call_span(install), message)
                .help("take a newer base, or a pip that asks first: `pip install \"pip>=9,<21\"`")
                .severity(Severity::Warning);
        }
        if let Some((path, demand, runtime)) = facts.outgrown_manifest(node, install) {
            let (name, source) = (runtime.version.full_name(), quoted(&runtime.source));
            let message = match demand {
                ManifestDemand::Lock => format!(
                    "`{path}` has version 3, which the npm of {name} in {source} does not read"
                ),
                ManifestDemand::Engines(asked) => {
                    format!("`{path}` asks for Node.js `{asked}`, and {source} has {name}")
                }
            };
            cx.report(facts.call_span(install), message)
                .help("take a newer base")
                .severity(Severity::Warning);
        }
    }

    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let Some((span, asked, runtime, is_certain)) = facts.outgrown_module(stage) else {
            return;
        };
        let release: Vec<&str> = asked.split('.').take(2).collect();
        let report = cx
            .report(
                span,
                format!(
                    "`go.mod` asks for Go {asked}, and {} has {}",
                    quoted(&runtime.source),
                    runtime.version.full_name()
                ),
            )
            .help(format!(
                "take `golang:{}`, or set `GOTOOLCHAIN=auto`",
                release.join(".")
            ));
        if !is_certain {
            report.severity(Severity::Warning);
        }
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some((span, runtime, needed)) = cx.facts.outgrown_get_pip(node) else {
            return;
        };
        let (name, version) = (runtime.version.full_name(), &runtime.version.version);
        let message = format!(
            "this script installs the newest pip, which does not run on the {name} of {}: it needs {needed}",
            quoted(&runtime.source)
        );
        let help = format!("take `https://bootstrap.pypa.io/pip/{version}/get-pip.py`");
        cx.report(span, message).help(help);
    }
}

/// An image in backticks; the name of a system as it is.
fn quoted(source: &str) -> String {
    if source.contains([' ', '`']) {
        source.to_owned()
    } else {
        format!("`{source}`")
    }
}
