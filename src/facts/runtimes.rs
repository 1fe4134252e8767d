//! Which version of its language a package manager installs for.

use super::packages::{Action, Install, Manager, PackageOrigin};
use super::{Facts, Node, Stage};
use crate::images::{Runtime, RuntimeVersion, newest_needs, version_needs};
use crate::path::clean;
use crate::perspective::Perspective;
use crate::shell::Word;
use crate::span::Span;
use crate::syntax::Keyword;

/// How many days after the last updates of a runtime the newest versions of packages tend to run on
/// it no more. npm installs what does not run without a word, and Yarn refuses it.
const GRACE: i64 = 180;
const GRACE_OF_NPM: i64 = 365;

/// The runtime that an install is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallRuntime {
    /// What it is.
    pub version: RuntimeVersion,
    /// What brings it, in words: `ruby:2.3`, `Ubuntu 16.04`.
    pub source: String,
}

impl Facts<'_> {
    /// The runtime that an install is for, if its version is known.
    pub fn runtime_of(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let manager = match install.manager {
            Manager::Gem => "gem",
            Manager::Go => "go",
            Manager::Npm | Manager::Yarn => "npm",
            Manager::Pip => "pip",
            _ => return None,
        };
        if self.perspective != Perspective::Dlint || node.onbuild {
            return None;
        }
        let runtime = Runtime::of(manager)?;
        if !self.may_search(node.index) {
            return None;
        }
        let found = self.runtime(node, install, runtime)?;
        let renews = |i: &Install| {
            i.manager == install.manager && i.packages.iter().any(|p| p.name == manager)
        };
        (!self.installs_before(node, install).any(renews)).then_some(found)
    }

    /// The Python that pip installs for, where pip is so old that it does not ask what a package
    /// needs.
    fn python_of(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let pip = self.runtime_of(node, install)?;
        if install.manager != Manager::Pip || !pip.version.is_blind {
            return None;
        }
        let program = self.source.slice(install.program_span);
        let is_3 = program.contains("pip3") || program.contains("python3");
        let runtime = Runtime::of(if is_3 { "pip3" } else { "pip2" })?;
        self.runtime(node, install, runtime)
    }

    /// A package whose newest version the runtime of an install does not run, that runtime, and the
    /// version of it that the package needs.
    pub fn outgrown<'i>(
        &self,
        node: &Node<'_>,
        install: &'i Install,
    ) -> Vec<(&'i super::packages::Package, InstallRuntime, &'static str)> {
        let is_pip = install.manager == Manager::Pip;
        let runtime = if is_pip {
            self.python_of(node, install)
        } else {
            self.runtime_of(node, install)
        };
        let Some(runtime) = runtime.filter(|_| installs(install)) else {
            return Vec::new();
        };
        let managers: &[&str] = match install.manager {
            Manager::Gem => &["gem"],
            Manager::Pip if runtime.version.is_before("3") => &["pip2", "pip"],
            Manager::Pip => &["pip"],
            Manager::Npm => &["npm"],
            _ => &[],
        };
        let named = install.packages.iter().filter(|p| {
            p.origin == PackageOrigin::Registry && !p.is_hidden() && p.version.is_none()
        });
        named
            .filter_map(|package| {
                let name = package.name.to_ascii_lowercase();
                let mut needs = managers.iter();
                let needed = needs.find_map(|m| newest_needs(m, &name, self.as_of))?;
                let fails = runtime.version.is_before(needed);
                fails.then(|| (package, runtime.clone(), needed))
            })
            .collect()
    }

    /// The Python that pip installs for, if it is so old that packages which do not say which one
    /// they need are written for another.
    fn old_python(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        if self.perspective != Perspective::Dlint || node.onbuild {
            return None;
        }
        let program = self.source.slice(install.program_span);
        let number = match (program.contains('3'), program.contains('2')) {
            (true, _) => "python3",
            (_, true) => "python2",
            _ => "python",
        };
        let found = self.python_that_runs(node, number)?;
        let is_old = found.version.is_before("3.6");
        is_old.then_some(found)
    }

    /// The packages that are named in a version which the runtime does not run, that runtime, and
    /// the version of it that they need.
    pub fn mismatched<'i>(
        &self,
        node: &Node<'_>,
        install: &'i Install,
    ) -> Vec<(&'i super::packages::Package, InstallRuntime, &'static str)> {
        if self.perspective != Perspective::Dlint || node.onbuild || !installs(install) {
            return Vec::new();
        }
        let manager = match install.manager {
            Manager::Pip => "python",
            Manager::Npm => "npm",
            _ => return Vec::new(),
        };
        let versioned = |p: &&super::packages::Package| {
            p.origin == PackageOrigin::Registry && !p.is_hidden() && p.version.is_some()
        };
        let mut versioned = install.packages.iter().filter(versioned).peekable();
        if versioned.peek().is_none() {
            return Vec::new();
        }
        let program = self.source.slice(install.program_span);
        let is_2 = install.manager == Manager::Pip && program.contains('2');
        let runtime = Runtime::of(manager).filter(|_| !is_2);
        let Some(found) = runtime.and_then(|r| self.runtime(node, install, r)) else {
            return Vec::new();
        };
        let needed = |package: &super::packages::Package| {
            let version = package.version.as_ref()?;
            let name = package.name.to_ascii_lowercase();
            match (version.operator.as_str(), version.text.as_str()) {
                ("@", "latest") => newest_needs(manager, &name, self.as_of),
                ("==" | "@", text) => version_needs(manager, &name, text),
                _ => None,
            }
        };
        let outgrown = |p| Some((p, needed(p)?));
        versioned
            .filter_map(outgrown)
            .filter(|(_, needed)| found.version.is_before(needed))
            .map(|(package, needed)| (package, found.clone(), needed))
            .collect()
    }

    /// What the project's own files ask of the Node.js that an install is for, where that is older:
    /// the file, what it says, and that Node.js.
    pub fn outgrown_manifest(
        &self,
        node: &Node<'_>,
        install: &Install,
    ) -> Option<(String, ManifestDemand, InstallRuntime)> {
        const MOST: u64 = 4 * 1024 * 1024;
        let restores = install.action == Action::Restore && install.packages.is_empty();
        if !restores || !matches!(install.manager, Manager::Npm | Manager::Yarn) {
            return None;
        }
        let runtime = self.runtime_of(node, install)?;
        let folders = self.manifest_folders(node);
        let read = |folder: &String, name: &str| {
            let path = match folder.as_str() {
                "." => name.to_owned(),
                folder => format!("{folder}/{name}"),
            };
            let text = self.read_from_context(&path, MOST)?;
            Some((path, text))
        };
        // npm 6, which Node.js has before 15, knows the first two versions.
        let is_strict = install.verb == "ci" && runtime.version.is_before("15");
        let mut locks = folders.iter().filter(|_| is_strict);
        let lock = locks.find_map(|folder| {
            let (path, text) = read(folder, "package-lock.json")?;
            let head: String = text
                .chars()
                .filter(|c| !c.is_whitespace())
                .take(400)
                .collect();
            head.contains("\"lockfileVersion\":3").then_some(path)
        });
        if let Some(path) = lock {
            return Some((path, ManifestDemand::Lock, runtime));
        }
        folders.iter().find_map(|folder| {
            let (path, text) = read(folder, "package.json")?;
            let (_, engines) = text.split_once("\"engines\"")?;
            let (engines, _) = engines.split_once('}')?;
            let (_, asked) = engines.split_once("\"node\"")?;
            let asked = asked.split('"').nth(1)?.trim();
            let least = least_of(asked)?;
            let is_older = runtime.version.is_before(least);
            is_older.then(|| {
                (
                    path,
                    ManifestDemand::Engines(asked.to_owned()),
                    runtime.clone(),
                )
            })
        })
    }

    /// What a project says of its Ruby or Python that the image does not have, so that its
    /// dependencies are not installed: the file, what it says, and what is there.
    pub fn refused_runtime(
        &self,
        node: &Node<'_>,
        install: &Install,
    ) -> Option<(String, String, InstallRuntime)> {
        const MOST: u64 = 1 << 20;
        if self.perspective != Perspective::Dlint || node.onbuild || install.directory().is_some() {
            return None;
        }
        let manager = match (install.manager, install.verb.as_str()) {
            (Manager::Bundler, "install") => "gem",
            (Manager::Poetry, "install") => "python",
            (Manager::Pip, "install") if install.packages.iter().any(|p| p.name == ".") => "python",
            _ => return None,
        };
        let image = self.root_image(node.stage?)?;
        let version = Runtime::of(manager)?.in_image(image)?;
        let directory = self.directory_at(node)?;
        let read = |name: &str| {
            let path = self.brought(node, &clean(&format!("{directory}/{name}")))?;
            let text = self.read_from_context(&path, MOST)?;
            Some((path, text))
        };
        let told = |text: &&str| self.is_mentioned_before(node, text);
        let (path, asked) = if manager == "gem" {
            if ["rbenv", "rvm", "asdf", "mise", "sed "].iter().any(told) {
                return None;
            }
            let (path, text) = read("Gemfile")?;
            let line = text
                .lines()
                .find_map(|line| line.trim().strip_prefix("ruby "))?;
            let asked = match line.contains("file:") {
                true => {
                    let (_, text) = read(".ruby-version")?;
                    text.trim().trim_start_matches("ruby-").to_owned()
                }
                false => line.split(['"', '\'']).nth(1)?.to_owned(),
            };
            let is_plain = asked.chars().all(|c| c.is_ascii_digit() || c == '.');
            // The image has the first two numbers of its version at least.
            let own = format!("{}.", version.version);
            if !is_plain || asked.matches('.').count() < 2 || asked.starts_with(&own) {
                return None;
            }
            (path, asked)
        } else {
            if ["pyenv", "uv ", "conda", "mise", "sed "].iter().any(told) {
                return None;
            }
            let (path, text) = read("pyproject.toml")?;
            let project: toml::Table = text.parse().ok()?;
            let own = project
                .get("project")
                .and_then(|p| p.get("requires-python"));
            let poetry = || {
                let poetry = project.get("tool")?.get("poetry")?;
                poetry.get("dependencies")?.get("python")
            };
            let asked = own.or_else(poetry)?.as_str()?.to_owned();
            let least = asked.trim_start_matches(['>', '=', '^', '~', ' ']);
            let least = least.split([',', ' ', '|']).next()?;
            let is_version = least.starts_with("3.") && !asked.contains("||");
            if asked.starts_with('<') || !is_version || !version.is_before(least) {
                return None;
            }
            (path, asked)
        };
        let found = InstallRuntime {
            version,
            source: image.text.clone(),
        };
        Some((path, asked, found))
    }

    /// The first call of Go in a stage that refuses its module, because the module asks for a newer
    /// Go and the image of Go fetches none: the call, what is asked for, the Go that is there, and
    /// whether the build surely ends there.
    pub fn outgrown_module(
        &self,
        stage: &Stage<'_>,
    ) -> Option<(Span, String, InstallRuntime, bool)> {
        const VERBS: [&str; 10] = [
            "build", "generate", "get", "install", "list", "mod", "run", "test", "tool", "vet",
        ];
        const CHOSEN: &str = "GOTOOLCHAIN";
        let image = self.root_image(stage.index)?;
        let version = Runtime::of("go")?.in_image(image)?;
        // Go has asked for its version since 1.21, which the image says not to replace.
        let may_look =
            || self.perspective == Perspective::Dlint && self.may_search(self.nodes.len());
        if version.is_before("1.21") || !may_look() || self.source.text().contains(CHOSEN) {
            return None;
        }
        for node in self.nodes_of(stage).iter().filter(|n| n.is(Keyword::Run)) {
            let Some(script) = node.script.as_ref().filter(|s| !s.unread) else {
                continue;
            };
            for (index, command) in script.commands.iter().enumerate() {
                if matches!(command.name.as_str(), "cd" | "pushd") {
                    break;
                }
                let verb = command.subcommand().filter(|verb| VERBS.contains(verb));
                let outside = command
                    .literal_args()
                    .any(|a| a.contains('@') || a == "init" || a == "-C");
                if command.name != "go" || verb.is_none() || outside {
                    continue;
                }
                let directory = self.directory_at(node)?;
                let path = self.brought(node, &clean(&format!("{directory}/go.mod")))?;
                let text = self.read_from_context(&path, 1 << 20)?;
                let mut lines = text.lines().filter_map(|line| line.strip_prefix("go "));
                let asked = lines.next()?.split_whitespace().next()?;
                if !version.is_before(asked) {
                    return None;
                }
                let is_certain = script.is_fatal(index) && node.must_succeed(index);
                let words = command.words.iter().take(2).map(|w| w.span);
                let found = InstallRuntime {
                    version,
                    source: image.text.clone(),
                };
                return Some((words.reduce(Span::to)?, asked.to_owned(), found, is_certain));
            }
        }
        None
    }

    /// The folders of the build context from which a stage's chain copies manifests before a node.
    fn manifest_folders(&self, node: &Node<'_>) -> Vec<String> {
        let nodes = node.stage.into_iter().flat_map(|s| self.chain_nodes(s));
        let copies = nodes
            .filter(|n| n.index < node.index)
            .filter_map(|n| self.copied(n));
        let copies = copies.filter(|c| c.origin == super::CopyOrigin::Context);
        let sources = copies.flat_map(|c| &c.sources).filter_map(|s| s.path());
        let mut folders = Vec::new();
        for path in sources {
            let name = crate::path::file_name(&path);
            let folder = match path.rsplit_once('/') {
                _ if !name.starts_with("package") => path.clone(),
                Some((folder, _)) => folder.to_owned(),
                None => ".".to_owned(),
            };
            if !folders.contains(&folder) && !folder.contains('*') {
                folders.push(folder);
            }
        }
        folders
    }

    /// Where a node downloads the script that installs the newest pip, if the Python that runs it
    /// is too old: that Python, and the one that is needed.
    pub fn outgrown_get_pip(
        &self,
        node: &Node<'_>,
    ) -> Option<(Span, InstallRuntime, &'static str)> {
        const ADDRESS: &str = "bootstrap.pypa.io/get-pip.py";
        if self.perspective != Perspective::Dlint || node.onbuild {
            return None;
        }
        let text = |w: &Word| w.literal().unwrap_or(&w.raw).contains(ADDRESS);
        let in_run = || {
            let mut words = node.commands().iter().flat_map(|c| &c.words);
            words.find(|w| text(w)).map(|w| w.span)
        };
        let copied = || {
            let copied = self.copied(node)?;
            let mut sources = copied.sources.iter();
            let has = |t: &str| t.contains(ADDRESS);
            sources
                .find(|s| s.text.as_deref().is_some_and(has))
                .map(|s| s.span)
        };
        let span = in_run().or_else(copied)?;
        let needed = newest_needs("python", "pip", self.as_of)?;
        let stage = node.stage?;
        let mut runs = self.nodes_of(self.stages.get(stage)?).iter();
        let found = runs
            .by_ref()
            .filter(|n| n.index >= node.index)
            .find_map(|run| {
                let commands = run.commands().iter();
                let mut commands = commands.filter(|c| c.name.starts_with("python"));
                let reads = |c: &&crate::shell::Command| {
                    c.words.iter().skip(1).any(|w| w.raw.contains("get-pip.py"))
                        || run.index == node.index && c.pipeline.is_some_and(|(_, part)| part > 0)
                };
                let call = commands.find(reads)?;
                self.python_that_runs(run, &call.name)
            })?;
        found
            .version
            .is_before(needed)
            .then_some((span, found, needed))
    }

    /// The Python that a program's name calls.
    fn python_that_runs(&self, node: &Node<'_>, program: &str) -> Option<InstallRuntime> {
        let stage = node.stage?;
        let runtime = Runtime::of("python")?;
        let number = program.trim_start_matches("python");
        if let Some(version) = self.root_image(stage).and_then(|i| runtime.in_image(i)) {
            let source = self.root_image(stage)?.text.clone();
            // `pip2` beside the image's own.
            let is_own = !number.starts_with('2') || version.is_before("3");
            return is_own.then_some(InstallRuntime { version, source });
        }
        if number.contains('.') {
            let version = runtime.named(number);
            return Some(InstallRuntime {
                version,
                source: format!("`{program}`"),
            });
        }
        let told =
            |text: &&str| self.is_mentioned_before(node, text) || self.is_copied_before(node, text);
        let release = self.root_release(stage)?;
        if runtime.elsewhere.iter().any(told) || self.has_other_sources(node) {
            return None;
        }
        let version = match number {
            "3" => runtime.in_release(release)?,
            // What is called so was Python 2 as long as there was one.
            "" | "2"
                if self.is_mentioned_before(node, "python ")
                    || self.is_mentioned_before(node, "python-")
                    || number == "2" =>
            {
                runtime.named("2.7")
            }
            _ => return None,
        };
        let is_old = release.is_before("debian", "11") || release.is_before("ubuntu", "20.04");
        if number != "3" && !is_old {
            return None;
        }
        Some(InstallRuntime {
            version,
            source: release.name(),
        })
    }

    /// The runtime of an install, if what it installs without a version may no longer run on it.
    pub fn retired_runtime(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        if install.manager == Manager::Pip
            && let Some(found) = self.old_python(node, install)
            && let Some(ended) = found.version.ends
            && self.as_of.days() - ended.days() >= GRACE
        {
            return Some(found);
        }
        let found = self.runtime_of(node, install)?;
        let grace = if install.manager == Manager::Npm {
            GRACE_OF_NPM
        } else {
            GRACE
        };
        let ended = |r: &InstallRuntime| match r.version.ends {
            Some(day) => self.as_of.days() - day.days() >= grace,
            None => install.manager == Manager::Pip,
        };
        (found.version.is_blind && ended(&found)).then_some(found)
    }

    /// The runtime of an install that fetches what is current, if it is out of support, so that this
    /// may not run on it any more.
    pub fn forsaken_runtime(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let manager = match install.manager {
            Manager::Gem | Manager::Bundler => "gem",
            Manager::Go => "go",
            Manager::Npm | Manager::Yarn | Manager::Pnpm => "npm",
            Manager::Pip => "python",
            _ => return None,
        };
        // What a lock says is what it was.
        let is_locked = install.verb == "ci"
            || install.has_flag(&[
                "--frozen-lockfile",
                "--frozen",
                "--immutable",
                "--deployment",
            ]);
        if self.perspective != Perspective::Dlint || !installs(install) || is_locked {
            return None;
        }
        let found = match self.runtime(node, install, Runtime::of(manager)?) {
            None if install.manager == Manager::Pip => self.old_python(node, install),
            found => found,
        };
        found.filter(|r| r.version.ends.is_some_and(|day| day < self.as_of))
    }

    /// The pip that takes what the project asks for in the newest version, whatever Python that is
    /// made for.
    pub fn blind_pip(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let named = |p: &super::packages::Package| p.origin == PackageOrigin::Registry;
        if install.manager != Manager::Pip || !installs(install) {
            return None;
        }
        if install.packages.iter().any(named) || install.has_flag(&["--no-deps"]) {
            return None;
        }
        self.python_of(node, install)?;
        self.runtime_of(node, install)
    }

    fn runtime(
        &self,
        node: &Node<'_>,
        install: &Install,
        runtime: &Runtime,
    ) -> Option<InstallRuntime> {
        let stage = node.stage?;
        let image = self.root_image(stage)?;
        let told =
            |text: &&str| self.is_mentioned_before(node, text) || self.is_copied_before(node, text);
        let named = runtime.in_image(image);
        let (version, source) = match named {
            Some(version) => (version, image.text.clone()),
            None => {
                let release = self.root_release(stage)?;
                if !self.brings(node, install, runtime)
                    || self.may_have_more_sources(node, install.command, runtime.packages)
                {
                    return None;
                }
                (runtime.in_release(release)?, release.name())
            }
        };
        (!runtime.elsewhere.iter().any(told)).then_some(InstallRuntime { version, source })
    }

    /// Whether packages of the system bring a runtime before an install.
    fn brings(&self, node: &Node<'_>, install: &Install, runtime: &Runtime) -> bool {
        self.installs_before(node, install).any(|i| {
            i.manager.is_system()
                && i.action == Action::Install
                && i.packages.iter().any(|p| {
                    p.origin == PackageOrigin::Registry
                        && p.version.is_none()
                        && runtime.packages.contains(&p.name.as_str())
                })
        })
    }

    fn installs_before<'f>(
        &'f self,
        node: &'f Node<'_>,
        install: &'f Install,
    ) -> impl Iterator<Item = &'f Install> {
        let nodes = node.stage.into_iter().flat_map(|s| self.chain_nodes(s));
        nodes
            .filter(|n| n.index <= node.index)
            .flat_map(move |n| n.installs.iter().map(move |i| (n.index, i)))
            .filter(|(at, i)| *at < node.index || i.command < install.command)
            .map(|(_, i)| i)
    }
}

/// What a file of the project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestDemand {
    /// A lock file in a form that came later.
    Lock,
    /// `engines` of a manifest, as written.
    Engines(String),
}

/// The least version of a range that has one lower end: `>=18`, `^20.1`, `22.x`, `18`.
fn least_of(range: &str) -> Option<&str> {
    if range.contains("||") || range.contains('<') {
        return None;
    }
    let least = range.trim_start_matches(['>', '=', '^', '~', 'v', ' ']);
    let end = least.find(|c: char| !c.is_ascii_digit() && c != '.');
    let least = least
        .get(..end.unwrap_or(least.len()))?
        .trim_end_matches('.');
    least
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(least)
}

/// Whether packages are installed and nothing else.
fn installs(install: &Install) -> bool {
    matches!(install.action, Action::Install | Action::Restore)
}
