//! Guides in `docs/`: every step is run, and prints what the page says. `DLINT_BLESS=1` writes what it
//! prints into the page.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::cli::{dlint, project};

/// Runs one line of a `console` block in a folder.
fn step(folder: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = match words.first() {
        Some(&"dlint") => dlint(folder),
        Some(&"cat" | &"head") => {
            let mut command = Command::new(words[0]);
            command.current_dir(folder);
            command
        }
        Some(&"git") => {
            let mut command = Command::new("git");
            command.current_dir(folder);
            for who in ["AUTHOR", "COMMITTER"] {
                command.env(format!("GIT_{who}_NAME"), "x");
                command.env(format!("GIT_{who}_EMAIL"), "x@example.com");
            }
            command
        }
        other => panic!("{other:?} is no command of the guide"),
    };
    let output = command.args(&words[1..]).output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    let code = output.status.code().unwrap();
    if code != 0 {
        writeln!(text, "# exit code {code}").unwrap();
    }
    text
}

#[test]
fn each_step_of_the_guide_to_golden_images_does_what_the_page_says() {
    follow("docs/golden-images.md", 15);
}

#[test]
fn each_step_of_the_guide_to_the_cache_does_what_the_page_says() {
    follow("docs/cache.md", 10);
}

#[cfg(feature = "rego")]
#[test]
fn each_step_of_the_guide_to_build_policies_does_what_the_page_says() {
    follow("docs/build-policies.md", 8);
}

/// Runs every step of a guide, of which there are more than `least`.
fn follow(path: &str, least: usize) {
    let page = std::fs::read_to_string(path).unwrap();
    let folder = project(&[]);
    let mut out = String::new();
    let mut lines = page.lines();
    let mut steps = 0;
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        if info == "console" {
            for line in block.iter().filter_map(|l| l.strip_prefix("$ ")) {
                writeln!(out, "$ {line}").unwrap();
                out.push_str(&step(folder.path(), line));
                steps += 1;
            }
        } else {
            if let Some((_, path)) = info.split_once("file=") {
                let path = folder.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, format!("{}\n", block.join("\n"))).unwrap();
            }
            for line in block {
                writeln!(out, "{line}").unwrap();
            }
        }
        writeln!(out, "```").unwrap();
    }
    assert!(steps > least, "{steps}");
    if std::env::var_os("DLINT_BLESS").is_some() {
        std::fs::write(path, &out).unwrap();
    }
    assert_eq!(out, page, "run the tests with DLINT_BLESS=1");
}
