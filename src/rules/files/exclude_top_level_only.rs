//! `exclude-top-level-only`: `--exclude=*.log` looks at one folder only.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

rule!(ExcludeTopLevelOnly);

impl Rule for ExcludeTopLevelOnly {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !matches!(node.keyword(), Some(Keyword::Copy | Keyword::Add)) {
            return;
        }
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            return;
        };
        // Files that a pattern names have no folders below them.
        let folders = transfer.sources.iter().any(|s| {
            let text = s.word.as_str();
            let name = text.rsplit('/').next().unwrap_or(text);
            s.heredoc.is_none() && (matches!(name, "" | "." | "..") || !name.contains(['*', '.']))
        });
        if !folders {
            return;
        }
        for flag in node
            .instruction
            .flags
            .iter()
            .filter(|f| f.name == "exclude")
        {
            let Some(word) = &flag.value else { continue };
            let text = word.as_str();
            let ending = text.strip_prefix("*.").unwrap_or_default();
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            if ending.is_empty() || !ending.chars().all(plain) {
                continue;
            }
            cx.report(
                word.span,
                format!("`{text}` leaves out files of the top folder only"),
            )
            .help(format!("write `**/{text}` for all folders"))
            .fix(Fix::unsafe_(
                "leave them out in every folder",
                vec![Edit::insert(word.span.start, "**/")],
            ));
        }
    }
}
