//! Instructions of which a stage keeps the last one only.

use crate::edits::delete_instruction;
use crate::facts::{Base, Stage};
use crate::rule::Context;
use crate::syntax::Keyword;

/// Reports every node of a keyword in a stage but the last: it has no effect.
pub(super) fn report(cx: &mut Context<'_>, stage: &Stage<'_>, keyword: Keyword, nodes: &[usize]) {
    if cx.buildkit {
        report_as_buildkit(cx, stage, keyword, nodes);
        return;
    }
    let Some((last, earlier)) = nodes.split_last() else {
        return;
    };
    let facts = cx.facts;
    let Some(last) = facts.nodes.get(*last) else {
        return;
    };
    for node in earlier.iter().filter_map(|n| facts.nodes.get(*n)) {
        let name = node.instruction.name.as_str();
        let message = format!("this `{name}` has no effect: a later one replaces it");
        let report = cx
            .report(node.instruction.head, message)
            .label(last.instruction.head, "this one counts")
            .help("keep one of them; a stage has room for no more");
        let title = format!("remove the `{name}` without effect");
        if let Some(fix) = delete_instruction(facts, node.instruction, title) {
            report.fix(fix);
        }
    }
}

/// BuildKit counts the triggers of a base stage too, which stand where the FROM is, and asks the
/// comments above the instruction that comes next.
fn report_as_buildkit(cx: &mut Context<'_>, stage: &Stage<'_>, keyword: Keyword, nodes: &[usize]) {
    let facts = cx.facts;
    let base = match stage.base {
        Base::Stage(base) if stage.is_needed => facts.stages.get(base),
        _ => None,
    };
    let triggers = base.map_or(&[][..], |base| facts.nodes_of(base)).iter();
    let mut spans: Vec<_> = triggers
        .filter(|n| n.onbuild && n.keyword() == Some(keyword))
        .map(|_| stage.from.name.span)
        .collect();
    let own = nodes.iter().filter_map(|n| facts.nodes.get(*n));
    spans.extend(own.map(|n| n.instruction.head));
    for (span, next) in spans.iter().zip(spans.iter().skip(1)) {
        cx.report(
            *span,
            format!("this `{keyword}` has no effect: a later one replaces it"),
        )
        .label(*next, "this one comes next");
    }
}
