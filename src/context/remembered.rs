//! Files that are asked for once, however many Dockerfiles lie among them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::files::{Entry, FileKind, Files};
use super::ignore_file::matches_segment;

/// The most answers of a kind that are kept.
const MOST: usize = 100_000;
/// The most names of a directory that are kept, to tell from them what is not there.
const MOST_NAMES: usize = 512;
/// From how many questions about names in a directory on it is listed.
const QUESTIONS: u32 = 2;

/// What other files answer, kept for as long as this lives: for a run in which what lies around the
/// Dockerfiles does not change. Of files themselves only what kind they are is kept, no content.
pub struct Remembered<F> {
    files: F,
    kinds: Kept<OsString, Option<FileKind>>,
    directories: Mutex<HashMap<OsString, Directory>>,
    matching: Kept<(OsString, String, usize), Arc<[String]>>,
}

/// What is known of a directory.
#[derive(Clone)]
enum Directory {
    /// How often something in it was asked about.
    Asked(u32),
    /// All names in it.
    Names(Arc<[String]>),
    /// It has too many names, or cannot be listed.
    Unlisted,
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
            directories: Mutex::default(),
            matching: Kept::new(),
        }
    }
}

impl<F: Files> Remembered<F> {
    /// The names in a directory, once enough was asked about it: most of what a run asks for is not
    /// there, and the directory itself says so at once.
    fn names(&self, directory: &Path) -> Option<Arc<[String]>> {
        let lock = || {
            let lock = self.directories.lock();
            lock.unwrap_or_else(PoisonError::into_inner)
        };
        // However the path is written.
        let directory = directory.components().as_path();
        let key = directory.as_os_str();
        {
            let mut all = lock();
            match all.get_mut(key) {
                Some(Directory::Names(names)) => return Some(Arc::clone(names)),
                Some(Directory::Unlisted) => return None,
                Some(Directory::Asked(count)) if *count < QUESTIONS => {
                    *count += 1;
                    return None;
                }
                Some(Directory::Asked(_)) => {}
                None => {
                    if all.len() < MOST {
                        all.insert(key.to_owned(), Directory::Asked(1));
                    }
                    return None;
                }
            }
        }
        let entries = self.files.list(directory, MOST_NAMES + 1);
        // One that cannot be listed gives no names either.
        let listed = !entries.is_empty() && entries.len() <= MOST_NAMES;
        let names: Option<Arc<[String]>> =
            listed.then(|| entries.into_iter().map(|entry| entry.name).collect());
        let known = names.clone();
        let known = known.map_or(Directory::Unlisted, Directory::Names);
        lock().insert(key.to_owned(), known);
        names
    }

    /// Whether nothing lies at a path, as the directory above it tells.
    fn is_absent(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(OsStr::to_str);
        let Some((name, directory)) = name.filter(|n| n.is_ascii()).zip(path.parent()) else {
            return false;
        };
        // Where a name in other letters is the same, the files decide.
        self.names(directory)
            .is_some_and(|names| !names.iter().any(|n| n.eq_ignore_ascii_case(name)))
    }
}

impl<F: Files> Files for Remembered<F> {
    fn kind(&self, path: &Path) -> Option<FileKind> {
        if self.is_absent(path) {
            return None;
        }
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
        if limit >= MOST_NAMES
            && let Some(names) = self.names(directory)
        {
            let fits = |name: &&String| matches_segment(pattern, name) == Some(true);
            return names.iter().filter(fits).cloned().collect();
        }
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
        for _ in 0..9 {
            let found = files.matching(Path::new("a"), "*.sln", 9);
            assert_eq!(found, ["b.sln"]);
            assert!(files.matching(Path::new("a"), "*.csproj", 9).is_empty());
            assert_eq!(files.kind(Path::new("a/c")), Some(FileKind::File));
            assert_eq!(files.kind(Path::new("a/d")), None);
        }
        // Two patterns, two paths, and the folder once it was asked about more.
        assert_eq!(files.files.1.load(Ordering::Relaxed), 5);
    }

    #[test]
    fn a_directory_tells_what_is_not_in_it() {
        let memory = Memory::new().with("a/Dockerfile", "").with("a/ö", "");
        let files = Remembered::new(Counted(memory, AtomicUsize::new(0)));
        for name in ["b", "c", "d", "e", "f", "g", "h", "b", "c"] {
            assert_eq!(files.kind(&Path::new("a").join(name)), None, "{name}");
        }
        let asked = files.files.1.load(Ordering::Relaxed);
        assert_eq!(asked, QUESTIONS as usize + 1);
        assert_eq!(files.kind(Path::new("a/Dockerfile")), Some(FileKind::File));
        assert_eq!(files.kind(Path::new("a/ö")), Some(FileKind::File));
        // The files themselves say whether letters count, and what lies above.
        assert_eq!(files.kind(Path::new("a/dockerfile")), None);
        assert_eq!(files.kind(Path::new("a/..")), Some(FileKind::Directory));
        assert_eq!(files.files.1.load(Ordering::Relaxed), asked + 4);
        assert_eq!(files.matching(Path::new("a"), "D*", 9999), ["Dockerfile"]);
    }

    #[test]
    fn a_directory_of_many_names_is_asked_name_by_name() {
        let mut memory = Memory::new();
        for number in 0..=MOST_NAMES {
            memory.insert(format!("a/{number}"), "");
        }
        let files = Remembered::new(memory);
        for number in 0..=MOST_NAMES {
            let path = PathBuf::from(format!("a/{number}"));
            assert_eq!(files.kind(&path), Some(FileKind::File));
        }
        assert_eq!(files.kind(Path::new("a/x")), None);
    }
}
