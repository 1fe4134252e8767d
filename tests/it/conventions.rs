//! What the shape of the code promises, read from the code itself.

use std::path::Path;

/// The modules from the bottom up; those of one line do not use each other.
const LAYERS: [&[&str]; 13] = [
    &["span", "text"],
    &["syntax"],
    &["shell", "secrets"],
    &["context", "images"],
    &["builds", "facts", "fix", "policy"],
    &["diagnostic"],
    &["rule"],
    &["rules"],
    &["compat"],
    &["suppress"],
    &["engine"],
    &["config", "mend"],
    &["discover", "emit"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|l| l.contains(&module))
}

fn sources() -> Vec<(String, String)> {
    walkdir::WalkDir::new("src")
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|e| e.path().extension().is_some_and(|x| x == "rs"))
        .map(|e| {
            let path = e.path().to_string_lossy().replace('\\', "/");
            (path, std::fs::read_to_string(e.path()).unwrap())
        })
        .collect()
}

/// The module of the crate that a file belongs to.
fn module_of(path: &str) -> &str {
    let path = path.strip_prefix("src/").unwrap();
    let end = path.find(['/', '.']).unwrap();
    &path[..end]
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut upwards = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        // The command line stands on top of everything; tests may look anywhere.
        if matches!(module, "lib" | "main" | "cli") {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{module} has no layer"));
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let end = used
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(used.len());
                let used = &used[..end];
                let fits = used == module || layer(used).is_none_or(|l| l < own);
                if !fits && !line.trim_start().starts_with("//") {
                    upwards.push(format!("{path}:{}: {module} uses {used}", number + 1));
                }
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn only_the_full_format_knows_miette_and_only_the_shell_knows_shuck() {
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        if path != "src/emit/full.rs" {
            assert!(!code.contains("miette::"), "{path}");
        }
        if module_of(&path) != "shell" {
            assert!(!code.contains("shuck_"), "{path}");
        }
    }
}

#[test]
fn the_lists_of_rules_are_sorted() {
    for (path, text) in sources() {
        if !path.starts_with("src/rules/") || !path.ends_with("/mod.rs") {
            continue;
        }
        let modules: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'))
            .collect();
        assert!(modules.is_sorted(), "{path}: {modules:?}");
    }
}

#[test]
fn a_family_is_a_folder_of_pages_and_of_code() {
    let families = |root: &str| -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(root)
            .unwrap()
            .filter_map(Result::ok)
            .filter(|e| e.path().is_dir())
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(families("rules"), families("src/rules"));
    assert!(Path::new("rules").is_dir());
}
