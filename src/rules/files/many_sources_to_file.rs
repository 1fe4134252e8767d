//! `many-sources-to-file`: several sources are copied to something that is no directory.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(ManySourcesToFile);

impl Rule for ManySourcesToFile {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let transfer = match &node.instruction.kind {
            Kind::Copy(transfer) | Kind::Add(transfer) => transfer,
            _ => return,
        };
        // What a continuation took in is no source.
        if transfer.sources.len() < 2 || cx.facts.swallowed(node).is_some() {
            return;
        }
        let name = match &node.instruction.kind {
            Kind::Add(_) => "ADD",
            _ => "COPY",
        };
        let word = &transfer.destination;
        let Some(text) = cx.facts.text(node.index, word) else {
            return;
        };
        // BuildKit itself takes `.`; `\\` ends a directory on Windows.
        if text.ends_with(['/', '\\']) || is_dot(&text) || text.is_empty() {
            return;
        }
        let written = cx.facts.source.slice(word.span);
        let plain = written == text && !transfer.json;
        let report = cx
            .report(
                word.span,
                format!("`{name}` of several sources needs a directory: `{text}` does not end with a slash"),
            )
            .help("write a slash at the end");
        if plain {
            report.fix(Fix::unsafe_(
                "add the slash",
                vec![Edit::insert(word.span.end, "/")],
            ));
        }
    }
}

fn is_dot(text: &str) -> bool {
    text == "." || text == ".." || text.ends_with("/.") || text.ends_with("/..")
}
