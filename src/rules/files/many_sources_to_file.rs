//! `many-sources-to-file`: several sources are copied to something that is no directory.

use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Kind, TransferSource};

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
        let word = &transfer.destination;
        let Some(text) = cx.facts.text(node.index, word) else {
            return;
        };
        // BuildKit itself takes `.`; `\\` ends a directory on Windows.
        if text.ends_with(['/', '\\']) || is_dot(&text) || text.is_empty() {
            return;
        }
        // A directory among them makes the destination one.
        if !transfer.sources.iter().all(|s| is_file(cx.facts, node, s))
            || cx
                .facts
                .absolute(node, &text)
                .is_some_and(|path| cx.facts.has_folder(node, &path))
        {
            return;
        }
        let written = cx.facts.source.slice(word.span);
        let plain = written == text && !transfer.json;
        let report = cx
            .report(
                word.span,
                format!(
                    "unless `{text}` is a directory already, the last source becomes the file `{text}` and the others are lost"
                ),
            )
            .help("write a slash at the end: `{text}/` is a directory in any case".replace("{text}", &text));
        if plain {
            report.fix(Fix::unsafe_(
                "add the slash",
                vec![Edit::insert(word.span.end, "/")],
            ));
        }
    }
}

/// Whether a source is surely a file: by the build context, else by its ending.
fn is_file(facts: &Facts<'_>, node: &Node<'_>, source: &TransferSource) -> bool {
    if source.heredoc.is_some() {
        return true;
    }
    let Some(text) = facts.text(node.index, &source.word) else {
        return false;
    };
    let path = crate::path::clean(text.trim_matches(['"', '\'']));
    let from_context = node.instruction.flag("from").is_none();
    if let Some(context) = facts.context().filter(|_| from_context) {
        let path = path.trim_start_matches('/');
        return context.exists(path) && !context.is_directory(path);
    }
    let name = file_name(&path).trim_start_matches('.');
    name.rsplit_once('.')
        .is_some_and(|(_, end)| !end.is_empty() && end.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn is_dot(text: &str) -> bool {
    text == "." || text == ".." || text.ends_with("/.") || text.ends_with("/..")
}
