//! `swallowed-instruction`: a continuation takes the next instruction in.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};

rule!(SwallowedInstruction);

impl Rule for SwallowedInstruction {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.onbuild {
            return;
        }
        let Some((span, keyword)) = cx.facts.swallowed(node) else {
            return;
        };
        let name = node.instruction.name.span;
        let message = format!(
            "this `{keyword}` is part of the `{}` above",
            node.instruction.name
        );
        cx.report(span, message)
            .label(name, "it still goes on")
            .help("remove the continuation character at the end of the last line before it");
    }
}
