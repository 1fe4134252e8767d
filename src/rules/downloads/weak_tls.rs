//! `weak-tls`: a version of TLS is allowed that is broken.

use crate::facts::Verified;
use crate::rule::{Context, Rule, rule};

rule!(WeakTls);

impl Rule for WeakTls {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let weak = facts.switched_off().iter();
        for off in weak.filter(|off| off.verified == Verified::Protocols) {
            let what = if off.text.starts_with("SECLEVEL") || off.text.starts_with("seclevel") {
                "keys, hashes and protocols"
            } else {
                "versions of TLS"
            };
            cx.report(
                off.span,
                format!("`{}` allows {what} that are broken", off.text),
            )
            .help("ask for TLS 1.2 or newer, or leave it to the defaults");
        }
    }
}
