//! `link-owner-by-name`: an owner that a linked copy cannot look up.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(LinkOwnerByName);

impl Rule for LinkOwnerByName {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !matches!(node.keyword(), Some(Keyword::Copy | Keyword::Add)) {
            return;
        }
        let instruction = node.instruction;
        let (Some(link), Some(owner)) = (instruction.flag("link"), instruction.flag("chown"))
        else {
            return;
        };
        let is_off = link
            .value
            .as_ref()
            .is_some_and(|v| !v.as_str().eq_ignore_ascii_case("true"));
        // With a mode the copy takes another way, and the name is looked up.
        if is_off || instruction.flag("chmod").is_some() {
            return;
        }
        let Some(word) = &owner.value else { return };
        let Some(text) = cx.facts.text(node.index, word) else {
            return;
        };
        let Some(name) = text.split(':').find(|part| !is_number_or_root(part)) else {
            return;
        };
        let start = link.span.start;
        let rest = cx.source().text().get(link.span.end as usize..);
        let blanks = rest.map_or(0, |r| r.len() - r.trim_start_matches([' ', '\t']).len());
        let removal = Span::new(start, link.span.end + blanks as u32);
        cx.report(
            word.span,
            format!("a linked copy cannot look up the owner `{name}`: the build fails"),
        )
        .help("write the owner as numbers, or leave out `--link`")
        .label(link.span, "linked here")
        .fix(Fix::safe(
            "copy without a link",
            vec![Edit::delete(removal)],
        ));
    }
}

fn is_number_or_root(part: &str) -> bool {
    part == "root" || part.is_empty() || part.chars().all(|c| c.is_ascii_digit())
}
