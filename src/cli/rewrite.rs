//! Putting new text into a file, and showing how it differs.

use std::io::{self, Write};
use std::path::Path;

use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use crate::emit::terminal::{Style, Terminal};

/// Replaces what is in a file: at once, so that nobody ever reads half of it. Links stay links,
/// and permissions and owner stay.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link to the file itself, which is what is replaced.
    let target = std::fs::canonicalize(path)?;
    let meta = std::fs::metadata(&target)?;
    if meta.permissions().readonly() {
        return Err(io::Error::other("the file is read-only"));
    }
    match replace_by_rename(&target, &meta, bytes) {
        Ok(()) => Ok(()),
        // The folder may be closed, or the file a mount point: then its content is replaced.
        Err(_) => std::fs::write(&target, bytes),
    }
}

fn replace_by_rename(target: &Path, meta: &std::fs::Metadata, bytes: &[u8]) -> io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".dlint-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if meta.nlink() > 1 {
            // Another name of the file would keep the old text.
            return Err(io::Error::other("the file has several names"));
        }
        let own = file.as_file().metadata()?;
        if (own.uid(), own.gid()) != (meta.uid(), meta.gid()) {
            std::os::unix::fs::fchown(file.as_file(), Some(meta.uid()), Some(meta.gid()))?;
        }
    }
    // After the owner: changing that takes special bits away.
    file.as_file().set_permissions(meta.permissions())?;
    file.persist(target)?;
    Ok(())
}

/// Writes a unified diff, byte for byte.
pub(super) fn diff(
    path: &Path,
    before: &[u8],
    after: &[u8],
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let old: Vec<&[u8]> = before.split_inclusive(|b| *b == b'\n').collect();
    let new: Vec<&[u8]> = after.split_inclusive(|b| *b == b'\n').collect();
    let path = path.to_string_lossy();
    writeln!(
        out,
        "{}",
        terminal.paint(Style::Bold, &format!("--- {path}"))
    )?;
    writeln!(
        out,
        "{}",
        terminal.paint(Style::Bold, &format!("+++ {path}"))
    )?;
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    for group in group_diff_ops(operations, 3) {
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
            out.write_all(body)?;
            out.write_all(if style.is_some() { b"\x1b[0m\n" } else { b"\n" })?;
            if body.len() == line.len() {
                out.write_all(b"\\ No newline at end of file\n")?;
            }
        }
    }
    Ok(())
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
        diff(
            Path::new("f"),
            before.as_bytes(),
            after.as_bytes(),
            &terminal,
            &mut out,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
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
        assert_eq!(shown("", "a\n"), "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n");
    }
}
