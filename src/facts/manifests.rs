//! What an installation of dependencies reads of a project: its manifests, those of a workspace's
//! members, lock files and settings; and why these may not be enough. Read from the build context.

mod javascript;
mod others;
mod python;

use super::packages::{Install, Manager};
use crate::context::BuildContext;
use crate::path::clean;

/// The most manifests of a project that are looked for.
const MOST: usize = 200;
/// The largest manifest that is read.
const MAX_BYTES: u64 = 1 << 20;
/// How far down in a tree, and how many of its entries, manifests are looked for.
const DEPTH: usize = 6;
const ENTRIES: usize = 20_000;

/// What an installation reads, and what it needs beside that.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Manifests {
    /// The paths in the context, in the order of a reader's interest; directories end with `/`.
    pub files: Vec<String>,
    /// Why the installation needs more than them, as what follows a name: "`package.json` runs
    /// `x` in `prepare`".
    pub needs: Option<String>,
    /// Whether the project itself is installed with what it depends on, and so its source is needed.
    pub installs_project: bool,
    /// Whether the project is a part of one whose root the context has not: what is taken for the
    /// context is none, or the installation fails anyway.
    pub is_part: bool,
}

impl Manifests {
    /// What an installation that runs in a directory of the context reads there: `.` or a path.
    /// `operand` is the project that a call names (`dotnet restore src/A/A.csproj`). No files if
    /// the context has no manifest where one would be read.
    pub fn of(
        context: &BuildContext,
        directory: &str,
        install: &Install,
        operand: Option<&str>,
    ) -> Self {
        use Manager::*;
        let mut reader = Reader {
            context,
            found: Self::default(),
        };
        match install.manager {
            Npm | Yarn | Pnpm | Bun => javascript::read(&mut reader, directory, install),
            Pip | Uv | Poetry | Pdm | Pipenv | Conda => {
                python::read(&mut reader, directory, install);
            }
            Go => others::go(&mut reader, directory),
            Cargo => others::cargo(&mut reader, directory),
            Maven => others::maven(&mut reader, directory),
            Gradle => others::gradle(&mut reader, directory),
            Sbt => others::sbt(&mut reader, directory),
            Dotnet | Nuget => others::dotnet(&mut reader, directory, operand),
            Composer => others::composer(&mut reader, directory),
            Bundler => others::bundler(&mut reader, directory),
            Mix => others::mix(&mut reader, directory),
            Swift => others::plain(
                &mut reader,
                directory,
                &["Package.swift", "Package.resolved"],
                "path: \"",
            ),
            Dart => others::pub_get(&mut reader, directory),
            Cabal => others::globs(
                &mut reader,
                directory,
                &["cabal.project", "cabal.project.freeze", "*.cabal"],
            ),
            Stack => others::globs(
                &mut reader,
                directory,
                &["stack.yaml", "stack.yaml.lock", "package.yaml", "*.cabal"],
            ),
            Deno => others::globs(
                &mut reader,
                directory,
                &["deno.json", "deno.jsonc", "deno.lock", "package.json"],
            ),
            _ => {}
        }
        reader.found.files.truncate(MOST);
        reader.found
    }
}

/// Gathers manifests of a context.
struct Reader<'c> {
    context: &'c BuildContext,
    found: Manifests,
}

impl Reader<'_> {
    /// Takes a file, or a directory if it ends with `/`, if the context has it.
    fn take(&mut self, path: &str) -> bool {
        let is_directory = path.ends_with('/');
        let path = clean(path);
        if path.starts_with("..") || self.found.files.len() > MOST {
            return false;
        }
        let there = self.context.exists(&path)
            && !self.context.is_ignored(&path)
            && self.context.is_directory(&path) == is_directory;
        if !there {
            return false;
        }
        let path = if is_directory { path + "/" } else { path };
        if !self.found.files.contains(&path) {
            self.found.files.push(path);
        }
        true
    }

    /// Takes those of some files of a directory that the context has.
    fn take_in(&mut self, directory: &str, names: &[&str]) {
        for name in names {
            self.take(&join(directory, name));
        }
    }

    /// Takes what a pattern means.
    fn take_all(&mut self, directory: &str, pattern: &str) {
        for path in self.context.find(&join(directory, pattern)) {
            self.take(&path);
        }
    }

    /// The text of a file of the context.
    fn text(&self, path: &str) -> Option<String> {
        let path = clean(path);
        if path.starts_with("..") {
            return None;
        }
        self.context.read(&path, MAX_BYTES)
    }

    /// Notes why the manifests are not enough; the first reason counts.
    fn need(&mut self, reason: String) {
        self.found.needs.get_or_insert(reason);
    }

    /// The directories with a manifest that the patterns of a workspace mean, without those behind
    /// `!`.
    fn members(&self, root: &str, patterns: &[String], manifest: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for pattern in patterns {
            let (gone, pattern) = match pattern.strip_prefix('!') {
                Some(pattern) => (true, pattern),
                None => (false, pattern.as_str()),
            };
            let pattern = clean(pattern.trim_start_matches('/'));
            if gone {
                found.retain(|path| !fits(&pattern, below(path, root)));
                continue;
            }
            let paths = if pattern.contains("**") {
                let named = self.context.named(&[manifest], DEPTH, ENTRIES);
                let mut folders: Vec<String> = named.iter().map(|p| folder(p)).collect();
                folders.retain(|path| fits(&pattern, below(path, root)));
                folders
            } else {
                let path = join(&join(root, &pattern), manifest);
                let found = self.context.find(&path);
                found.iter().map(|p| folder(p)).collect()
            };
            for path in paths {
                let skipped = path.split('/').any(|part| part == "node_modules");
                if !skipped && !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// Whether a path fits a pattern in which `**` is any number of directories.
fn fits(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    parts_fit(&pattern, &path)
}

fn parts_fit(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts_fit(rest, path)
                || path
                    .split_first()
                    .is_some_and(|(_, below)| parts_fit(pattern, below))
        }
        (Some((first, rest)), Some((name, below))) => {
            crate::text::matches_wildcard(first, name) && parts_fit(rest, below)
        }
        _ => false,
    }
}

/// A path in a directory of the context; `.` is its root.
fn join(directory: &str, path: &str) -> String {
    if directory == "." || directory.is_empty() {
        path.to_owned()
    } else {
        format!("{directory}/{path}")
    }
}

/// The directory a path lies in.
fn folder(path: &str) -> String {
    path.rsplit_once('/')
        .map_or_else(|| ".".to_owned(), |(folder, _)| folder.to_owned())
}

/// A path as it is seen from a directory.
fn below<'p>(path: &'p str, directory: &str) -> &'p str {
    path.strip_prefix(directory)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(path)
}

/// The texts that stand between two others.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(close)?.0))
}

/// The first string in single or double quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text.get(start..start + 1)?;
    let rest = text.get(start + 1..)?;
    rest.split_once(quote).map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Build, Memory};
    use std::path::Path;
    use std::sync::Arc;

    fn manifests(run: &str, directory: &str, files: &[(&str, &str)]) -> Manifests {
        let mut memory = Memory::new().with("/p/Dockerfile", "FROM a\n");
        for (name, text) in files {
            memory = memory.with(format!("/p/{name}"), *text);
        }
        let build = Build {
            context: Some("/p".into()),
            ..Build::default()
        };
        let files: Arc<dyn crate::context::Files> = Arc::new(memory);
        let context = BuildContext::of(Path::new("/p/Dockerfile"), &build, &[], &files).unwrap();
        let text = crate::span::MappedText::verbatim(run, 0);
        let script = crate::shell::parse(&text, &crate::shell::Dialect::Sh);
        let install = super::super::packages::of(&script).remove(0);
        let operand = install.operand.clone();
        Manifests::of(&context, directory, &install, operand.as_deref())
    }

    fn files(run: &str, given: &[(&str, &str)]) -> String {
        manifests(run, ".", given).files.join(" ")
    }

    #[test]
    fn workspaces_of_javascript() {
        let members = [
            ("packages/a/package.json", "{}"),
            ("packages/b/package.json", "{}"),
            ("packages/a/node_modules/x/package.json", "{}"),
        ];
        let with = |more: &[(&'static str, &'static str)]| {
            members.iter().chain(more).copied().collect::<Vec<_>>()
        };
        let pnpm = with(&[
            ("package.json", "{}"),
            ("pnpm-lock.yaml", ""),
            (
                "pnpm-workspace.yaml",
                "packages:\n  - 'packages/*'\n  - \"!**/b\"\n",
            ),
        ]);
        assert_eq!(
            files("pnpm install --frozen-lockfile", &pnpm),
            "package.json pnpm-lock.yaml pnpm-workspace.yaml packages/a/package.json"
        );
        let npm = with(&[
            (
                "package.json",
                r#"{"workspaces": {"packages": ["packages/**"]}}"#,
            ),
            ("package-lock.json", "{}"),
            (".npmrc", ""),
        ]);
        assert_eq!(
            files("npm ci", &npm),
            "package.json package-lock.json .npmrc packages/a/package.json packages/b/package.json"
        );
    }

    #[test]
    fn scripts_and_local_packages_need_more() {
        let needs = |text: &str, run: &str| manifests(run, ".", &[("package.json", text)]).needs;
        let text = r#"{"scripts": {"postinstall": "node setup.js"}}"#;
        assert_eq!(
            needs(text, "npm ci").as_deref(),
            Some("`postinstall` in `package.json` runs `node setup.js`")
        );
        assert_eq!(needs(text, "npm ci --ignore-scripts"), None);
        let husky = r#"{"scripts": {"prepare": "husky install || true", "test": "x"}}"#;
        assert_eq!(needs(husky, "npm ci"), None);
        let local = r#"{"dependencies": {"x": "file:./lib/x"}}"#;
        assert_eq!(
            needs(local, "yarn").as_deref(),
            Some("`package.json` depends on `file:./lib/x`")
        );
    }

    #[test]
    fn python_requirements_are_followed() {
        let given = [
            ("requirements.txt", "-r req/base.txt\nflask==3\n"),
            ("req/base.txt", "-c limits.txt\nattrs\n"),
            ("req/limits.txt", ""),
        ];
        let run = "pip install -r requirements.txt";
        assert_eq!(
            files(run, &given),
            "requirements.txt req/base.txt req/limits.txt"
        );
        let local = [("requirements.txt", "flask\n-e .\n")];
        assert!(manifests(run, ".", &local).installs_project);
        let path = [("requirements.txt", "./lib/x\n")];
        assert!(manifests(run, ".", &path).needs.is_some());
    }

    #[test]
    fn solutions_and_their_projects() {
        let given = [
            (
                "App.sln",
                "Project(\"{1}\") = \"A\", \"src\\A\\A.csproj\", \"{2}\"\n",
            ),
            (
                "src/A/A.csproj",
                "<Project><ProjectReference Include=\"..\\B\\B.csproj\" /></Project>",
            ),
            ("src/B/B.csproj", "<Project/>"),
            ("Directory.Packages.props", ""),
            ("nuget.config", ""),
        ];
        let all = "App.sln src/A/A.csproj src/B/B.csproj Directory.Packages.props nuget.config";
        assert_eq!(files("dotnet restore", &given), all);
        assert_eq!(
            files("dotnet restore src/A/A.csproj", &given),
            "src/A/A.csproj src/B/B.csproj Directory.Packages.props nuget.config"
        );
    }

    #[test]
    fn go_cargo_gradle_and_maven() {
        let go = [
            ("go.work", "go 1.24\nuse (\n\t./a\n\t./b // two\n)\n"),
            ("a/go.mod", "module a\nreplace x => ../c\n"),
            ("a/go.sum", ""),
            ("b/go.mod", "module b\n"),
            ("c/go.mod", "module c\n"),
        ];
        assert_eq!(
            files("go mod download", &go),
            "go.work a/go.mod a/go.sum c/go.mod b/go.mod"
        );
        let gradle = [
            ("settings.gradle.kts", "include(\":a\", \":b:c\")\n"),
            ("build.gradle.kts", ""),
            ("a/build.gradle.kts", ""),
            ("b/c/build.gradle", ""),
            ("gradle/libs.versions.toml", ""),
        ];
        assert_eq!(
            files("gradle dependencies", &gradle),
            "build.gradle.kts settings.gradle.kts gradle/ a/build.gradle.kts b/c/build.gradle"
        );
        let maven = [
            ("pom.xml", "<modules><module>a</module></modules>"),
            ("a/pom.xml", ""),
        ];
        let found = manifests("mvn dependency:go-offline", ".", &maven);
        assert_eq!(found.files.join(" "), "pom.xml a/pom.xml");
        assert!(found.needs.is_some());
    }
}
