//! How often what a step takes in changes, and what the step costs.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::{Input, Step, StepKind};
use crate::facts::packages::{Action, Manager};
use crate::facts::{Facts, Node, Origin};
use crate::path::file_name;
use crate::syntax::Kind;

/// What changes, from what seldom does to what does with every build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The base image.
    Base,
    /// Packages of the system.
    SystemPackages,
    /// The files that list what the project depends on.
    Manifests,
    /// Settings.
    Configuration,
    /// The project's own source.
    Source,
    /// The commit, the time, the number of the build.
    BuildMetadata,
}

impl Class {
    /// What people call it, in a sentence: "a source file".
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Base => "base image",
            Class::SystemPackages => "system packages",
            Class::Manifests => "manifest",
            Class::Configuration => "configuration file",
            Class::Source => "source file",
            Class::BuildMetadata => "build metadata",
        }
    }
}

/// What a step costs, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cost {
    /// Next to nothing, or unknown.
    Little,
    /// Files are copied.
    Copy,
    /// Something is downloaded.
    Download,
    /// Packages are downloaded and installed.
    Install,
    /// Something is compiled or built.
    Compile,
}

impl Cost {
    /// One word for it; none where there is nothing to say.
    pub fn as_str(self) -> &'static str {
        match self {
            Cost::Little => "",
            Cost::Copy => "copy",
            Cost::Download => "download",
            Cost::Install => "install",
            Cost::Compile => "compile",
        }
    }
}

/// Lock files and lists of dependencies that no package manager's entry names.
const MORE_MANIFESTS: [&str; 42] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "yarn.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "bun.lock",
    "bun.lockb",
    "lerna.json",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile.lock",
    "setup.py",
    "setup.cfg",
    "constraints.txt",
    "environment.yml",
    "conda-lock.yml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "rust-toolchain",
    "go.sum",
    "go.work",
    "go.work.sum",
    "Gemfile.lock",
    "composer.lock",
    "mix.lock",
    "pubspec.lock",
    "Package.resolved",
    "gradle.properties",
    "gradle.lockfile",
    "libs.versions.toml",
    "settings.gradle",
    "settings.gradle.kts",
    "build.gradle.kts",
    "packages.lock.json",
    "Directory.Packages.props",
    "Directory.Build.props",
    "stack.yaml.lock",
    "deno.lock",
];

/// Endings of files that set something.
const SETTINGS: [&str; 16] = [
    "cfg",
    "cnf",
    "conf",
    "env",
    "ini",
    "json",
    "list",
    "properties",
    "repo",
    "service",
    "template",
    "tmpl",
    "toml",
    "xml",
    "yaml",
    "yml",
];

/// What a change of a file is, by its name.
pub fn class_of_path(path: &str) -> Class {
    static MANIFESTS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let manifests = MANIFESTS.get_or_init(|| {
        let known = Manager::ALL.iter().flat_map(|m| m.manifests());
        known.chain(&MORE_MANIFESTS).copied().collect()
    });
    let name = file_name(path);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let lists_requirements = ending == "txt" && stem.starts_with("requirements");
    // `package*.json` is copied for these.
    let plain = name.replace('*', "");
    if manifests.contains(name)
        || manifests.contains(plain.as_str())
        || lists_requirements
        || matches!(
            ending,
            "csproj" | "fsproj" | "vbproj" | "sln" | "slnx" | "cabal" | "gemspec"
        )
    {
        Class::Manifests
    } else if SETTINGS.contains(&ending) || name.starts_with(".env") {
        Class::Configuration
    } else {
        Class::Source
    }
}

/// Whether an argument carries the commit, the time or the number of the build, by its name.
pub fn is_build_metadata(name: &str) -> bool {
    const NAMES: [&str; 58] = [
        "GIT_COMMIT",
        "GIT_COMMIT_HASH",
        "GIT_COMMIT_ID",
        "GIT_COMMIT_SHA",
        "GIT_SHA",
        "GIT_SHA1",
        "GIT_HASH",
        "GIT_REV",
        "GIT_REVISION",
        "GIT_REF",
        "GIT_DESCRIBE",
        "GITHUB_SHA",
        "GITHUB_RUN_ID",
        "GITHUB_RUN_NUMBER",
        "COMMIT",
        "COMMIT_ID",
        "COMMIT_SHA",
        "COMMIT_HASH",
        "COMMIT_REF",
        "COMMIT_DATE",
        "COMMITHASH",
        "SHORT_SHA",
        "SOURCE_COMMIT",
        "SOURCE_REVISION",
        "VCS_REF",
        "VCS_REVISION",
        "VCS_COMMIT",
        "REVISION",
        "APP_REVISION",
        "APP_COMMIT",
        "APP_COMMIT_SHA",
        "BUILD_DATE",
        "BUILDDATE",
        "BUILD_TIME",
        "BUILDTIME",
        "BUILD_TIMESTAMP",
        "BUILD_DATETIME",
        "BUILD_NUMBER",
        "BUILD_NUM",
        "BUILD_NO",
        "BUILD_ID",
        "BUILD_SHA",
        "BUILD_COMMIT",
        "BUILD_COMMIT_SHA",
        "BUILD_HASH",
        "BUILD_REVISION",
        "BUILD_REV",
        "BUILD_URL",
        "BUILD_VCS_NUMBER",
        "BUILD_VCS_REF",
        "CI_COMMIT_SHA",
        "CI_COMMIT_SHORT_SHA",
        "CI_PIPELINE_ID",
        "CI_JOB_ID",
        "CIRCLE_SHA1",
        "DRONE_COMMIT",
        "TRAVIS_COMMIT",
        "BITBUCKET_COMMIT",
    ];
    let upper = name.to_ascii_uppercase();
    NAMES.contains(&upper.as_str())
}

/// Whether the default of an argument stands for "nothing was given".
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim_matches(['<', '>', '(', ')', '-', '_', ' ']);
    matches!(
        value.to_ascii_lowercase().as_str(),
        "" | "unknown"
            | "dev"
            | "devel"
            | "develop"
            | "development"
            | "none"
            | "null"
            | "n/a"
            | "na"
            | "head"
            | "local"
            | "latest"
            | "0"
            | "unset"
            | "undefined"
            | "unspecified"
            | "dirty"
            | "snapshot"
            | "now"
            | "todo"
            | "not set"
            | "notset"
            | "1970-01-01"
            | "1970-01-01t00:00:00z"
    )
}

/// What a step costs.
pub(super) fn cost_of(node: &Node<'_>) -> Cost {
    match &node.instruction.kind {
        Kind::Copy(_) => Cost::Copy,
        Kind::Add(transfer) => {
            let mut sources = transfer.sources.iter();
            if sources.any(|s| super::is_address(s.word.as_str())) {
                Cost::Download
            } else {
                Cost::Copy
            }
        }
        Kind::Run(_) => {
            let installs = node.installs.iter().map(|i| match i.action {
                Action::Install | Action::Restore | Action::Upgrade => Cost::Install,
                Action::Build => Cost::Compile,
                Action::Update => Cost::Download,
                _ => Cost::Little,
            });
            let commands = node.commands().iter().map(|c| {
                let verb = c.words.get(1).and_then(|w| w.literal());
                match (c.name.as_str(), verb) {
                    ("curl" | "wget" | "aria2c", _) => Cost::Download,
                    ("git", Some("clone" | "fetch" | "pull")) => Cost::Download,
                    (
                        "make" | "cmake" | "ninja" | "gcc" | "g++" | "cc" | "clang" | "rustc"
                        | "javac" | "tsc" | "webpack" | "vite" | "bazel" | "meson" | "msbuild",
                        _,
                    ) => Cost::Compile,
                    ("npm" | "yarn" | "pnpm" | "bun", Some("run" | "build")) => Cost::Compile,
                    (
                        "cargo" | "go" | "dotnet" | "swift" | "stack" | "cabal" | "zig",
                        Some("build" | "publish"),
                    ) => Cost::Compile,
                    _ => Cost::Little,
                }
            });
            installs.chain(commands).max().unwrap_or(Cost::Little)
        }
        _ => Cost::Little,
    }
}

impl Facts<'_> {
    /// The class of what changes most often among what a step takes in itself.
    pub(super) fn class_of(&self, node: &Node<'_>, step: &Step) -> Class {
        let inputs = step.inputs.iter().flat_map(|input| match input {
            Input::Context { files, .. } => files.classes(),
            Input::Remote { pinned: false, .. } => vec![Class::SystemPackages],
            _ => Vec::new(),
        });
        let system = node.installs.iter().any(|i| i.manager.is_system());
        let own = if system {
            Class::SystemPackages
        } else {
            Class::Base
        };
        // A RUN gets every argument in scope, whether it names it or not.
        let metadata = step.kind == StepKind::Run
            && self.chain(step.stage).any(|stage| {
                let declared = self.declarations(Some(stage.index));
                declared.filter(|v| v.origin == Origin::Argument).any(|v| {
                    (stage.index != step.stage || v.node < node.index)
                        && is_build_metadata(&v.name)
                        && v.known_value().is_none_or(is_placeholder)
                })
            });
        if metadata {
            return Class::BuildMetadata;
        }
        inputs.max().unwrap_or(own).max(own)
    }
}
