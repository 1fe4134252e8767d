//! Paths → Dockerfiles. Files that are named are taken; folders are searched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::builds::bake::is_bake_file;
use crate::builds::compose::is_compose_file;
pub use crate::config::reason;
use crate::config::{ConfigError, Configs, Patterns};

/// Hidden folders in which people keep Dockerfiles.
const HIDDEN: [&str; 7] = [
    ".devcontainer",
    ".docker",
    ".github",
    ".gitlab",
    ".circleci",
    ".buildkite",
    ".ci",
];

/// What comes behind `Dockerfile.` and says that the file is about Dockerfiles, or makes one.
const NOT_DOCKERFILES: [&str; 29] = [
    "dockerignore",
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "gotmpl",
    "template",
    "erb",
    "m4",
    "ejs",
    "mustache",
    "hbs",
    "in",
    "md",
    "rst",
    "adoc",
    "html",
    "json",
    "yaml",
    "yml",
    "toml",
    "xml",
    "lock",
    "orig",
    "rej",
    "bak",
    "swp",
    "vim",
];

/// Source code that is about Dockerfiles if it is called `dockerfile.js` in lower case.
const CODE: [&str; 12] = [
    "js", "mjs", "cjs", "ts", "go", "rs", "py", "rb", "java", "php", "c", "cpp",
];

/// What is searched, and what is left out.
#[derive(Debug, Default)]
pub struct Options {
    /// Patterns of the command line that leave files and folders out.
    pub exclude: Patterns,
    /// Whether patterns leave out named files too.
    pub force_exclude: bool,
}

/// What a search found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The Dockerfiles, by path, each once.
    pub files: Vec<PathBuf>,
    /// The compose and bake files in searched folders, by path.
    pub builders: Vec<PathBuf>,
    /// What could not be searched, and why.
    pub failures: Vec<(PathBuf, String)>,
}

/// Finds the Dockerfiles that paths name.
pub fn discover(
    paths: &[PathBuf],
    options: &Options,
    configs: &mut Configs,
) -> Result<Found, ConfigError> {
    let mut files = BTreeSet::new();
    let mut builders = BTreeSet::new();
    let mut links = Vec::new();
    let mut failures = Vec::new();
    for path in paths {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                let mut found = Search {
                    files: &mut files,
                    builders: &mut builders,
                    links: &mut links,
                    failures: &mut failures,
                };
                search(path, options, configs, &mut found)?;
            }
            Ok(_) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                let out = options.force_exclude
                    && (options.exclude.fits(path) || configs.of_folder(folder)?.excludes(path));
                if !out {
                    files.insert(shown(path));
                }
            }
            Err(error) => failures.push((path.clone(), reason(&error))),
        }
    }
    if !links.is_empty() {
        // A link to a file that is linted anyway says nothing new.
        let targets: BTreeSet<PathBuf> = files.iter().flat_map(std::fs::canonicalize).collect();
        let mut seen = BTreeSet::new();
        links.retain(|link| {
            std::fs::canonicalize(link)
                .is_ok_and(|target| !targets.contains(&target) && seen.insert(target))
        });
        files.extend(links);
    }
    Ok(Found {
        files: files.into_iter().collect(),
        builders: builders.into_iter().collect(),
        failures,
    })
}

/// What a search fills.
struct Search<'s> {
    files: &'s mut BTreeSet<PathBuf>,
    builders: &'s mut BTreeSet<PathBuf>,
    links: &'s mut Vec<PathBuf>,
    failures: &'s mut Vec<(PathBuf, String)>,
}

fn search(
    root: &Path,
    options: &Options,
    configs: &mut Configs,
    found: &mut Search<'_>,
) -> Result<(), ConfigError> {
    let config = configs.of_folder(root)?;
    let walk = WalkBuilder::new(root)
        .hidden(false)
        // Without a repository .gitignore files are the owner's word all the same.
        .require_git(false)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
            !is_folder
                || entry.depth() == 0
                || (!name.starts_with('.') && !is_foreign(&name, entry.path()))
                || HIDDEN.contains(&name.as_ref())
        })
        .build();
    let mut pruned: Option<PathBuf> = None;
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let (path, message) = split(&error, root);
                found.failures.push((path, message));
                continue;
            }
        };
        let path = entry.path();
        if pruned.as_ref().is_some_and(|p| path.starts_with(p)) {
            continue;
        }
        let Some(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            if entry.depth() > 0 && (options.exclude.fits(path) || config.excludes(path)) {
                pruned = Some(path.to_path_buf());
            }
            continue;
        }
        let is_link = kind.is_symlink();
        if is_link && !std::fs::metadata(path).is_ok_and(|m| m.is_file()) {
            continue;
        }
        if !is_link && !kind.is_file() {
            continue;
        }
        let own = configs.of_folder(path.parent().unwrap_or(root))?;
        let builds = is_compose_file(path) || is_bake_file(path);
        let wanted = builds || is_dockerfile(path) || own.includes(path);
        if !wanted || options.exclude.fits(path) || own.excludes(path) {
            continue;
        }
        match is_link {
            _ if builds => {
                found.builders.insert(shown(path));
            }
            true => found.links.push(shown(path)),
            false => {
                found.files.insert(shown(path));
            }
        }
    }
    Ok(())
}

/// Whether a package manager fills a folder with the code of others: nobody here mends that.
fn is_foreign(name: &str, path: &Path) -> bool {
    match name {
        "node_modules" | "bower_components" => true,
        // Go and Composer write these; what else is called so may be the owner's.
        "vendor" => path.join("modules.txt").is_file() || path.join("autoload.php").is_file(),
        _ => false,
    }
}

/// A path without the `./` that a search of the current folder puts before it.
pub(crate) fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(".")
        .map_or_else(|_| path.to_path_buf(), Path::to_path_buf)
}

fn split(error: &ignore::Error, root: &Path) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => (path.clone(), split(err, root).1),
        ignore::Error::WithDepth { err, .. } => split(err, root),
        ignore::Error::Io(error) => (root.to_path_buf(), reason(error)),
        other => (root.to_path_buf(), other.to_string()),
    }
}

/// Whether a file's name says that it is a Dockerfile.
pub fn is_dockerfile(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    if let Some((stem, "dockerfile" | "containerfile")) = lower.rsplit_once('.') {
        return !stem.is_empty();
    }
    let (stem, rest) = lower.split_once('.').unwrap_or((&lower, ""));
    if stem != "dockerfile" && stem != "containerfile" {
        return false;
    }
    let last = rest.rsplit('.').next().unwrap_or_default();
    let is_code = !rest.contains('.') && name.starts_with(['d', 'c']) && CODE.contains(&last);
    !NOT_DOCKERFILES.contains(&last) && !is_code && !last.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layer, Place};

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Containerfile",
            "Dockerfile.dev",
            "Dockerfile.alpine3.20",
            "app.Dockerfile",
            "app.dockerfile",
            "Containerfile.x",
            "Dockerfile.go",
            "x.y.dockerfile",
        ] {
            assert!(is_dockerfile(Path::new(name)), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfile.j2",
            "Dockerfile.tmpl",
            "Dockerfile.dev.erb",
            "Dockerfile.in",
            "Dockerfile.md",
            "dockerfile.js",
            "Dockerfiles",
            "MyDockerfile",
            "Dockerfile~",
            "Dockerfile.dev~",
            ".dockerfile",
            "docker-compose.yml",
        ] {
            assert!(!is_dockerfile(Path::new(name)), "{name}");
        }
    }

    fn find(root: &Path, paths: &[&str]) -> Vec<String> {
        let mut configs = Configs::new(Place::Isolated, Layer::default());
        let paths: Vec<PathBuf> = paths.iter().map(|p| root.join(p)).collect();
        let found = discover(&paths, &Options::default(), &mut configs).unwrap();
        found
            .files
            .iter()
            .map(|f| {
                f.strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/")
            })
            .collect()
    }

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn folders_are_searched_and_gitignore_is_honoured() {
        let tree = tree(&[
            ("Dockerfile", ""),
            ("b/app.Dockerfile", ""),
            ("b/notes.txt", ""),
            ("node_modules/x/Dockerfile", ""),
            (".gitignore", "node_modules\n"),
            (".git/Dockerfile", ""),
            (".venv/Dockerfile", ""),
            (".devcontainer/Dockerfile", ""),
        ]);
        let all = [".devcontainer/Dockerfile", "Dockerfile", "b/app.Dockerfile"];
        assert_eq!(find(tree.path(), &[""]), all);
        assert_eq!(find(tree.path(), &["b", "", "Dockerfile"]), all);
    }

    #[test]
    fn what_a_package_manager_brought_is_left_out_unless_it_is_named() {
        let tree = tree(&[
            ("node_modules/x/Dockerfile", ""),
            ("go/vendor/modules.txt", ""),
            ("go/vendor/example.com/a/Dockerfile", ""),
            ("php/vendor/autoload.php", ""),
            ("php/vendor/a/Dockerfile", ""),
            ("vendor/acme/Dockerfile", ""),
        ]);
        assert_eq!(find(tree.path(), &[""]), ["vendor/acme/Dockerfile"]);
        let named = ["go/vendor", "php/vendor/a/Dockerfile"];
        assert_eq!(
            find(tree.path(), &named),
            [
                "go/vendor/example.com/a/Dockerfile",
                "php/vendor/a/Dockerfile"
            ]
        );
    }

    #[test]
    fn named_files_are_taken_whatever_they_are_called() {
        let tree = tree(&[("notes.txt", ""), (".gitignore", "*\n")]);
        assert_eq!(find(tree.path(), &["notes.txt"]), ["notes.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_neither_loop_nor_repeat_a_file() {
        let tree = tree(&[("a/Dockerfile", ""), ("other.txt", "")]);
        let link =
            |to: &str, at: &str| std::os::unix::fs::symlink(to, tree.path().join(at)).unwrap();
        link("..", "a/up");
        link("Dockerfile", "a/Dockerfile.same");
        link("../other.txt", "a/Dockerfile.other");
        link("nowhere", "a/Dockerfile.broken");
        assert_eq!(
            find(tree.path(), &[""]),
            ["a/Dockerfile", "a/Dockerfile.other"]
        );
    }

    #[test]
    fn what_does_not_exist_is_said_and_the_rest_found() {
        let tree = tree(&[("Dockerfile", "")]);
        let mut configs = Configs::new(Place::Isolated, Layer::default());
        let paths = [tree.path().join("none"), tree.path().join("Dockerfile")];
        let found = discover(&paths, &Options::default(), &mut configs).unwrap();
        assert_eq!(found.files.len(), 1);
        assert_eq!(
            found.failures,
            [(paths[0].clone(), "no such file or folder".into())]
        );
    }
}
