//! Public sources: a directory, a git directory, or an address that is cloned.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;

/// The files of a source.
#[derive(Debug)]
pub enum Tree {
    /// A directory as it is.
    Directory(PathBuf),
    /// The newest commit of a git directory.
    Git(PathBuf),
}

impl Tree {
    /// Opens a place; an address is cloned below `target/`.
    pub fn open(place: &str) -> Result<Tree, Error> {
        if place.contains("://") {
            let name: String = place
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            let to = super::root().join("target/refresh").join(name);
            if to.exists() {
                git(
                    &to,
                    &[
                        "fetch",
                        "--quiet",
                        "--depth=1",
                        "origin",
                        "+HEAD:refs/heads/newest",
                    ],
                )?;
                git(&to, &["symbolic-ref", "HEAD", "refs/heads/newest"])?;
            } else {
                let to = to.to_string_lossy();
                run(Command::new("git").args([
                    "clone",
                    "--quiet",
                    "--bare",
                    "--depth=1",
                    place,
                    &to,
                ]))?;
            }
            return Ok(Tree::Git(to));
        }
        let path = Path::new(place);
        if path.join("HEAD").is_file() {
            Ok(Tree::Git(path.to_owned()))
        } else if path.join(".git").is_dir() {
            Ok(Tree::Git(path.join(".git")))
        } else if path.is_dir() {
            Ok(Tree::Directory(path.to_owned()))
        } else {
            Err(Error::Usage(format!(
                "`{place}` is no directory and no address"
            )))
        }
    }

    /// The text of a file; `None` if there is none.
    pub fn read(&self, path: &str) -> Option<String> {
        match self {
            Tree::Directory(root) => std::fs::read_to_string(root.join(path)).ok(),
            Tree::Git(repository) => git(repository, &["show", &format!("HEAD:{path}")]).ok(),
        }
    }

    /// The names of the files in a folder, sorted.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = match self {
            Tree::Directory(root) => {
                let path = root.join(folder);
                let entries = std::fs::read_dir(&path)
                    .map_err(|e| Error::Io(path.to_string_lossy().into_owned(), e))?;
                let names = entries.flatten().map(|e| e.file_name());
                names.map(|n| n.to_string_lossy().into_owned()).collect()
            }
            Tree::Git(repository) => {
                let folder = format!("HEAD:{folder}");
                let listed = git(repository, &["ls-tree", "--name-only", &folder])?;
                listed.lines().map(str::to_owned).collect()
            }
        };
        names.sort_unstable();
        Ok(names)
    }

    /// `1a2b3c of 2026-01-02`, if the source has commits.
    pub fn commit(&self) -> Result<Option<String>, Error> {
        match self {
            Tree::Directory(_) => Ok(None),
            Tree::Git(repository) => {
                let shown = git(
                    repository,
                    &["log", "-1", "--abbrev=9", "--format=%h of %cs"],
                )?;
                Ok(Some(shown.trim().to_owned()))
            }
        }
    }

    /// The day of the commit.
    pub fn day(&self) -> Result<Option<String>, Error> {
        let commit = self.commit()?;
        Ok(commit.and_then(|c| c.rsplit_once(' ').map(|(_, day)| day.to_owned())))
    }
}

fn git(repository: &Path, arguments: &[&str]) -> Result<String, Error> {
    run(Command::new("git")
        .arg("--git-dir")
        .arg(repository)
        .args(arguments))
}

fn run(command: &mut Command) -> Result<String, Error> {
    let shown = format!("{command:?}");
    let output = command
        .output()
        .map_err(|e| Error::Command(shown.clone(), e.to_string()))?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Command(shown, problem));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
