//! The directory of a build context, read as little as possible.

use std::fs;
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Build, IgnoreFile};
use crate::text::edit_distance;

/// How many directories above the Dockerfile are tried as the context.
const MAX_PARENTS: usize = 6;
/// How many entries of a directory are compared with a name.
const MAX_ENTRIES: usize = 1000;
/// How many entries of a directory are compared with a pattern, and how many paths one may mean.
const MAX_MATCHES: usize = 1_000_000;
/// The largest ignore file that is read.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// A directory that is sent to the builder.
#[derive(Debug, Clone)]
pub struct BuildContext {
    /// The directory.
    pub root: PathBuf,
    /// Who says so.
    pub origin: ContextOrigin,
    /// The ignore file in force, if there is one.
    pub ignore_path: Option<PathBuf>,
    ignore: IgnoreFile,
}

/// Who says which directory the context is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextOrigin {
    /// The user.
    Stated,
    /// Nobody: it is the Dockerfile's directory or one above it, and what the file copies is
    /// there.
    Guessed,
}

impl BuildContext {
    /// The context of a Dockerfile: the one `build` states, else the nearest directory from the
    /// Dockerfile's upwards, within its repository, in which every one of `sources` is. Without
    /// sources nothing can be guessed but the Dockerfile's own directory, and that only if it
    /// looks like a project. A Dockerfile that is no file on disk has no context.
    pub fn of(dockerfile: &Path, build: &Build, sources: &[String]) -> Option<Self> {
        if let Some(root) = &build.context {
            return root
                .is_dir()
                .then(|| Self::at(root.clone(), dockerfile, ContextOrigin::Stated));
        }
        let start = directory_of(dockerfile)?;
        for directory in start.ancestors().take(MAX_PARENTS) {
            let guess = Self::at(directory.to_owned(), dockerfile, ContextOrigin::Guessed);
            if guess.is_plausible(sources) {
                return Some(guess);
            }
            if sources.is_empty() || directory.join(".git").exists() {
                break;
            }
        }
        None
    }

    /// The directory of a Dockerfile as a context that nothing speaks for.
    pub fn beside(dockerfile: &Path) -> Option<Self> {
        let start = directory_of(dockerfile)?;
        Some(Self::at(start, dockerfile, ContextOrigin::Guessed))
    }

    fn at(root: PathBuf, dockerfile: &Path, origin: ContextOrigin) -> Self {
        let mut own = dockerfile.as_os_str().to_owned();
        own.push(".dockerignore");
        let candidates = [PathBuf::from(own), root.join(".dockerignore")];
        let ignore_path = candidates.into_iter().find(|p| p.is_file());
        let ignore = ignore_path
            .as_ref()
            .filter(|p| fs::metadata(p).is_ok_and(|m| m.len() <= MAX_IGNORE_BYTES))
            .and_then(|p| fs::read(p).ok())
            .map(|bytes| IgnoreFile::parse(&String::from_utf8_lossy(&bytes)))
            .unwrap_or_default();
        Self {
            root,
            origin,
            ignore_path,
            ignore,
        }
    }

    /// Whether the file can have been built with this context: it was stated, or every one of
    /// the paths it copies is there. Without any, the directory must look like a project.
    pub fn is_plausible(&self, sources: &[String]) -> bool {
        if self.origin == ContextOrigin::Stated {
            return true;
        }
        match sources.is_empty() {
            true => self.is_project(),
            false => sources.iter().all(|s| self.exists(s)),
        }
    }

    /// Whether the directory has an ignore file, a repository or a project's manifest in it.
    fn is_project(&self) -> bool {
        const MARKS: [&str; 16] = [
            ".git",
            "package.json",
            "pyproject.toml",
            "requirements.txt",
            "setup.py",
            "Pipfile",
            "go.mod",
            "Cargo.toml",
            "pom.xml",
            "build.gradle",
            "build.gradle.kts",
            "Gemfile",
            "composer.json",
            "mix.exs",
            "Makefile",
            "CMakeLists.txt",
        ];
        self.ignore_path.is_some() || MARKS.iter().any(|m| self.root.join(m).exists())
    }

    /// The ignore file's patterns; none if there is no ignore file.
    pub fn ignore(&self) -> &IgnoreFile {
        &self.ignore
    }

    /// Whether a path of the context is left out of it.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.ignore.leaves_out(path)
    }

    /// Whether something of that path lies in the directory, left out or not. Paths are taken
    /// from the context's root, as COPY takes them; `*` and the like match names.
    ///
    /// Of what lies behind a link out of the context nobody here can say anything: it counts as
    /// there.
    pub fn exists(&self, path: &str) -> bool {
        self.leads_out(&normal_parts(path)) || !self.find(path).is_empty()
    }

    /// Whether a directory on the way to a path is a link out of the context.
    fn leads_out(&self, parts: &[&str]) -> bool {
        let mut place = self.root.clone();
        let folders = parts.split_last().map_or(parts, |(_, folders)| folders);
        folders.iter().any(|part| {
            place.push(part);
            is_link(&place) && !self.holds(&place)
        })
    }

    /// Whether a link leads to something in the context.
    fn holds(&self, link: &Path) -> bool {
        let root = fs::canonicalize(&self.root);
        let there = fs::canonicalize(link);
        matches!((root, there), (Ok(root), Ok(there)) if there.starts_with(&root))
    }

    /// The paths in the directory that a path with `*` and the like in it means, sorted, left out
    /// of the context or not.
    pub fn find(&self, path: &str) -> Vec<String> {
        let parts = normal_parts(path);
        if parts.iter().all(|p| !p.contains(['*', '?', '[', '\\'])) {
            if self.leads_out(&parts) {
                return Vec::new();
            }
            return match fs::symlink_metadata(self.place(&parts)) {
                Ok(_) => vec![parts.join("/")],
                Err(_) => Vec::new(),
            };
        }
        let mut open = vec![self.root.clone()];
        for part in &parts {
            open = open
                .iter()
                .filter(|d| !is_link(d) || self.holds(d))
                .flat_map(|d| children_matching(d, part))
                .take(MAX_MATCHES)
                .collect();
        }
        let mut found: Vec<String> = open
            .iter()
            .filter_map(|p| relative(&self.root, p))
            .collect();
        found.sort();
        found
    }

    /// Whether the repository leaves a path out of version control: what is missing there is made
    /// by something that ran before.
    pub fn is_made(&self, path: &str) -> bool {
        let Ok(root) = fs::canonicalize(&self.root) else {
            return false;
        };
        let parts = normal_parts(path);
        let mut place = root.clone();
        place.extend(&parts);
        for directory in place.ancestors().skip(1) {
            let file = directory.join(".gitignore");
            if file.is_file() {
                let mut builder = GitignoreBuilder::new(directory);
                builder.add(file);
                // It is missing, so nobody can say whether it is a directory.
                let matches = |i: &Gitignore, is_dir| {
                    i.matched_path_or_any_parents(&place, is_dir).is_ignore()
                };
                if builder
                    .build()
                    .is_ok_and(|i| matches(&i, false) || matches(&i, true))
                {
                    return true;
                }
            }
            if directory.join(".git").exists() {
                break;
            }
        }
        false
    }

    /// The name in the same directory that is nearest to a missing one, as a path of the context.
    pub fn nearest(&self, path: &str) -> Option<String> {
        let mut parts = normal_parts(path);
        let name = parts.pop()?;
        let entries = fs::read_dir(self.place(&parts)).ok()?;
        let names = entries
            .take(MAX_ENTRIES)
            .filter_map(|e| e.ok()?.file_name().into_string().ok());
        let (_, near) = names
            .map(|n| (edit_distance(&n.to_lowercase(), &name.to_lowercase()), n))
            .filter(|(d, _)| *d <= name.len() / 4)
            .min()?;
        parts.push(&near);
        Some(parts.join("/"))
    }

    /// Whether a directory of that path lies in the directory itself, not behind a link.
    pub fn is_directory(&self, path: &str) -> bool {
        fs::symlink_metadata(self.place(&normal_parts(path))).is_ok_and(|m| m.is_dir())
    }

    fn place(&self, parts: &[&str]) -> PathBuf {
        let mut place = self.root.clone();
        place.extend(parts);
        place
    }

    /// The paths of the context whose last part is one of these names, sorted; what lies within
    /// them does not count. At most `limit` entries of the tree, down to `depth` directories, are
    /// looked at. Directories that are wholly left out are not entered, links not followed.
    pub fn named(&self, names: &[&str], depth: usize, limit: usize) -> Vec<String> {
        let mut walk = walkdir::WalkDir::new(&self.root)
            .min_depth(1)
            .max_depth(depth)
            .into_iter();
        let mut found = Vec::new();
        for _ in 0..limit {
            let Some(entry) = walk.next() else { break };
            let Ok(entry) = entry else { continue };
            let Some(path) = relative(&self.root, entry.path()) else {
                continue;
            };
            let is_named = entry
                .file_name()
                .to_str()
                .is_some_and(|n| names.contains(&n));
            if entry.file_type().is_dir() && (is_named || self.ignore.ignores_all_of(&path)) {
                walk.skip_current_dir();
            }
            if is_named && !self.is_ignored(&path) {
                found.push(path);
            }
        }
        found.sort();
        found
    }
}

/// The nearest ignore file for a Dockerfile: its own, or a `.dockerignore` in its directory or
/// one above it within the repository. For contexts that are not known.
pub(crate) fn any_ignore_file(dockerfile: &Path) -> Option<PathBuf> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    let own = PathBuf::from(own);
    if own.is_file() {
        return Some(own);
    }
    let parent = match dockerfile.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return None,
    };
    let start = fs::canonicalize(parent).ok()?;
    for directory in start.ancestors().take(MAX_PARENTS) {
        let file = directory.join(".dockerignore");
        if file.is_file() {
            return Some(file);
        }
        if directory.join(".git").exists() {
            break;
        }
    }
    None
}

/// The directory of a Dockerfile on disk. Relative paths end at `.`, but the directories above are
/// tried too.
fn directory_of(dockerfile: &Path) -> Option<PathBuf> {
    if !dockerfile.is_file() {
        return None;
    }
    let parent = dockerfile.parent()?;
    let is_here = parent.as_os_str().is_empty();
    fs::canonicalize(if is_here { Path::new(".") } else { parent }).ok()
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink())
}

fn children_matching(directory: &Path, pattern: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .take(MAX_MATCHES)
        .filter(|e| {
            e.file_name()
                .to_str()
                .is_some_and(|n| super::ignore_file::matches_segment(pattern, n) == Some(true))
        })
        .map(|e| e.path())
        .collect()
}

/// The parts of a path, without `.` and `..`: never above the root.
pub(crate) fn normal_parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .strip_prefix(root)
        .ok()?
        .components()
        .map(|c| match c {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let path = parts?.join("/");
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn the_files_own_ignore_file_comes_first() {
        let at = project(&[
            ("app.Dockerfile", ""),
            ("app.Dockerfile.dockerignore", "b"),
            (".dockerignore", "a"),
            ("package.json", ""),
        ]);
        let file = at.path().join("app.Dockerfile");
        let context = BuildContext::of(&file, &Build::default(), &[]).unwrap();
        assert!(context.is_ignored("b"));
        assert!(!context.is_ignored("a"));
    }

    #[test]
    fn a_directory_above_is_the_context_if_the_sources_are_there() {
        let at = project(&[
            (".git/HEAD", ""),
            ("docker/Dockerfile", ""),
            ("package.json", ""),
            ("src/a.js", ""),
        ]);
        let file = at.path().join("docker/Dockerfile");
        let build = Build::default();
        let sources = strings(&["package*.json", "./src/"]);
        let context = BuildContext::of(&file, &build, &sources).unwrap();
        assert_eq!(context.root, fs::canonicalize(at.path()).unwrap());
        assert_eq!(context.origin, ContextOrigin::Guessed);
        // Nothing fits: no context.
        assert!(BuildContext::of(&file, &build, &strings(&["gone"])).is_none());
        // Nothing to go by, and no project beside the file: no context.
        assert!(BuildContext::of(&file, &build, &[]).is_none());
    }

    #[test]
    fn a_stated_context_is_believed() {
        let at = project(&[("d/Dockerfile", ""), ("c/x", ""), ("c/.dockerignore", "x")]);
        let build = Build {
            context: Some(at.path().join("c")),
            ..Build::default()
        };
        let file = at.path().join("d/Dockerfile");
        let context = BuildContext::of(&file, &build, &strings(&["gone"])).unwrap();
        assert!(context.is_ignored("x"));
        assert!(context.exists("x"));
        assert!(context.exists("../../x"), "never above the root");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_out_of_the_context() {
        let at = project(&[
            ("context/Dockerfile", ""),
            ("context/in/x", ""),
            ("out/x", ""),
        ]);
        let root = at.path().join("context");
        std::os::unix::fs::symlink(at.path().join("out"), root.join("away")).unwrap();
        std::os::unix::fs::symlink("in", root.join("here")).unwrap();
        let build = Build {
            context: Some(root),
            ..Build::default()
        };
        let context = BuildContext::of(Path::new("Dockerfile"), &build, &[]).unwrap();
        assert_eq!(context.find("*/x"), ["here/x", "in/x"]);
        assert!(context.find("away/x").is_empty());
        // Nobody knows what is there.
        assert!(context.exists("away/x") && context.exists("away/y"));
        assert!(context.exists("here/x") && !context.exists("here/y"));
    }

    #[test]
    fn a_pattern_is_compared_with_every_name() {
        let at = project(&[("Dockerfile", "")]);
        for number in 0..12_000 {
            fs::write(at.path().join(format!("{number}.txt")), "").unwrap();
        }
        let file = at.path().join("Dockerfile");
        let build = Build::default();
        let context = BuildContext::of(&file, &build, &strings(&["Dockerfile"])).unwrap();
        assert_eq!(context.find("1199?.txt").len(), 10);
        assert_eq!(context.find("*.txt").len(), 12_000);
    }

    #[test]
    fn names_are_found_in_the_tree_within_limits() {
        let at = project(&[
            ("Dockerfile", ""),
            (".dockerignore", "big\n**/b/.env"),
            ("big/.env", ""),
            ("a/.env", ""),
            ("a/b/.env", ""),
            ("web/node_modules/x/node_modules/y", ""),
        ]);
        let file = at.path().join("Dockerfile");
        let context = BuildContext::of(&file, &Build::default(), &[]).unwrap();
        let names = [".env", "node_modules"];
        let all = ["a/.env", "web/node_modules"];
        assert_eq!(context.named(&names, 9, 99), all);
        assert_eq!(context.named(&names, 1, 99), [""; 0]);
        assert_eq!(context.named(&names, 9, 0), [""; 0]);
    }

    #[test]
    fn what_version_control_leaves_out_is_made_by_something() {
        let at = project(&[
            (".git/HEAD", ""),
            (".gitignore", "dist/\n"),
            ("web/.gitignore", "/*.tgz\n"),
            ("web/README.md", ""),
        ]);
        let build = Build {
            context: Some(at.path().join("web")),
            ..Build::default()
        };
        let context = BuildContext::of(Path::new("Dockerfile"), &build, &[]).unwrap();
        assert!(context.is_made("dist/app.js") && context.is_made("./dist"));
        assert!(context.is_made("a.tgz") && !context.is_made("src/a.tgz"));
        assert!(!context.is_made("README"));
        assert_eq!(context.nearest("readme.md").as_deref(), Some("README.md"));
        assert_eq!(context.nearest("nowhere/x"), None);
    }

    #[test]
    fn a_file_that_is_not_on_disk_has_no_context() {
        let file = Path::new("<stdin>");
        assert!(BuildContext::of(file, &Build::default(), &[]).is_none());
    }
}
