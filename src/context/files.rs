//! The files around a Dockerfile, as whoever lints it gives them. Linting itself opens nothing.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ignore_file::matches_segment;

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; only [`Files::entry`] and [`Files::list`] say so.
    Link,
    /// A pipe, a socket, a device: nothing that can be read to an end.
    Other,
}

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What has that name, links not followed.
    pub kind: FileKind,
}

/// The files that a build context and its ignore files are read from.
///
/// A path is the name of a Dockerfile, a place below the directory it stands in or one above it,
/// or the directory of a stated build context. Answers must not change while a file is linted.
pub trait Files: Send + Sync {
    /// What a path leads to, links followed.
    fn kind(&self, path: &Path) -> Option<FileKind>;

    /// The content of a regular file of at most `limit` bytes; never of a pipe or a device, which
    /// may have no end.
    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>>;

    /// At most `limit` of the entries of a directory, in any order; names that are not UTF-8 are
    /// left out.
    fn list(&self, directory: &Path, limit: usize) -> Vec<Entry>;

    /// The names in a directory that fit a pattern of one path segment, of at most `limit` entries.
    fn matching(&self, directory: &Path, pattern: &str, limit: usize) -> Vec<String> {
        let entries = self.list(directory, limit).into_iter();
        let names = entries.map(|entry| entry.name);
        let fits = |name: &String| matches_segment(pattern, name) == Some(true);
        names.filter(fits).collect()
    }

    /// What lies at a path itself, a link not followed.
    fn entry(&self, path: &Path) -> Option<FileKind> {
        self.kind(path)
    }

    /// Whether the mode of a file lets anybody execute it; `None` where files have no modes.
    fn is_executable(&self, _path: &Path) -> Option<bool> {
        None
    }

    /// The one path among those that lead to the same place, in which no `..` and no link is
    /// left; `None` if there is no such place.
    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        self.kind(path).map(|_| path.to_path_buf())
    }

    /// Whether a Dockerfile of this name lies among the files, so that what lies around it is its
    /// project. Standard input, for one, lies nowhere.
    fn has_dockerfile(&self, name: &Path) -> bool {
        self.kind(name) == Some(FileKind::File)
    }
}

/// No files at all: a Dockerfile is judged by its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Files for Nothing {
    fn kind(&self, _path: &Path) -> Option<FileKind> {
        None
    }

    fn read(&self, _path: &Path, _limit: u64) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _directory: &Path, _limit: usize) -> Vec<Entry> {
        Vec::new()
    }
}

/// Files in memory. Their paths start at a root of their own: `/a`, `./a` and `a` are the same.
/// The Dockerfile need not be among them.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and the directories it lies in.
    #[must_use]
    pub fn with(mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) -> Self {
        self.insert(path, content);
        self
    }

    /// The same for one that is at hand.
    pub fn insert(&mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) {
        self.files.insert(from_root(path.as_ref()), content.into());
    }
}

/// A path from the root of files in memory.
fn from_root(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => out.push(name),
            Component::ParentDir => drop(out.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    out
}

impl Files for Memory {
    fn kind(&self, path: &Path) -> Option<FileKind> {
        let path = from_root(path);
        if self.files.contains_key(&path) {
            return Some(FileKind::File);
        }
        // Paths are sorted part by part: what lies in a directory follows its name.
        let next = self.files.range(path.clone()..).next();
        let is_directory =
            path.as_os_str().is_empty() || next.is_some_and(|(p, _)| p.starts_with(&path));
        is_directory.then_some(FileKind::Directory)
    }

    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        let content = self.files.get(&from_root(path))?;
        (content.len() as u64 <= limit).then(|| content.clone())
    }

    fn list(&self, directory: &Path, limit: usize) -> Vec<Entry> {
        let directory = from_root(directory);
        let mut entries: Vec<Entry> = Vec::new();
        let from = self.files.range(directory.clone()..);
        for path in from.map(|(path, _)| path) {
            let Ok(below) = path.strip_prefix(&directory) else {
                break;
            };
            let mut parts = below.components();
            let name = parts.next().and_then(|part| part.as_os_str().to_str());
            let Some(name) = name.filter(|n| entries.last().is_none_or(|e| e.name != *n)) else {
                continue;
            };
            if entries.len() == limit {
                break;
            }
            entries.push(Entry {
                name: name.to_owned(),
                kind: match parts.next() {
                    Some(_) => FileKind::Directory,
                    None => FileKind::File,
                },
            });
        }
        entries
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        // The Dockerfile may be the only file of its directory, and need not be among these.
        Some(from_root(path))
    }

    fn has_dockerfile(&self, _name: &Path) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_files_and_the_directories_they_lie_in() {
        let files = Memory::new()
            .with("a/b/c.txt", "c")
            .with("/a.txt", "a")
            .with("./a/d", "");
        let kind = |path: &str| files.kind(Path::new(path));
        assert_eq!(kind("a/b/c.txt"), Some(FileKind::File));
        assert_eq!(kind("a.txt"), Some(FileKind::File));
        for directory in ["", ".", "/", "a", "a/b/", "a/x/../b"] {
            assert_eq!(kind(directory), Some(FileKind::Directory), "{directory}");
        }
        assert_eq!(kind("a/b/c"), None);
        assert_eq!(kind("a/b/c.txt/d"), None);
        let names = |path: &str, limit| {
            let entries = files.list(Path::new(path), limit).into_iter();
            entries.map(|e| (e.name, e.kind)).collect::<Vec<_>>()
        };
        let (file, directory) = (FileKind::File, FileKind::Directory);
        assert_eq!(
            names("a", 9),
            [("b".to_owned(), directory), ("d".to_owned(), file)]
        );
        assert_eq!(
            names("", 9),
            [("a".to_owned(), directory), ("a.txt".to_owned(), file)]
        );
        assert_eq!(names("", 1).len(), 1);
        assert!(names("a.txt", 9).is_empty() && names("gone", 9).is_empty());
    }

    #[test]
    fn what_is_too_big_is_not_read() {
        let files = Memory::new().with("a", "1234");
        assert_eq!(files.read(Path::new("a"), 4).as_deref(), Some(&b"1234"[..]));
        assert_eq!(files.read(Path::new("a"), 3), None);
        assert_eq!(files.read(Path::new(""), 3), None);
    }

    #[test]
    fn where_there_is_nothing_nothing_is_found() {
        assert_eq!(Nothing.kind(Path::new("Cargo.toml")), None);
        assert_eq!(Nothing.read(Path::new("Cargo.toml"), u64::MAX), None);
        assert!(!Nothing.has_dockerfile(Path::new("Dockerfile")));
    }
}
