//! Files on disk: the one place below the configuration and the command line that opens any, and
//! the one way in which a file is read.
//!
//! A repository can carry a link to a device that never ends and a pipe that nobody writes to, so
//! a file that something else leads to is read only if it is a regular one, and only up to a size.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::directory::is_repository;
use super::files::{Entry, FileKind, Files};

/// Why a file is not read though the system would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is a device, a pipe, a socket.
    #[error("it is not a regular file")]
    Irregular,
    /// It has more bytes than are read.
    #[error("the file is too big")]
    TooBig,
    /// It was to be text.
    #[error("it is not UTF-8")]
    NotUtf8,
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        io::Error::other(refused)
    }
}

/// Reads a regular file of at most `most` bytes. Nothing else is even opened.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(match meta.is_dir() {
            // The system has a better word for it.
            true => io::ErrorKind::IsADirectory.into(),
            false => Refused::Irregular.into(),
        });
    }
    if meta.len() > most {
        return Err(Refused::TooBig.into());
    }
    read_to(File::open(path)?, meta.len(), most)
}

/// As [`read_regular`], of a file in UTF-8.
pub fn read_regular_text(path: &Path, most: u64) -> io::Result<String> {
    let bytes = read_regular(path, most)?;
    String::from_utf8(bytes).map_err(|_| Refused::NotUtf8.into())
}

/// Reads what a user names, at most `most` bytes of it: that may be a pipe, as `/dev/stdin` and
/// `<(…)` of a shell are.
pub fn read_named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > most {
        return Err(Refused::TooBig.into());
    }
    read_to(file, length, most)
}

/// Reads at most `most` bytes of a stream.
pub fn read_to(stream: impl Read, expected: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve(usize::try_from(expected.min(most)).unwrap_or_default())
        .map_err(|_| Refused::TooBig)?;
    // What a file says of its length need not be true: those of /proc have none.
    stream
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Refused::TooBig.into());
    }
    Ok(bytes)
}

/// What makes two paths the same file.
pub fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| absolute(path))
}

/// A path from the root, `.` and `..` resolved by the letter: links stay.
pub fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    // `absolute` refuses the empty path.
    let path = if path.as_os_str().is_empty() {
        std::env::current_dir().unwrap_or_default()
    } else {
        path
    };
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

/// A path as seen from the current folder, if it is below that.
pub fn nearer(path: &Path) -> &Path {
    let current = std::env::current_dir().ok();
    current
        .and_then(|current| path.strip_prefix(current).ok())
        .unwrap_or(path)
}

/// The root of the repository that a folder lies in.
pub fn repository(folder: &Path) -> Option<PathBuf> {
    let folder = canonical(folder)?;
    let root = folder.ancestors().find(|f| is_repository(&Disk, f))?;
    Some(root.to_path_buf())
}

/// Whether a path that stands in `folder`, or in a file there, leads out of what belongs to the
/// folder, through links or `..`. To it belongs its repository; without one the current folder,
/// if it lies in that; else the folder alone.
pub fn leads_out(folder: &Path, path: &Path) -> bool {
    let around = || canonical(Path::new(""));
    let bound = repository(folder).or_else(|| {
        let folder = canonical(folder)?;
        let around = around().filter(|around| folder.starts_with(around));
        Some(around.unwrap_or(folder))
    });
    match (bound, fs::canonicalize(path)) {
        (Some(bound), Ok(there)) => !there.starts_with(bound),
        // What is not there leads nowhere.
        _ => false,
    }
}

fn canonical(folder: &Path) -> Option<PathBuf> {
    fs::canonicalize(at(folder)).ok()
}

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
        read_regular(path, limit).ok()
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

    #[cfg(unix)]
    fn is_executable(&self, path: &Path) -> Option<bool> {
        use std::os::unix::fs::PermissionsExt;
        let meta = fs::metadata(path).ok()?;
        Some(meta.permissions().mode() & 0o111 != 0)
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        canonical(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: io::Result<Vec<u8>>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_up_to_a_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_regular(&path, 5).unwrap(), b"12345");
        assert_eq!(message(read_regular(&path, 4)), "the file is too big");
        assert_eq!(message(read_named(&path, 4)), "the file is too big");
        assert_eq!(
            message(read_to(io::repeat(b'x'), 0, 1000)),
            "the file is too big"
        );
        fs::write(&path, b"\xff").unwrap();
        let error = read_regular_text(&path, 5).unwrap_err();
        assert_eq!(error.to_string(), "it is not UTF-8");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zero");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert_eq!(message(read_regular(&path, 5)), "it is not a regular file");
        assert_eq!(message(read_named(&path, 5)), "the file is too big");
        assert!(read_regular(folder.path(), 5).is_err());
        // It says that it has no bytes.
        assert!(
            !read_regular(Path::new("/proc/self/status"), 1 << 20)
                .unwrap()
                .is_empty()
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_repository_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("repository/.git")).unwrap();
        fs::create_dir_all(at("repository/sub")).unwrap();
        fs::write(at("outside"), "").unwrap();
        fs::write(at("repository/inside"), "").unwrap();
        std::os::unix::fs::symlink(at("outside"), at("repository/sub/out")).unwrap();
        std::os::unix::fs::symlink("../inside", at("repository/sub/in")).unwrap();
        let sub = at("repository/sub");
        assert!(leads_out(&sub, &sub.join("out")));
        assert!(leads_out(&sub, &sub.join("../../outside")));
        assert!(!leads_out(&sub, &sub.join("in")));
        assert!(!leads_out(&sub, &sub.join("gone")));
        assert_eq!(repository(&sub), fs::canonicalize(at("repository")).ok());
        assert_eq!(repository(folder.path()), None);
    }

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
