//! The names and comments of security scanners: `testdata/scanner-names.txt` and
//! `docs/scanners.md`.

use std::fmt::Write as _;
use std::path::Path;

use dlint::compat::scanners::{DECLINED, declined};
use dlint::config::{Configs, Layer, Place};
use dlint::engine;
use dlint::rules::{self, RULES};
use dlint::span::Source;

/// Tool and name, one a line.
const NAMES: &str = include_str!("../../testdata/scanner-names.txt");

fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = NAMES.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap())
}

fn dlint(arguments: &[&str]) -> std::process::Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dlint"));
    command.args(arguments).env_remove("CI").output().unwrap()
}

#[test]
fn every_name_of_a_scanner_means_a_rule_or_is_declined() {
    let mut count = 0;
    for (tool, name) in names() {
        count += 1;
        let known = !rules::by_name(name).is_empty();
        assert!(known != declined(name).is_some(), "{tool} {name}");
    }
    assert!(count > 250, "{count} names");
}

#[test]
fn names_have_several_spellings() {
    for (name, rule) in [
        ("AVD-DS-0004", "remote-admin-port"),
        ("ds004", "remote-admin-port"),
        ("DS0004", "remote-admin-port"),
        ("docker-no-ssh-port", "remote-admin-port"),
        ("no-ssh-port", "remote-admin-port"),
        ("docker:S6473", "remote-admin-port"),
        ("ckv_docker_1", "remote-admin-port"),
        ("5907595B-5B6D-4142-B173-DBB0E73FBFF8", "remote-admin-port"),
        (
            "dockerfile.security.last-user-is-root.last-user-is-root",
            "root-user",
        ),
        ("security.last-user-is-root", "root-user"),
        ("last-user-is-root", "root-user"),
        ("docker-socket", "docker-socket"),
    ] {
        let ids: Vec<&str> = rules::by_name(name).iter().map(|e| e.meta.id).collect();
        assert_eq!(ids, [rule], "{name}");
    }
    for name in [
        "DS-9999",
        "ds",
        "S1",
        "some.where.last-user-is-root",
        "socket",
    ] {
        assert!(rules::by_name(name).is_empty(), "{name}");
    }
}

#[test]
fn every_name_is_accepted_by_explain_ignore_and_the_configuration() {
    let all: Vec<&str> = names().map(|(_, name)| name).collect();
    let output = dlint(&[&["explain"], &all[..]].concat());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
    let text = String::from_utf8(output.stdout).unwrap();
    for check in DECLINED {
        let reason = check.reason.split_whitespace().next().unwrap();
        assert!(
            text.contains(check.names[0]) && text.contains(reason),
            "{check:?}"
        );
    }
    let layer = Layer {
        ignore: all.iter().map(|n| (*n).to_owned()).collect(),
        levels: Vec::new(),
        ..Layer::default()
    };
    layer.check_names().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let list = all
        .iter()
        .map(|n| format!("{n:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    let levels: String = all.iter().map(|n| format!("{n:?} = \"info\"\n")).collect();
    let text = format!("ignore = [{list}]\n[levels]\n{levels}");
    std::fs::write(directory.path().join("dlint.toml"), text).unwrap();
    let file = directory.path().join("Dockerfile");
    std::fs::write(&file, "FROM scratch\n").unwrap();
    let output = dlint(&[file.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn no_name_in_a_comment_is_unknown() {
    let mut text = String::new();
    for (_, name) in names() {
        writeln!(text, "# dlint: ignore[{name}] because").unwrap();
    }
    text.push_str("FROM scratch\n");
    let layer = Layer {
        select: Some(vec!["unknown-ignore".to_owned()]),
        ..Layer::default()
    };
    let mut configs = Configs::new(Place::Isolated, layer);
    let effective = configs.of_file(Path::new("Dockerfile")).unwrap();
    let report = engine::lint(Source::new("Dockerfile", text), &effective.settings);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
}

/// What dlint does not report, and which rule has which names: `DLINT_BLESS=1` rewrites the tables
/// of `docs/scanners.md`.
#[test]
fn the_names_on_pages_are_listed() {
    let mut names = String::from("| rule | names |\n|---|---|\n");
    for entry in &RULES {
        let meta = &entry.meta;
        let typed = [
            meta.hadolint.map(|h| h.code),
            meta.buildkit.and_then(|b| b.name),
        ];
        let own = meta.aliases.iter().filter(|a| !typed.contains(&Some(a)));
        let own: Vec<String> = own.map(|a| format!("`{a}`")).collect();
        if !own.is_empty() {
            let (family, id) = (meta.family, meta.id);
            let link = format!("[{id}](../rules/{family}/{id}.md)");
            writeln!(names, "| {link} | {} |", own.join(", ")).unwrap();
        }
    }
    let mut left = String::from("| names | what they report | why no rule does |\n|---|---|---|\n");
    for check in DECLINED {
        let own: Vec<String> = check.names.iter().map(|n| format!("`{n}`")).collect();
        writeln!(
            left,
            "| {} | {} | {} |",
            own.join(", "),
            check.what,
            check.reason
        )
        .unwrap();
    }
    let text = std::fs::read_to_string("docs/scanners.md").unwrap();
    let mut new = text.clone();
    for (heading, table) in [("| rule | names |", names), ("| names | what they", left)] {
        let (before, rest) = new.split_once(heading).unwrap();
        let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
        new = format!("{before}{table}\n{after}");
        new.truncate(new.trim_end().len());
        new.push('\n');
    }
    if std::env::var_os("DLINT_BLESS").is_some() {
        std::fs::write("docs/scanners.md", new).unwrap();
    } else {
        assert!(text == new, "docs/scanners.md: DLINT_BLESS=1 rewrites it");
    }
}
