//! npm, yarn, pnpm and bun: workspaces, lifecycle scripts, packages in the project.

use serde_json::Value;

use super::{Reader, folder, join};
use crate::facts::packages::{Install, Manager};

/// The scripts that an installation runs.
const SCRIPTS: [&str; 8] = [
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "pnpm:devPreinstall",
];

pub(super) fn read(reader: &mut Reader<'_>, directory: &str, install: &Install) {
    let root = root_of(reader, directory);
    let manifest = join(&root, "package.json");
    let Some(text) = reader.text(&manifest) else {
        return;
    };
    reader.take(&manifest);
    let names: &[&str] = match install.manager {
        Manager::Npm => &["package-lock.json", "npm-shrinkwrap.json", ".npmrc"],
        Manager::Yarn => &[
            "yarn.lock",
            ".npmrc",
            ".yarnrc",
            ".yarnrc.yml",
            ".yarn/releases/",
            ".yarn/plugins/",
            ".yarn/patches/",
        ],
        Manager::Pnpm => &[
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
            ".npmrc",
            ".pnpmfile.cjs",
        ],
        _ => &["bun.lock", "bun.lockb", "bunfig.toml", ".npmrc"],
    };
    reader.take_in(&root, names);
    if text.contains("patch") {
        reader.take(&join(&root, "patches/"));
    }
    let runs_scripts = !install.has_flag(&["--ignore-scripts"]);
    check(reader, &manifest, &text, runs_scripts);
    let patterns = workspaces(reader, &root, &text);
    if patterns.is_empty() && is_member(&text) {
        reader.found.is_part = true;
    }
    for member in reader.members(&root, &patterns, "package.json") {
        let manifest = join(&member, "package.json");
        if let Some(text) = reader.text(&manifest)
            && reader.take(&manifest)
        {
            check(reader, &manifest, &text, runs_scripts);
        }
    }
}

/// The root of the workspace that a directory is in, else the directory.
fn root_of(reader: &Reader<'_>, directory: &str) -> String {
    let mut at = directory.to_owned();
    while at != "." {
        at = folder(&at);
        let text = reader.text(&join(&at, "package.json"));
        let Some(text) = text else { continue };
        let patterns = workspaces(reader, &at, &text);
        let members = reader.members(&at, &patterns, "package.json");
        if members.iter().any(|m| m == directory) {
            return at;
        }
    }
    directory.to_owned()
}

/// Whether a manifest depends on others of its workspace, or takes versions from its root.
fn is_member(text: &str) -> bool {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let lists = ["dependencies", "devDependencies", "optionalDependencies"];
    let mut entries = lists
        .iter()
        .filter_map(|list| json.get(list)?.as_object())
        .flat_map(|entries| entries.values());
    entries.any(|version| {
        let version = version.as_str().unwrap_or_default();
        version.starts_with("workspace:") || version.starts_with("catalog:")
    })
}

/// The patterns of a workspace's members.
fn workspaces(reader: &Reader<'_>, root: &str, text: &str) -> Vec<String> {
    let listed = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect()
    };
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let own = json.get("workspaces").map(|value| match value {
        Value::Object(map) => map.get("packages").map(listed).unwrap_or_default(),
        value => listed(value),
    });
    if let Some(own) = own.filter(|own| !own.is_empty()) {
        return own;
    }
    let yaml = reader.text(&join(root, "pnpm-workspace.yaml"));
    yaml.map(|text| listed_in_yaml(&text, "packages"))
        .unwrap_or_default()
}

/// The items of a list that is a value at the top of a YAML file.
pub(super) fn listed_in_yaml(text: &str, key: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if let Some(item) = bare.strip_prefix("- ").filter(|_| inside) {
            let item = super::quoted(item).unwrap_or_else(|| {
                let item = item.split(" #").next().unwrap_or(item);
                item.trim()
            });
            items.push(item.to_owned());
            continue;
        }
        let rest = line
            .strip_prefix(key)
            .and_then(|rest| rest.strip_prefix(':'));
        inside = rest.is_some();
        if let Some(list) = rest.and_then(|r| r.trim().strip_prefix('[')) {
            let list = list.split(']').next().unwrap_or(list);
            let words = list.split(',').map(|w| w.trim().trim_matches(['"', '\'']));
            items.extend(words.filter(|w| !w.is_empty()).map(str::to_owned));
        }
    }
    items
}

/// Notes what a manifest needs beside itself.
fn check(reader: &mut Reader<'_>, manifest: &str, text: &str, runs_scripts: bool) {
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        reader.need(format!("`{manifest}` is not JSON"));
        return;
    };
    if let Some(scripts) = json.get("scripts").filter(|_| runs_scripts) {
        for name in SCRIPTS {
            let command = scripts.get(name).and_then(Value::as_str);
            if let Some(command) = command.filter(|c| !needs_nothing(c)) {
                let shown: String = command.chars().take(60).collect();
                reader.need(format!("`{name}` in `{manifest}` runs `{shown}`"));
            }
        }
    }
    for list in ["dependencies", "devDependencies", "optionalDependencies"] {
        let entries = json.get(list).and_then(Value::as_object);
        for version in entries.into_iter().flat_map(|e| e.values()) {
            let version = version.as_str().unwrap_or_default();
            let is_local = ["file:", "link:", "portal:", "./", "../"]
                .iter()
                .any(|start| version.starts_with(start));
            if is_local {
                reader.need(format!("`{manifest}` depends on `{version}`"));
            }
        }
    }
}

/// Whether a script only sets up hooks of git and the like: it needs no source.
fn needs_nothing(script: &str) -> bool {
    const TOOLS: [&str; 12] = [
        "husky",
        "is-ci",
        "lefthook",
        "simple-git-hooks",
        "yorkie",
        "only-allow",
        "patch-package",
        "opencollective",
        "true",
        "exit",
        "echo",
        "pinst",
    ];
    script
        .split(['&', '|', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .all(|part| {
            let mut words = part.split_whitespace().skip_while(|w| {
                matches!(
                    *w,
                    "npx"
                        | "yarn"
                        | "pnpm"
                        | "bunx"
                        | "exec"
                        | "dlx"
                        | "-y"
                        | "--yes"
                        | "--no-install"
                )
            });
            words.next().is_some_and(|word| TOOLS.contains(&word))
        })
}
