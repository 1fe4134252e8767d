//! Putting new text into a file, and showing how it differs.

use std::borrow::Cow;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use crate::context::disk;
use crate::emit::terminal::{Style, Terminal};
use crate::emit::{self, Secrets};

/// Replaces what is in a file, which has to be `before` still: at once, so that nobody ever reads
/// half of it. Links stay links, and permissions, owner and extended attributes stay.
///
/// Whatever goes wrong, either the old text or the new one is in the file: on a full disk the old.
pub(super) fn replace(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    // Through a link to the file itself, which is what is replaced.
    let target = std::fs::canonicalize(path)?;
    let meta = std::fs::metadata(&target)?;
    if meta.permissions().readonly() {
        return Err(io::Error::other("the file is read-only"));
    }
    match replace_by_rename(&target, &meta, before, after) {
        Err(Stop::Fails(error)) => Err(error),
        Err(Stop::InPlace) => replace_in_place(&target, before, after),
        Ok(()) => Ok(()),
    }
}

/// Why a file cannot be replaced by another one.
enum Stop {
    /// That way is closed, not the file itself.
    InPlace,
    /// Something that another way would not cure.
    Fails(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Fails(error)
    }
}

/// What the system says where a file may not be put beside another or in its place, though the
/// file itself may be written: the folder is closed, or the file is a mount point.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::ResourceBusy
            | io::ErrorKind::CrossesDevices
            | io::ErrorKind::Unsupported
    )
}

fn closed(error: io::Error) -> Stop {
    if is_closed(&error) {
        Stop::InPlace
    } else {
        Stop::Fails(error)
    }
}

fn replace_by_rename(
    target: &Path,
    meta: &std::fs::Metadata,
    before: &[u8],
    after: &[u8],
) -> Result<(), Stop> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if meta.nlink() > 1 {
            // Another name of the file would keep the old text.
            return Err(Stop::InPlace);
        }
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".dlint-")
        .tempfile_in(folder)
        .map_err(closed)?;
    file.write_all(after)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = file.as_file().metadata()?;
        if (own.uid(), own.gid()) != (meta.uid(), meta.gid()) {
            std::os::unix::fs::fchown(file.as_file(), Some(meta.uid()), Some(meta.gid()))
                .map_err(closed)?;
        }
    }
    // After the owner: changing that takes special bits away.
    file.as_file().set_permissions(meta.permissions())?;
    // After the permissions: those change access control lists.
    #[cfg(unix)]
    if copy_attributes(target, file.as_file()).is_err() {
        // The file itself has them.
        return Err(Stop::InPlace);
    }
    // Names may reach the disk before texts do.
    file.as_file().sync_all()?;
    compare(&mut std::fs::File::open(target)?, before)?;
    file.persist(target).map_err(|e| closed(e.error))?;
    Ok(())
}

/// Gives a file the extended attributes of another, access control lists among them.
#[cfg(unix)]
fn copy_attributes(from: &Path, to: &std::fs::File) -> io::Result<()> {
    use xattr::FileExt;
    let names = match xattr::list(from) {
        Ok(names) => names,
        // The disk knows none.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(()),
        Err(error) => return Err(error),
    };
    for name in names {
        let Some(value) = xattr::get(from, &name)? else {
            continue;
        };
        if to.get_xattr(&name)?.as_ref() != Some(&value) {
            to.set_xattr(&name, &value)?;
        }
    }
    Ok(())
}

/// Makes sure that a file still holds what was linted.
fn compare(file: &mut std::fs::File, before: &[u8]) -> io::Result<()> {
    let length = before.len() as u64;
    let same = file.metadata()?.len() == length
        && disk::read_to(file, length, length).is_ok_and(|now| now == before);
    if same {
        Ok(())
    } else {
        Err(io::Error::other(
            "the file was changed while it was linted; it is left as it is",
        ))
    }
}

/// Writes over a file. The new text is put behind the old one first: once it is on the disk,
/// there is room for it, and both are there until the new one is in its place.
fn replace_in_place(target: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(target)?;
    compare(&mut file, before)?;
    let old = before.len() as u64;
    file.seek(SeekFrom::Start(old))?;
    let behind = file.write_all(after).and_then(|()| file.sync_all());
    if let Err(error) = behind {
        file.set_len(old)?;
        return Err(error);
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(after)?;
    file.set_len(after.len() as u64)?;
    file.sync_all()
}

/// How a file differs from what it was.
pub(super) struct Difference<'a> {
    path: &'a Path,
    before: Cow<'a, [u8]>,
    after: Cow<'a, [u8]>,
    operations: Vec<DiffOp>,
}

impl<'a> Difference<'a> {
    pub(super) fn new(path: &'a Path, before: &'a [u8], after: &'a [u8]) -> Self {
        Self {
            operations: capture_diff_slices(Algorithm::Myers, &lines(before), &lines(after)),
            path,
            before: before.into(),
            after: after.into(),
        }
    }

    /// The same with every secret masked. No line moves, so the operations stay.
    pub(super) fn without_secrets(self) -> Self {
        let secrets = {
            let texts = [&self.before, &self.after].map(|t| String::from_utf8_lossy(t));
            Secrets::of(texts.iter().map(AsRef::as_ref))
        };
        Self {
            before: masked(&secrets, self.before),
            after: masked(&secrets, self.after),
            ..self
        }
    }

    /// Whether a secret is masked in it.
    pub(super) fn is_masked(&self) -> bool {
        matches!(self.before, Cow::Owned(_)) || matches!(self.after, Cow::Owned(_))
    }

    /// Writes a unified diff: byte for byte if `exact`, else with what a terminal or a CI service
    /// would obey made harmless.
    pub(super) fn write(
        &self,
        terminal: &Terminal,
        exact: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let old = lines(&self.before);
        let new = lines(&self.after);
        let path = emit::one_line(&self.path.to_string_lossy()).into_owned();
        for sign in ["---", "+++"] {
            let head = terminal.paint(Style::Bold, &format!("{sign} {path}"));
            writeln!(out, "{head}")?;
        }
        for group in group_diff_ops(self.operations.clone(), 3) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else {
                continue;
            };
            let old_range = first.old_range().start..last.old_range().end;
            let new_range = first.new_range().start..last.new_range().end;
            let head = format!("@@ -{} +{} @@", range(&old_range), range(&new_range));
            writeln!(out, "{}", terminal.paint(Style::Hunk, &head))?;
            for change in group
                .iter()
                .flat_map(|o: &DiffOp| o.iter_changes(&old, &new))
            {
                let (sign, style) = match change.tag() {
                    ChangeTag::Equal => (b' ', None),
                    ChangeTag::Delete => (b'-', Some("\u{1b}[31m")),
                    ChangeTag::Insert => (b'+', Some("\u{1b}[32m")),
                };
                let line: &[u8] = change.value();
                let body = line.strip_suffix(b"\n").unwrap_or(line);
                let style = style.filter(|_| terminal.color);
                out.write_all(style.unwrap_or_default().as_bytes())?;
                out.write_all(&[sign])?;
                if exact {
                    out.write_all(body)?;
                } else {
                    out.write_all(&harmless(body, terminal))?;
                }
                out.write_all(if style.is_some() { b"\x1b[0m\n" } else { b"\n" })?;
                if body.len() == line.len() {
                    out.write_all(b"\\ No newline at end of file\n")?;
                }
            }
        }
        Ok(())
    }
}

fn masked<'a>(secrets: &Secrets, text: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
    match secrets.mask_bytes(&text) {
        Cow::Owned(masked) => masked.into(),
        Cow::Borrowed(_) => text,
    }
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|b| *b == b'\n').collect()
}

/// A line whose text commands nothing. Bytes that are no text stay for `patch` to read; only a
/// terminal does not get them.
fn harmless(line: &[u8], terminal: &Terminal) -> Vec<u8> {
    let (text, end) = match line.strip_suffix(b"\r") {
        Some(text) => (text, b"\r".as_slice()),
        None => (line, b"".as_slice()),
    };
    let mut out = Vec::with_capacity(line.len());
    for chunk in text.utf8_chunks() {
        out.extend_from_slice(emit::printable(chunk.valid()).as_bytes());
        match chunk.invalid() {
            [] => {}
            _ if terminal.is_tty => out.extend_from_slice("\u{fffd}".as_bytes()),
            bytes => out.extend_from_slice(bytes),
        }
    }
    out.extend_from_slice(end);
    out
}

/// Start and length as `diff -u` writes them.
fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        n => format!("{},{n}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let mut out = Vec::new();
        let terminal = Terminal::plain();
        Difference::new(Path::new("f"), before.as_bytes(), after.as_bytes())
            .without_secrets()
            .write(&terminal, false, &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_edit_made_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for edit in ["edited", "old text, longer", "olt"] {
            std::fs::write(&path, edit).unwrap();
            let error = replace(&path, b"old", b"new").unwrap_err();
            assert!(error.to_string().contains("was changed"), "{error}");
            assert!(replace_in_place(&path, b"old", b"new").is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), edit);
        }
        for new in ["n", "new text, longer", ""] {
            std::fs::write(&path, "old").unwrap();
            replace_in_place(&path, b"old", new.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), new);
        }
    }

    #[test]
    fn a_diff_is_what_patch_reads() {
        assert_eq!(
            shown("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n"
        );
        assert_eq!(
            shown("a", "a\nb\n"),
            "--- f\n+++ f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"
        );
        assert_eq!(
            shown("\x1b[1m\r\n::error::x\n", "##[error]y\n::error::x\n"),
            "--- f\n+++ f\n@@ -1,2 +1,2 @@\n-\u{fffd}[1m\r\n+#\u{fffd}[error]y\n \u{fffd}:error::x\n"
        );
        assert_eq!(shown("", "a\n"), "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n");
    }
}
