//! `weak-tls`: a version of TLS is allowed that is broken.

use crate::facts::{Command, Facts, SwitchedOff, Verified};
use crate::rule::{Context, Rule, rule};

rule!(WeakTls);

impl Rule for WeakTls {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let weak = facts.switched_off().iter();
        for off in weak.filter(|off| off.verified == Verified::Protocols) {
            if is_put_back(facts, off) {
                continue;
            }
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

/// Whether the same script moves the copy back that was made of the file: `sed -i.bak … f`, then
/// `mv f.bak f`.
fn is_put_back(facts: &Facts<'_>, off: &SwitchedOff) -> bool {
    let node = facts.nodes.get(off.node);
    let commands = node.map(|n| n.commands()).unwrap_or_default();
    let changes = |c: &&Command| c.span.covers(off.span);
    let Some(index) = commands.iter().position(|c| changes(&c)) else {
        return false;
    };
    let file = commands
        .get(index)
        .and_then(|c| c.operands(&[]).last())
        .and_then(|w| w.literal());
    let behind = commands.get(index + 1..).unwrap_or_default();
    file.is_some_and(|file| {
        behind.iter().filter(|c| c.name == "mv").any(|mv| {
            let operands: Vec<&str> = mv.operands(&[]).filter_map(|w| w.literal()).collect();
            matches!(operands.as_slice(), [from, to] if *to == file
                && from.strip_prefix(file).is_some_and(|end| end.starts_with('.')))
        })
    })
}
