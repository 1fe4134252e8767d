//! Who builds the files that are linted: the compose and bake files that are named, found in
//! searched folders, or lie above a Dockerfile in its repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::builds::{Fault, Inline, Invocation, Recipe, bake, callers, compose, quadlet};
use crate::context::{
    Build, Caller, Disk, NamedBuild, PassedArgument, SetArgument, Targets, disk, within_repository,
};
use crate::discover;
use crate::emit::Failure;
use crate::secrets;
use crate::span::{Source, Span};

/// How many different builds of one file are looked at; a matrix can mean hundreds.
const MAX_BUILDS: usize = 16;
/// How many workflows or scripts of a folder are read.
const MAX_CALLERS: usize = 200;
/// The largest compose or bake file that is read.
const MAX_BYTES: u64 = 4 << 20;

/// A build of a Dockerfile.
struct Known {
    name: String,
    build: Build,
    images: Vec<String>,
    /// Whether the user named the file that says so.
    named: bool,
}

/// A build argument that is passed, and to which files.
#[derive(Clone)]
struct KnownArgument {
    /// The Dockerfile; nothing if a variable decides.
    file: Option<PathBuf>,
    /// The folder that the other file speaks for.
    folder: PathBuf,
    is_secret: bool,
    argument: PassedArgument,
}

/// Who passes build arguments, in the order in which it is told.
enum Passing {
    /// What a compose or bake file passes.
    Argument(KnownArgument),
    /// The workflows, scripts and Makefiles of a folder and the root of its repository.
    Callers(PathBuf, PathBuf),
}

/// What files pass as build arguments: secrets from compose and bake files, which say the rest of
/// their builds themselves, and all from workflows and scripts. Those are read when a Dockerfile
/// asks.
#[derive(Default)]
pub(super) struct PassedSecrets {
    passing: Vec<Passing>,
    read: OnceLock<Vec<KnownArgument>>,
}

/// What is passed to the build of one Dockerfile.
#[derive(Default)]
pub(super) struct Given {
    secrets: Vec<PassedArgument>,
    /// The names of all.
    handed: Vec<String>,
}

impl Given {
    /// Whether nothing is passed.
    pub(super) fn is_empty(&self) -> bool {
        self.handed.is_empty()
    }

    /// Adds it to what is known of a build.
    pub(super) fn add_to(&self, build: &mut Build) {
        build.passed.clone_from(&self.secrets);
        build.handed.clone_from(&self.handed);
    }
}

/// A compose or bake file with Dockerfiles in it.
pub(super) struct InlineSource {
    pub(super) source: Source,
    pub(super) inlines: Vec<(NamedBuild, Inline)>,
}

/// What compose and bake files say.
#[derive(Default)]
pub(super) struct Builders {
    /// By the file's canonical path.
    builds: BTreeMap<PathBuf, Vec<Known>>,
    read: BTreeSet<PathBuf>,
    searched: BTreeSet<PathBuf>,
    /// The Dockerfiles they build.
    pub(super) files: BTreeSet<PathBuf>,
    /// Those with Dockerfiles in them.
    pub(super) inline_sources: Vec<InlineSource>,
    /// What files pass as build arguments.
    pub(super) passed: PassedSecrets,
    /// What is wrong with those that were named.
    pub(super) failures: Vec<Failure>,
    /// What is wrong with those that were found.
    pub(super) notes: Vec<Failure>,
}

/// Whether a path that the user names is a compose or bake file.
pub(super) fn is_builder(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str());
    let fits = match extension {
        Some("yml" | "yaml" | "hcl") => true,
        Some("json") => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.contains("bake")
        }
        _ if quadlet::is_build_unit(path) => text_of(path).is_ok_and(|t| quadlet::has_build(&t)),
        _ => false,
    };
    fits && path.is_file()
}

/// How a compose or bake file comes into play.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Discovery {
    /// The user named it.
    Named,
    /// It lies in a folder that is searched.
    Searched,
    /// It lies above a Dockerfile: it says how that is built and nothing else.
    Above,
}

impl Builders {
    /// Reads a file, once.
    pub(super) fn add(&mut self, path: &Path, discovery: Discovery) {
        // What is vendored is not built here, and half of it is not there.
        let is_vendored = |p: &Path| p.iter().any(|c| c == "vendor" || c == "node_modules");
        if discovery == Discovery::Searched && is_vendored(path) {
            return;
        }
        if !self.read.insert(disk::identity(path)) {
            return;
        }
        let text = match text_of(path) {
            Ok(text) => text,
            Err(message) => return self.fail(path, discovery, message),
        };
        let mut faults = Vec::new();
        let invocations = match of_file(path, &text, &mut faults) {
            Ok(invocations) => invocations,
            Err(fault) => {
                faults.push(fault);
                Vec::new()
            }
        };
        if !faults.is_empty() {
            let source = Source::new(path, text.as_str());
            for fault in faults {
                let place = source.position(fault.span.start);
                let (line, column) = (place.line, place.column);
                self.fail(
                    path,
                    discovery,
                    format!("line {line}, column {column}: {fault}"),
                );
            }
        }
        let mut source = None;
        let folder = path.parent().unwrap_or(Path::new(""));
        for invocation in invocations {
            let Invocation {
                name,
                recipe,
                mut build,
                images,
                span,
                contexts: _,
            } = invocation;
            if build
                .context
                .as_ref()
                .is_some_and(|c| disk::leads_out(folder, c))
            {
                // Names of files there would be suggested.
                build.context = None;
            }
            self.keep_policies(path, discovery, &text, span, &name, &mut build);
            match recipe {
                Recipe::File(file) if file.is_file() => {
                    self.add_arguments(path, &text, span, &build, &file);
                    if disk::leads_out(folder, &file) {
                        // What a repository names elsewhere is not shown, unless the user names
                        // it too.
                        if discovery != Discovery::Above {
                            let file = file.display();
                            let message =
                                format!("`{name}` is built from {file}, out of the repository");
                            self.notes.push(Failure::new(path, message));
                        }
                    } else if discovery != Discovery::Above {
                        self.files.insert(discover::shown(&file));
                    }
                    let named = discovery == Discovery::Named;
                    let known = Known {
                        name,
                        build,
                        images,
                        named,
                    };
                    self.builds
                        .entry(disk::identity(&file))
                        .or_default()
                        .push(known);
                }
                Recipe::File(file) => {
                    // In a file that is named it is a fault; elsewhere it may be made later.
                    if discovery == Discovery::Named {
                        let place = Source::new(path, text.as_str()).position(span.start);
                        let file = file.display();
                        let message = format!(
                            "line {}, column {}: `{name}` is built from {file}, which is not there",
                            place.line, place.column
                        );
                        self.failures.push(Failure::new(path, message));
                    }
                }
                Recipe::Inline(_) if discovery == Discovery::Above => {}
                Recipe::Inline(inline) => {
                    let file = source.get_or_insert_with(|| InlineSource {
                        source: Source::new(discover::shown(path), text.as_str()),
                        inlines: Vec::new(),
                    });
                    let names = vec![name];
                    file.inlines.push((NamedBuild { names, build }, inline));
                }
            }
        }
        self.inline_sources.extend(source);
    }

    /// Leaves the policies of a build out that cannot be read.
    fn keep_policies(
        &mut self,
        path: &Path,
        discovery: Discovery,
        text: &str,
        span: Span,
        name: &str,
        build: &mut Build,
    ) {
        let folder = path.parent().unwrap_or(Path::new(""));
        build.policies.files.retain(|file| {
            if !file.is_file() && discovery == Discovery::Named {
                let place = Source::new(path, text).position(span.start);
                let file = file.display();
                let message = format!(
                    "line {}, column {}: `{name}` has the policy {file}, which is not there",
                    place.line, place.column
                );
                self.failures.push(Failure::new(path, message));
            }
            file.is_file() && !disk::leads_out(folder, file)
        });
    }

    /// Remembers the secrets among the arguments of a build that a compose or bake file describes.
    fn add_arguments(&mut self, path: &Path, text: &str, span: Span, build: &Build, file: &Path) {
        let is_yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
        let by = if is_yaml {
            Caller::Compose
        } else {
            Caller::Bake
        };
        let written = build.arguments.iter();
        let written = written.filter(|(name, value)| secrets::is_secret_of(name, value));
        let open = build.unknown_arguments.iter();
        let open = open.filter(|n| secrets::name::classify(n).is_some_and(|c| c.exact));
        let names = written.map(|(name, value)| (name, None, Some(value)));
        let names = names.chain(open.map(|name| (name, Some(name.clone()), None)));
        // A variable of Bake that is empty by itself comes from the environment.
        let given = build.arguments.iter().filter(|(name, value)| {
            by == Caller::Bake
                && value.is_empty()
                && secrets::name::classify(name).is_some_and(|c| c.exact)
        });
        let given = given.filter_map(|(name, _)| {
            let variable = variable_behind(text.get(span.start as usize..)?, name)?;
            Some((name, Some(variable), None))
        });
        for (name, secret, value) in names.chain(given) {
            let from = span.start as usize;
            let after = text.get(from..).unwrap_or_default();
            let Some(at) = after.find(name.as_str()) else {
                continue;
            };
            let passed = callers::Passed {
                argument: name.clone(),
                value: String::new(),
                secret,
                is_secret: true,
                dockerfile: Some(file.to_path_buf()),
                span: Span::new((from + at) as u32, (from + at + name.len()) as u32),
                by,
            };
            let folder = path.parent().unwrap_or(Path::new(""));
            let set = value.and_then(|v| set_in_environment(folder, name, v));
            let known = KnownArgument::of(path, folder, text, passed, set);
            self.passed.passing.extend(known.map(Passing::Argument));
        }
    }

    fn fail(&mut self, path: &Path, discovery: Discovery, message: String) {
        let failure = Failure::new(path, message);
        match discovery {
            Discovery::Named => self.failures.push(failure),
            Discovery::Searched => self.notes.push(failure),
            Discovery::Above => {}
        }
    }

    /// Reads what lies in a folder and above it, up to the root of the repository, under the
    /// names that Compose and Bake look for.
    pub(super) fn add_above(&mut self, folder: &Path) {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let Ok(folder) = std::fs::canonicalize(folder) else {
            return;
        };
        let names = compose::NAMES.iter().chain(&compose::OVERRIDES);
        let names = names.chain(&bake::NAMES);
        let root = within_repository(&folder, &Disk).last().unwrap_or(&folder);
        let root = root.to_path_buf();
        for folder in within_repository(&folder, &Disk) {
            if !self.searched.insert(folder.to_path_buf()) {
                return;
            }
            let callers = Passing::Callers(folder.to_path_buf(), root.clone());
            self.passed.passing.push(callers);
            for name in names.clone() {
                let path = folder.join(name);
                if path.is_file() && !disk::leads_out(folder, &path) {
                    self.add(&path, Discovery::Above);
                }
            }
        }
    }

    /// The images that come of a Dockerfile.
    pub(super) fn images_of(&self, path: &Path) -> Vec<String> {
        if self.builds.is_empty() {
            return Vec::new();
        }
        let known = self.builds.get(&disk::identity(path)).into_iter().flatten();
        let images: BTreeSet<&String> = known.flat_map(|k| &k.images).collect();
        images.into_iter().cloned().collect()
    }

    /// The Dockerfiles that images come of, how, and which.
    pub(super) fn makers(&self) -> impl Iterator<Item = (&Path, &Build, &[String])> {
        let all = self.builds.iter();
        let all = all.flat_map(|(path, known)| known.iter().map(move |k| (path, k)));
        let all = all.filter(|(_, known)| !known.images.is_empty());
        all.map(|(path, known)| (path.as_path(), &known.build, known.images.as_slice()))
    }

    /// All images that are built.
    pub(super) fn images(&self) -> impl Iterator<Item = &String> {
        self.builds.values().flatten().flat_map(|k| &k.images)
    }

    /// By the Dockerfile's canonical path, the builds that workflows, scripts and Makefiles make
    /// with policies of their own. To find them, these are read.
    pub(super) fn with_policies(&self) -> BTreeMap<PathBuf, Vec<NamedBuild>> {
        let mut all: BTreeMap<PathBuf, Vec<NamedBuild>> = BTreeMap::new();
        for passing in &self.passed.passing {
            let Passing::Callers(folder, root) = passing else {
                continue;
            };
            for (path, text, _) in caller_files(folder) {
                let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
                for made in callers::with_policies(folder, &path, &text) {
                    let mut build = made.build;
                    let files = std::mem::take(&mut build.policies.files).into_iter();
                    let inside = files.filter(|f| f.is_file() && !disk::leads_out(folder, f));
                    build.policies.files = inside.map(|f| disk::nearer(&f).to_owned()).collect();
                    let is_out = |c: &PathBuf| disk::leads_out(folder, c);
                    if build.context.as_ref().is_some_and(is_out) {
                        build.context = None;
                    }
                    let of_file = all.entry(disk::identity(&made.dockerfile)).or_default();
                    if of_file.len() < MAX_BUILDS && of_file.iter().all(|b| b.build != build) {
                        let names = vec![shown.to_string()];
                        of_file.push(NamedBuild { names, build });
                    }
                }
            }
        }
        all
    }

    /// The builds of a Dockerfile, with what the user says over them; none if nobody says how it
    /// is built. With `named` only files count that the user named.
    pub(super) fn of(&self, path: &Path, user: &Build, named: bool) -> Vec<NamedBuild> {
        if self.builds.is_empty() {
            return Vec::new();
        }
        let known = self.builds.get(&disk::identity(path)).into_iter().flatten();
        let known: Vec<&Known> = known.filter(|k| k.named || !named).collect();
        if known.is_empty() {
            return Vec::new();
        }
        let mut targets = Targets::default();
        for known in &known {
            let names = known.build.targets.names.iter();
            for name in names {
                if !targets.names.contains(name) {
                    targets.names.push(name.clone());
                }
            }
            targets.any |= known.build.targets.any;
        }
        let mut out: Vec<NamedBuild> = Vec::new();
        for known in &known {
            let build = Build {
                targets: targets.clone(),
                ..over(known.build.clone(), user)
            };
            let is_full = out.len() == MAX_BUILDS;
            match out.iter_mut().find(|b| b.build == build) {
                Some(same) if same.names.contains(&known.name) => {}
                Some(same) => same.names.push(known.name.clone()),
                None if is_full => {}
                None => out.push(NamedBuild {
                    names: vec![known.name.clone()],
                    build,
                }),
            }
        }
        // If all of them stop at a stage, nobody here says how the last one is built; that it is
        // built otherwise just so is the best guess.
        if out.iter().all(|b| b.build.target.is_some())
            && user.target.is_none()
            && let Some(first) = out.first()
        {
            let build = Build {
                target: None,
                ..first.build.clone()
            };
            let names = Vec::new();
            out.push(NamedBuild { names, build });
        }
        out
    }
}

impl KnownArgument {
    fn of(
        path: &Path,
        root: &Path,
        text: &str,
        passed: callers::Passed,
        set: Option<SetArgument>,
    ) -> Option<Self> {
        let file = match &passed.dockerfile {
            Some(file) if !file.is_file() => return None,
            Some(file) => Some(disk::identity(file)),
            None => None,
        };
        let is_secret = passed.is_secret;
        let place = Source::new(path, text).position(passed.span.start);
        let shown = path.strip_prefix(root).unwrap_or(path);
        let shown = shown.to_string_lossy().replace('\\', "/");
        let argument = PassedArgument {
            name: passed.argument,
            secret: passed.secret,
            by: passed.by,
            path: path.to_path_buf(),
            shown,
            line: place.line,
            column: place.column,
            set,
        };
        Some(Self {
            file,
            folder: root.to_path_buf(),
            is_secret,
            argument,
        })
    }
}

impl PassedSecrets {
    /// What is passed when a Dockerfile is built.
    pub(super) fn to(&self, path: &Path) -> Given {
        let mut given = Given::default();
        for known in self.known(path) {
            let argument = known.argument;
            if !given.handed.contains(&argument.name) {
                given.handed.push(argument.name.clone());
            }
            if known.is_secret && !given.secrets.contains(&argument) {
                given.secrets.push(argument);
            }
        }
        given
    }

    fn known(&self, path: &Path) -> Vec<KnownArgument> {
        let known = self.read.get_or_init(|| {
            let each = |passing: &Passing| match passing {
                Passing::Argument(known) => vec![known.clone()],
                Passing::Callers(folder, root) => read_callers(folder, root),
            };
            self.passing.iter().flat_map(each).collect()
        });
        if known.is_empty() {
            return Vec::new();
        }
        let own = disk::identity(path);
        let fits = |known: &&KnownArgument| match &known.file {
            Some(file) => *file == own,
            None => own.starts_with(&known.folder),
        };
        known.iter().filter(fits).cloned().collect()
    }
}

/// How a file that builds is read for the build arguments that it passes.
type ReadPassed = fn(&Path, &str) -> Vec<callers::Passed>;

/// The workflows, scripts and Makefiles of a folder, with their texts.
fn caller_files(folder: &Path) -> Vec<(PathBuf, String, ReadPassed)> {
    const PLAIN: [&str; 9] = [
        "Makefile",
        "makefile",
        "GNUmakefile",
        "justfile",
        "Jenkinsfile",
        "build.sh",
        "docker-build.sh",
        "deploy.sh",
        ".circleci/config.yml",
    ];
    const FOLDERS: [&str; 6] = ["scripts", "script", "ci", ".ci", "bin", "hack"];
    let in_folder = |name: &str, endings: &[&str]| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder.join(name)).into_iter().flatten();
        let paths = entries.flatten().map(|entry| entry.path());
        let fits = |path: &PathBuf| {
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            endings.contains(&ending.as_ref())
        };
        let mut paths: Vec<PathBuf> = paths.filter(fits).take(MAX_CALLERS).collect();
        paths.sort();
        paths
    };
    let mut files: Vec<(PathBuf, ReadPassed)> = Vec::new();
    for path in in_folder(".github/workflows", &["yml", "yaml"]) {
        files.push((path, callers::github));
    }
    files.push((folder.join(".gitlab-ci.yml"), callers::gitlab));
    for name in PLAIN {
        files.push((folder.join(name), callers::plain));
    }
    for name in FOLDERS {
        let scripts = in_folder(name, &["sh", "bash", "mk"]).into_iter();
        files.extend(scripts.map(|path| (path, callers::plain as ReadPassed)));
    }
    let there = files.into_iter();
    let there = there.filter(|(path, _)| path.is_file() && !disk::leads_out(folder, path));
    let texts = there.filter_map(|(path, read)| {
        let text = text_of(&path).ok()?;
        Some((path, text, read))
    });
    texts.collect()
}

/// Reads the workflows, scripts and Makefiles of a folder for the build arguments they pass.
fn read_callers(folder: &Path, root: &Path) -> Vec<KnownArgument> {
    let mut known = Vec::new();
    for (path, text, read) in caller_files(folder) {
        if !["build-arg", "build_arg", "buildArgs"]
            .iter()
            .any(|w| text.contains(w))
        {
            continue;
        }
        let passed = read(folder, &text).into_iter();
        known.extend(passed.filter_map(|p| KnownArgument::of(&path, root, &text, p, None)));
    }
    known
}

/// What the user says wins over what a file says.
pub(super) fn over(mut build: Build, user: &Build) -> Build {
    for (name, value) in &user.arguments {
        build.arguments.retain(|(n, _)| n != name);
        build.unknown_arguments.retain(|n| n != name);
        build.arguments.push((name.clone(), value.clone()));
    }
    build.contexts.extend(user.contexts.iter().cloned());
    if user.target.is_some() {
        build.target.clone_from(&user.target);
    }
    if user.context.is_some() {
        build.context.clone_from(&user.context);
    }
    if !user.platforms.is_empty() {
        build.platforms.clone_from(&user.platforms);
    }
    build
}

/// The builds that a compose or bake file describes.
pub(super) fn of_file(
    path: &Path,
    text: &str,
    faults: &mut Vec<Fault>,
) -> Result<Vec<Invocation>, Fault> {
    let is_yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
    if is_yaml {
        return compose::read(path, text, &|other| inner_text(path, other), faults);
    }
    if quadlet::is_build_unit(path) {
        return Ok(quadlet::read(path, text, &|p| p.is_file()));
    }
    let own = path.parent().unwrap_or(Path::new(""));
    let overlays = overlays(path);
    let is_default = is_default(path);
    // Bake lays them over unless it is given the file alone: both are builds of today.
    let read = |folder: &Path| -> Result<Vec<Invocation>, Fault> {
        let mut all = bake::read(folder, path, text)?;
        let is_there = |i: &Invocation| match &i.recipe {
            Recipe::File(file) => file.is_file(),
            Recipe::Inline(_) => true,
        };
        // A target may say only what differs from a service of its name.
        if !all.iter().all(is_there) && is_default {
            let services = services_beside(path);
            let over = if services.is_empty() {
                Vec::new()
            } else {
                bake::read_with(folder, path, text, &[], &services)?
            };
            for invocation in all.iter_mut().filter(|i| !is_there(i)) {
                let mut over = over.iter().filter(|i| is_there(i));
                if let Some(over) = over.find(|i| i.name == invocation.name) {
                    *invocation = over.clone();
                }
            }
        }
        if !overlays.is_empty() {
            let more = bake::read_with(folder, path, text, &overlays, &[])?;
            let is_file = |i: &Invocation| matches!(i.recipe, Recipe::File(_));
            all.extend(more.into_iter().filter(is_file));
        }
        Ok(all)
    };
    let first = read(own)?;
    let is_there = |invocations: &[Invocation]| {
        invocations.iter().all(|i| match &i.recipe {
            Recipe::File(file) => file.is_file(),
            Recipe::Inline(_) => true,
        })
    };
    if is_there(&first) {
        return Ok(first);
    }
    // Paths start where Bake is run: often at the root, with the file in a folder of it. The
    // Dockerfiles there must be the ones that are meant.
    let absolute = std::path::absolute(own).unwrap_or_default();
    for folder in within_repository(&absolute, &Disk) {
        let again = read(disk::nearer(folder))?;
        if is_there(&again) && again.iter().all(has_target) {
            return Ok(again);
        }
    }
    Ok(first)
}

/// Whether Bake looks for a file of that name.
fn is_default(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str());
    name.is_some_and(|name| bake::NAMES.contains(&name))
}

/// The builds of the compose file that Bake reads with a bake file beside it. What is wrong in it
/// is said when it is linted itself.
fn services_beside(path: &Path) -> Vec<Invocation> {
    let mut beside = compose::NAMES.iter().map(|name| path.with_file_name(name));
    let found = beside.find_map(|other| Some((inner_text(path, &other)?, other)));
    let Some((text, path)) = found else {
        return Vec::new();
    };
    let read = |other: &Path| inner_text(&path, other);
    compose::read(&path, &text, &read, &mut Vec::new()).unwrap_or_default()
}

/// The files beside a bake file that Bake lays over it.
fn overlays(path: &Path) -> Vec<(PathBuf, String)> {
    if !is_default(path) {
        return Vec::new();
    }
    let beside = bake::OVERRIDES.iter().map(|name| path.with_file_name(name));
    beside
        .filter_map(|other| Some((inner_text(path, &other)?, other)))
        .map(|(text, path)| (path, text))
        .collect()
}

/// Whether the Dockerfile of a build has the stage that the build stops at, as far as a glance
/// tells.
fn has_target(invocation: &Invocation) -> bool {
    let (Recipe::File(file), Some(target)) = (&invocation.recipe, &invocation.build.target) else {
        return true;
    };
    let text = text_of(file).unwrap_or_default().to_lowercase();
    let target = target.to_lowercase();
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| {
        line.starts_with("from ") && line.split_whitespace().nth_back(0) == Some(&target)
    })
}

/// The text of a file that another leads to, which it may not do out of its repository.
fn inner_text(from: &Path, path: &Path) -> Option<String> {
    let folder = from.parent().unwrap_or(Path::new(""));
    if disk::leads_out(folder, path) {
        return None;
    }
    text_of(path).ok()
}

pub(super) fn text_of(path: &Path) -> Result<String, String> {
    disk::read_regular_text(path, MAX_BYTES).map_err(|e| discover::reason(&e))
}

/// The line of `.env` beside a compose file that sets an argument to a value.
fn set_in_environment(folder: &Path, name: &str, value: &str) -> Option<SetArgument> {
    let path = folder.join(".env");
    if disk::leads_out(folder, &path) {
        return None;
    }
    let text = text_of(&path).ok()?;
    let (number, line, at) = text.lines().enumerate().find_map(|(number, line)| {
        let (key, rest) = line.split_once('=')?;
        let key = key.trim().trim_start_matches("export ");
        let set = rest.trim().trim_matches(['"', '\'']);
        let same = set == value && (key == name || secrets::name::classify(key).is_some());
        same.then(|| (number, line, line.find(value)))
    })?;
    let column = line.get(..at?)?.chars().count();
    Some(SetArgument {
        shown: ".env".to_owned(),
        path,
        line: u32::try_from(number + 1).ok()?,
        column: u32::try_from(column + 1).ok()?,
    })
}

/// The variable that a target of Bake gives an argument: `NPM_TOKEN = TOKEN`,
/// `"NPM_TOKEN": "${TOKEN}"`.
fn variable_behind(text: &str, name: &str) -> Option<String> {
    let after = text.get(text.find(name)? + name.len()..)?;
    let after = after
        .trim_start_matches(['"', ' '])
        .strip_prefix(['=', ':'])?;
    let after = after.trim_start();
    let after = after.strip_prefix("\"${").unwrap_or(after);
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let variable = after.get(..end.unwrap_or(after.len()))?;
    let is_name = variable.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_name && variable != "null").then(|| variable.to_owned())
}
