//! `tls-check-disabled`: a client accepts any certificate.

use super::removal;
use crate::diagnostic::Severity;
use crate::facts::{Facts, Node, SwitchedOff, Verified};
use crate::rule::{Context, Rule, rule};

rule!(TlsCheckDisabled);

impl Rule for TlsCheckDisabled {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for off in facts.switched_off() {
            let Some(node) = facts.nodes.get(off.node) else {
                continue;
            };
            if off.verified != Verified::Certificates || is_harmless(facts, node, off) {
                continue;
            }
            let mut report = cx
                .report(
                    off.span,
                    format!(
                        "`{}` accepts any certificate: whoever is on the way can answer instead",
                        off.text
                    ),
                )
                .help("leave it out; if the server's certificate authority is your own, copy its certificate into the image");
            if let Some(fix) = removal::of(facts, off) {
                report = report.fix(fix);
            }
            // What stays in the image switches it off for the application too.
            if off.run_time && facts.stage_of(node).is_some_and(|s| s.in_final) {
                report.severity(Severity::Error);
            }
        }
    }
}

/// Whether nobody can make use of it: the connection is not encrypted at all, leads nowhere, or what
/// it brings is compared with a digest.
fn is_harmless(facts: &Facts<'_>, node: &Node<'_>, off: &SwitchedOff) -> bool {
    let Some(command) = off.command.and_then(|i| node.commands().get(i)) else {
        return false;
    };
    let addresses = facts.addresses(node, command);
    let unused = |a: &crate::facts::downloads::Address| a.is_near() || a.scheme != "https";
    !addresses.is_empty() && addresses.iter().all(unused) || facts.checks_download(node)
}
