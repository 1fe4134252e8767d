//! `unsupported-runtime`: the newest version of a package does not run on the language that is here.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::facts::packages::Install;
use crate::rule::{Context, Rule, rule};

rule!(UnsupportedRuntime);

impl Rule for UnsupportedRuntime {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        for (package, runtime, needed) in cx.facts.outgrown(node, install) {
            let name = runtime.version.full_name();
            let message = format!(
                "the newest `{}` does not run on the {name} of {}: it needs {needed}",
                package.name,
                quoted(&runtime.source)
            );
            let help = format!("name the last version that runs on {name}, or take a newer base");
            let report = cx.report(package.span, message).help(help);
            if !node.must_succeed(install.command) {
                report.severity(Severity::Warning);
            }
        }
    }
}

/// An image in backticks; the name of a system as it is.
fn quoted(source: &str) -> String {
    if source.contains(' ') {
        source.to_owned()
    } else {
        format!("`{source}`")
    }
}
