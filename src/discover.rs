//! Paths → Dockerfiles. Files that are named are taken; folders are searched.

mod ignored;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::builds::bake::is_bake_file;
use crate::builds::compose::is_compose_file;
use crate::builds::quadlet::{has_build, is_build_unit};
pub use crate::config::reason;
use crate::config::{Configs, Patterns};
use crate::context::disk;
use ignored::Ignored;

/// Hidden folders in which people keep Dockerfiles.
const HIDDEN: [&str; 8] = [
    ".clusterfuzzlite",
    ".devcontainer",
    ".docker",
    ".github",
    ".gitlab",
    ".circleci",
    ".buildkite",
    ".ci",
];

/// What comes behind `Dockerfile.` and says that the file is about Dockerfiles, or makes one.
const NOT_DOCKERFILES: [&str; 30] = [
    "containerignore",
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

/// What comes behind `Dockerfile.` and may be source code about Dockerfiles as well as the language of
/// what is built: what stands in the file decides.
const CODE: [&str; 24] = [
    "bash", "bat", "c", "cjs", "cpp", "cs", "go", "groovy", "java", "js", "jsx", "kt", "lua",
    "mjs", "php", "pl", "ps1", "py", "rb", "rs", "scala", "sh", "swift", "ts",
];

/// The largest file that is looked into to see what it is.
const MAX_UNIT: u64 = 1 << 16;

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
    /// Links out of the repository, which are read only if they are named.
    pub outside: Vec<PathBuf>,
    /// Whether `.gitignore` and the like left something out.
    pub left_out: bool,
    /// Whether searched folders have a file of Rego.
    pub rego: bool,
}

/// Finds the Dockerfiles that paths name. What has a wrong configuration is left out: the
/// configurations know what is wrong with which.
pub fn discover(paths: &[PathBuf], options: &Options, configs: &mut Configs) -> Found {
    let mut files = BTreeSet::new();
    let mut builders = BTreeSet::new();
    let mut links = Vec::new();
    let mut found = Found::default();
    for path in paths {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                let mut search = Search {
                    files: &mut files,
                    builders: &mut builders,
                    links: &mut links,
                    found: &mut found,
                };
                search.folder(path, options, configs);
            }
            Ok(_) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                let out = options.force_exclude
                    && (options.exclude.fits(path)
                        || configs
                            .of_folder(folder)
                            .is_ok_and(|c| configs.exclusion(&c).fits(path)));
                if !out && is_ignore_file(path) {
                    files.extend(dockerfiles_of(path));
                } else if !out {
                    files.insert(shown(path));
                }
            }
            Err(error) => found.failures.push((path.clone(), reason(&error))),
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
    found.files = files.into_iter().collect();
    found.builders = builders.into_iter().collect();
    found
}

/// What a search fills.
struct Search<'s> {
    files: &'s mut BTreeSet<PathBuf>,
    builders: &'s mut BTreeSet<PathBuf>,
    links: &'s mut Vec<PathBuf>,
    found: &'s mut Found,
}

impl Search<'_> {
    fn folder(&mut self, root: &Path, options: &Options, configs: &mut Configs) {
        let Ok(config) = configs.of_folder(root) else {
            return;
        };
        let exclusion = configs.exclusion(&config);
        let mut ignored = Ignored::new(root, configs.files());
        let mut left_out = false;
        let walk = WalkDir::new(root)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| {
                if entry.depth() == 0 {
                    return true;
                }
                let name = entry.file_name().to_string_lossy();
                let is_folder = entry.file_type().is_dir();
                let is_hidden = is_folder && name.starts_with('.');
                if is_hidden && !HIDDEN.contains(&name.as_ref()) {
                    return false;
                }
                if is_folder && is_foreign(&name, entry.path()) {
                    return false;
                }
                if ignored.has(entry.path(), is_folder) {
                    left_out = true;
                    return false;
                }
                !is_folder || !(options.exclude.fits(entry.path()) || exclusion.fits(entry.path()))
            });
        for entry in walk {
            match entry {
                Ok(entry) => self.entry(root, &entry, options, configs),
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_path_buf();
                    let message = match error.io_error() {
                        Some(error) => reason(error),
                        None => error.to_string(),
                    };
                    self.found.failures.push((path, message));
                }
            }
        }
        self.found.left_out |= left_out;
    }

    fn entry(
        &mut self,
        root: &Path,
        entry: &walkdir::DirEntry,
        options: &Options,
        configs: &mut Configs,
    ) {
        let path = entry.path();
        self.found.rego |= path.extension().is_some_and(|e| e == "rego");
        let is_link = entry.file_type().is_symlink();
        let is_file = if is_link {
            std::fs::metadata(path).is_ok_and(|m| m.is_file())
        } else {
            entry.file_type().is_file()
        };
        if !is_file {
            return;
        }
        let Ok(own) = configs.of_folder(path.parent().unwrap_or(root)) else {
            return;
        };
        let is_unit = is_build_unit(path) && !own.includes(path) && {
            let text = disk::read_regular_text(path, MAX_UNIT);
            text.is_ok_and(|text| has_build(&text))
        };
        let builds = is_compose_file(path) || is_bake_file(path) || is_unit;
        let wanted = builds || own.includes(path) || is_dockerfile(path) && !is_code(path);
        if !wanted || options.exclude.fits(path) || configs.exclusion(&own).fits(path) {
            return;
        }
        if is_link && disk::leads_out(root, path) {
            self.found.outside.push(shown(path));
        } else if builds {
            self.builders.insert(shown(path));
        } else if is_link {
            self.links.push(shown(path));
        } else {
            self.files.insert(shown(path));
        }
    }
}

/// Whether a package manager fills a folder with the code of others: nobody here changes that.
fn is_foreign(name: &str, path: &Path) -> bool {
    match name {
        "node_modules" | "bower_components" => true,
        // Go and Composer write these; what else is called so may be the owner's.
        "vendor" => path.join("modules.txt").is_file() || path.join("autoload.php").is_file(),
        _ => false,
    }
}

/// Whether a file says what is left out of a build context.
fn is_ignore_file(path: &Path) -> bool {
    let extension = path.extension().or(path.file_name());
    let name = extension.unwrap_or_default().to_string_lossy();
    matches!(
        name.trim_start_matches('.'),
        "dockerignore" | "containerignore"
    )
}

/// The Dockerfiles that an ignore file is about: the one it is named after, else those beside it.
fn dockerfiles_of(ignore_file: &Path) -> Vec<PathBuf> {
    let own = ignore_file.with_extension("");
    if ignore_file.extension().is_some() && own.is_file() {
        return vec![shown(&own)];
    }
    let folder = match ignore_file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter(|path| is_dockerfile(path) && path.is_file() && !is_code(path))
        .map(|path| shown(&path))
        .collect()
}

/// A path without the `./` that a search of the current folder puts before it.
pub(crate) fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(".")
        .map_or_else(|_| path.to_path_buf(), Path::to_path_buf)
}

/// The names that a search looks for, for people.
pub const NAMES: &str = "Dockerfile, Containerfile, names with these before or behind `.`, `-` or \
                         `_`, compose and bake files, and Quadlet's `.build` units";

/// Whether a file's name says that it is a Dockerfile.
pub fn is_dockerfile(path: &Path) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    // What comes with the name may be in any encoding.
    let name = name.to_string_lossy();
    let lower = name.to_ascii_lowercase();
    if let Some((stem, "dockerfile" | "containerfile")) = lower.rsplit_once('.') {
        return !stem.is_empty();
    }
    let (stem, rest) = lower.split_once('.').unwrap_or((&lower, ""));
    let is_name = |part: &str| matches!(part, "dockerfile" | "containerfile");
    // `Dockerfile-fpm`, `Dockerfile_gpu`, `dev-Dockerfile`; what has an ending is something else, but
    // `4.0.0` is a version.
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit()) && part != "7z";
    // A manual's page is `dockerfile-lint.1`.
    let is_version = name.starts_with(['D', 'C']) || stem.ends_with(|c: char| c.is_ascii_digit());
    let has_version = is_version && !rest.is_empty() && rest.split('.').all(is_number);
    let marked = (stem == lower || has_version) && {
        let first = stem.split(['-', '_']).next().unwrap_or_default();
        let last = stem.rsplit(['-', '_']).next().unwrap_or_default();
        (is_name(first) || is_name(last)) && !stem.ends_with('~') && !stem.starts_with(['-', '_'])
    };
    if !is_name(stem) {
        return marked;
    }
    let last = rest.rsplit('.').next().unwrap_or_default();
    !NOT_DOCKERFILES.contains(&last) && !last.ends_with('~')
}

/// Whether a file with a Dockerfile's name is source code: `Dockerfile.java` builds something with Java,
/// or is the class `Dockerfile`.
fn is_code(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let is_language = CODE.contains(&extension.to_ascii_lowercase().as_str());
    is_language && {
        let text = disk::read_regular(path, MAX_UNIT);
        !text.is_ok_and(|text| begins(&String::from_utf8_lossy(&text)))
    }
}

/// Whether a text begins as a Dockerfile does: with FROM or ARG.
fn begins(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words = first.unwrap_or_default().split_whitespace();
    let is_instruction = words
        .next()
        .is_some_and(|w| w.eq_ignore_ascii_case("FROM") || w.eq_ignore_ascii_case("ARG"));
    // Python: `from os import path`.
    is_instruction && words.next().is_some() && words.next() != Some("import")
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
            "dockerfile.js",
            "x.y.dockerfile",
            "Dockerfile-fpm",
            "Dockerfile_gpu",
            "dev-Dockerfile",
            "Containerfile-x",
            "Dockerfile_tidyverse_4.0.0",
            "Dockerfile-3.12-slim",
            "Dockerfile-Compliant.38",
        ] {
            assert!(is_dockerfile(Path::new(name)), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Containerfile.containerignore",
            "Dockerfile.j2",
            "Dockerfile.tmpl",
            "Dockerfile.dev.erb",
            "Dockerfile.in",
            "Dockerfile.md",
            "Dockerfiles",
            "MyDockerfile",
            "dockerfile-lint.js",
            "build-dockerfile.sh",
            "Dockerfile-x~",
            "dockerfile-lint.1",
            "Dockerfile-3.12.j2",
            "Dockerfile-2.7z",
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
        let found = discover(&paths, &Options::default(), &mut configs);
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
    fn source_code_about_dockerfiles_is_left_out() {
        let tree = tree(&[
            (
                "Dockerfile.java",
                "\u{feff}# Java\n\nFROM eclipse-temurin:21\n",
            ),
            ("dockerfile.py", "ARG V=3\nfrom python:$V\n"),
            ("Dockerfile.build.go", "FROM golang:1\n"),
            (
                "a/Dockerfile.java",
                "package a;\npublic class Dockerfile {}\n",
            ),
            ("a/Dockerfile.py", "# reads\nfrom os import path\n"),
            ("a/dockerfile.go", "package dockerfile\n"),
            ("a/Dockerfile.sh", "#!/bin/sh\ndocker build .\n"),
            ("a/Dockerfile.rb", ""),
            ("a/.dockerignore", ""),
        ]);
        let all = ["Dockerfile.build.go", "Dockerfile.java", "dockerfile.py"];
        assert_eq!(find(tree.path(), &[""]), all);
        assert_eq!(find(tree.path(), &["a/Dockerfile.rb"]), ["a/Dockerfile.rb"]);
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
    fn lists_above_the_repository_do_not_count() {
        let tree = tree(&[
            (".gitignore", "*\n"),
            (".ignore", "*\n"),
            ("r/.git/info/exclude", "left\n"),
            ("r/.gitignore", "out/\n!out/\nDockerfile.x\n"),
            ("r/Dockerfile", ""),
            ("r/out/Dockerfile", ""),
            ("r/sub/Dockerfile", ""),
            ("r/sub/Dockerfile.x", ""),
            ("r/sub/.gitignore", "!Dockerfile.y\n"),
            ("r/sub/.ignore", "Dockerfile.y\n"),
            ("r/sub/Dockerfile.y", ""),
            ("r/left/Dockerfile", ""),
            ("r/inner/.git/HEAD", ""),
            ("r/inner/Dockerfile.x", ""),
            ("plain/a/Dockerfile", ""),
        ]);
        let all = [
            "r/Dockerfile",
            "r/inner/Dockerfile.x",
            "r/out/Dockerfile",
            "r/sub/Dockerfile",
        ];
        assert_eq!(find(tree.path(), &["r"]), all);
        assert_eq!(find(tree.path(), &["r/sub"]), ["r/sub/Dockerfile"]);
        assert_eq!(find(tree.path(), &["plain/a"]), ["plain/a/Dockerfile"]);
        assert_eq!(find(tree.path(), &[""]), [""; 0]);
    }

    #[test]
    fn an_ignore_file_stands_for_the_dockerfiles_it_is_about() {
        let t = tree(&[
            ("Dockerfile", ""),
            ("prod.Dockerfile", ""),
            ("prod.Dockerfile.dockerignore", ""),
            (".dockerignore", ""),
            ("below/Dockerfile", ""),
            ("none/.containerignore", ""),
        ]);
        assert_eq!(
            find(t.path(), &["prod.Dockerfile.dockerignore"]),
            ["prod.Dockerfile"]
        );
        assert_eq!(
            find(t.path(), &[".dockerignore"]),
            ["Dockerfile", "prod.Dockerfile"]
        );
        assert!(find(t.path(), &["none/.containerignore"]).is_empty());
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
        let found = discover(&paths, &Options::default(), &mut configs);
        assert_eq!(found.files.len(), 1);
        assert_eq!(
            found.failures,
            [(paths[0].clone(), "no such file or folder".into())]
        );
    }
}
