//! `ignore-without-reason`: an ignore comment that does not say why.

use crate::rule::{Context, IgnoreComment, Rule, rule};
use crate::span::Span;

rule!(IgnoreWithoutReason);

impl Rule for IgnoreWithoutReason {
    fn check_ignore(&self, cx: &mut Context<'_>, ignore: &IgnoreComment) {
        if !ignore.reason.is_empty() || ignore.meant.is_some() || is_explained(cx, ignore.span) {
            return;
        }
        cx.report(ignore.span, "nothing says why this is ignored")
            .help("write the reason behind the rules, or on the line above");
    }
}

/// Whether a comment stands on the line above, or an explained one in the same block.
fn is_explained(cx: &Context<'_>, comment: Span) -> bool {
    let source = cx.source();
    let line = source.line(comment.start);
    let comments = &cx.file().comments;
    comments.iter().any(|c| {
        let text = source.slice(c.span);
        let words = text.trim_start_matches('#').trim();
        let tool = ["dlint", "hadolint", "check=", "syntax=", "escape="];
        c.line + 1 == line
            && words.contains(char::is_whitespace)
            && !tool.iter().any(|t| words.starts_with(t))
    })
}
