//! `dlint cache` from outside: what it prints, and what it says of wrong usage.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::cli::{dlint, project};

const DOCKERFILE: &str = "FROM a AS build\nWORKDIR /app\nARG COMMIT\nCOPY . .\nRUN npm ci\n\
    FROM b\nCOPY --from=build /app/dist /dist\nENV DB_PASSWORD=Tr0ub4dor-x9\n\
    RUN mysql --password=Tr0ub4dor-x9 Tr0ub4dor-x9\n";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    dlint(folder).arg("cache").args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = vec!["--format=json"];
    all.extend(arguments);
    let output = run(folder, &all);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn verdicts(answer: &Value) -> Vec<&str> {
    let steps = answer[0]["steps"].as_array().unwrap().iter();
    steps.map(|s| s["verdict"].as_str().unwrap()).collect()
}

#[test]
fn wrong_usage_is_said_with_what_to_do() {
    let folder = project(&[("Dockerfile", DOCKERFILE), ("src/a", "a")]);
    for (arguments, said) in [
        (&["nofile"][..], "nofile: no such file or folder"),
        (&["--since", "HEAD"], "lies in no git repository"),
        (&["--history", "0"], "it is a number from 1 to 100000"),
        (&["--history", "3", "--since", "x"], "cannot be used with"),
        (&["--explain", "99"], "no step is `99`"),
        (&["--target", "bild"], "did you mean `build`?"),
        (&["--changed-arg", "COMIT"], "did you mean `COMMIT`?"),
        (&["--context", "gone"], "--context gone: no such folder"),
        (&["--log", "gone"], "gone: no such file or folder"),
        (&["--log", "src/a"], "no line of it is a build's log"),
        (&["--targets"], "--targets needs to know what changed"),
        (
            &["--targets", "--changed", "a", "-f", "dot"],
            "`list` or `json`",
        ),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(
            err(&output).contains(said),
            "{arguments:?}: {}",
            err(&output)
        );
    }
    let output = dlint(folder.path())
        .args(["cache", "--since", "HEAD"])
        .env("PATH", "")
        .output()
        .unwrap();
    assert!(
        err(&output).contains("the program `git` is needed"),
        "{output:?}"
    );
}

#[test]
fn paths_come_from_options_and_from_standard_input() {
    let folder = project(&[
        ("Dockerfile", DOCKERFILE),
        ("src/a", "a"),
        ("src/b.md", "b"),
        (".dockerignore", "**/*.md\n"),
    ]);
    let all = ["cached", "reruns", "reruns", "may", "may"];
    for arguments in [
        &["--changed", "src/a"][..],
        // What is gone counts too, and a folder stands for what is in it.
        &["--changed", "src/gone"],
        &["--changed", "src"],
    ] {
        assert_eq!(
            verdicts(&json(folder.path(), arguments)),
            all,
            "{arguments:?}"
        );
    }
    let none = json(folder.path(), &["--changed", "src/b.md", "../elsewhere"]);
    assert!(verdicts(&none).iter().all(|v| *v == "cached"));
    assert_eq!(none[0]["ignored"][0], "src/b.md");
    assert_eq!(none[0]["outside"].as_array().unwrap().len(), 1);
    let mut child = dlint(folder.path())
        .args(["cache", "-", "--format=json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"src/a\r\nREADME\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdicts(&answer), all);
    assert_eq!(answer[0]["changed"].as_array().unwrap().len(), 2);
    // An argument counts for what runs in its scope.
    let argument = json(folder.path(), &["--changed-arg", "COMMIT"]);
    assert_eq!(
        verdicts(&argument),
        ["cached", "cached", "reruns", "may", "may"]
    );
}

#[test]
fn secrets_are_masked_in_every_format_and_lines_fit() {
    let folder = project(&[("Dockerfile", DOCKERFILE), ("src/a", "a")]);
    for format in ["list", "json", "mermaid", "dot", "html"] {
        let output = run(folder.path(), &["--changed", "src/a", "--format", format]);
        assert!(output.status.success(), "{output:?}");
        let text = out(&output);
        assert!(!text.contains("Tr0ub4dor"), "{format}: {text}");
        assert!(text.contains("npm ci"), "{format}: {text}");
        if format == "list" {
            assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
        }
    }
}

#[test]
fn a_page_needs_nothing_else_and_hides_no_markup() {
    let text = "FROM a\nRUN echo '<script>alert(1)</script>' && echo \"a & b\"\n";
    let folder = project(&[("Dockerfile", text)]);
    let page = out(&run(folder.path(), &["--format=html"]));
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("<script"), "{page}");
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "{page}"
    );
    let graph = out(&run(folder.path(), &["--format=mermaid"]));
    assert!(
        !graph.contains('<') && graph.starts_with("flowchart TD"),
        "{graph}"
    );
}

#[test]
fn seconds_come_from_a_log() {
    let log = r#"{"vertexes":[
        {"name":"[build 3/4] COPY . .","started":"2026-11-30T10:00:00Z","completed":"2026-11-30T10:00:01Z"},
        {"name":"[build 4/4] RUN npm ci","started":"2026-11-30T10:00:01Z","completed":"2026-11-30T10:00:43.5Z"}]}"#;
    let folder = project(&[("Dockerfile", DOCKERFILE), ("src/a", "a"), ("log", log)]);
    let arguments = ["--changed", "src/a", "--log", "log"];
    let answer = json(folder.path(), &arguments);
    assert_eq!(answer[0]["steps"][0]["seconds"], Value::Null);
    assert_eq!(answer[0]["steps"][2]["seconds"], 42.5);
    let text = out(&run(folder.path(), &arguments));
    assert!(
        text.contains("in the log these steps took 43.5 s"),
        "{text}"
    );
}

#[test]
fn targets_err_on_the_side_of_building() {
    let bake = r#"
target "base" { context = "base" }
target "api" {
  context = "api"
  contexts = { lib = "target:base" }
}
target "web" { context = "web" }
target "data" {
  context = "web"
  dockerfile = "../data/Dockerfile"
  contexts = { more = "data" }
}
target "odd" {
  context = "web"
  dockerfile-inline = "FROM scratch"
}
"#;
    let folder = project(&[
        ("docker-bake.hcl", bake),
        ("base/Dockerfile", "FROM scratch\nCOPY a /a\n"),
        ("base/a", "a"),
        (
            "api/Dockerfile",
            "FROM scratch\nCOPY --from=lib /a /a\nCOPY b /b\n",
        ),
        ("api/b", "b"),
        ("web/Dockerfile", "FROM scratch\nARG DIR\nCOPY index /i\n"),
        ("web/index", "i"),
        ("web/other", "o"),
        ("data/Dockerfile", "FROM scratch\nCOPY --from=more x /x\n"),
        ("data/x", "x"),
        ("alone/Dockerfile", "FROM scratch\nARG D\nCOPY $D/x /x\n"),
        ("alone/y", "y"),
        ("alone/package.json", "{}"),
        ("solo/Dockerfile", "FROM scratch\nCOPY only /only\n"),
        ("solo/only", "o"),
        ("two/Dockerfile", "FROM scratch\nCOPY both /both\n"),
        ("two/both", "b"),
        ("both", "b"),
    ]);
    let built = |changed: &str| -> Vec<String> {
        let arguments = ["--targets", "--changed", changed, "--format=json"];
        let output = run(folder.path(), &arguments);
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let jobs = answer["matrix"]["include"].as_array().unwrap().iter();
        let names = jobs.map(|j| j["target"].as_str().unwrap().to_owned());
        let names: Vec<String> = names.collect();
        // One that stands in the bake file is always built, and one whose context can be any folder
        // and whose source is hidden by a variable.
        for always in ["odd", "alone/Dockerfile"] {
            assert!(
                names.iter().any(|name| name == always),
                "{changed}: {names:?}"
            );
        }
        let others = names.into_iter();
        others
            .filter(|name| name != "odd" && name != "alone/Dockerfile")
            .collect()
    };
    assert_eq!(built("base/a"), ["base", "api"]);
    assert_eq!(built("api/b"), ["api"]);
    assert_eq!(built("web/index"), ["web"]);
    assert!(built("web/other").is_empty());
    assert_eq!(built("data/x"), ["data"]);
    assert!(built("alone/y").is_empty());
    assert_eq!(built("solo/only"), ["solo/Dockerfile"]);
    // Nobody says which of two folders is the context.
    assert_eq!(built("both"), ["two/Dockerfile"]);
    assert_eq!(built("two/both"), ["two/Dockerfile"]);
    assert_eq!(built("web/Dockerfile"), ["web"]);
    assert_eq!(built("web/.dockerignore"), ["web", "data"]);
    assert_eq!(built("docker-bake.hcl").len(), 4);
}
