//! Whether what a command fetches ends as a program.

use crate::facts::{Command, Facts, Node};
use crate::path::is_in;
use crate::shell::Script;

/// Whether what a command fetches is a program, or is unpacked, installed or run.
pub(super) fn is_installed(
    facts: &Facts<'_>,
    node: &Node<'_>,
    script: &Script,
    fetched: (usize, &Command),
    file: Option<&str>,
) -> bool {
    file.is_some_and(is_in_path)
        || facts.uses_download(node, script, Some(fetched), file)
        || is_used_later(facts, node, file)
}

/// Whether a path is one where programs are found.
fn is_in_path(path: &str) -> bool {
    [
        "/usr/local/bin",
        "/usr/bin",
        "/bin",
        "/usr/sbin",
        "/sbin",
        "/usr/local/sbin",
    ]
    .iter()
    .any(|directory| is_in(path, directory))
}

/// Whether a later RUN of the stage unpacks, installs or runs a file.
fn is_used_later(facts: &Facts<'_>, node: &Node<'_>, file: Option<&str>) -> bool {
    let Some(stage) = facts.stage_of(node) else {
        return false;
    };
    let later = facts
        .nodes_of(stage)
        .iter()
        .filter(|n| n.index > node.index);
    let mut scripts = later.filter_map(|n| Some((n, n.script.as_ref()?)));
    file.is_some() && scripts.any(|(n, script)| facts.uses_download(n, script, None, file))
}
