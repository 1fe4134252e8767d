//! `ignore-without-reason`: an ignore comment that does not say why.

use crate::rule::{Context, IgnoreComment, Rule, rule};
use crate::secrets::pattern::Pattern;
use crate::span::Span;

rule! {
    IgnoreWithoutReason {
        /// What a reason has to contain: a regular expression, such as `PLAT-\\d+` for a ticket.
        pub pattern: Option<Pattern>,
    }
}

impl Rule for IgnoreWithoutReason {
    fn check_ignore(&self, cx: &mut Context<'_>, ignore: &IgnoreComment) {
        if ignore.meant.is_some() {
            return;
        }
        if let Some(pattern) = &self.pattern {
            if !pattern.is_in(&ignore.reason) {
                cx.report(
                    ignore.span,
                    "the reason of this comment is not what is asked for",
                )
                .help(format!("behind the rules, write what fits `{pattern}`"));
            }
            return;
        }
        if !ignore.reason.is_empty() || is_explained(cx, ignore.span) {
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
    let from = comments.partition_point(|c| c.line + 1 < line);
    let above = comments.iter().skip(from);
    let mut above = above.take_while(|c| c.line + 1 == line);
    above.any(|c| {
        let text = source.slice(c.span);
        let words = text.trim_start_matches('#').trim();
        let tool = ["dlint", "hadolint", "check=", "syntax=", "escape="];
        words.contains(char::is_whitespace) && !tool.iter().any(|t| words.starts_with(t))
    })
}
