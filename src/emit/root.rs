//! What services call paths relative to: the repository's root, or the current folder.

use std::path::{Component, Path, PathBuf};

use super::slashed;
use crate::context::{Disk, is_repository};

/// The repository's root, or the current folder.
pub(super) struct Root {
    pub(super) current: PathBuf,
    pub(super) root: PathBuf,
}

impl Root {
    pub(super) fn find() -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        let root = current.ancestors().find(|a| is_repository(&Disk, a));
        Self {
            root: root.unwrap_or(&current).to_path_buf(),
            current,
        }
    }

    /// A path from the root, or an absolute one if it lies elsewhere.
    pub(super) fn place(&self, path: &Path) -> Result<String, String> {
        let mut absolute = PathBuf::new();
        for part in self.current.join(path).components() {
            match part {
                Component::ParentDir => {
                    absolute.pop();
                }
                Component::CurDir => {}
                part => absolute.push(part),
            }
        }
        match absolute.strip_prefix(&self.root) {
            Ok(relative) => Ok(slashed(relative)),
            Err(_) => Err(slashed(&absolute)),
        }
    }

    /// A path for a service: from the root if it lies there, else as it was given.
    pub(super) fn shown(&self, path: &Path) -> String {
        let text = slashed(path);
        // What is no file has a name that none has.
        if text.starts_with('<') {
            return text;
        }
        self.place(path).unwrap_or(text)
    }
}
