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
            if let Some(fix) = removal::of(facts, off) {
                report.fix(fix);
            }
        }
    }
}
