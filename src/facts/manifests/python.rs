//! pip, uv, poetry, pdm, pipenv and conda.

use toml::{Table, Value};

use super::{Reader, folder, join};
use crate::facts::packages::{Install, Manager};
use crate::path::clean;

/// How many files of requirements may lead to each other.
const MOST_FILES: usize = 50;

pub(super) fn read(reader: &mut Reader<'_>, directory: &str, install: &Install) {
    if !install.files.is_empty() {
        for file in &install.files {
            // What lies elsewhere is not of this directory.
            if file.path.starts_with('/') {
                continue;
            }
            let path = clean(&join(directory, &file.path));
            match install.manager {
                Manager::Conda => conda(reader, &path),
                _ => requirements(reader, &path),
            }
        }
        return;
    }
    match install.manager {
        Manager::Uv => uv(reader, directory, install),
        Manager::Poetry => poetry(reader, directory, install),
        Manager::Pdm => pdm(reader, directory, install),
        Manager::Pipenv => pipenv(reader, directory),
        _ => {}
    }
}

/// A file of requirements and those it names.
fn requirements(reader: &mut Reader<'_>, first: &str) {
    let mut open = vec![first.to_owned()];
    let mut seen: Vec<String> = Vec::new();
    while let Some(path) = open.pop() {
        if seen.contains(&path) || seen.len() > MOST_FILES || !reader.take(&path) {
            continue;
        }
        seen.push(path.clone());
        let text = reader.text(&path).unwrap_or_default();
        for line in text.lines() {
            if let Some(next) = requirement(reader, &path, line) {
                open.push(next);
            }
        }
    }
}

/// Reads a line of requirements; another file, if it names one.
fn requirement(reader: &mut Reader<'_>, file: &str, line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    for option in ["-r", "--requirement", "-c", "--constraint"] {
        let Some(rest) = line.strip_prefix(option) else {
            continue;
        };
        let path = rest.trim_start_matches([' ', '=', '\t']);
        if path.contains("://") || path.is_empty() {
            return None;
        }
        return Some(clean(&join(&folder(file), path)));
    }
    let mut package = line;
    for option in ["-e", "--editable"] {
        if let Some(rest) = line.strip_prefix(option) {
            package = rest.trim_start_matches([' ', '=']);
        }
    }
    let path = package.split(['[', ';']).next().unwrap_or(package).trim();
    if path == "." || path == "./" {
        reader.found.installs_project = true;
    } else if path.starts_with(['.', '/']) || path.contains("file:") {
        reader.need(format!("`{file}` installs `{path}`"));
    }
    None
}

fn conda(reader: &mut Reader<'_>, path: &str) {
    if !reader.take(path) {
        return;
    }
    let text = reader.text(path).unwrap_or_default();
    for line in text.lines() {
        let Some(item) = line.trim().strip_prefix("- ") else {
            continue;
        };
        let item = super::quoted(item).unwrap_or(item).to_owned();
        if !item.starts_with(['-', '.', '/']) {
            continue;
        }
        if let Some(next) = requirement(reader, path, &item) {
            requirements(reader, &next);
        }
    }
}

/// The project file of a directory.
fn project(reader: &mut Reader<'_>, directory: &str) -> Option<Table> {
    let path = join(directory, "pyproject.toml");
    let text = reader.text(&path)?;
    reader.take(&path);
    text.parse().ok()
}

fn at<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter()
        .try_fold(table.get(*first)?, |value, key| value.get(key))
}

fn uv(reader: &mut Reader<'_>, directory: &str, install: &Install) {
    let Some(table) = project(reader, directory) else {
        return;
    };
    reader.take_in(directory, &["uv.lock", "uv.toml", ".python-version"]);
    let is_package = match at(&table, &["tool", "uv", "package"]) {
        Some(value) => value.as_bool() == Some(true),
        None => table.contains_key("build-system"),
    };
    let left_out = ["--no-install-project", "--no-install-workspace"];
    reader.found.installs_project |= is_package && !install.has_flag(&left_out);
    if let Some(path) = at(&table, &["tool", "uv", "sources"]).and_then(local_path) {
        reader.need(format!("`pyproject.toml` depends on `{path}`"));
    }
    let members = at(&table, &["tool", "uv", "workspace", "members"]).and_then(Value::as_array);
    let patterns = members.into_iter().flatten().filter_map(|m| m.as_str());
    let patterns: Vec<String> = patterns.map(str::to_owned).collect();
    for member in reader.members(directory, &patterns, "pyproject.toml") {
        reader.take(&join(&member, "pyproject.toml"));
    }
    let installs_members = !install.has_flag(&["--no-install-workspace"]);
    reader.found.installs_project |= !patterns.is_empty() && installs_members;
}

fn poetry(reader: &mut Reader<'_>, directory: &str, install: &Install) {
    let Some(table) = project(reader, directory) else {
        return;
    };
    reader.take_in(directory, &["poetry.lock", "poetry.toml"]);
    let poetry = at(&table, &["tool", "poetry"]);
    let mode = poetry.and_then(|p| p.get("package-mode")?.as_bool());
    reader.found.installs_project |= mode != Some(false) && !install.has_flag(&["--no-root"]);
    let tables = poetry.map(|p| {
        [
            p.get("dependencies"),
            p.get("group"),
            p.get("dev-dependencies"),
        ]
    });
    let path = tables.into_iter().flatten().flatten().find_map(local_path);
    if let Some(path) = path {
        reader.need(format!("`pyproject.toml` depends on `{path}`"));
    }
}

fn pdm(reader: &mut Reader<'_>, directory: &str, install: &Install) {
    let Some(table) = project(reader, directory) else {
        return;
    };
    reader.take_in(directory, &["pdm.lock", "pdm.toml"]);
    let left_out = install.has_flag(&["--no-self"]);
    let distribution = at(&table, &["tool", "pdm", "distribution"]).and_then(Value::as_bool);
    reader.found.installs_project |= !left_out && distribution != Some(false);
}

fn pipenv(reader: &mut Reader<'_>, directory: &str) {
    let path = join(directory, "Pipfile");
    let Some(text) = reader.text(&path) else {
        return;
    };
    reader.take(&path);
    reader.take_in(directory, &["Pipfile.lock"]);
    let table: Table = text.parse().unwrap_or_default();
    let lists = [table.get("packages"), table.get("dev-packages")];
    if let Some(found) = lists.into_iter().flatten().find_map(local_path) {
        match found.as_str() {
            "." | "./" => reader.found.installs_project = true,
            _ => reader.need(format!("`{path}` depends on `{found}`")),
        }
    }
}

/// The first path of a package in a table of dependencies.
fn local_path(value: &Value) -> Option<String> {
    match value {
        Value::Table(table) => match table.get("path") {
            Some(Value::String(path)) => Some(path.clone()),
            _ => table.values().find_map(local_path),
        },
        Value::Array(items) => items.iter().find_map(local_path),
        _ => None,
    }
}
