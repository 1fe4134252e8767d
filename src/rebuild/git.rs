//! What the program `git` says of a repository: what changed since a commit, and in each of the last
//! ones.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why git does not say.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no such program.
    #[error("the program `git` is needed and not found")]
    Missing,
    /// It cannot be started.
    #[error("git: {0}")]
    Io(#[from] io::Error),
    /// The folder lies in no repository.
    #[error("{0} lies in no git repository")]
    NoRepository(String),
    /// There is no such commit.
    #[error("git knows no commit `{0}`")]
    UnknownCommit(String),
    /// It failed, and said this.
    #[error("git: {0}")]
    Failed(String),
}

/// A repository with a work tree.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The top of the work tree.
    pub root: PathBuf,
}

impl Repository {
    /// The repository that a folder lies in.
    pub fn of(folder: &Path) -> Result<Self, GitError> {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let output = git(folder, &["rev-parse", "--show-toplevel"]);
        match output {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let root = PathBuf::from(text.trim_end_matches(['\r', '\n']));
                Ok(Self { root })
            }
            Err(GitError::Failed(_)) => Err(GitError::NoRepository(folder.display().to_string())),
            Err(error) => Err(error),
        }
    }

    /// The full name of a commit.
    pub fn commit(&self, reference: &str) -> Result<String, GitError> {
        let wanted = format!("{reference}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ];
        match git(&self.root, &arguments) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).trim().to_owned()),
            Err(GitError::Failed(_)) => Err(GitError::UnknownCommit(reference.to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The paths that differ between a commit and the work tree, those that git does not track and
    /// does not ignore among them, as paths from the root.
    pub fn changed_since(&self, commit: &str) -> Result<Vec<String>, GitError> {
        let diff = [
            "diff",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "-z",
            commit,
            "--",
        ];
        let new = ["ls-files", "--others", "--exclude-standard", "-z"];
        // Each walks the work tree: together they take the time of one.
        let (changed, new) = std::thread::scope(|scope| {
            let changed = scope.spawn(|| git(&self.root, &diff));
            let new = git(&self.root, &new);
            let changed = changed.join().unwrap_or_else(|_| {
                Err(GitError::Failed(
                    "the comparison was interrupted".to_owned(),
                ))
            });
            (changed, new)
        });
        let mut paths = paths(&changed?);
        paths.extend(self::paths(&new?));
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// The paths that git tracks.
    pub fn tracked(&self) -> Result<Vec<String>, GitError> {
        Ok(paths(&git(&self.root, &["ls-files", "-z"])?))
    }

    /// The text of a file at a commit; nothing if it is not there.
    pub fn text_at(&self, commit: &str, path: &str) -> Option<String> {
        let object = format!("{commit}:{path}");
        let bytes = git(&self.root, &["cat-file", "blob", &object]).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The paths that each of the last commits changed against its first parent, the newest first.
    pub fn history(&self, commits: usize) -> Result<Vec<Vec<String>>, GitError> {
        let number = commits.to_string();
        let arguments = [
            "log",
            "--first-parent",
            "--diff-merges=first-parent",
            "--no-renames",
            "--no-ext-diff",
            "--name-only",
            "--format=%x01",
            "-z",
            "-n",
            &number,
        ];
        let bytes = git(&self.root, &arguments)?;
        let text = String::from_utf8_lossy(&bytes);
        let commits = text.split('\u{1}').skip(1);
        let split = |part: &str| {
            let paths = part.split('\0').map(|p| p.trim_start_matches('\n'));
            paths.filter(|p| !p.is_empty()).map(str::to_owned).collect()
        };
        Ok(commits.map(split).collect())
    }

    /// A path of the work tree as git names it.
    pub fn path_of(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(&self.root).ok()?;
        let parts = below.iter().map(|part| part.to_str());
        let parts: Option<Vec<&str>> = parts.collect();
        Some(parts?.join("/"))
    }
}

fn paths(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let paths = text.split('\0').filter(|path| !path.is_empty());
    paths.map(str::to_owned).collect()
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let output = Command::new("git")
        // What watches the files is a program that the repository's configuration names.
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => GitError::Missing,
        _ => GitError::Io(error),
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it failed and said nothing");
    Err(GitError::Failed(first.to_owned()))
}
