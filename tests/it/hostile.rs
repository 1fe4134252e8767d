//! Files and folders that were made to stop a run, to lose what it found, or to make it touch and
//! show what is none of its business.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A Dockerfile with an error at 2:1.
const BAD: &str = "FROM scratch\nRUNN make\n";
/// A Dockerfile that `--fix` makes [`GOOD`].
const UNUSED: &str = "# dlint: ignore[syntax-error] because\nFROM scratch\n";
const GOOD: &str = "FROM scratch\n";

/// A repository with files in it.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

fn dlint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlint"));
    command.current_dir(folder).stdin(Stdio::null());
    command
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("HOME", folder);
    command
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// With two rules only, so that new ones change nothing here.
fn lint(folder: &Path, arguments: &[&str]) -> Ran {
    let rules = ["--select", "syntax-error,unused-ignore"];
    let mut command = dlint(folder);
    command.args(rules).args(arguments);
    command.output().unwrap().into()
}

#[cfg(unix)]
mod fixing {
    use super::*;

    use std::os::unix::fs::symlink;

    /// dlint where no file may grow beyond a size, as on a disk that is full.
    fn on_a_full_disk(folder: &Path, arguments: &str) -> Ran {
        let binary = env!("CARGO_BIN_EXE_dlint");
        let script = format!("trap '' XFSZ; ulimit -f 0; exec '{binary}' {arguments}");
        let mut command = Command::new("sh");
        command.current_dir(folder).args(["-c", &script]);
        command.output().unwrap().into()
    }

    #[test]
    fn a_full_disk_leaves_the_old_file() {
        let at = repository(&[("f", UNUSED), ("linked", UNUSED)]);
        std::fs::hard_link(at.path().join("linked"), at.path().join("linked2")).unwrap();
        let ran = on_a_full_disk(at.path(), "--fix --isolated f linked");
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains("error: f: "), "{}", ran.err);
        assert!(ran.err.contains("error: linked: "), "{}", ran.err);
        assert_eq!(read(at.path(), "f"), UNUSED);
        assert_eq!(read(at.path(), "linked2"), UNUSED);
        let left = std::fs::read_dir(at.path()).unwrap().count();
        assert_eq!(left, 4, "a temporary file is left");
    }

    #[test]
    fn extended_attributes_stay() {
        let at = repository(&[("f", UNUSED)]);
        let path = at.path().join("f");
        if xattr::set(&path, "user.note", b"keep").is_err() {
            eprintln!("skipped: the disk knows no extended attributes");
            return;
        }
        assert_eq!(lint(at.path(), &["--fix", "f"]).code, Some(0));
        assert_eq!(read(at.path(), "f"), GOOD);
        assert_eq!(
            xattr::get(&path, "user.note").unwrap().as_deref(),
            Some(b"keep".as_slice())
        );
    }

    #[test]
    fn a_pipe_that_is_named_is_read_and_one_that_is_found_is_not() {
        let at = repository(&[("f", BAD)]);
        let mut command = dlint(at.path());
        command.stdin(std::fs::File::open(at.path().join("f")).unwrap());
        let ran: Ran = command.arg("/dev/stdin").output().unwrap().into();
        assert!(ran.out.starts_with("/dev/stdin:2:1 error"), "{}", ran.out);
        symlink("/dev/zero", at.path().join(".env")).unwrap();
        symlink("/dev/zero", at.path().join("Dockerfile.zero")).unwrap();
        symlink("/dev/zero", at.path().join("docker-bake.override.hcl")).unwrap();
        write(
            at.path(),
            "docker-bake.hcl",
            "target \"a\" {\n  dockerfile = \"f\"\n}\n",
        );
        write(
            at.path(),
            "compose.yaml",
            "services:\n  a:\n    build:\n      context: .\n      dockerfile: f\n",
        );
        let ran = lint(at.path(), &["."]);
        assert!(
            ran.out.starts_with("f:2:1 error"),
            "{} {}",
            ran.out,
            ran.err
        );
        assert_eq!(ran.code, Some(1));
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_repository_are_read_only_if_they_are_named() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "other", UNUSED);
    write(outside.path(), "secret.toml", "password = \"hunter2\"\n");
    let at = repository(&[("Dockerfile", GOOD), ("sub/Dockerfile", BAD)]);
    let other = outside.path().join("other");
    symlink(&other, at.path().join("Dockerfile.x")).unwrap();
    let ran = lint(at.path(), &["--fix", "."]);
    assert_eq!(read(outside.path(), "other"), UNUSED);
    assert!(
        ran.err.contains("Dockerfile.x leads out of the repository"),
        "{}",
        ran.err
    );
    assert!(!ran.out.contains("Dockerfile.x"), "{}", ran.out);
    assert_eq!(lint(at.path(), &["--fix", "Dockerfile.x"]).code, Some(0));
    assert_eq!(read(outside.path(), "other"), GOOD);
    // Nor is such a configuration shown.
    let toml = outside.path().join("secret.toml");
    symlink(&toml, at.path().join("sub/dlint.toml")).unwrap();
    let ran = lint(at.path(), &["."]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    assert!(ran.err.contains("sub/dlint.toml leads out"), "{}", ran.err);
    let ran = lint(at.path(), &["--config", toml.to_str().unwrap(), "."]);
    assert!(ran.err.contains("unknown key `password`"), "{}", ran.err);
}

#[test]
fn a_configuration_extends_nothing_out_of_the_repository() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "environ", "TOKEN=hunter2\n");
    let target = outside.path().join("environ");
    let toml = format!("extends = {target:?}\n");
    let at = repository(&[("Dockerfile", GOOD), ("dlint.toml", &toml)]);
    let ran = lint(at.path(), &["."]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    assert!(
        ran.err.contains("leads out of the repository"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("dlint.toml:1:11"), "{}", ran.err);
    // Without a repository nobody can tell, so nothing is shown.
    std::fs::remove_dir(at.path().join(".git")).unwrap();
    let ran = lint(at.path(), &["."]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    // What the user names may come from anywhere.
    write(outside.path(), "environ", "ignore = [\"syntax-error\"]\n");
    let ran = lint(at.path(), &["--config", "dlint.toml", "."]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn a_chain_of_configurations_ends() {
    let at = repository(&[("Dockerfile", GOOD)]);
    for i in 0..100 {
        let text = format!("extends = \"{}.toml\"\n", i + 1);
        write(at.path(), &format!("{i}.toml"), &text);
    }
    write(at.path(), "100.toml", "");
    write(at.path(), "dlint.toml", "extends = \"0.toml\"\n");
    let ran = lint(at.path(), &["."]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("more than 32 files extend each other"),
        "{}",
        ran.err
    );
    write(at.path(), "dlint.toml", "extends = \"80.toml\"\n");
    assert_eq!(lint(at.path(), &["."]).code, Some(0));
}

#[test]
fn a_wrong_configuration_concerns_its_own_folder() {
    let at = repository(&[
        ("a/Dockerfile", BAD),
        ("b/Dockerfile", BAD),
        ("b/dlint.toml", "nonsense = 1\n"),
        ("b/c/Dockerfile", BAD),
        ("d/compose.yaml", "services:\n  a:\n    build: .\n"),
        ("d/dlint.toml", "also\n"),
    ]);
    for arguments in [&["."][..], &["a/Dockerfile", "b/Dockerfile", "d"]] {
        let ran = lint(at.path(), arguments);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
        assert!(ran.out.starts_with("a/Dockerfile:2:1 error"), "{}", ran.out);
        assert_eq!(ran.err.matches("nonsense").count(), 2, "{}", ran.err);
        assert!(ran.err.contains("d/dlint.toml:1:"), "{}", ran.err);
    }
    let ran = lint(at.path(), &["--format", "sarif", "."]);
    assert!(ran.out.contains("unknown key `nonsense`"), "{}", ran.out);
}

#[test]
fn a_report_that_cannot_be_written_is_printed() {
    let at = repository(&[("Dockerfile", BAD)]);
    let ran = lint(at.path(), &["--output", "none/report", "."]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.out.starts_with("Dockerfile:2:1 error"), "{}", ran.out);
    assert!(ran.err.contains("none/report"), "{}", ran.err);
    let arguments = ["-f", "json", "-o", "none/a", "-f", "gnu", "-o", "b", "."];
    let ran = lint(at.path(), &arguments);
    assert_eq!(ran.code, Some(2));
    assert!(ran.out.trim_start().starts_with(['[', '{']), "{}", ran.out);
    assert!(read(at.path(), "b").starts_with("dlint:Dockerfile:2:"));
}

#[test]
fn an_empty_search_is_said() {
    let at = repository(&[("notes.txt", "")]);
    let ran = lint(at.path(), &["."]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert!(
        ran.err.starts_with("warning: nothing to lint in `.`\n"),
        "{}",
        ran.err
    );
    write(at.path(), ".gitignore", "*\n");
    let ran = lint(at.path(), &["."]);
    assert!(ran.err.contains(".gitignore and the like"), "{}", ran.err);
}

#[cfg(target_os = "linux")]
#[test]
fn names_command_nobody_and_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let at = repository(&[
        ("a\n::error::x/Dockerfile", BAD),
        ("::warning::y/Dockerfile", BAD),
        ("##[group]/Dockerfile", BAD),
        ("\u{1b}[31m/Dockerfile", BAD),
    ]);
    let name = std::ffi::OsStr::from_bytes(b"Dockerfile.\xff");
    std::fs::write(at.path().join(name), BAD).unwrap();
    for format in ["concise", "full", "tty", "gnu", "github"] {
        let ran = lint(at.path(), &["--format", format, "."]);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let forged = ran.out.lines().filter(|line| {
            let line = line.trim_start();
            let is_own = format == "github" && line.starts_with("::error file=");
            line.starts_with("::") && !is_own || line.contains("##[") || line.contains('\u{1b}')
        });
        assert_eq!(forged.count(), 0, "{}", ran.out);
        assert!(ran.out.contains("Dockerfile.\u{fffd}"), "{}", ran.out);
    }
    let gone = lint(at.path(), &["\u{1b}[31m\n::error::x", "."]);
    assert!(!gone.err.contains('\u{1b}'), "{}", gone.err);
    assert!(!gone.err.contains("\n::"), "{}", gone.err);
}

#[test]
fn a_diff_commands_nobody() {
    let text = "FROM scratch\nRUN <<E\n::error::x\n\u{1b}[1m##[error]\u{202e}\nE\n# dlint: ignore[syntax-error]\nLABEL a=b\n";
    let at = repository(&[("f", text)]);
    let ran = lint(at.path(), &["--diff", "f"]);
    assert!(
        ran.out.contains("-# dlint: ignore"),
        "{} {}",
        ran.out,
        ran.err
    );
    for bad in ["\u{1b}", "##[", "\u{202e}", " ::error"] {
        assert!(!ran.out.contains(bad), "{bad:?}: {}", ran.out);
    }
    // A file is for `patch`.
    let file = std::fs::File::create(at.path().join("diff")).unwrap();
    let mut command = dlint(at.path());
    command.args(["--select", "syntax-error,unused-ignore", "--diff", "f"]);
    command.stdout(file).status().unwrap();
    assert!(read(at.path(), "diff").contains("\u{1b}[1m##[error]\u{202e}"));
}

#[test]
fn compose_files_lead_nowhere_out_of_the_repository() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "private", "FROM scratch\nhunter2\n");
    let there = outside.path().display();
    let compose = format!(
        "services:\n  a:\n    build:\n      context: {there}\n      dockerfile: private\n  \
         b:\n    build:\n      context: {there}\n      dockerfile: ${{PWD}}/Dockerfile\n  \
         c:\n    extends:\n      file: {there}/private\n      service: hunter2\n"
    );
    let at = repository(&[
        ("compose.yaml", &compose),
        ("Dockerfile", "FROM scratch\nCOPY privat /\n"),
    ]);
    for path in [".", "compose.yaml"] {
        let arguments = [
            "--isolated",
            "--select",
            "syntax-error,missing-source",
            path,
        ];
        let ran: Ran = dlint(at.path()).args(arguments).output().unwrap().into();
        let all = format!("{}{}", ran.out, ran.err);
        assert!(!all.contains("hunter2`") && !all.contains("RUN"), "{all}");
        assert!(!all.contains("did you mean"), "{all}");
        assert!(ran.err.contains("out of the repository"), "{all}");
    }
}

/// The findings of one rule.
fn findings(rule: &str, text: &str) -> Vec<dlint::diagnostic::Diagnostic> {
    use dlint::engine::{self, ActiveRule, Settings};
    let settings = Settings::with_rules([ActiveRule::new(dlint::rules::by_id(rule).unwrap())]);
    let source = dlint::span::Source::new("Dockerfile", text);
    engine::lint(source, &settings).diagnostics
}

/// How many of the findings suggest a name.
fn suggestions(findings: &[dlint::diagnostic::Diagnostic]) -> usize {
    let help = findings.iter().filter_map(|d| d.help.as_deref());
    help.filter(|help| help.starts_with("did you mean")).count()
}

/// A name that looks like the others.
fn alike(prefix: &str, number: usize) -> String {
    format!("{prefix}{:06x}", number * 40_503 % (1 << 24))
}

#[test]
fn names_are_looked_for_a_limited_number_of_times_per_file() {
    let stages = |n: usize| -> String {
        let stage = |i| format!("FROM a AS {}\n", alike("build", i));
        let copy = |i| format!("COPY --from={} /a /b\n", alike("buile", i));
        (0..n).map(stage).chain((0..n).map(copy)).collect()
    };
    assert_eq!(suggestions(&findings("unknown-stage", &stages(50))), 50);
    let many = suggestions(&findings("unknown-stage", &stages(2000)));
    assert!((1..100).contains(&many), "{many}");

    let variables = |n: usize| -> String {
        let env = |i| format!("ENV {}=1\n", alike("NAME_", i));
        let label = |i| format!("LABEL a{i}=${}\n", alike("NAMX_", i));
        let body: String = (0..n).map(env).chain((0..n).map(label)).collect();
        format!("FROM scratch\n{body}")
    };
    assert_eq!(
        suggestions(&findings("undefined-variable", &variables(50))),
        50
    );
    let found = findings("undefined-variable", &variables(1000));
    assert_eq!(found.len(), 1000);
    assert!((1..=250).contains(&suggestions(&found)));

    let names: Vec<String> = (0..3000).map(|i| format!("latest-ta{i}")).collect();
    let text = format!("# dlint: ignore[latest-tug,{}]\nFROM a\n", names.join(","));
    let found = findings("unknown-ignore", &text);
    // A thousand are listed.
    assert_eq!(found.len(), 1001);
    assert!((1..=1000).contains(&suggestions(&found)));
}

#[test]
fn values_that_repeat_all_before_them_are_cut() {
    use dlint::facts::Facts;
    let known = |n: usize| {
        let text = format!("FROM a\nENV P=/a\n{}USER $P\n", "ENV P=$P:/x\n".repeat(n));
        let source = dlint::span::Source::new("Dockerfile", text);
        let file = dlint::syntax::parse(&source);
        let build = dlint::context::Build::default();
        let facts = Facts::of(&source, &file, &build);
        let all = facts.declarations(Some(0));
        all.filter_map(|v| match &v.value {
            Some(dlint::syntax::word::Value::Known(text)) => Some(text.len()),
            _ => None,
        })
        .sum::<usize>()
    };
    // Every one of them is known as long as they are few.
    assert_eq!(
        known(100),
        (0..=100_usize).map(|i| 2 + 3 * i).sum::<usize>()
    );
    assert!(known(5000) <= 16 << 20);
}

#[test]
fn findings_beyond_a_thousand_of_a_rule_are_counted_and_not_listed() {
    let text = |head: &str, n: usize| format!("{head}FROM a\n{}", "MAINTAINER x\n".repeat(n));
    let rule = "deprecated-maintainer";
    assert_eq!(findings(rule, &text("", 1_000)).len(), 1_000);
    let found = findings(rule, &text("", 1_500));
    assert_eq!(found.len(), 1_001);
    let notes: Vec<_> = found
        .iter()
        .filter(|d| d.message.contains("more"))
        .collect();
    let [note] = notes.as_slice() else {
        panic!("{notes:?}");
    };
    let message = "500 more findings of this rule from here on are not listed";
    assert_eq!((note.message.as_str(), note.rule.id), (message, rule));
    let comment = "# dlint: ignore-file[deprecated-maintainer] why\n";
    assert!(findings(rule, &text(comment, 1_500)).is_empty());
}

#[test]
fn a_comment_on_a_finding_that_is_not_listed_is_of_use() {
    use dlint::engine::{self, ActiveRule, Settings};
    let rules = ["deprecated-maintainer", "unused-ignore"];
    let rules = rules.map(|id| ActiveRule::new(dlint::rules::by_id(id).unwrap()));
    let settings = Settings::with_rules(rules);
    let text = format!(
        "FROM a\n{}# dlint: ignore[deprecated-maintainer]\nMAINTAINER y\n",
        "MAINTAINER x\n".repeat(1_200)
    );
    let report = engine::lint(dlint::span::Source::new("Dockerfile", text), &settings);
    assert!(
        report
            .diagnostics
            .iter()
            .all(|d| d.rule.id != "unused-ignore")
    );
}

#[test]
fn a_script_of_more_commands_than_shellcheck_is_asked_about_says_so_once() {
    let text = |n: usize| format!("FROM a\nRUN {}\n", vec!["true"; n].join("; "));
    assert!(findings("unread-script", &text(1_000)).is_empty());
    let found = findings("unread-script", &text(1_001));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].message.contains("more than 1000 commands"),
        "{}",
        found[0].message
    );
    let eval = |n: usize| format!("FROM a\nRUN eval {}\n", vec!["a"; n].join(" "));
    assert!(findings("unread-script", &eval(400)).is_empty());
    assert_eq!(findings("unread-script", &eval(10_000)).len(), 1);
    assert!(findings("shellcheck", &eval(10_000)).is_empty());
}

#[test]
fn comments_in_an_open_quote_are_looked_at_once_each() {
    // Each of them once made the whole text before it be read again: minutes for these.
    let text = |n: usize| format!("FROM a\nRUN echo \"a \\\n{}b\"\n", "# c\nd \\\n".repeat(n));
    let found = findings("comment-in-string", &text(15_000));
    // A thousand are listed, and a note says so.
    assert_eq!(found.len(), 1_001);
    let last = findings("comment-in-string", &text(3));
    let places: Vec<u32> = last.iter().map(|d| d.span.start).collect();
    assert_eq!(places, [21, 29, 37]);
}
