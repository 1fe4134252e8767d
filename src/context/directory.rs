//! The directory of a build context, read as little as possible.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{FileKind, Files};
use super::gitignore::GitIgnore;
use super::{Build, IgnoreFile};
use crate::path::{is_in, normal_parts};
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
#[derive(Clone)]
pub struct BuildContext {
    files: Arc<dyn Files>,
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
    /// looks like a project. A Dockerfile that lies nowhere has no context of its own.
    pub fn of(
        dockerfile: &Path,
        build: &Build,
        sources: &[String],
        files: &Arc<dyn Files>,
    ) -> Option<Self> {
        let at = |root, origin| Self::at(root, dockerfile, origin, files);
        if let Some(root) = &build.context {
            let is_there = files.kind(root) == Some(FileKind::Directory);
            return is_there.then(|| at(root.clone(), ContextOrigin::Stated));
        }
        let start = directory_of(dockerfile, &**files)?;
        for directory in within_repository(&start, &**files) {
            let guess = at(directory.to_owned(), ContextOrigin::Guessed);
            if guess.is_plausible(sources) {
                return Some(guess);
            }
            if sources.is_empty() {
                break;
            }
        }
        None
    }

    /// The directory of a Dockerfile as a context that nothing speaks for.
    pub fn beside(dockerfile: &Path, files: &Arc<dyn Files>) -> Option<Self> {
        let directory = directory_of(dockerfile, &**files)?;
        Some(Self::at(
            directory,
            dockerfile,
            ContextOrigin::Guessed,
            files,
        ))
    }

    fn at(root: PathBuf, dockerfile: &Path, origin: ContextOrigin, files: &Arc<dyn Files>) -> Self {
        let own = own_ignore_files(dockerfile).into_iter();
        let candidates = own.chain(IGNORE_FILES.map(|name| root.join(name)));
        let ignore_path = candidates.into_iter().find(|p| is_file(&**files, p));
        let ignore = ignore_path
            .as_ref()
            .and_then(|p| files.read(p, MAX_IGNORE_BYTES))
            .map(|bytes| IgnoreFile::parse(&String::from_utf8_lossy(&bytes)))
            .unwrap_or_default();
        Self {
            files: Arc::clone(files),
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
        if sources.is_empty() {
            self.is_project()
        } else {
            sources.iter().all(|s| self.exists(s))
        }
    }

    /// Whether the directory has an ignore file, a repository or a project's manifest in it.
    fn is_project(&self) -> bool {
        const MARKS: [&str; 22] = [
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
            "go.work",
            "build.sbt",
            "stack.yaml",
            "pubspec.yaml",
            "Package.swift",
            "deno.json",
        ];
        const PATTERNS: [&str; 3] = ["*.sln", "*.slnx", "*.csproj"];
        let has = |mark: &&str| is_there(&*self.files, &self.root.join(mark));
        self.ignore_path.is_some()
            || MARKS.iter().any(has)
            || PATTERNS.iter().any(|p| !self.find(p).is_empty())
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
            self.is_link(&place) && !self.holds(&place)
        })
    }

    /// Whether a link leads to something in the context.
    fn holds(&self, link: &Path) -> bool {
        let root = self.files.resolve(&self.root);
        let there = self.files.resolve(link);
        matches!((root, there), (Some(root), Some(there)) if there.starts_with(&root))
    }

    fn is_link(&self, path: &Path) -> bool {
        self.files.entry(path) == Some(FileKind::Link)
    }

    /// The text of a file of at most `limit` bytes that COPY would bring, if it is UTF-8. What is
    /// left out, is a directory or lies behind a link out of the context is not read.
    pub fn read(&self, path: &str, limit: u64) -> Option<String> {
        let parts = normal_parts(path);
        let place = self.place(&parts);
        if self.is_ignored(&parts.join("/")) || self.leads_out(&parts) {
            return None;
        }
        // COPY brings a link as it is, not what lies behind it.
        if self.is_link(&place) && !self.holds(&place) {
            return None;
        }
        String::from_utf8(self.files.read(&place, limit)?).ok()
    }

    /// Whether a path is a directory that brings others: one in it, or itself.
    pub fn has_directories(&self, path: &str) -> bool {
        let parts = normal_parts(path);
        let place = self.place(&parts);
        if self.is_link(&place) || self.leads_out(&parts) {
            return false;
        }
        let is_directory = self.files.kind(&place) == Some(FileKind::Directory);
        let below = || self.files.list(&place, MAX_ENTRIES);
        is_directory
            && below().iter().any(|e| {
                let path = parts.iter().copied().chain([e.name.as_str()]);
                let path = path.collect::<Vec<_>>().join("/");
                e.kind == FileKind::Directory && !self.is_ignored(&path)
            })
    }

    /// Whether the mode of a file lets it be executed; `None` where the file system, or git for its
    /// sake, keeps no modes.
    pub fn is_executable(&self, path: &str) -> Option<bool> {
        let place = self.place(&normal_parts(path));
        let is_executable = self.files.is_executable(&place)?;
        Some(is_executable).filter(|yes| *yes || !self.loses_modes())
    }

    /// Whether the repository says that the files on this disk have not the modes that git knows.
    fn loses_modes(&self) -> bool {
        let repository = within_repository(&self.root, &*self.files).last();
        let config = repository.map(|r| r.join(".git/config"));
        let text = config.and_then(|path| self.files.read(&path, MAX_IGNORE_BYTES));
        let text = text.map(|bytes| String::from_utf8_lossy(&bytes).to_lowercase());
        text.is_some_and(|text| {
            let mut lines = text.lines().map(|l| l.replace([' ', '\t'], ""));
            lines.any(|l| l == "filemode=false")
        })
    }

    /// The paths in the directory that a path with `*` and the like in it means, sorted, left out
    /// of the context or not.
    pub fn find(&self, path: &str) -> Vec<String> {
        let parts = normal_parts(path);
        if parts.iter().all(|p| !p.contains(['*', '?', '[', '\\'])) {
            if self.leads_out(&parts) {
                return Vec::new();
            }
            return match self.files.entry(&self.place(&parts)) {
                Some(_) => vec![parts.join("/")],
                None => Vec::new(),
            };
        }
        let mut found = vec![String::new()];
        for part in &parts {
            found = found
                .iter()
                .filter(|d| {
                    let place = self.root.join(d);
                    !self.is_link(&place) || self.holds(&place)
                })
                .flat_map(|d| self.children_matching(d, part))
                .take(MAX_MATCHES)
                .collect();
        }
        found.retain(|path| !path.is_empty());
        found.sort();
        found
    }

    /// The paths in a directory whose last part fits a pattern.
    fn children_matching(&self, directory: &str, pattern: &str) -> Vec<String> {
        let place = self.root.join(directory);
        let names = self.files.matching(&place, pattern, MAX_MATCHES);
        names.iter().map(|name| below(directory, name)).collect()
    }

    /// Whether the repository leaves a path out of version control, or to a submodule that is not
    /// checked out: what is missing there is made by something that runs before the build.
    pub fn is_made(&self, path: &str) -> bool {
        let Some(root) = self.files.resolve(&self.root) else {
            return false;
        };
        let parts = normal_parts(path);
        let mut place = root.clone();
        place.extend(&parts);
        for directory in place.ancestors().skip(1) {
            let text = self
                .files
                .read(&directory.join(".gitignore"), MAX_IGNORE_BYTES);
            let seen = place.strip_prefix(directory).ok().and_then(slashed);
            if let (Some(text), Some(seen)) = (text, &seen)
                && GitIgnore::parse(&String::from_utf8_lossy(&text)).leaves_out_missing(seen)
            {
                return true;
            }
            if is_repository(&*self.files, directory) {
                return seen.is_some_and(|seen| self.is_in_submodule(directory, &seen));
            }
        }
        false
    }

    /// Whether a path from the root of a repository lies in a submodule. One that is checked out is
    /// a repository of its own.
    fn is_in_submodule(&self, repository: &Path, path: &str) -> bool {
        let text = self
            .files
            .read(&repository.join(".gitmodules"), MAX_IGNORE_BYTES);
        let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut lines = text.iter().flat_map(|text| text.lines());
        lines.any(|line| {
            let setting = line.split_once('=').map(|(k, v)| (k.trim(), v.trim()));
            matches!(setting, Some(("path", folder)) if is_in(path, folder.trim_matches('"')))
        })
    }

    /// The name in the same directory that is nearest to a missing one, as a path of the context.
    pub fn nearest(&self, path: &str) -> Option<String> {
        let mut parts = normal_parts(path);
        let name = parts.pop()?;
        let entries = self.files.list(&self.place(&parts), MAX_ENTRIES);
        let (_, near) = entries
            .into_iter()
            .map(|e| {
                (
                    edit_distance(&e.name.to_lowercase(), &name.to_lowercase()),
                    e.name,
                )
            })
            .filter(|(d, _)| *d <= name.len() / 4)
            .min()?;
        parts.push(&near);
        Some(parts.join("/"))
    }

    /// Where a path of the context leads if every link on the way is followed, itself included, as
    /// COPY follows its sources; `None` for a pattern, for what is not there and for what lies out
    /// of the context.
    pub fn followed(&self, path: &str) -> Option<String> {
        let parts = normal_parts(path);
        if parts.iter().any(|p| p.contains(['*', '?', '[', '\\'])) {
            return None;
        }
        let root = self.files.resolve(&self.root)?;
        let there = self.files.resolve(&self.place(&parts))?;
        slashed(there.strip_prefix(&root).ok()?).map(|path| match path.as_str() {
            "" => ".".to_owned(),
            _ => path,
        })
    }

    /// Whether a directory of that path lies in the directory itself, not behind a link.
    pub fn is_directory(&self, path: &str) -> bool {
        self.files.entry(&self.place(&normal_parts(path))) == Some(FileKind::Directory)
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
        let mut found = Vec::new();
        // The directories that are open, each with what is left of it.
        let mut open = vec![(
            String::new(),
            self.files.list(&self.root, limit).into_iter(),
        )];
        let mut seen = 0;
        while seen < limit
            && let Some((directory, entries)) = open.last_mut()
        {
            let Some(entry) = entries.next() else {
                open.pop();
                continue;
            };
            seen += 1;
            let path = below(directory, &entry.name);
            let is_named = names.contains(&entry.name.as_str());
            if is_named && !self.is_ignored(&path) {
                found.push(path.clone());
            }
            if entry.kind == FileKind::Directory
                && open.len() < depth
                && !is_named
                && !self.ignore.ignores_all_of(&path)
            {
                let inner = self.files.list(&self.root.join(&path), limit);
                open.push((path, inner.into_iter()));
            }
        }
        found.sort();
        found
    }
}

/// The names of ignore files, Docker's first: it knows no other. Podman and Buildah read both.
pub const IGNORE_FILES: [&str; 2] = [".dockerignore", ".containerignore"];

/// The nearest ignore file for a Dockerfile: its own, or one in its directory or one above it
/// within the repository. For contexts that are not known.
pub(crate) fn any_ignore_file(dockerfile: &Path, files: &dyn Files) -> Option<PathBuf> {
    let start = directory_of(dockerfile, files)?;
    let mut own = own_ignore_files(dockerfile).into_iter();
    if let Some(own) = own.find(|path| is_file(files, path)) {
        return Some(own);
    }
    let mut folders = within_repository(&start, files);
    folders.find_map(|folder| {
        let mut paths = IGNORE_FILES.into_iter().map(|name| folder.join(name));
        paths.find(|path| is_file(files, path))
    })
}

fn own_ignore_files(dockerfile: &Path) -> [PathBuf; 2] {
    IGNORE_FILES.map(|name| {
        let mut own = dockerfile.as_os_str().to_owned();
        own.push(name);
        PathBuf::from(own)
    })
}

/// The directory a Dockerfile lies in; `None` if it lies nowhere. Relative paths end at the
/// current directory, but those above it are looked at too.
fn directory_of(dockerfile: &Path, files: &dyn Files) -> Option<PathBuf> {
    if !files.has_dockerfile(dockerfile) {
        return None;
    }
    files.resolve(dockerfile.parent()?)
}

fn is_file(files: &dyn Files, path: &Path) -> bool {
    files.kind(path) == Some(FileKind::File)
}

/// Whether a folder is the root of a repository.
pub fn is_repository(files: &dyn Files, folder: &Path) -> bool {
    is_there(files, &folder.join(".git"))
}

/// A folder and those above it up to the root of its repository, at most a few.
pub fn within_repository<'p>(
    folder: &'p Path,
    files: &'p dyn Files,
) -> impl Iterator<Item = &'p Path> {
    let mut below: Option<&Path> = None;
    let folders = folder.ancestors().take(MAX_PARENTS);
    folders.take_while(move |folder| {
        let below = below.replace(folder);
        !below.is_some_and(|below| is_repository(files, below))
    })
}

fn is_there(files: &dyn Files, path: &Path) -> bool {
    files.kind(path).is_some()
}

/// A name in a directory as a path of the context.
fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// A path with `/` on every system; `None` if it is not UTF-8.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::context::{Disk, Memory};

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn disk() -> Arc<dyn Files> {
        Arc::new(Disk)
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
        let context = BuildContext::of(&file, &Build::default(), &[], &disk()).unwrap();
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
        let context = BuildContext::of(&file, &build, &sources, &disk()).unwrap();
        assert_eq!(context.root, fs::canonicalize(at.path()).unwrap());
        assert_eq!(context.origin, ContextOrigin::Guessed);
        // Nothing fits: no context.
        assert!(BuildContext::of(&file, &build, &strings(&["gone"]), &disk()).is_none());
        // Nothing to go by, and no project beside the file: no context.
        assert!(BuildContext::of(&file, &build, &[], &disk()).is_none());
    }

    #[test]
    fn a_stated_context_is_believed() {
        let at = project(&[("d/Dockerfile", ""), ("c/x", ""), ("c/.dockerignore", "x")]);
        let build = Build {
            context: Some(at.path().join("c")),
            ..Build::default()
        };
        let file = at.path().join("d/Dockerfile");
        let context = BuildContext::of(&file, &build, &strings(&["gone"]), &disk()).unwrap();
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
        let context = BuildContext::of(Path::new("Dockerfile"), &build, &[], &disk()).unwrap();
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
        let context = BuildContext::of(&file, &build, &strings(&["Dockerfile"]), &disk()).unwrap();
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
        let context = BuildContext::of(&file, &Build::default(), &[], &disk()).unwrap();
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
            (
                ".gitmodules",
                "[submodule \"x\"]\n\tpath = web/lib\n\turl = ../lib\n",
            ),
            ("web/.gitignore", "/*.tgz\n"),
            ("web/README.md", ""),
            ("web/lib/own/.git", ""),
        ]);
        let build = Build {
            context: Some(at.path().join("web")),
            ..Build::default()
        };
        let context = BuildContext::of(Path::new("Dockerfile"), &build, &[], &disk()).unwrap();
        assert!(context.is_made("dist/app.js") && context.is_made("./dist"));
        assert!(context.is_made("a.tgz") && !context.is_made("src/a.tgz"));
        assert!(!context.is_made("README"));
        assert!(context.is_made("lib/a.c") && !context.is_made("library/a.c"));
        assert!(!context.is_made("lib/own/a.c"), "that one is checked out");
        assert_eq!(context.nearest("readme.md").as_deref(), Some("README.md"));
        assert_eq!(context.nearest("nowhere/x"), None);
    }

    #[test]
    fn a_file_that_is_not_on_disk_has_no_context() {
        let file = Path::new("<stdin>");
        assert!(BuildContext::of(file, &Build::default(), &[], &disk()).is_none());
    }

    #[test]
    fn a_context_in_memory_is_one_like_any_other() {
        let files: Arc<dyn Files> = Arc::new(
            Memory::new()
                .with(".dockerignore", "*.key")
                .with(".gitignore", "dist/")
                .with("package.json", "{}")
                .with("docker/run.sh", "exec app")
                .with("a.key", "secret"),
        );
        let file = Path::new("docker/Dockerfile");
        let sources = strings(&["package*.json", "docker/run.sh"]);
        let context = BuildContext::of(file, &Build::default(), &sources, &files).unwrap();
        assert_eq!(context.root, Path::new(""));
        assert_eq!(
            context.find("*"),
            [
                ".dockerignore",
                ".gitignore",
                "a.key",
                "docker",
                "package.json"
            ]
        );
        assert_eq!(
            context.read("docker/run.sh", 99).as_deref(),
            Some("exec app")
        );
        assert_eq!(context.read("docker/run.sh", 3), None);
        assert_eq!(context.read("a.key", 99), None, "it is left out");
        assert!(context.is_made("dist/app.js"));
        assert_eq!(
            context.nearest("packages.json").as_deref(),
            Some("package.json")
        );
        assert_eq!(context.named(&["run.sh"], 2, 99), ["docker/run.sh"]);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_behind_a_link_out_of_the_context_is_read() {
        let at = project(&[("context/in", "inside"), ("out", "outside")]);
        let root = at.path().join("context");
        std::os::unix::fs::symlink("../out", root.join("away")).unwrap();
        std::os::unix::fs::symlink("in", root.join("here")).unwrap();
        let build = Build {
            context: Some(root),
            ..Build::default()
        };
        let context = BuildContext::of(Path::new("f"), &build, &[], &disk()).unwrap();
        assert_eq!(context.read("here", 99).as_deref(), Some("inside"));
        assert_eq!(context.read("away", 99), None);
        assert_eq!(context.read("../out", 99), None);
    }
}
