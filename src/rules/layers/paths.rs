//! Directories and caches, as the rules on layers compare them.

use crate::facts::mount::MountKind;
use crate::facts::packages::{Install, Manager};
use crate::facts::{Facts, Node};
use crate::images::HIDDEN;
use crate::path::clean;

/// A path at a node with the working directory in front; a directory that is not known stands
/// under a name of its own, so that paths in it can still be compared.
pub(super) fn place(facts: &Facts<'_>, node: &Node<'_>, path: &str) -> String {
    if path.starts_with('/') {
        return clean(path);
    }
    let base = match facts.workdir_at(node) {
        Some(known) => known.to_owned(),
        None => {
            let set = facts
                .stage_of(node)
                .and_then(|s| s.workdir_before(node.index))
                .map_or(0, |w| w.node);
            format!("/{HIDDEN}{set}")
        }
    };
    clean(&format!("{base}/{path}"))
}

/// A path of [`place`] for people: one in a directory that is not known is relative to that.
pub(super) fn shown(path: &str) -> &str {
    let hidden = path.strip_prefix('/').and_then(|p| p.strip_prefix(HIDDEN));
    match hidden.map(|path| path.split_once('/')) {
        Some(Some((_, below))) => below,
        Some(None) => ".",
        None => path,
    }
}

/// The directory in which a package manager runs: WORKDIR, `cd` before it and its own options.
/// `None` if a variable hides it.
pub(super) fn directory_of(
    facts: &Facts<'_>,
    node: &Node<'_>,
    install: &Install,
) -> Option<String> {
    let script = node.script.as_ref()?;
    let mut directory = place(facts, node, ".");
    let mut enter = |path: &str| {
        directory = if path.starts_with('/') {
            clean(path)
        } else {
            clean(&format!("{directory}/{path}"))
        };
    };
    for (index, command) in script.named("cd") {
        if script.reaches(index, install.command) {
            enter(command.args().first()?.literal()?);
        }
    }
    if let Some(path) = install.directory() {
        if path.contains(HIDDEN) {
            return None;
        }
        enter(path);
    }
    Some(directory)
}

/// Whether a RUN keeps the manager's downloads in a cache mount.
pub(super) fn has_cache_mount(node: &Node<'_>, manager: Manager) -> bool {
    node.mounts.iter().any(|mount| {
        let words = [&mount.target, &mount.id];
        mount.kind == MountKind::Cache
            && words.into_iter().flatten().any(|word| {
                let text = word.as_str();
                text.contains('$') || manager.cache_paths().iter().any(|p| text.contains(p))
            })
    })
}
