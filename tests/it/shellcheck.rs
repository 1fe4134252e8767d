//! `--shellcheck=external`: with a program that stands in for ShellCheck, and with ShellCheck
//! itself where it is installed.

#![cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Notes what it is given and answers with what the test laid down.
const STAND_IN: &str = r#"#!/bin/sh
echo "$@" >> "$STAND_IN/arguments"
cat ./script-*.of-dockerfile >> "$STAND_IN/scripts"
cat "$STAND_IN/errors" >&2
cat "$STAND_IN/answer"
if [ -e "$STAND_IN/later" ]; then cp "$STAND_IN/later" "$STAND_IN/answer"; fi
exit "$(cat "$STAND_IN/status")"
"#;

/// A folder with Dockerfiles, and one with a program `shellcheck`.
struct Project {
    files: TempDir,
    tools: TempDir,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Project {
    fn new(files: &[(&str, &str)], comments: Value) -> Self {
        let project = Self {
            files: tempfile::tempdir().unwrap(),
            tools: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(project.files.path().join(".git")).unwrap();
        for (name, text) in files {
            std::fs::write(project.files.path().join(name), text).unwrap();
        }
        let program = project.tools.path().join("shellcheck");
        std::fs::write(&program, STAND_IN).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        project.answer(1, &json!({ "comments": comments }).to_string(), "");
        project
    }

    fn answer(&self, status: i32, answer: &str, errors: &str) {
        self.lay("status", &status.to_string());
        self.lay("answer", answer);
        self.lay("errors", errors);
    }

    fn lay(&self, name: &str, text: &str) {
        std::fs::write(self.tools.path().join(name), text).unwrap();
    }

    fn noted(&self, name: &str) -> String {
        std::fs::read_to_string(self.tools.path().join(name)).unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dlint"));
        command
            .args(["--profile", "strict", "--select", "shellcheck"])
            .args(arguments)
            .current_dir(self.files.path())
            .env("STAND_IN", self.tools.path())
            .env("PATH", self.path("/usr/bin:/bin"))
            .env("SHELLCHECK_OPTS", "--exclude=SC2086")
            .env_remove("NO_COLOR");
        command
    }

    fn path(&self, rest: &str) -> String {
        format!("{}:{rest}", self.tools.path().display())
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }
}

fn ran(output: std::process::Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A finding of the stand-in: script, code, line and columns.
fn comment(script: usize, code: u16, line: usize, columns: (usize, usize)) -> Value {
    json!({
        "file": format!("script-{script}.of-dockerfile"),
        "line": line, "endLine": line, "column": columns.0, "endColumn": columns.1,
        "level": "info", "code": code, "message": format!("said {code}"), "fix": null,
    })
}

/// The same with quotes put around it.
fn quoted(script: usize, line: usize, columns: (usize, usize)) -> Value {
    let quote = |column: usize, point: &str| {
        json!({
            "line": line, "endLine": line, "column": column, "endColumn": column,
            "insertionPoint": point, "precedence": 7, "replacement": "\"",
        })
    };
    let mut comment = comment(script, 2086, line, columns);
    comment["fix"] =
        json!({ "replacements": [quote(columns.0, "afterEnd"), quote(columns.1, "beforeStart")] });
    comment
}

#[test]
fn one_process_gets_the_scripts_of_all_files_and_findings_go_to_their_bytes() {
    let project = Project::new(
        &[
            (
                "a.Dockerfile",
                "FROM debian:12\nRUN true \\\n# c\n\t&& é $X\nRUN one\nONBUILD RUN <<E\n#!/bin/bash -u\nfoo\nE\n",
            ),
            (
                "b.Dockerfile",
                "FROM alpine\nSHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN one\n",
            ),
            (
                "c.Dockerfile",
                "FROM debian:12\nRUN one\nSHELL [\"pwsh\", \"-c\"]\nRUN Get-Item $X\n",
            ),
        ],
        json!([
            comment(0, 2086, 2, (12, 14)),
            comment(1, 2164, 2, (1, 4)),
            comment(2, 2035, 2, (1, 4)),
            comment(2, 2096, 1, (1, 4)),
            comment(3, 2046, 2, (2, 99)),
            comment(3, 2046, 1, (1, 3)),
        ]),
    );
    let run = project.run(&["--shellcheck=external", "-f", "concise"]);
    let lines: Vec<&str> = run.out.lines().filter(|l| l.contains("[SC")).collect();
    assert_eq!(
        lines,
        [
            "a.Dockerfile:4:7 info[SC2086] said 2086",
            "a.Dockerfile:5:5 info[SC2164] said 2164",
            "a.Dockerfile:8:1 info[SC2035] said 2035",
            "b.Dockerfile:3:6 info[SC2046] said 2046",
            "c.Dockerfile:2:5 info[SC2164] said 2164",
        ],
        "{}",
        run.err
    );
    assert_eq!(run.code, 0, "{}", run.err);
    let arguments = project.noted("arguments");
    assert_eq!(arguments.lines().count(), 1, "{arguments}");
    assert!(arguments.starts_with("--norc --format=json1 -- "));
    assert_eq!(arguments.matches("script-").count(), 4, "{arguments}");
    assert_eq!(
        project.noted("scripts"),
        "#!/bin/dash\ntrue \t&& é $X#!/bin/dash\none#!/bin/bash -u\nfoo\n#!/bin/sh -eo pipefail\none"
    );
}

#[test]
fn what_the_dockerfile_says_counts_as_for_the_own_checks() {
    let project = Project::new(
        &[(
            "Dockerfile",
            "FROM debian:12\nARG known\nRUN a \"$known\" \"$http_proxy\" \"$other\"; \\\n  \
             # shellcheck disable=SC2035\n  b; c\n",
        )],
        json!([
            comment(0, 2154, 2, (4, 10)),
            comment(0, 2154, 2, (13, 24)),
            comment(0, 2154, 2, (27, 33)),
            comment(0, 2035, 2, (38, 39)),
            comment(0, 2061, 2, (38, 39)),
            comment(0, 3043, 2, (38, 39)),
            comment(0, 3036, 2, (38, 39)),
            comment(0, 1091, 2, (38, 39)),
        ]),
    );
    let run = project.run(&["--shellcheck=external", "-f", "concise"]);
    let lines: Vec<&str> = run.out.lines().filter(|l| l.contains("[SC")).collect();
    assert_eq!(
        lines,
        [
            "Dockerfile:3:31 info[SC2154] said 2154",
            "Dockerfile:5:3 info[SC2061] said 2061",
            "Dockerfile:5:3 info[SC3037] said 3036",
        ]
    );
    let some = project.run(&[
        "--shellcheck=external",
        "-f",
        "concise",
        "--ignore=SC2061",
        "--error=SC2154",
    ]);
    assert!(!some.out.contains("SC2061"));
    assert!(some.out.contains("error[SC2154]"));
    assert_eq!(some.code, 1);
}

#[test]
fn fixes_are_made_where_they_lie_in_one_piece() {
    let project = Project::new(
        &[(
            "Dockerfile",
            "FROM debian:12\nRUN a x$X\\\n y; b x$L\\\nONG\n",
        )],
        json!([quoted(0, 2, (4, 6)), quoted(0, 2, (13, 18))]),
    );
    project.lay("later", "{\"comments\": []}");
    let run = project.run(&["--shellcheck=external", "--diff", "--unsafe-fixes"]);
    assert!(run.out.contains("\n+RUN a x\"$X\"\\\n"), "{}", run.out);
    assert!(run.out.contains("\n  y; b x$L\\\n"), "{}", run.out);
    // The script that the fix made was looked at as well.
    assert_eq!(project.noted("arguments").lines().count(), 2);
    assert!(project.noted("scripts").contains("a x\"$X\" y"));
}

#[test]
fn standard_input_and_the_configuration_ask_as_well() {
    let dockerfile = "FROM debian:12\nRUN one $X\n";
    let project = Project::new(
        &[
            ("Dockerfile", dockerfile),
            ("dlint.toml", "shellcheck = \"external\"\n"),
        ],
        json!([comment(0, 2035, 2, (1, 4))]),
    );
    assert!(project.run(&["-f", "concise"]).out.contains("[SC2035]"));
    let native = project.run(&["-f", "concise", "--shellcheck", "native"]);
    assert!(!native.out.contains("SC2035"), "{}", native.out);
    let mut child = project
        .command(&["-f", "concise", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), dockerfile.as_bytes()).unwrap();
    let read = ran(child.wait_with_output().unwrap());
    assert!(
        read.out.contains("<stdin>:2:5 info[SC2035]"),
        "{}",
        read.out
    );
    let wrong = project.run(&["--shellcheck=yes"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("external"), "{}", wrong.err);
}

#[test]
fn what_keeps_the_program_from_its_work_is_said_and_nothing_else_is_lost() {
    let files = [("Dockerfile", "FROM debian:12\nRUN one\nRUNN\n")];
    let project = Project::new(&files, json!([]));
    let also = [
        "--shellcheck=external",
        "--extend-select=syntax-error",
        "-f",
        "concise",
    ];
    let check = |says: &str| {
        let run = project.run(&also);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("error: shellcheck: "), "{}", run.err);
        assert!(run.err.contains(says), "{says}: {}", run.err);
        assert!(run.out.contains("Dockerfile:3:1 error[syntax-error]"));
    };
    project.answer(3, "", "\nunrecognized option `--norc'\nUsage: …\n");
    check("ended with exit status: 3: unrecognized option `--norc'");
    project.answer(2, "{\"comments\":[]}", "");
    check("it does not say why");
    project.answer(0, "[]", "");
    check("what the program wrote cannot be read");
    project.answer(
        1,
        &json!({ "comments": [comment(7, 2086, 2, (1, 2))] }).to_string(),
        "",
    );
    check("a finding in `script-7.of-dockerfile`");
    project.lay("shellcheck", "no program");
    check("cannot be started");
    std::fs::remove_file(project.tools.path().join("shellcheck")).unwrap();
    let run = ran(project
        .command(&also)
        .env("PATH", project.tools.path())
        .output()
        .unwrap());
    assert_eq!(run.code, 2);
    assert!(run.err.contains("is not on PATH: install"), "{}", run.err);
    assert!(run.out.contains("Dockerfile:3:1 error[syntax-error]"));
    // Where nobody asks, nothing is missing.
    let native = ran(project
        .command(&["-f", "concise"])
        .env("PATH", project.tools.path())
        .output()
        .unwrap());
    assert_eq!(native.code, 0, "{}", native.err);
}

#[test]
fn the_program_is_not_started_where_there_is_nothing_to_look_at() {
    let files = [("Dockerfile", "FROM debian:12\nCOPY a b\n")];
    let project = Project::new(&files, json!([]));
    assert_eq!(project.run(&["--shellcheck=external"]).code, 0);
    let off = ["--shellcheck=external", "--ignore=shellcheck"];
    std::fs::write(project.files.path().join("Dockerfile"), "FROM x\nRUN a\n").unwrap();
    assert_eq!(project.run(&off).code, 0);
    assert_eq!(project.noted("arguments"), "");
}

/// Whether ShellCheck itself can be asked.
fn is_installed() -> bool {
    let installed = Command::new("shellcheck").arg("--version").output();
    let both = installed.is_ok_and(|o| o.status.success()) && cfg!(feature = "shell-lint");
    if !both {
        eprintln!("SKIPPED: shellcheck is not installed, or dlint has no checks of its own");
    }
    both
}

/// Line, column, code and level of what one of both finds in a Dockerfile.
fn found_by(who: &str, dockerfile: &str, ignored: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
        .current_dir(folder.path())
        .args(["--isolated", "--profile=strict", "--select=shellcheck"])
        .args([ignored, "-f=json", "--shellcheck", who])
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let show = |f: &Value| format!("{}:{} {} {}", f["line"], f["column"], f["code"], f["level"]);
    let mut found: Vec<String> = found.iter().map(show).collect();
    found.sort();
    found
}

/// Scripts that `dlint` once read otherwise than ShellCheck, by shell.
const READ_ALIKE: [(&str, &[&str]); 3] = [
    (
        "FROM debian:12\n",
        &[
            "ls | grep x; true",
            "ps aux | grep x; true",
            "find . | xargs rm; true",
            "grep a b | wc -l; true",
            "echo \"$(ls | grep x; true)\"",
            "if a; then b=c; fi; d ${b:-}; e",
            "case $1 in a) b=c ;; d) e ;; *) exit 1 ;; esac; f ${b:-}; g",
            "a && case b$c in b) d=e ;; *) d=f ;; esac && g $d",
            "a && d=e && g $d",
            "a; d=e && g $d",
            "for i in ~ b; do c $i; done",
            "for i in b 'c d'; do e $i; done",
            "a=b; (a=$(c)); d $a",
            "a=b; while c; do d $a; a=$(e); done",
            "a=; while c; do a=b; done; d $a",
            "a() { b=c; }; a; d $b",
            "a() { b || return; c=d; }; a; e $c",
            "tr [a-z] [A-Z]; tr '[a-z]' b; tr -d [:space:]",
            "tr aab x; tr -d '\\n\\n'; tr '[:upper:]' x; tr 1231 x",
            "grep x* f; grep 'x*' f; grep 'foo*' f; grep 'a=*' f; grep '*x' f",
            "echo a | rm b; echo a | cp -i b c; echo a | rm \"$(b)\"; a | b",
            "rm a < b; echo a < b; rm -i a < b; a < b",
            "a | b < c; a | { b; } < c; a | b 3< c",
            "a=b | c; a | b=c",
            "a | ! b; a |! b | c; ! a | b",
            "[ \"$a\" ] | b; a | test b",
            "printf a b; printf a; printf '%s %s' a; printf '%s %s' \"$@\"; printf '%%' a",
            "printf '%s %s' a b c d; printf '%*s' a b; printf -- '%s %s' a",
            "mv a; cp a; ln -s a; mv \"$@\"; cp $a; ln -s a*; cp -t a b; mv -- a",
            "PATH=/x; PATH=/x/bin; PATH=a:b; PATH=/y/$a; PATH=$a",
            "a=$a; b=\"$b\"; c=${c:-}",
            "test a > b; test a 2> b; test -f a > /dev/null",
            "a = b; a =b; a b = c; $a = b; a \"=b\"; export a=b; a == b; a += b",
            "echo a\tb; echo a\t\tb; echo abcdefghij\tb; echo a   b",
            "for i in \"$a/b\"; do c \"$i\"; done; for i in 'a b'; do c \"$i\"; done",
            ".\\a b; \\ls; x\\y; echo a\\,b",
            "echo a > b >&2; echo a > b > c; echo a > b >/dev/null 2>&1",
            "exec a; b; exec c; exit; exec > d; e",
            "if a; then exec b; fi; while c; do exec d; done",
            "( [ \"$a\" ] ); if ( [ \"$a\" ] ); then b; fi; ( a )",
            "a && b || ! c; a && b || c",
            "f() { a; }; f; f() { b; }; f",
        ],
    ),
    (
        "FROM debian:12\n",
        &[
            "{ a; } b",
            "( a ) b",
            "if a; then b; fi c",
            "while a; do b; done c",
        ],
    ),
    (
        "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\n",
        &[
            "true; [ a ]; [ \"\" ]; [ $a ]; [ \"a$b\" ]; [ 0 ]; [ true ]; [ false ]",
            "true; [ -n $a ]; [ -n \"$a\" ]; [ -n a$b ]; [ -z a ]; [ -z ~ ]; [ ! a ]",
            "true; [ *.a ]; [ -f *.a ]; [ -n *.a ]; [ *.a = b ]; [ a* -eq 3 ]; [ -v a* ]",
            "true; [ {a,b} ]; [ a = {b,c} ]; [ -f {a,b} ]; [ -n $@ ]; [ \"$@\" = a ]",
            "[ a = b ]; [ $a = b ]; [ a$b = c ]; [ $a.b = c ]; [ \"$a \" = c ]; [ ~ = a ]",
            "[ a -eq 3 ]; [ a$b -eq 3 ]; [ 1.5 -eq $a ]; [ 1+1 -eq $a ]; [ -1 -eq $a ]",
            "[ $a > 3 ]; [ $a < b ]; [ $a \\< b ]; [ $a \\> 3 ]; [ \"$a\" =~ b ]",
            "true; [ [a-z] = b ]; [ $a=b ]; [ a!=$b ]; [ -y a ]; [ $a = b -a c ]",
            "[[ a ]]; [[ *.a ]]; [[ -f *.a ]]; [[ *.a == b ]]; [[ a == b* ]]; [[ a$b == b* ]]",
            "[[ {a,b} ]]; [[ $@ ]]; [[ $a == \"$@\" ]]; [[ a -eq 3 ]]; [[ $a -lt b.c ]]",
            "[[ $a < 3 ]]; [[ $a > 1.5 ]]; [[ $a =~ *b ]]; [[ $a =~ b* ]]; [[ $a =~ bc* ]]",
            "[[ a =~ b ]]; [[ $a && b ]]; [[ ( a ) || $b ]]; [[ ! a ]]; [[ '' == $a ]]",
            "test a; test *.a; test a = b; X=a [ b = c ]",
            "declare -i a; b $a; ((c++)); d $c; read -r e; f $e",
        ],
    ),
];

#[test]
fn both_read_scripts_alike() {
    if !is_installed() {
        return;
    }
    for (head, scripts) in READ_ALIKE {
        let mut text = head.to_owned();
        scripts.iter().for_each(|s| text += &format!("RUN {s}\n"));
        let native = found_by("native", &text, "--ignore=SC2154");
        let external = found_by("external", &text, "--ignore=SC2154");
        let lines: Vec<&str> = text.lines().collect();
        let only = |of: &[String], other: &[String]| -> Vec<String> {
            let new = of.iter().filter(|f| !other.contains(f));
            let line = |f: &String| f.split(':').next().and_then(|n| n.parse::<usize>().ok());
            new.map(|f| format!("{f} | {}", lines[line(f).unwrap() - 1]))
                .collect()
        };
        assert_eq!(only(&native, &external), [""; 0], "only dlint finds these");
        assert_eq!(
            only(&external, &native),
            [""; 0],
            "only ShellCheck finds these"
        );
        assert!(native.len() >= scripts.len(), "{native:#?}");
    }
}

/// With ShellCheck itself, if it is installed: what both find stands at the same place.
#[test]
fn shellcheck_itself_finds_what_is_found_without_it() {
    if !is_installed() {
        return;
    }
    let dockerfile = "FROM debian:12\nARG A\nRUN echo é \"é$a\" a$X\\\nY; \\\n# c\n\tcd /x; \
                      [[ -e $A ]]; echo -n \"$b\"\nRUN <<-E\n\t#!/bin/bash\n\t\techo \"$c\" $D\n\tE\n\
                      RUN if true; then\n";
    let ignored = "--ignore=SC1073,SC1009,SC1072";
    let native = found_by("native", dockerfile, ignored);
    assert!(native.len() >= 5, "{native:#?}");
    assert_eq!(native, found_by("external", dockerfile, ignored));
}
