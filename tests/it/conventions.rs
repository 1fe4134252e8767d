//! What the shape of the code promises, read from the code itself.

use std::path::Path;

use dlint::rules::RULES;

use crate::code;

/// The modules from the bottom up; those of one line do not use each other.
const LAYERS: [&[&str]; 14] = [
    &[
        "date",
        "digest",
        "keywords",
        "path",
        "perspective",
        "span",
        "text",
    ],
    &["syntax", "values"],
    &["shell", "secrets"],
    &["context", "images"],
    &["builds", "facts", "fix", "policy"],
    &["diagnostic", "edits"],
    &["rule"],
    &["rules"],
    &["compat"],
    &["suppress"],
    &["engine"],
    &["config"],
    &["discover", "emit", "inventory", "linter", "rebuild"],
    &["baseline"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|l| l.contains(&module))
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut upwards = Vec::new();
    for file in code::files() {
        let module = file.module();
        // The command line stands on top of everything; tests may look anywhere.
        if matches!(module, "lib" | "main" | "cli") || file.path.ends_with("/tests.rs") {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{module} has no layer"));
        for path in file.paths.iter().filter(|p| p.is_below(&["crate"])) {
            let used = &path.names[1];
            let fits = used == module || layer(used).is_some_and(|l| l < own);
            if !fits {
                upwards.push(format!("{}:{}: {module} uses {used}", file.path, path.line));
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn only_the_full_format_knows_miette_and_only_what_reads_the_shell_knows_shuck() {
    for file in code::files() {
        for path in &file.paths {
            let root = &path.names[0];
            let at = format!("{}:{}", file.path, path.line);
            if file.path != "src/emit/full.rs" {
                assert_ne!(root, "miette", "{at}");
            }
            let checks_shell = file.path.starts_with("src/rules/shell/shellcheck/");
            if file.module() != "shell" && !checks_shell {
                assert!(!root.starts_with("shuck_"), "{at}");
            }
        }
    }
}

/// What rules leave to others.
#[derive(Debug)]
enum Left {
    /// What two rules need stands in a file of its own.
    OtherRules,
    /// The facts evaluate variables, once for all rules.
    Variables,
    /// Linting gives the same answer wherever it runs.
    Disk,
    /// What another tool reads otherwise stands in its room below `src/compat`.
    Perspective,
}

#[test]
fn rules_ask_the_facts_and_not_each_other() {
    let rules: Vec<[String; 2]> = RULES
        .iter()
        .map(|r| [r.meta.family.to_owned(), r.meta.id.replace('-', "_")])
        .collect();
    let is_rule = |names: &[String]| rules.iter().any(|r| names.starts_with(r));
    let mut wrong = Vec::new();
    for file in code::files() {
        let Some(own) = file.path.strip_prefix("src/rules/") else {
            continue;
        };
        let own: Vec<&str> = own.trim_end_matches(".rs").split('/').take(2).collect();
        for path in &file.paths {
            let in_rules = path.is_below(&["crate", "rules"]);
            let left = if in_rules && is_rule(&path.names[2..]) && path.names[2..4] != own[..] {
                Left::OtherRules
            } else if path.is_below(&["crate", "syntax", "expand"])
                || path.is_below(&["crate", "syntax", "word"])
            {
                Left::Variables
            } else if path.is_below(&["std", "fs"]) || path.is_below(&["std", "env"]) {
                Left::Disk
            } else if path.is_below(&["crate", "perspective"]) {
                Left::Perspective
            } else {
                continue;
            };
            let names = path.names.join("::");
            wrong.push(format!("{}:{}: {left:?}: {names}", file.path, path.line));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn linting_asks_for_files_only_through_the_trait() {
    let top = layer("config").unwrap();
    let mut wrong = Vec::new();
    for file in code::files() {
        if matches!(file.module(), "lib" | "main" | "cli")
            || layer(file.module()).is_none_or(|own| own >= top)
            || file.path == "src/context/disk.rs"
        {
            continue;
        }
        let machine = |path: &&code::NamedPath| {
            [["std", "fs"], ["std", "env"], ["std", "process"]]
                .iter()
                .any(|below| path.is_below(below))
                || path.names.iter().any(|name| name == "Disk")
        };
        let named = file.paths.iter().filter(machine);
        wrong.extend(named.map(|p| format!("{}:{}: {}", file.path, p.line, p.names.join("::"))));
        // Methods of a path that open what it names; these need no import.
        let code = file.text.split("\n#[cfg(test)]").next().unwrap();
        for method in [
            ".exists()",
            ".try_exists()",
            ".is_file()",
            ".is_dir()",
            ".is_symlink()",
            ".metadata()",
            ".symlink_metadata()",
            ".canonicalize()",
            ".read_dir()",
            ".read_link()",
        ] {
            if code.contains(method) {
                wrong.push(format!("{}: {method}", file.path));
            }
        }
    }
    // The name under which the module offers it.
    wrong.retain(|w| !w.starts_with("src/context/mod.rs:"));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_lists_of_rules_are_sorted() {
    for file in code::files() {
        let path = &file.path;
        if !path.starts_with("src/rules/") || !path.ends_with("/mod.rs") {
            continue;
        }
        let modules: Vec<&str> = file
            .text
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
