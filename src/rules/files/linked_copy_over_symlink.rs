//! `linked-copy-over-symlink`: a linked copy puts a directory where the base has a link.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::images::BaseRelease;
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(LinkedCopyOverSymlink);

/// The links of a merged `/usr`, and those of `/var` that lead to what lives as long as the
/// container, with what they lead to.
const LINKS: [(&str, &str); 6] = [
    ("/bin", "/usr/bin"),
    ("/lib", "/usr/lib"),
    ("/lib64", "/usr/lib64"),
    ("/sbin", "/usr/sbin"),
    ("/var/lock", "/run/lock"),
    ("/var/run", "/run"),
];

impl Rule for LinkedCopyOverSymlink {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !matches!(node.keyword(), Some(Keyword::Copy | Keyword::Add)) || node.onbuild {
            return;
        }
        let facts = cx.facts;
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            return;
        };
        let (Some(link), Some(stage)) = (node.instruction.flag("link"), node.stage) else {
            return;
        };
        let is_off = link
            .value
            .as_ref()
            .is_some_and(|v| !v.as_str().eq_ignore_ascii_case("true"));
        let target = facts.copied(node).and_then(|c| c.target.as_deref());
        let Some(target) = target.filter(|_| !is_off) else {
            return;
        };
        let Some((hidden, real)) = LINKS.iter().find(|(link, _)| is_in(target, link)) else {
            return;
        };
        let is_runtime = hidden.starts_with("/var/");
        let has_link = |release: &BaseRelease| {
            if is_runtime {
                release.is_since("debian", "8") || release.is_since("ubuntu", "14.04")
            } else {
                release.has_merged_usr() == Some(true)
            }
        };
        let Some(release) = facts.root_release(stage).filter(has_link) else {
            return;
        };
        let rest = target.strip_prefix(hidden).unwrap_or_default();
        let start = link.span.start;
        let behind = cx.source().text().get(link.span.end as usize..);
        let blanks = behind.map_or(0, |r| r.len() - r.trim_start_matches([' ', '\t']).len());
        let removal = Span::new(start, link.span.end + blanks as u32);
        let message = format!(
            "`{hidden}` is a link to `{real}` in {}, and a linked copy hides it behind a directory",
            release.name()
        );
        let report = cx
            .report(transfer.destination.span, message)
            .help(format!("copy to `{real}{rest}`, or leave out `--link`"))
            .label(link.span, "linked here")
            .fix(Fix::unsafe_(
                "copy without a link",
                vec![Edit::delete(removal)],
            ));
        // Without `/bin/sh`, or the loader, nothing starts; of `/lib` much is found in `/usr/lib` too.
        if is_runtime || *hidden == "/lib" || *hidden == "/sbin" {
            report.severity(Severity::Warning);
        }
    }
}
