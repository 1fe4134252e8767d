//! The program on a terminal: what it looks like there, its pager, its watch, an interruption. Python
//! makes the terminal; without it the tests are skipped and say so, unless `DLINT_REQUIRE_TOOLS` is set.

#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::cli::{dlint, project};

/// What stands on a terminal of so many columns and rows after the steps; nothing without Python.
fn on_terminal(
    folder: &Path,
    size: (usize, usize),
    steps: &[&str],
    environment: &[(&str, &str)],
    args: &[&str],
) -> Option<String> {
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    if !has_python {
        crate::packaging::missing("python3");
        return None;
    }
    let own = dlint(folder);
    let mut command = Command::new("python3");
    command.current_dir(folder);
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .env("TERM", "xterm-256color")
        .envs(environment.iter().copied());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/terminal.py"));
    command.args([size.0.to_string(), size.1.to_string()]);
    command
        .args(steps)
        .arg("--")
        .arg(own.get_program())
        .args(args);
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A text without colours and links.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('[') => {
                for c in rest.by_ref() {
                    if c.is_ascii_alphabetic() {
                        break;
                    }
                }
            }
            Some(']') => {
                let mut before = ' ';
                for c in rest.by_ref() {
                    if c == '\u{7}' || before == '\u{1b}' && c == '\\' {
                        break;
                    }
                    before = c;
                }
            }
            _ => {}
        }
    }
    out
}

const LATEST: &str = "FROM debian:latest\n";

#[test]
fn a_report_beyond_a_screenful_is_compact_and_fits_the_columns() {
    let files: Vec<(String, &str)> = (0..9)
        .map(|i| (format!("{i}/Dockerfile"), LATEST))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), *t)).collect();
    let p = project(&files);
    let args = ["--isolated", "--select", "latest-tag,missing-user"];
    for columns in [60, 80] {
        let Some(seen) = on_terminal(p.path(), (columns, 24), &[], &[], &args) else {
            return;
        };
        let seen = plain(&seen);
        assert!(
            seen.contains("--full shows them with their lines"),
            "{seen}"
        );
        assert!(!seen.contains("╭─["), "{seen}");
        assert!(seen.contains("ended with 1"), "{seen}");
        for line in seen.lines().filter(|line| !line.starts_with("Found")) {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
    let short = on_terminal(p.path(), (80, 24), &[], &[], &[&args[..], &["0"]].concat());
    let short = plain(&short.unwrap());
    assert!(short.contains("╭─[0/Dockerfile:1:"), "{short}");
}

#[test]
fn colours_are_for_terminals_and_for_who_wants_them() {
    let p = project(&[("Dockerfile", LATEST)]);
    let args = ["--isolated", "--select", "latest-tag"];
    let Some(seen) = on_terminal(p.path(), (80, 24), &[], &[], &args) else {
        return;
    };
    assert!(seen.contains("\u{1b}["), "{seen}");
    // Blue is not readable on black.
    assert!(!seen.contains("\u{1b}[34m"), "{seen}");
    let without = on_terminal(p.path(), (80, 24), &[], &[("NO_COLOR", "1")], &args).unwrap();
    assert!(!without.contains("\u{1b}[3"), "{without}");
}

#[test]
fn an_explanation_goes_through_the_pager() {
    let p = project(&[]);
    let pager = [("PAGER", "tee paged.txt")];
    let args = ["explain", "latest-tag"];
    let Some(seen) = on_terminal(p.path(), (60, 24), &[], &pager, &args) else {
        return;
    };
    assert!(plain(&seen).contains("ended with 0"), "{seen}");
    let paged = std::fs::read_to_string(p.path().join("paged.txt")).unwrap();
    assert!(plain(&paged).starts_with("latest-tag\n"), "{paged}");
}

#[test]
fn a_watch_reports_again_and_ends_when_it_is_interrupted() {
    let p = project(&[("Dockerfile", LATEST)]);
    let steps = [
        "wait:latest-tag",
        "wait:Ctrl+C ends",
        "write:Dockerfile:FROM debian:13\nRUNN make\n",
        "wait:syntax-error",
        "send:^C",
    ];
    let args = [
        "--isolated",
        "--select",
        "latest-tag,syntax-error",
        "--watch",
    ];
    let Some(seen) = on_terminal(p.path(), (80, 24), &steps, &[], &args) else {
        return;
    };
    assert!(!seen.contains("took too long"), "{seen}");
    assert!(seen.contains("ended with"), "{seen}");
}
