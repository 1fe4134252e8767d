//! `signature-check-disabled`: packages are installed without checking who signed them.

use super::removal;
use crate::facts::Verified;
use crate::rule::{Context, Rule, rule};

rule!(SignatureCheckDisabled);

impl Rule for SignatureCheckDisabled {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for off in facts.switched_off() {
            if off.verified != Verified::Signatures {
                continue;
            }
            let Some(node) = facts.nodes.get(off.node) else {
                continue;
            };
            if off.command.is_some() && facts.checks_download(node) {
                continue;
            }
            let report = cx
                .report(
                    off.span,
                    format!("`{}` installs packages without checking who signed them", off.text),
                )
                .help("leave it out, and give the package manager the key that the packages are signed with");
            // A package in a file is signed with a key that apk has not: it would be refused.
            let command = off.command.and_then(|at| node.commands().get(at));
            let is_file = command.is_some_and(|c| {
                c.name == "apk" && c.args().iter().any(|w| w.raw.ends_with(".apk"))
            });
            if let Some(fix) = removal::of(facts, off).filter(|_| !is_file) {
                report.fix(fix);
            }
        }
    }
}
