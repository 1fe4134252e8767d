//! What several runtime rules need.

use crate::facts::Facts;
use crate::fix::{Applicability, Edit, Fix};
use crate::span::Span;
use crate::syntax::Instruction;

/// A fix that deletes the lines of an instruction; none if they hold a comment. It is unsafe
/// below a comment, which would then seem to be about what follows.
pub(super) fn delete_instruction(
    facts: &Facts<'_>,
    instruction: &Instruction,
    title: String,
) -> Option<Fix> {
    let start = facts.source.line_start(instruction.start_line);
    let end = facts.source.line_start(instruction.end_line + 1);
    let lines = Span::new(start, end);
    let comments = &facts.file.comments;
    if comments.iter().any(|c| lines.covers(c.span)) {
        return None;
    }
    let above = instruction
        .start_line
        .checked_sub(1)
        .is_some_and(|line| comments.iter().any(|c| c.line == line));
    let trust = match above {
        true => Applicability::Unsafe,
        false => Applicability::Safe,
    };
    Some(Fix::new(title, vec![Edit::delete(lines)], trust))
}
