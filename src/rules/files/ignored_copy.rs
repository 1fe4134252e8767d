//! `ignored-copy`: a COPY of what the ignore file leaves out of the context.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::ignore_file::clean;
use crate::facts::Node;
use crate::rule::{Context, Rule};
use crate::syntax::{Keyword, Kind};

/// See `rules/files/ignored-copy.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct IgnoredCopy {}

impl Rule for IgnoredCopy {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            return;
        };
        let from = node.instruction.flag_value("from");
        let copies = node.keyword() == Some(Keyword::Copy);
        if (node.onbuild && !cx.buildkit)
            || (copies && from.is_some_and(|f| !f.as_str().is_empty()))
        {
            return;
        }
        let facts = cx.facts;
        let Some(context) = facts.context() else {
            return;
        };
        let ignore = context.ignore();
        // BuildKit does not try to understand exceptions.
        if ignore.is_empty() || (cx.buildkit && ignore.has_exceptions()) {
            return;
        }
        for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
            let Some(text) = facts.text(node.index, &source.word) else {
                continue;
            };
            if text.is_empty() && !cx.buildkit || facts.is_remote_source(&text) {
                continue;
            }
            let path = clean(&text);
            let ignored = match path.as_str() {
                "." | "/" => ignore.ignores_everything() && !ignore.has_exceptions(),
                _ if cx.buildkit => ignore.is_ignored(&path),
                path => {
                    let path = path.trim_start_matches('/');
                    // Something in a directory may be taken back.
                    ignore.is_ignored(path) && ignore.ignores_all_of(path)
                }
            };
            if ignored {
                let message = format!("`{text}` is left out of the build context");
                cx.report(source.word.span, message)
                    .help("remove the pattern from the ignore file, or take it back with `!`");
            }
        }
    }
}
