//! `empty-continuation`: a blank line inside an instruction.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::{Source, Span};
use crate::syntax::PieceKind;

rule!(EmptyContinuation);

impl Rule for EmptyContinuation {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let instruction = node.instruction;
        let Some(last) = instruction.empty_continuation.filter(|_| !node.onbuild) else {
            return;
        };
        let pieces = &cx.file().pieces;
        // The first line may hold the continuation character only.
        let begin = cx.source().line_start(instruction.start_line);
        let from = pieces.partition_point(|p| p.span.start < begin);
        let blank: Vec<Span> = pieces
            .iter()
            .skip(from)
            .take_while(|p| p.span.start <= last.start)
            .filter(|p| p.kind == PieceKind::EmptyContinuation)
            .map(|p| p.span)
            .collect();
        let Some(first) = blank.first() else { return };
        let line = cx.source().line_span(cx.source().line(first.start));
        // Where an instruction follows, the blank line shows where this one was to end; where a
        // command has ended, it may.
        let swallows = cx.facts.swallowed(node).is_some();
        // It is one fault, of which another rule speaks.
        if swallows && cx.facts.is_read_by_dlint() {
            return;
        }
        let may_swallow = ends_command(cx.source(), cx.file().escape.char(), first.start);
        let report = cx
            .report(line, "a blank line inside an instruction")
            .help(if swallows {
                "remove the continuation character above it"
            } else if may_swallow {
                "remove the line, or the continuation character above it if the instruction ends there"
            } else {
                "remove the line, or make it a comment with `#`"
            });
        if !swallows && !may_swallow {
            let edits = blank.into_iter().map(Edit::delete).collect();
            report.fix(Fix::safe("remove the blank lines", edits));
        }
    }
}

/// Whether the line of code above a blank one ends in `;`, with nothing to go on with.
fn ends_command(source: &Source, escape: char, blank: u32) -> bool {
    let above = source.slice(Span::new(0, blank)).trim_end();
    above
        .strip_suffix(escape)
        .is_some_and(|line| line.trim_end().ends_with(';'))
}
