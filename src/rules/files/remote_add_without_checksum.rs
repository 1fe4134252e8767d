//! `remote-add-without-checksum`: a download that nobody checks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Node;
use crate::rule::{Context, Rule};
use crate::syntax::Kind;

/// See `rules/files/remote-add-without-checksum.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemoteAddWithoutChecksum {}

impl Rule for RemoteAddWithoutChecksum {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Add(transfer) = &node.instruction.kind else {
            return;
        };
        if node.instruction.flag("checksum").is_some() {
            return;
        }
        for source in &transfer.sources {
            let text = cx.facts.masked(node.index, &source.word);
            let text = text.trim_matches(['"', '\'']);
            let web = text.starts_with("http://") || text.starts_with("https://");
            // A repository is checked out by BuildKit, with its own kind of digest.
            let address = text.split(['#', '?']).next().unwrap_or(text);
            if !web || address.ends_with(".git") || source.heredoc.is_some() {
                continue;
            }
            cx.report(
                source.word.span,
                "whatever the server sends gets into the image: no `--checksum`",
            )
            .help("add `--checksum=sha256:…` with the digest of the file");
        }
    }
}
