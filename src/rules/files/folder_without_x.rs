//! `folder-without-x`: a mode for files is given to folders too.

use crate::diagnostic::Severity;
use crate::facts::{CopyOrigin, Facts, Node, RunUser};
use crate::rule::{Context, Rule, rule};

rule!(FolderWithoutX);

impl Rule for FolderWithoutX {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(copied) = facts.copied(node) else {
            return;
        };
        let Some(word) = node.instruction.flag_value("chmod") else {
            return;
        };
        let Some(text) = facts.text(node.index, word) else {
            return;
        };
        let Ok(mode) = u32::from_str_radix(&text, 8) else {
            return;
        };
        // Nobody but root may enter a folder without an `x`.
        if mode & 0o111 != 0 {
            return;
        }
        let folder = copied.sources.iter().find_map(|source| {
            let path = source.path()?;
            if source.is_remote() || source.is_heredoc {
                return None;
            }
            has_folders(facts, copied.origin, &path).then_some(source)
        });
        let Some(folder) = folder else { return };
        let last = facts.final_stage();
        let user = last.map_or(RunUser::Unknown, |s| facts.last_user(s.index));
        let report = cx
            .report(
                word.span,
                format!("mode `{text}` is for folders too: only root can enter them"),
            )
            .label(folder.span, "there are folders in it")
            .help("give folders their `x`: `--chmod=u=rwX,go=rX`, or copy files only");
        if !matches!(user, RunUser::Other(_) | RunUser::OfBase(_)) {
            report.severity(Severity::Info);
        }
    }
}

/// Whether a source surely brings folders that get the mode.
fn has_folders(facts: &Facts<'_>, origin: CopyOrigin, path: &str) -> bool {
    if origin != CopyOrigin::Context {
        return false;
    }
    facts.context().is_some_and(|c| c.has_directories(path))
}
