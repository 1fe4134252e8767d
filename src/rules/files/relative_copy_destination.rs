//! `relative-copy-destination`: a relative destination without WORKDIR.

use crate::facts::{Node, is_absolute_path};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(RelativeCopyDestination);

impl Rule for RelativeCopyDestination {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            return;
        };
        let facts = cx.facts;
        let Some(stage) = facts.stage_of(node) else {
            return;
        };
        let word = &transfer.destination;
        let Some(text) = facts.text(node.index, word) else {
            return;
        };
        let bare = text.trim_matches(['"', '\'']);
        let known = stage.workdir_before(node.index).is_some()
            || facts.base_workdir(stage.index).is_some_and(|w| w != "/");
        if node.onbuild || known || bare.is_empty() || is_absolute_path(bare) {
            return;
        }
        cx.report(
            word.span,
            format!("`{bare}` is relative to the base image's directory: no `WORKDIR` is set"),
        )
        .help("set `WORKDIR`, or write the whole path");
    }
}
