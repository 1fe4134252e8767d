//! `linked-copy-over-symlink`: a linked copy puts a directory where the base has a link.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(LinkedCopyOverSymlink);

/// The links of a merged `/usr`.
const LINKS: [&str; 4] = ["/bin", "/lib", "/lib64", "/sbin"];

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
        let below = |link: &&&str| {
            let rest = target.strip_prefix(**link);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let Some(hidden) = LINKS.iter().find(below) else {
            return;
        };
        let release = facts.root_release(stage);
        let Some(release) = release.filter(|r| r.has_merged_usr() == Some(true)) else {
            return;
        };
        let start = link.span.start;
        let rest = cx.source().text().get(link.span.end as usize..);
        let blanks = rest.map_or(0, |r| r.len() - r.trim_start_matches([' ', '\t']).len());
        let removal = Span::new(start, link.span.end + blanks as u32);
        let message = format!(
            "`{hidden}` is a link to `/usr{hidden}` in {}, and a linked copy hides it behind a directory",
            release.name()
        );
        let report = cx
            .report(transfer.destination.span, message)
            .help(format!("copy to `/usr{target}`, or leave out `--link`"))
            .label(link.span, "linked here")
            .fix(Fix::unsafe_(
                "copy without a link",
                vec![Edit::delete(removal)],
            ));
        // Without `/bin/sh`, or the loader, nothing starts; of `/lib` much is found in `/usr/lib` too.
        if *hidden == "/lib" || *hidden == "/sbin" {
            report.severity(Severity::Warning);
        }
    }
}
