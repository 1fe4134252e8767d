//! Instructions of which a stage keeps the last one only.

use crate::edits::delete_instruction;
use crate::rule::Context;

/// Reports every one of the nodes but the last: it has no effect.
pub(super) fn report(cx: &mut Context<'_>, nodes: &[usize]) {
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
