//! `unread-script`: a script is more than dlint reads.

use serde::{Deserialize, Serialize};

use crate::facts::Node;
use crate::rule::{Context, Rule};
use crate::shell::{ShellErrorKind, beyond_checks};

/// See `rules/shell/unread-script.md`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnreadScript {}

impl Rule for UnreadScript {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let errors = node.script.iter().flat_map(|s| &s.errors);
        let limit = errors.into_iter().find(|e| e.kind == ShellErrorKind::Limit);
        if let Some(limit) = limit {
            cx.report(
                node.instruction.head,
                format!("this script is not checked: {}", limit.message),
            )
            .help("put it into a file of its own, where a linter for scripts reads it");
        } else if let Some(why) = node.script.as_ref().and_then(beyond_checks) {
            cx.report(
                node.instruction.head,
                format!("ShellCheck's findings are not looked for in this script: {why}"),
            )
            .help("put it into a file of its own, where a linter for scripts reads it");
        }
    }
}
