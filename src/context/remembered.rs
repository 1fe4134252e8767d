//! Files that are asked for once, however many Dockerfiles lie among them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::files::{Entry, FileKind, Files};

/// The most answers of a kind that are kept.
const MOST: usize = 100_000;

/// What other files answer, kept for as long as this lives: for a run in which what lies around the
/// Dockerfiles does not change. Of files themselves only what kind they are is kept, no content.
pub struct Remembered<F> {
    files: F,
    kinds: Kept<OsString, Option<FileKind>>,
    matching: Kept<(OsString, String, usize), Arc<[String]>>,
}

/// Answers by what was asked.
struct Kept<K, V>(Mutex<HashMap<K, V>>);

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    fn new() -> Self {
        Self(Mutex::default())
    }

    fn get<Q>(&self, key: &Q, answer: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(key) {
            return known.clone();
        }
        // Others may ask meanwhile: the disk is slow.
        let answer = answer();
        let mut kept = lock();
        if kept.len() < MOST {
            kept.insert(key.to_owned(), answer.clone());
        }
        answer
    }
}

impl<F: Files> Remembered<F> {
    /// Remembers what these files answer.
    pub fn new(files: F) -> Self {
        Self {
            files,
            kinds: Kept::new(),
            matching: Kept::new(),
        }
    }
}

impl<F: Files> Files for Remembered<F> {
    fn kind(&self, path: &Path) -> Option<FileKind> {
        // A path as such is looked at part by part.
        let key: &OsStr = path.as_os_str();
        self.kinds.get(key, || self.files.kind(path))
    }

    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        self.files.read(path, limit)
    }

    fn list(&self, directory: &Path, limit: usize) -> Vec<Entry> {
        self.files.list(directory, limit)
    }

    fn matching(&self, directory: &Path, pattern: &str, limit: usize) -> Vec<String> {
        let key = (directory.as_os_str().to_owned(), pattern.to_owned(), limit);
        let found = || self.files.matching(directory, pattern, limit).into();
        self.matching.get(&key, found).to_vec()
    }

    fn entry(&self, path: &Path) -> Option<FileKind> {
        self.files.entry(path)
    }

    fn is_executable(&self, path: &Path) -> Option<bool> {
        self.files.is_executable(path)
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        self.files.resolve(path)
    }

    fn has_dockerfile(&self, name: &Path) -> bool {
        self.files.has_dockerfile(name)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::context::Memory;

    /// Counts the directories that are listed.
    struct Counted(Memory, AtomicUsize);

    impl Files for Counted {
        fn kind(&self, path: &Path) -> Option<FileKind> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.kind(path)
        }

        fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
            self.0.read(path, limit)
        }

        fn list(&self, directory: &Path, limit: usize) -> Vec<Entry> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.list(directory, limit)
        }
    }

    #[test]
    fn what_was_answered_is_not_asked_again() {
        let memory = Memory::new().with("a/b.sln", "").with("a/c", "");
        let files = Remembered::new(Counted(memory, AtomicUsize::new(0)));
        for _ in 0..3 {
            let found = files.matching(Path::new("a"), "*.sln", 9);
            assert_eq!(found, ["b.sln"]);
            assert!(files.matching(Path::new("a"), "*.csproj", 9).is_empty());
            assert_eq!(files.kind(Path::new("a/c")), Some(FileKind::File));
            assert_eq!(files.kind(Path::new("a/d")), None);
        }
        assert_eq!(files.files.1.load(Ordering::Relaxed), 4);
    }
}
