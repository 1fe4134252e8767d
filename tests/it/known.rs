//! Starting on old code: lists of known findings, what changed since a commit, ignore comments.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{Ran, dlint, project, ran, run};

/// Two stages, each with findings.
const OLD: &str = "\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y curl
RUN cd /tmp && make
FROM debian:12
COPY --from=build /tmp/app /app
RUN apt-get update && apt-get install wget
CMD /app
";

/// The findings as rule and line.
fn found(folder: &Path, arguments: &[&str]) -> Vec<(String, u64)> {
    let arguments = [&["-f", "json"], arguments].concat();
    let ran = run(folder, &arguments);
    let all: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
    let all = all.as_array().unwrap().iter();
    all.map(|f| {
        let rule = f["code"].as_str().unwrap().to_owned();
        (rule, f["line"].as_u64().unwrap())
    })
    .collect()
}

fn write(folder: &Path, path: &str, text: &str) {
    std::fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
    std::fs::write(folder.join(path), text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

fn git(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgSign=false",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    ran(output)
}

fn git_ok(folder: &Path, arguments: &[&str]) {
    let ran = git(folder, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
}

fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git_ok(folder.path(), &["init", "-q"]);
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    git_ok(folder.path(), &["add", "-A"]);
    git_ok(folder.path(), &["commit", "-q", "-m", "one"]);
    folder
}

const LIST: [&str; 2] = ["--baseline", "dlint-baseline.txt"];

#[test]
fn what_is_on_the_list_is_not_shown_and_does_not_fail() {
    let p = project(&[("a/Dockerfile", OLD)]);
    let all = found(p.path(), &[]);
    assert!(all.len() > 3, "{all:?}");
    assert_eq!(run(p.path(), &[]).code, 1);
    let written = run(p.path(), &["baseline"]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert_eq!(
        written.out,
        format!("dlint-baseline.txt: {} findings\n", all.len())
    );
    let ran = run(
        p.path(),
        &["-f", "full", "--baseline", "dlint-baseline.txt"],
    );
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(
        ran.out,
        format!("Found no problems in 1 file; {} known\n", all.len())
    );
    assert_eq!(ran.err, "");
    // By configuration as well, from wherever it is run.
    write(p.path(), "dlint.toml", "baseline = 'dlint-baseline.txt'\n");
    assert_eq!(run(&p.path().join("a"), &[]).code, 0);
    assert_eq!(run(&p.path().join("a"), &["--no-baseline"]).code, 1);
    // A line that is no line.
    let text = read(p.path(), "dlint-baseline.txt");
    write(
        p.path(),
        "dlint-baseline.txt",
        &format!("<<<<<<< x\n{text}"),
    );
    let broken = run(p.path(), &[]);
    assert_eq!(broken.code, 2);
    assert!(
        broken.err.contains("line 1 is no entry of a baseline"),
        "{}",
        broken.err
    );
    let none = run(p.path(), &["--baseline", "none.txt"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("none.txt: no such file"), "{}", none.err);
}

#[test]
fn the_list_survives_edits_of_everything_but_the_instruction() {
    let p = project(&[("Dockerfile", OLD)]);
    run(p.path(), &["baseline"]);
    let edited = |text: String| {
        write(p.path(), "Dockerfile", &text);
        found(p.path(), &LIST)
    };
    let none: [(String, u64); 0] = [];
    assert_eq!(
        edited(format!("# syntax=docker/dockerfile:1\n\n{OLD}")),
        none
    );
    assert_eq!(
        edited(
            OLD.replace("AS build", "AS made")
                .replace("=build", "=made")
        ),
        none
    );
    assert_eq!(edited(OLD.replace("RUN cd", "ENV A=b\nRUN cd")), none);
    assert_eq!(
        edited(OLD.replace(
            " && apt-get install wget",
            " \\\n    && apt-get install \\\n    wget"
        )),
        none
    );
    // Fixed is fixed, and what is new is shown, at its own line.
    let new = edited(OLD.replace("RUN cd /tmp && make", "RUN cd /srv && make"));
    assert!(
        new.iter().all(|(_, line)| *line == 3) && !new.is_empty(),
        "{new:?}"
    );
    let again = edited(format!("{OLD}RUN apt-get update && apt-get install wget\n"));
    assert!(
        again.iter().all(|(_, line)| *line == 8) && !again.is_empty(),
        "{again:?}"
    );
    // The file moves.
    std::fs::remove_file(p.path().join("Dockerfile")).unwrap();
    write(p.path(), "docker/app.Dockerfile", OLD);
    assert_eq!(found(p.path(), &LIST), none);
    write(p.path(), "docker/copy.Dockerfile", OLD);
    assert!(!found(p.path(), &LIST).is_empty());
}

#[test]
fn what_is_fixed_leaves_the_list() {
    let p = project(&[("a/Dockerfile", OLD), ("b/Dockerfile", OLD)]);
    run(p.path(), &["baseline"]);
    let lines = || read(p.path(), "dlint-baseline.txt").lines().count();
    let all = lines();
    write(
        p.path(),
        "a/Dockerfile",
        &OLD.replace("RUN cd /tmp && make\n", ""),
    );
    let ran = run(p.path(), &["--baseline", "dlint-baseline.txt", "a"]);
    assert!(
        ran.err.contains("of dlint-baseline.txt") && ran.err.contains("dlint baseline --prune"),
        "{}",
        ran.err
    );
    // What is new is not taken up.
    write(
        p.path(),
        "b/Dockerfile",
        &format!("{OLD}RUN cd /srv && make\n"),
    );
    let pruned = run(p.path(), &["baseline", "--prune"]);
    assert_eq!(pruned.code, 0, "{}", pruned.err);
    assert!(pruned.out.contains("gone)"), "{}", pruned.out);
    assert!(lines() < all);
    assert_eq!(run(p.path(), &LIST).err, "");
    assert!(!found(p.path(), &LIST).is_empty());
    // One folder at a time changes nothing of the other.
    std::fs::write(p.path().join("a/Dockerfile"), OLD).unwrap();
    run(p.path(), &["baseline", "a"]);
    run(p.path(), &["baseline", "b"]);
    assert!(found(p.path(), &LIST).is_empty());
}

#[test]
fn lists_of_two_branches_merge_without_conflicts() {
    let p = repository(&[("Dockerfile", OLD)]);
    run(p.path(), &["baseline"]);
    git_ok(p.path(), &["add", "-A"]);
    git_ok(p.path(), &["commit", "-q", "-m", "list"]);
    for (branch, line) in [
        ("x", "RUN cd /x && make\n"),
        ("y", "RUN cd /y && sudo make\n"),
    ] {
        git_ok(p.path(), &["checkout", "-q", "-b", branch, "main"]);
        write(
            p.path(),
            &format!("{branch}/Dockerfile"),
            &format!("{OLD}{line}"),
        );
        let ran = run(p.path(), &["baseline"]);
        assert_eq!(ran.code, 0);
        git_ok(p.path(), &["add", "-A"]);
        git_ok(p.path(), &["commit", "-q", "-m", branch]);
    }
    git_ok(p.path(), &["merge", "-q", "-m", "both", "x"]);
    assert!(found(p.path(), &LIST).is_empty());
    assert_eq!(run(p.path(), &LIST).err, "");
}

#[test]
fn a_policy_decides_whether_what_it_locks_may_be_known() {
    let p = project(&[
        ("Dockerfile", "FROM debian:12\nRUN sudo make\n"),
        ("policy.toml", "locked = ['sudo']\n"),
    ]);
    let policy = ["--policy", "policy.toml"];
    let written = run(p.path(), &[&["baseline"], &policy[..]].concat());
    assert_eq!(written.code, 0);
    assert!(
        written
            .err
            .contains("1 finding of rules that the policy locks"),
        "{}",
        written.err
    );
    let rules =
        |found: Vec<(String, u64)>| -> Vec<String> { found.into_iter().map(|f| f.0).collect() };
    assert_eq!(rules(found(p.path(), &[LIST, policy].concat())), ["sudo"]);
    // Nor does a list that was written without the policy hide it.
    run(p.path(), &["baseline", "--extend-select", "sudo"]);
    assert_eq!(rules(found(p.path(), &[LIST, policy].concat())), ["sudo"]);
    assert_eq!(run(p.path(), &[LIST, policy].concat()).code, 1);
    // The repository cannot allow it, the policy can.
    write(p.path(), "dlint.toml", "allow-baseline = true\n");
    assert_eq!(rules(found(p.path(), &[LIST, policy].concat())), ["sudo"]);
    let text = read(p.path(), "policy.toml");
    write(
        p.path(),
        "policy.toml",
        &format!("allow-baseline = true\n{text}"),
    );
    assert!(found(p.path(), &[LIST, policy].concat()).is_empty());
}

#[test]
fn fixes_leave_alone_what_is_known() {
    let p = project(&[("Dockerfile", OLD)]);
    run(p.path(), &["baseline"]);
    let text = format!("{OLD}RUN apt-get install nano\n");
    write(p.path(), "Dockerfile", &text);
    run(p.path(), &[&["--fix"], &LIST[..]].concat());
    let fixed = read(p.path(), "Dockerfile");
    assert!(fixed.starts_with(OLD), "{fixed}");
    assert_ne!(fixed, text);
}

#[test]
fn sarif_and_the_list_have_the_same_fingerprints() {
    let p = project(&[("Dockerfile", OLD)]);
    run(p.path(), &["baseline"]);
    let list = read(p.path(), "dlint-baseline.txt");
    let fingerprints = |arguments: &[&str]| -> Vec<(String, bool)> {
        let ran = run(p.path(), &[&["-f", "sarif"], arguments].concat());
        let log: Value = serde_json::from_str(&ran.out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results
            .map(|r| {
                let print = &r["partialFingerprints"]["primaryLocationLineHash"];
                let known = r["suppressions"][0]["kind"] == "external";
                (print.as_str().unwrap().to_owned(), known)
            })
            .collect()
    };
    let shown = fingerprints(&[]);
    assert!(shown.len() > 3 && shown.iter().all(|(_, known)| !known));
    for (print, _) in &shown {
        assert!(list.contains(&format!("\n{print} ")), "{print}\n{list}");
    }
    let mut known = fingerprints(&LIST);
    assert!(known.iter().all(|(_, known)| *known));
    known.sort();
    let mut sorted: Vec<_> = shown
        .iter()
        .map(|(print, _)| (print.clone(), true))
        .collect();
    sorted.sort();
    assert_eq!(known, sorted);
    // The neighbours may change.
    write(
        p.path(),
        "Dockerfile",
        &OLD.replace("CMD /app", "CMD /srv/app"),
    );
    let again = fingerprints(&[]);
    let missing: Vec<_> = shown
        .iter()
        .filter(|print| !again.contains(print))
        .collect();
    assert!(missing.len() <= 1, "{missing:?}");
}

#[test]
fn only_what_changed_since_a_commit_is_shown() {
    let p = repository(&[
        ("a/Dockerfile", OLD),
        ("b/Dockerfile", OLD),
        ("c/Dockerfile", OLD),
    ]);
    let since = ["--since", "HEAD"];
    assert!(found(p.path(), &since).is_empty());
    // A new line, an old one that moves, and a user that goes.
    write(
        p.path(),
        "a/Dockerfile",
        &format!("# one\n\n{OLD}RUN cd /srv && make\n"),
    );
    let new = found(p.path(), &since);
    assert!(
        !new.is_empty() && new.iter().all(|(_, line)| *line == 10),
        "{new:?}"
    );
    // A file that moves.
    git_ok(p.path(), &["mv", "b/Dockerfile", "b/app.Dockerfile"]);
    assert_eq!(found(p.path(), &since), new);
    // One that git does not know yet.
    write(p.path(), "d/Dockerfile", OLD);
    assert!(found(p.path(), &[&since[..], &["d"]].concat()).len() > 3);
    assert_eq!(run(p.path(), &["--since", "HEAD", "c"]).code, 0);
    // What the main branch did meanwhile is not of this branch.
    git_ok(p.path(), &["checkout", "-q", "-b", "side"]);
    git_ok(p.path(), &["add", "-A"]);
    git_ok(p.path(), &["commit", "-q", "-m", "two"]);
    assert!(!found(p.path(), &["--since", "main", "a"]).is_empty());
    git_ok(p.path(), &["checkout", "-q", "main"]);
    write(p.path(), "c/Dockerfile", "FROM scratch\n");
    git_ok(p.path(), &["commit", "-q", "-a", "-m", "three"]);
    git_ok(p.path(), &["checkout", "-q", "side"]);
    assert!(found(p.path(), &["--since", "main", "c"]).is_empty());
}

#[test]
fn a_finding_that_a_deleted_line_causes_is_new() {
    let text = "FROM debian:12\nARG DIR=/srv\nCOPY app $DIR/\n";
    let p = repository(&[("Dockerfile", text)]);
    assert!(found(p.path(), &["--since", "HEAD"]).is_empty());
    write(p.path(), "Dockerfile", &text.replace("ARG DIR=/srv\n", ""));
    let new = found(p.path(), &["--since", "HEAD"]);
    assert!(
        new.iter().any(|(rule, _)| rule == "undefined-variable"),
        "{new:?}"
    );
}

#[test]
fn the_name_of_a_commit_is_no_option() {
    let p = repository(&[("Dockerfile", OLD)]);
    for name in ["--output=x", "-h", "none", "", "HEAD\n--output=x"] {
        let ran = run(p.path(), &[&format!("--since={name}")]);
        assert_eq!(ran.code, 2, "{name}");
        assert!(
            ran.err.contains("git knows no commit"),
            "{name}: {}",
            ran.err
        );
    }
    assert!(!p.path().join("x").exists());
    let plain = tempfile::tempdir().unwrap();
    write(plain.path(), "Dockerfile", OLD);
    let ran = run(plain.path(), &["--since", "HEAD"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("is in no repository of git"),
        "{}",
        ran.err
    );
}

#[test]
fn a_list_of_changed_files_chooses_among_what_is_found() {
    let p = project(&[
        ("a/Dockerfile", OLD),
        ("b/Dockerfile", OLD),
        ("b/main.c", ""),
    ]);
    write(
        p.path(),
        "list",
        "b/Dockerfile\r\nb/main.c\ngone/Dockerfile\n",
    );
    let ran = run(p.path(), &["-f", "concise", "--changed-files-from", "list"]);
    assert!(
        ran.out.contains("b/Dockerfile:") && !ran.out.contains("a/Dockerfile:"),
        "{}",
        ran.out
    );
    write(p.path(), "list", "b/main.c\0x\n y\0");
    let ran = run(p.path(), &["--changed-files-from", "list"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(ran.err, "dlint: of 2 changed files none is linted\n");
    let mut command = dlint(p.path());
    command.args(["--changed-files-from", "-", "-"]);
    assert_eq!(ran_code(command), 2);
}

fn ran_code(mut command: Command) -> i32 {
    ran(command.stdin(std::process::Stdio::null()).output().unwrap()).code
}

#[test]
fn ignore_comments_are_written_once() {
    let p = project(&[("Dockerfile", OLD)]);
    let before = found(p.path(), &[]).len();
    let arguments = ["--add-ignore", "old code"];
    let shown = run(p.path(), &[&arguments[..], &["--diff"]].concat());
    assert!(
        shown.out.contains("+# dlint: ignore[") && shown.out.contains("] old code"),
        "{}",
        shown.out
    );
    assert_eq!(read(p.path(), "Dockerfile"), OLD);
    let ran = run(p.path(), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.err.contains("ignore comments in 1 file"), "{}", ran.err);
    let text = read(p.path(), "Dockerfile");
    assert!(found(p.path(), &[]).is_empty() && before > 3, "{text}");
    run(p.path(), &arguments);
    assert_eq!(read(p.path(), "Dockerfile"), text);
    assert_eq!(run(p.path(), &["--add-ignore", " "]).code, 2);
}
