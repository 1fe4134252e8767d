//! What git says of the repositories that many files lie in, asked once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::changed::real;
use crate::rebuild::git::{GitError, Repository};

/// The repositories that were asked for.
#[derive(Default)]
pub(super) struct Repositories {
    found: Mutex<Vec<Arc<Asked>>>,
}

/// A repository and what it answered.
pub(super) struct Asked {
    pub(super) repository: Repository,
    tracked: OnceLock<Vec<String>>,
    since: OnceLock<Since>,
}

/// What differs from a commit.
pub(super) struct Since {
    pub(super) commit: String,
    /// The paths, links of directories resolved.
    pub(super) paths: Vec<PathBuf>,
    known: HashSet<PathBuf>,
}

impl Repositories {
    fn found(&self) -> MutexGuard<'_, Vec<Arc<Asked>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The repository that a folder lies in.
    pub(super) fn of(&self, folder: &Path) -> Result<Arc<Asked>, GitError> {
        let known = |root: &Path| {
            self.found()
                .iter()
                .find(|a| a.repository.root == root)
                .cloned()
        };
        let place = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let top = place.ancestors().find(|f| f.join(".git").exists());
        if let Some(asked) = top.and_then(known) {
            return Ok(asked);
        }
        let repository = Repository::of(folder)?;
        if let Some(asked) = known(&repository.root) {
            return Ok(asked);
        }
        let asked = Arc::new(Asked {
            repository,
            tracked: OnceLock::new(),
            since: OnceLock::new(),
        });
        self.found().push(Arc::clone(&asked));
        Ok(asked)
    }
}

impl Asked {
    /// The paths that git tracks, sorted.
    pub(super) fn tracked(&self) -> Result<&[String], GitError> {
        if let Some(paths) = self.tracked.get() {
            return Ok(paths);
        }
        let mut paths = self.repository.tracked()?;
        paths.sort_unstable();
        Ok(self.tracked.get_or_init(|| paths))
    }

    /// Those below a folder, as paths from there.
    pub(super) fn tracked_below(&self, folder: &str) -> Result<Vec<String>, GitError> {
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let all = self.tracked()?;
        let start = all.partition_point(|path| *path < prefix);
        let below = all.get(start..).unwrap_or_default().iter();
        let below = below.map_while(|path| path.strip_prefix(&prefix));
        Ok(below.map(str::to_owned).collect())
    }

    /// What differs from the commit that `--since` names: there is one in a run.
    pub(super) fn since(&self, reference: &str) -> Result<&Since, GitError> {
        if let Some(since) = self.since.get() {
            return Ok(since);
        }
        let commit = self.repository.commit(reference)?;
        let changed = self.repository.changed_since(&commit)?;
        let paths = changed
            .iter()
            .map(|path| real(&self.repository.root.join(path)));
        let paths: Vec<PathBuf> = paths.collect();
        Ok(self.since.get_or_init(|| Since {
            commit,
            known: paths.iter().cloned().collect(),
            paths,
        }))
    }

    /// Whether a file is surely the one that it was at that commit: tracked and not among what
    /// differs, or there neither then nor now.
    pub(super) fn is_as_before(&self, since: &Since, path: &Path) -> bool {
        let own = real(path);
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| own.clone());
        let is_tracked = || {
            let path = self.repository.path_of(&path);
            let tracked = self.tracked().unwrap_or_default();
            path.is_some_and(|path| tracked.binary_search(&path).is_ok())
        };
        let changed = since.known.contains(&path) || since.known.contains(&own);
        !changed && (!path.exists() || is_tracked())
    }
}
