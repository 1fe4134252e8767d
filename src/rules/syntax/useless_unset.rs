//! `useless-unset`: `unset` at the end of a RUN.

use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};

rule!(UselessUnset);

impl Rule for UselessUnset {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        let last = node
            .commands()
            .last()
            .is_some_and(|c| c.span == command.span);
        // Only at the end of the shell itself: in a function or a branch it may matter.
        if command.name != "unset" || !last || command.frame != 0 {
            return;
        }
        for word in command.words.iter().skip(1) {
            let Some(name) = word.literal() else { continue };
            let Some(variable) = cx.facts.variable(node.index, name) else {
                continue;
            };
            let place = variable.name_span;
            cx.report(
                word.span,
                format!("`{name}` is set again in the next instruction"),
            )
            .label(place, "set here, for all that follows")
            .help("use it in one RUN only, where it can be set and forgotten: `RUN X=1 command`");
        }
    }
}
