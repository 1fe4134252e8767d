//! Whether what a command fetches ends as a program.

use crate::facts::{Command, Facts, Node};
use crate::path::is_in;
use crate::shell::Script;

/// Whether what a command fetches is a program, or is unpacked, installed or run; nothing where that
/// is not looked for.
pub(super) fn is_installed(
    facts: &Facts<'_>,
    node: &Node<'_>,
    script: &Script,
    fetched: (usize, &Command),
    file: Option<&str>,
) -> Option<bool> {
    if file.is_some_and(is_in_path) || facts.uses_download(node, script, Some(fetched), file) {
        return Some(true);
    }
    is_used_later(facts, node, file)
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
fn is_used_later(facts: &Facts<'_>, node: &Node<'_>, file: Option<&str>) -> Option<bool> {
    let (Some(stage), Some(_)) = (facts.stage_of(node), file) else {
        return Some(false);
    };
    let nodes = facts.nodes_of(stage);
    let later = nodes.partition_point(|n| n.index <= node.index);
    let later = nodes.get(later..).unwrap_or_default();
    if !facts.may_search(later.len()) {
        return None;
    }
    let mut scripts = later.iter().filter_map(|n| Some((n, n.script.as_ref()?)));
    Some(scripts.any(|(n, script)| facts.uses_download(n, script, None, file)))
}
