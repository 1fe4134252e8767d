//! `ignored-copy`: a COPY or a mount of what the ignore file leaves out of the context.

use crate::facts::{Node, Remote};
use crate::path::clean;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};
use crate::text::has_wildcard;

rule!(IgnoredCopy);

impl Rule for IgnoredCopy {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let transfer = match &node.instruction.kind {
            Kind::Copy(transfer) | Kind::Add(transfer) => transfer,
            Kind::Run(_) if !node.onbuild => return check_mounts(cx, node),
            _ => return,
        };
        let from = node.instruction.flag_value("from");
        let copies = node.keyword() == Some(Keyword::Copy);
        if node.onbuild || (copies && from.is_some_and(|f| !f.as_str().is_empty())) {
            return;
        }
        let facts = cx.facts;
        let Some(context) = facts.context() else {
            return;
        };
        let ignore = context.ignore();
        if ignore.is_empty() {
            return;
        }
        for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
            let Some(text) = facts.text(node.index, &source.word) else {
                continue;
            };
            if text.is_empty() || Remote::of(&text).is_some() {
                continue;
            }
            let path = clean(&text);
            let ignored = match path.as_str() {
                "." | "/" => ignore.ignores_everything() && !ignore.has_exceptions(),
                path => {
                    let path = path.trim_start_matches('/');
                    let found = if has_wildcard(path) {
                        context.find(path)
                    } else {
                        vec![path.to_owned()]
                    };
                    // Something in a directory may be taken back.
                    !found.is_empty() && found.iter().all(|p| ignore.ignores_all_of(p))
                }
            };
            if ignored {
                report(cx, source.word.span, &text);
            }
        }
    }
}

/// Reports what is left out of the build context.
pub(crate) fn report(cx: &mut Context<'_>, place: Span, text: &str) {
    cx.report(place, format!("`{text}` is left out of the build context"))
        .help("remove the pattern from the ignore file, or take it back with `!`");
}

/// BuildKit's check says nothing of mounts; its build fails on them all the same.
fn check_mounts(cx: &mut Context<'_>, node: &Node<'_>) {
    let facts = cx.facts;
    for source in facts.mounted(node) {
        let Some(path) = source.path() else { continue };
        let Some(context) = facts.context() else {
            return;
        };
        let ignore = context.ignore();
        if path != "." && ignore.ignores_all_of(&path) {
            let text = source.text.as_deref().unwrap_or_default();
            report(cx, source.span, text);
        }
    }
}
