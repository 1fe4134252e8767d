//! Go, Rust, the Java world, .NET, PHP, Ruby, Elixir, Dart and those whose files have fixed names.

use serde_json::Value;
use toml::Table;

use super::{MOST, Reader, between, folder, join, quoted};
use crate::path::clean;

/// Files with fixed names; a text in the first says that it needs others.
pub(super) fn plain(reader: &mut Reader<'_>, directory: &str, names: &[&str], local: &str) {
    let Some(first) = names.first() else {
        return;
    };
    let first = join(directory, first);
    let Some(text) = reader.text(&first) else {
        return;
    };
    reader.take_in(directory, names);
    let path = between(&text, local, "\"").find(|p| p.starts_with('.'));
    if let Some(path) = path {
        reader.need(format!("`{first}` depends on `{path}`"));
    }
}

/// Files with fixed names, some of them patterns.
pub(super) fn globs(reader: &mut Reader<'_>, directory: &str, patterns: &[&str]) {
    for pattern in patterns {
        reader.take_all(directory, pattern);
    }
}

pub(super) fn go(reader: &mut Reader<'_>, directory: &str) {
    let workspace = join(directory, "go.work");
    if let Some(text) = reader.text(&workspace) {
        reader.take(&workspace);
        reader.take(&join(directory, "go.work.sum"));
        for path in directives(&text, "use") {
            module(reader, &clean(&join(directory, &path)), 0);
        }
        return;
    }
    module(reader, directory, 0);
}

/// The files of a module and of those in the tree that replace others.
fn module(reader: &mut Reader<'_>, directory: &str, depth: usize) {
    let path = join(directory, "go.mod");
    let Some(text) = reader.text(&path) else {
        return;
    };
    if reader.found.files.contains(&clean(&path)) || depth > 10 {
        return;
    }
    reader.take(&path);
    reader.take(&join(directory, "go.sum"));
    for line in directives(&text, "replace") {
        let Some((_, to)) = line.split_once("=>") else {
            continue;
        };
        let to = to.trim();
        if to.starts_with("../") || to.starts_with("./") {
            module(reader, &clean(&join(directory, to)), depth + 1);
        }
    }
}

/// What stands behind a word of go.mod and go.work, on its line or in parentheses.
fn directives(text: &str, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or(line).trim();
        if inside {
            match line {
                ")" => inside = false,
                "" => {}
                line => found.push(line.to_owned()),
            }
            continue;
        }
        let Some(rest) = line.strip_prefix(word) else {
            continue;
        };
        match rest.trim() {
            "(" => inside = true,
            "" => {}
            rest => found.push(rest.to_owned()),
        }
    }
    found
}

pub(super) fn cargo(reader: &mut Reader<'_>, directory: &str) {
    let path = join(directory, "Cargo.toml");
    let Some(text) = reader.text(&path) else {
        return;
    };
    reader.take(&path);
    reader.take_in(
        directory,
        &[
            "Cargo.lock",
            "rust-toolchain",
            "rust-toolchain.toml",
            ".cargo/config.toml",
        ],
    );
    let table: Table = text.parse().unwrap_or_default();
    let members = table
        .get("workspace")
        .and_then(|w| w.get("members")?.as_array());
    let patterns = members.into_iter().flatten().filter_map(|m| m.as_str());
    let patterns: Vec<String> = patterns.map(str::to_owned).collect();
    for member in reader.members(directory, &patterns, "Cargo.toml") {
        reader.take(&join(&member, "Cargo.toml"));
    }
    reader.need("cargo wants a source file for every target".to_owned());
}

pub(super) fn maven(reader: &mut Reader<'_>, directory: &str) {
    let mut open = vec![(join(directory, "pom.xml"), false)];
    while let Some((path, is_module)) = open.pop() {
        let Some(text) = reader.text(&path) else {
            continue;
        };
        if reader.found.files.len() > MOST || !reader.take(&path) {
            continue;
        }
        if is_module {
            reader.need("the modules of a Maven project depend on each other".to_owned());
        }
        if text.contains("<systemPath>") {
            reader.need(format!("`{path}` depends on a file in the project"));
        }
        for name in between(&text, "<module>", "</module>") {
            let mut next = clean(&join(&folder(&path), name.trim()));
            if !next.ends_with(".xml") {
                next.push_str("/pom.xml");
            }
            if !reader.found.files.contains(&next) {
                open.push((next, true));
            }
        }
    }
    if !reader.found.files.is_empty() {
        reader.take_in(directory, &[".mvn/", "mvnw"]);
    }
}

pub(super) fn gradle(reader: &mut Reader<'_>, directory: &str) {
    let builds = ["build.gradle", "build.gradle.kts"];
    let settings = ["settings.gradle", "settings.gradle.kts"];
    reader.take_in(directory, &builds);
    reader.take_in(directory, &settings);
    if reader.found.files.is_empty() {
        return;
    }
    reader.take_in(
        directory,
        &[
            "gradle.properties",
            "gradle.lockfile",
            "gradle/",
            "gradlew",
            "buildSrc/",
            "build-logic/",
        ],
    );
    for name in settings {
        let text = reader.text(&join(directory, name)).unwrap_or_default();
        for project in included(&text) {
            let folder = join(directory, &project.trim_matches(':').replace(':', "/"));
            reader.take_in(&folder, &builds);
            reader.take_in(&folder, &["gradle.properties", "gradle.lockfile"]);
        }
        if text.contains("projectDir") || text.contains("includeBuild") {
            reader.need(format!("`{name}` names projects in other places"));
        }
    }
    for name in builds {
        let text = reader.text(&join(directory, name)).unwrap_or_default();
        if let Some(rest) = text.split("apply from:").nth(1)
            && let Some(path) = quoted(rest).filter(|p| !p.contains("://"))
        {
            let path = path.to_owned();
            if !reader.take(&join(directory, &path)) {
                reader.need(format!("`{name}` reads `{path}`"));
            }
        }
        if text.contains("fileTree(") || text.contains("files(") {
            reader.need(format!("`{name}` depends on files of the project"));
        }
    }
}

/// The projects that `include` names in Gradle's settings.
fn included(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in text.split("include").skip(1) {
        // `includeBuild` is another word.
        if !rest.starts_with([' ', '(', '\t', '\n']) {
            continue;
        }
        let mut rest = rest.trim_start_matches([' ', '(', '\t', '\n', '\r']);
        while rest.starts_with(['"', '\'']) {
            let Some(name) = quoted(rest) else { break };
            found.push(name.to_owned());
            rest = rest.get(name.len() + 2..).unwrap_or_default();
            rest = rest.trim_start_matches([' ', ',', '\t', '\n', '\r']);
        }
    }
    found
}

pub(super) fn sbt(reader: &mut Reader<'_>, directory: &str) {
    if !reader.take(&join(directory, "build.sbt")) {
        return;
    }
    reader.take(&join(directory, "project/build.properties"));
    reader.take_all(directory, "project/*.sbt");
    reader.take_all(directory, "project/*.scala");
}

pub(super) fn dotnet(reader: &mut Reader<'_>, directory: &str, operand: Option<&str>) {
    let mut open: Vec<String> = match operand {
        Some(path) if path.starts_with('/') => return,
        Some(path) if is_project(path) => vec![clean(&join(directory, &path.replace('\\', "/")))],
        other => {
            let folder = clean(&join(directory, other.unwrap_or(".")));
            let of = |pattern: &str| reader.context.find(&join(&folder, pattern));
            let solutions = [of("*.sln"), of("*.slnx")].concat();
            match solutions.is_empty() {
                true => [of("*.csproj"), of("*.fsproj"), of("*.vbproj")].concat(),
                false => solutions,
            }
        }
    };
    open.reverse();
    let mut folders = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        let Some(text) = reader.text(&path) else {
            continue;
        };
        if reader.found.files.contains(&path) || !reader.take(&path) {
            continue;
        }
        let here = folder(&path);
        let mut named: Vec<String> = Vec::new();
        if path.ends_with(".sln") {
            for line in text.lines().filter(|l| l.starts_with("Project(")) {
                named.extend(line.split('"').map(str::to_owned).filter(|w| is_project(w)));
            }
        } else {
            let attributes = [
                "<ProjectReference Include=\"",
                "<Project Path=\"",
                "<Import Project=\"",
            ];
            for open in attributes {
                named.extend(between(&text, open, "\"").map(str::to_owned));
            }
        }
        let mut next: Vec<String> = Vec::new();
        for name in named {
            if name.contains('$') {
                reader.need(format!("`{path}` reads `{name}`"));
                continue;
            }
            next.push(clean(&join(&here, &name.replace('\\', "/"))));
        }
        next.reverse();
        open.extend(next);
        reader.take(&join(&here, "packages.lock.json"));
        if !folders.contains(&here) {
            folders.push(here);
        }
    }
    if reader.found.files.is_empty() {
        return;
    }
    // MSBuild and NuGet look for them from the project upwards.
    let mut seen: Vec<String> = Vec::new();
    for start in folders {
        let mut at = start;
        while !seen.contains(&at) {
            seen.push(at.clone());
            reader.take_in(
                &at,
                &[
                    "Directory.Build.props",
                    "Directory.Build.targets",
                    "Directory.Packages.props",
                    "global.json",
                    "nuget.config",
                    "NuGet.config",
                    "NuGet.Config",
                ],
            );
            at = folder(&at);
        }
    }
}

fn is_project(path: &str) -> bool {
    [".csproj", ".fsproj", ".vbproj", ".sln", ".slnx"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

pub(super) fn composer(reader: &mut Reader<'_>, directory: &str) {
    let path = join(directory, "composer.json");
    let Some(text) = reader.text(&path) else {
        return;
    };
    reader.take_in(
        directory,
        &[
            "composer.json",
            "composer.lock",
            "symfony.lock",
            "auth.json",
        ],
    );
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    let repositories = json.get("repositories");
    let items: Vec<&Value> = match repositories {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        _ => Vec::new(),
    };
    let local = items.iter().find(|i| {
        matches!(
            i.get("type").and_then(Value::as_str),
            Some("path" | "artifact")
        )
    });
    if local.is_some() {
        reader.need(format!("`{path}` takes packages from the project"));
    }
    if json
        .get("scripts")
        .is_some_and(|s| s.as_object().is_some_and(|s| !s.is_empty()))
    {
        reader.need(format!("`{path}` runs scripts"));
    }
}

pub(super) fn bundler(reader: &mut Reader<'_>, directory: &str) {
    let path = join(directory, "Gemfile");
    let Some(text) = reader.text(&path) else {
        return;
    };
    reader.take_in(directory, &["Gemfile", "Gemfile.lock", ".bundle/config"]);
    for name in [".ruby-version", ".tool-versions"] {
        if text.contains(name) {
            reader.take(&join(directory, name));
        }
    }
    let calls = [
        "gemspec",
        "eval_gemfile",
        "require_relative",
        "File.read",
        "instance_eval",
    ];
    for line in text.lines().map(str::trim).filter(|l| !l.starts_with('#')) {
        let local =
            line.contains("path:") || line.contains(":path =>") || line.starts_with("path ");
        let call = calls.iter().find(|c| line.contains(**c));
        if local || call.is_some() {
            let shown: String = line.chars().take(60).collect();
            reader.need(format!("`{path}` says `{shown}`"));
        }
    }
}

pub(super) fn mix(reader: &mut Reader<'_>, directory: &str) {
    let path = join(directory, "mix.exs");
    let Some(text) = reader.text(&path) else {
        return;
    };
    reader.take_in(directory, &["mix.exs", "mix.lock"]);
    if text.contains("apps_path") {
        reader.take_all(directory, "apps/*/mix.exs");
    } else if let Some(found) = between(&text, "path: \"", "\"").find(|p| p.starts_with('.')) {
        let found = found.to_owned();
        reader.need(format!("`{path}` depends on `{found}`"));
    }
}

pub(super) fn pub_get(reader: &mut Reader<'_>, directory: &str) {
    let path = join(directory, "pubspec.yaml");
    let Some(text) = reader.text(&path) else {
        return;
    };
    reader.take_in(
        directory,
        &["pubspec.yaml", "pubspec.lock", "pubspec_overrides.yaml"],
    );
    for member in super::javascript::listed_in_yaml(&text, "workspace") {
        reader.take(&join(&join(directory, &clean(&member)), "pubspec.yaml"));
    }
    let local = text.lines().find_map(|l| l.trim().strip_prefix("path:"));
    if let Some(found) = local {
        reader.need(format!("`{path}` depends on `{}`", found.trim()));
    }
}
