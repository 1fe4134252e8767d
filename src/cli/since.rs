//! What files were at a commit of git, asked of the program `git`.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Trouble;
use crate::context::disk;
use crate::span::Source;

/// What a file was.
pub(super) enum Before {
    /// There was none.
    Nothing,
    /// What it is.
    Same,
    /// That.
    Text(Vec<u8>),
}

/// What the files of a run were.
pub(super) struct Since {
    files: HashMap<PathBuf, Before>,
}

impl Since {
    /// What some files were where the current branch parted from a commit.
    pub(super) fn of(reference: &str, paths: &[&Path]) -> Result<Self, Trouble> {
        let mut by_root: HashMap<PathBuf, Vec<&Path>> = HashMap::new();
        let mut roots: HashMap<PathBuf, Option<PathBuf>> = HashMap::new();
        let mut files = HashMap::new();
        for path in paths {
            let folder = disk::absolute(path.parent().unwrap_or(Path::new("")));
            let root = roots
                .entry(folder.clone())
                .or_insert_with(|| disk::repository(&folder));
            match root {
                Some(root) => by_root.entry(root.clone()).or_default().push(path),
                None => {
                    let path = path.display();
                    return Err(Trouble::usage(format!(
                        "--since: {path} is in no repository of git"
                    )));
                }
            }
        }
        let mut by_root: Vec<_> = by_root.into_iter().collect();
        by_root.sort();
        if by_root.is_empty() {
            // The name is wrong all the same.
            if let Some(root) = disk::repository(&disk::absolute(Path::new(""))) {
                Repository::at(&root, reference)?;
            }
        }
        for (root, paths) in by_root {
            let repository = Repository::at(&root, reference)?;
            files.extend(repository.before(&paths)?);
        }
        Ok(Self { files })
    }

    pub(super) fn before(&self, path: &Path) -> &Before {
        self.files.get(path).unwrap_or(&Before::Nothing)
    }
}

/// A commit of a repository.
struct Repository {
    root: PathBuf,
    commit: String,
}

impl Repository {
    fn at(root: &Path, reference: &str) -> Result<Self, Trouble> {
        let unknown = || Trouble::Usage {
            message: format!("--since: git knows no commit `{reference}`"),
            help: Some("in a shallow clone, fetch it first: `git fetch --unshallow`".to_owned()),
        };
        // Whatever it is called, it is no option.
        if reference.is_empty() || reference.starts_with('-') || reference.contains('\0') {
            return Err(unknown());
        }
        let own = Self {
            root: root.to_path_buf(),
            commit: String::new(),
        };
        let name = format!("{reference}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ];
        let (succeeds, text) = own.git(&arguments)?;
        let wanted = hash_in(&text).filter(|_| succeeds).ok_or_else(unknown)?;
        // What happened on the other branch meanwhile is not of this one.
        let (succeeds, text) = own.git(&["merge-base", &wanted, "HEAD"])?;
        let parted = hash_in(&text).filter(|_| succeeds);
        Ok(Self {
            commit: parted.unwrap_or(wanted),
            ..own
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.root)
            // No program of the repository's choice runs.
            .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn git(&self, arguments: &[&str]) -> Result<(bool, Vec<u8>), Trouble> {
        let output = self.command().args(arguments).output();
        let output = output.map_err(|e| no_git(&e))?;
        Ok((output.status.success(), output.stdout))
    }

    /// The names that files had before they were moved.
    fn renamed(&self) -> Result<HashMap<Vec<u8>, Vec<u8>>, Trouble> {
        let (succeeds, text) = self.git(&[
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--name-status",
            "--find-renames",
            "--diff-filter=R",
            "-z",
            &self.commit,
            "--",
        ])?;
        if !succeeds {
            return Err(Trouble::usage("--since: `git diff` failed"));
        }
        let mut names = HashMap::new();
        let mut parts = text.split(|b| *b == 0);
        while let (Some(status), Some(from), Some(to)) = (parts.next(), parts.next(), parts.next())
        {
            if status.starts_with(b"R") {
                names.insert(to.to_vec(), from.to_vec());
            }
        }
        Ok(names)
    }

    fn before(&self, paths: &[&Path]) -> Result<Vec<(PathBuf, Before)>, Trouble> {
        let renamed = self.renamed()?;
        let mut child = self
            .command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| no_git(&e))?;
        let failed = || Trouble::usage("--since: `git cat-file` failed");
        let mut input = child.stdin.take().ok_or_else(failed)?;
        let mut output = BufReader::new(child.stdout.take().ok_or_else(failed)?);
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let name = crate::baseline::path_from(&self.root, &disk::absolute(path));
            let name = renamed
                .get(name.as_bytes())
                .cloned()
                .unwrap_or_else(|| name.into_bytes());
            let mut before = Before::Nothing;
            if !name.contains(&b'\n') {
                let mut line = format!("{}:", self.commit).into_bytes();
                line.extend(&name);
                line.push(b'\n');
                let asked = input.write_all(&line).and_then(|()| input.flush());
                asked.map_err(|_| failed())?;
                if let Some(text) = answer(&mut output).map_err(|_| failed())? {
                    let now = disk::read_named(path, Source::MAX_BYTES as u64);
                    before = match now {
                        Ok(now) if now == text => Before::Same,
                        _ => Before::Text(text),
                    };
                }
            }
            files.push(((*path).to_path_buf(), before));
        }
        drop(input);
        let _ = child.wait();
        Ok(files)
    }
}

fn no_git(error: &std::io::Error) -> Trouble {
    let reason = crate::discover::reason(error);
    Trouble::usage(format!("--since asks the program `git`: {reason}"))
}

/// A hash that git printed.
fn hash_in(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let is_hash = text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_hash.then(|| text.to_owned())
}

/// What `git cat-file --batch` says of one name: the bytes, if it is a file.
fn answer(output: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    output.read_line(&mut head)?;
    let mut words = head.trim_end().rsplit(' ');
    let (size, kind) = (words.next(), words.next());
    let Some(size) = size.and_then(|s| s.parse::<u64>().ok()) else {
        // `… missing`.
        return Ok(None);
    };
    let mut bytes = Vec::new();
    output.by_ref().take(size).read_to_end(&mut bytes)?;
    let mut end = [0];
    output.read_exact(&mut end)?;
    Ok((kind == Some("blob")).then_some(bytes))
}

/// The 1-based lines of a text that differ from an older one.
pub(super) fn changed_lines(before: &[u8], after: &[u8]) -> BTreeSet<u32> {
    // Whoever checks out with other line ends changed nothing.
    fn lines(text: &[u8]) -> Vec<&[u8]> {
        let lines = text.split(|b| *b == b'\n');
        lines.map(|l| l.strip_suffix(b"\r").unwrap_or(l)).collect()
    }
    let (before, after) = (lines(before), lines(after));
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    let mut changed = BTreeSet::new();
    for op in ops {
        if !matches!(op, DiffOp::Equal { .. }) {
            changed.extend(op.new_range().map(|line| line as u32 + 1));
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_those_that_were_not_there() {
        let changed = |a: &str, b: &str| -> Vec<u32> {
            let lines = changed_lines(a.as_bytes(), b.as_bytes());
            lines.into_iter().collect()
        };
        assert_eq!(changed("a\nb\nc\n", "a\nx\nc\n"), [2]);
        assert_eq!(changed("a\nc\n", "a\nb\nc\n"), [2]);
        assert_eq!(changed("a\nb\nc\n", "a\nc\n"), [0; 0]);
        assert_eq!(changed("a\r\nb\r\n", "a\nb\n"), [0; 0]);
    }

    #[test]
    fn gits_answers_are_read() {
        let mut text: &[u8] = b"0123 blob 3\na\nb\nx:none missing\n4567 tree 1\nt\n";
        assert_eq!(answer(&mut text).unwrap().as_deref(), Some(&b"a\nb"[..]));
        assert_eq!(answer(&mut text).unwrap(), None);
        assert_eq!(answer(&mut text).unwrap(), None);
        assert!(text.is_empty());
    }
}
