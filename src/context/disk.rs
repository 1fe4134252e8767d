//! Files on disk: the one place below the configuration and the command line that opens any.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::files::{Entry, FileKind, Files};

/// The files of this machine, as they are at the moment they are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

fn kind_of(kind: fs::FileType) -> FileKind {
    match () {
        () if kind.is_file() => FileKind::File,
        () if kind.is_dir() => FileKind::Directory,
        () if kind.is_symlink() => FileKind::Link,
        () => FileKind::Other,
    }
}

/// Where a path leads: an empty one to the current directory.
fn at(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

impl Files for Disk {
    fn kind(&self, path: &Path) -> Option<FileKind> {
        let meta = fs::metadata(at(path)).ok()?;
        Some(kind_of(meta.file_type()))
    }

    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        // Asked before it is opened: opening a pipe waits for a writer.
        let meta = fs::metadata(path).ok()?;
        if !meta.is_file() || meta.len() > limit {
            return None;
        }
        let mut content = Vec::new();
        // The file may grow, and those that the system makes up have no length.
        let mut file = fs::File::open(path).ok()?.take(limit.saturating_add(1));
        file.read_to_end(&mut content).ok()?;
        (content.len() as u64 <= limit).then_some(content)
    }

    fn list(&self, directory: &Path, limit: usize) -> Vec<Entry> {
        let entries = fs::read_dir(at(directory)).into_iter().flatten().flatten();
        entries
            .take(limit)
            .filter_map(|entry| {
                Some(Entry {
                    kind: kind_of(entry.file_type().ok()?),
                    name: entry.file_name().into_string().ok()?,
                })
            })
            .collect()
    }

    fn entry(&self, path: &Path) -> Option<FileKind> {
        let meta = fs::symlink_metadata(at(path)).ok()?;
        Some(kind_of(meta.file_type()))
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        fs::canonicalize(at(path)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_up_to_a_size_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "1234").unwrap();
        assert_eq!(Disk.read(&file, 4).as_deref(), Some(&b"1234"[..]));
        assert_eq!(Disk.read(&file, 3), None);
        assert_eq!(Disk.read(directory.path(), 99), None);
        assert_eq!(Disk.kind(&file), Some(FileKind::File));
        assert_eq!(Disk.kind(directory.path()), Some(FileKind::Directory));
        assert_eq!(Disk.list(directory.path(), 9).len(), 1);
        assert_eq!(Disk.list(directory.path(), 0).len(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert_eq!(Disk.kind(&pipe), Some(FileKind::Other));
        assert_eq!(Disk.read(&pipe, 99), None);
        std::os::unix::fs::symlink("pipe", directory.path().join("link")).unwrap();
        let link = directory.path().join("link");
        assert_eq!(Disk.entry(&link), Some(FileKind::Link));
        assert_eq!(Disk.read(&link, 99), None);
        assert_eq!(Disk.read(Path::new("/dev/zero"), 99), None);
    }
}
