//! Compose and bake files: how they decide what is found in Dockerfiles.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

struct Ran {
    lines: Vec<String>,
    stderr: String,
    code: i32,
}

/// Runs dlint in a folder with a few rules that depend on how a file is built.
fn dlint(folder: &Path, arguments: &[&str]) -> Ran {
    let rules = "unused-stage,unknown-stage,syntax-error,undefined-from-argument,untagged-image,\
        missing-source,ignored-copy,invalid-base-reference,missing-user,unused-ignore,cd-in-run";
    let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
        .current_dir(folder)
        .args(["--isolated", "--format", "concise", "--quiet"])
        .args(["--select", rules])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace('\\', "/");
    Ran {
        lines: text(output.stdout).lines().map(str::to_owned).collect(),
        stderr: text(output.stderr),
        code: output.status.code().unwrap(),
    }
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_compose_project_is_linted_as_it_is_built() {
    let wanted = [
        "compose.yaml:22:13 warning[cd-in-run] this `cd` is forgotten when the `RUN` ends",
        "compose.yaml:23:9 error[syntax-error] unknown instruction `RUNN`",
        "web/Dockerfile:7:5 info[missing-user] `npm run` runs as root: no `USER` is set",
    ];
    let folder = Path::new("testdata/projects/compose");
    for arguments in [&["."][..], &["compose.yaml"], &["compose.yaml", "web"]] {
        let ran = dlint(folder, arguments);
        assert_eq!(ran.lines, wanted, "{arguments:?}");
        assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{arguments:?}");
    }
    // A Dockerfile alone knows the files above it.
    let alone = dlint(folder, &["web/Dockerfile"]);
    assert_eq!(alone.lines, wanted[2..]);
}

#[test]
fn what_a_builder_passes_without_knowing_it_is_a_demand_too() {
    let dockerfile = "ARG TAG\nFROM php:${TAG}-fpm\nUSER nobody\n";
    let compose =
        "services:\n  a:\n    build:\n      context: .\n      args:\n        - TAG=${PHP}\n";
    let files = [("Dockerfile", dockerfile), ("compose.yaml", compose)];
    let ran = dlint(project(&files).path(), &["."]);
    assert_eq!(ran.lines, [""; 0]);
}

#[test]
fn a_bake_project_is_linted_as_it_is_built() {
    let folder = Path::new("testdata/projects/bake");
    for arguments in [".", "docker-bake.hcl", "app/build.dockerfile"] {
        let ran = dlint(folder, &[arguments]);
        assert_eq!(ran.lines, [""; 0], "{arguments}");
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments}");
    }
    // Without it nobody knows the argument.
    let files = [(
        "Dockerfile",
        include_str!("../../testdata/projects/bake/app/build.dockerfile"),
    )];
    let ran = dlint(project(&files).path(), &["--profile", "buildkit", "."]);
    assert!(
        ran.lines
            .iter()
            .any(|l| l.contains("InvalidDefaultArgInFrom")),
        "{:?}",
        ran.lines
    );
}

#[test]
fn arguments_resolve_and_the_command_line_wins() {
    let at = project(&[
        (
            "docker-compose.yml",
            "services:\n  a:\n    build:\n      context: .\n      args:\n        BASE: node:22\n",
        ),
        ("Dockerfile", "ARG BASE\nFROM $BASE\n"),
    ]);
    assert_eq!(dlint(at.path(), &["."]).lines, [""; 0]);
    let ran = dlint(at.path(), &["--build-arg", "BASE=node", "Dockerfile"]);
    assert_eq!(ran.lines.len(), 1, "{:?}", ran.lines);
    assert!(ran.lines[0].contains("untagged-image"), "{:?}", ran.lines);
}

#[test]
fn findings_of_several_builds_are_one_and_say_where_they_do_not_hold() {
    let bake = "target \"slim\" {\n  args = { BASE = \"debian:13\" }\n}\n\
        target \"fat\" {\n  args = { BASE = \"debian\" }\n}\n\
        target \"same\" {\n  inherits = [\"fat\"]\n  tags = [\"x\"]\n}\n\
        group \"default\" {\n  targets = [\"slim\", \"fat\", \"same\"]\n}\n";
    let file = "ARG BASE\nFROM $BASE\nFROM alpine\nCOPY --from=0 /x /y\n";
    let at = project(&[("docker-bake.hcl", bake), ("Dockerfile", file)]);
    let ran = dlint(at.path(), &["."]);
    let untagged: Vec<&String> = ran
        .lines
        .iter()
        .filter(|l| l.contains("untagged-image"))
        .collect();
    assert_eq!(untagged.len(), 2, "{:?}", ran.lines);
    assert!(
        untagged[0].ends_with("(built as `fat`, as `same`)"),
        "{}",
        untagged[0]
    );
    assert!(!untagged[1].contains("built as"), "{}", untagged[1]);
}

#[test]
fn a_comment_that_silences_something_in_one_build_is_used() {
    let bake = "target \"a\" {\n  args = { BASE = \"debian:13\" }\n}\n\
        target \"b\" {\n  args = { BASE = \"debian\" }\n}\n";
    let file = "ARG BASE\n# dlint: ignore[untagged-image] as it comes\nFROM $BASE\n";
    let at = project(&[("docker-bake.hcl", bake), ("Dockerfile", file)]);
    let ran = dlint(at.path(), &["."]);
    assert_eq!(ran.lines, [""; 0]);
}

#[test]
fn the_context_that_a_service_names_is_certain() {
    let at = project(&[
        (
            "compose.yaml",
            "services:\n  a:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n",
        ),
        (
            "docker/Dockerfile",
            "FROM alpine:3.22\nCOPY run.sh setup.sh dist /app/\n",
        ),
        ("docker/run.sh", ""),
        ("setup.sh", ""),
        (".dockerignore", "setup.sh\n"),
        (".gitignore", "dist\n"),
    ]);
    let ran = dlint(at.path(), &["."]);
    assert_eq!(
        ran.lines,
        [
            "docker/Dockerfile:2:6 error[missing-source] `run.sh` is not in the build context",
            "docker/Dockerfile:2:13 warning[ignored-copy] `setup.sh` is left out of the build \
             context",
        ]
    );
}

#[test]
fn files_with_other_names_are_found_through_the_file_that_builds_them() {
    let at = project(&[
        (
            "compose.yaml",
            "services:\n  a:\n    build: {context: ., dockerfile: image.txt}\n",
        ),
        ("image.txt", "FROM alpine:3.22\nRUNN x\n"),
    ]);
    let ran = dlint(at.path(), &["."]);
    assert_eq!(
        ran.lines,
        ["image.txt:2:1 error[syntax-error] unknown instruction `RUNN`"]
    );
    assert_eq!(
        dlint(at.path(), &[".", "--exclude", "image.txt"]).lines,
        [""; 0]
    );
}

#[test]
fn a_broken_file_is_said_with_its_place_and_the_rest_is_linted() {
    let at = project(&[
        ("compose.yaml", "services:\n  a: [1,\n"),
        ("docker-bake.hcl", "target \"a\" {\n  context =\n}\n"),
        ("Dockerfile", "FROM alpine:3.22\nRUNN x\n"),
    ]);
    let ran = dlint(
        at.path(),
        &["compose.yaml", "docker-bake.hcl", "Dockerfile"],
    );
    assert_eq!(ran.code, 2);
    assert_eq!(ran.lines.len(), 1, "{:?}", ran.lines);
    assert!(
        ran.stderr.contains("compose.yaml: line 2, column 6: "),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("docker-bake.hcl: line 2, column "),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains(": \n"), "{}", ran.stderr);
    // A file nobody asked for is mentioned.
    let ran = dlint(at.path(), &["."]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("its builds are left out"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_dockerfile_that_a_named_file_builds_must_be_there() {
    let at = project(&[("compose.yaml", "services:\n  web:\n    build: ./web\n")]);
    let ran = dlint(at.path(), &["compose.yaml"]);
    assert_eq!(ran.code, 2);
    let wanted = "compose.yaml: line 3, column 12: `web` is built from web/Dockerfile, which is \
        not there";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    assert_eq!(dlint(at.path(), &["."]).code, 0);
}

#[test]
fn fixes_stay_out_of_compose_files() {
    let compose = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM \
        alpine:3.22\n        # dlint: ignore[cd-in-run]\n        RUN true\n";
    let at = project(&[("compose.yaml", compose)]);
    let ran = dlint(at.path(), &["compose.yaml", "--fix", "--unsafe-fixes"]);
    assert_eq!(ran.lines.len(), 1, "{:?}", ran.lines);
    assert!(
        ran.lines[0].starts_with("compose.yaml:6:"),
        "{:?}",
        ran.lines
    );
    let after = std::fs::read_to_string(at.path().join("compose.yaml")).unwrap();
    assert_eq!(after, compose);
}

#[test]
fn profiles_of_tools_that_know_no_other_files_judge_a_file_alone() {
    let at = project(&[
        (
            "compose.yaml",
            "services:\n  a:\n    build: {context: ., args: {B: \"x:1\"}}\n",
        ),
        ("Dockerfile", "ARG B\nFROM $B\n"),
    ]);
    let findings = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
            .current_dir(at.path())
            .args(["--isolated", "-q", "-f", "concise", "--profile", "buildkit"])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(findings(&["."]), findings(&["Dockerfile"]));
    assert!(findings(&["."]).contains("InvalidDefaultArgInFrom"));
}

#[test]
fn one_faulty_service_is_said_with_its_place_and_the_others_are_linted() {
    let folder = project(&[
        (
            "compose.yaml",
            "services:\n  a:\n    build: [x]\n  b:\n    extends: nope\n  c:\n    build:\n      \
             context: ${q.r}\n  web:\n    build: web\n",
        ),
        ("web/Dockerfile", "FROM alpine:3.22\nRUN cd /x\nUSER 1\n"),
    ]);
    let ran = dlint(folder.path(), &["compose.yaml"]);
    assert_eq!(
        ran.lines,
        ["web/Dockerfile:2:5 warning[cd-in-run] this `cd` is forgotten when the `RUN` ends"]
    );
    for place in [
        "line 3, column 12",
        "line 5, column 14",
        "line 8, column 16",
    ] {
        assert!(ran.stderr.contains(place), "{place}: {}", ran.stderr);
    }
    assert_eq!(ran.code, 2);
}

#[test]
fn a_bake_target_may_say_only_what_differs_from_a_service() {
    let bake = "target \"web\" {\n  args = { BASE = \"alpine:3.22\" }\n}\n";
    let files = [
        ("docker-bake.hcl", bake),
        ("compose.yaml", "services:\n  web:\n    build: web\n"),
        ("web/Dockerfile", "ARG BASE\nFROM $BASE\nUSER 1\n"),
    ];
    let ran = dlint(project(&files).path(), &["docker-bake.hcl"]);
    assert_eq!((ran.lines.len(), ran.stderr.as_str(), ran.code), (0, "", 0));
    // Without the service its Dockerfile is missing.
    let ran = dlint(project(&files[..1]).path(), &["docker-bake.hcl"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn arguments_that_nobody_can_name_may_replace_any_default() {
    let dockerfile = ("Dockerfile", "ARG BASE=debian\nFROM $BASE\nUSER 1\n");
    let known = dlint(
        project(&[dockerfile, ("docker-bake.hcl", "target \"a\" {}\n")]).path(),
        &["."],
    );
    assert_eq!(known.lines.len(), 1);
    let bake = "variable \"ARGS\" {}\ntarget \"a\" {\n  args = ARGS\n}\n";
    let unknown = dlint(
        project(&[dockerfile, ("docker-bake.hcl", bake)]).path(),
        &["."],
    );
    assert_eq!(unknown.lines, [""; 0]);
}

#[test]
fn numbers_of_compose_files_are_passed_on_as_compose_passes_them() {
    let folder = project(&[
        (
            "compose.yaml",
            "services:\n  a:\n    build:\n      context: .\n      args: {V: 3.10}\n",
        ),
        (
            "Dockerfile",
            "ARG V\nFROM scratch AS v3.1\nUSER 1\nFROM v$V\nUSER 1\n",
        ),
    ]);
    let ran = dlint(folder.path(), &["compose.yaml"]);
    assert_eq!(ran.lines, [""; 0]);
}

#[test]
fn an_image_of_the_tree_and_an_argument_that_is_passed_need_no_tag() {
    let untagged = |files: &[(&str, &str)]| {
        let folder = project(files);
        let ran = dlint(folder.path(), &["."]);
        let is_told = |line: &&String| line.contains("untagged-image");
        ran.lines.iter().filter(is_told).count()
    };
    let base = ("base/Dockerfile", "FROM scratch\n");
    let app = ("Dockerfile", "FROM example/base\nRUN true\n");
    assert_eq!(untagged(&[base, app]), 1);
    let compose = "services:\n  base:\n    build: base\n    image: example/base\n";
    assert_eq!(untagged(&[base, app, ("compose.yaml", compose)]), 0);
    let bake = "target \"base\" {\n  context = \"base\"\n  tags = [\"example/base:latest\"]\n}\n";
    assert_eq!(untagged(&[base, app, ("docker-bake.hcl", bake)]), 0);

    let by_argument = ("Dockerfile", "ARG IMAGE=node\nFROM $IMAGE\n");
    let make = "app:\n\tdocker build --build-arg IMAGE=$(IMAGE) .\n";
    let other = "app:\n\tdocker build --build-arg OTHER=$(OTHER) .\n";
    let workflow = "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n\
        \x20       with:\n          build-args: IMAGE=node:24\n";
    assert_eq!(untagged(&[by_argument]), 1);
    assert_eq!(untagged(&[by_argument, ("Makefile", make)]), 0);
    assert_eq!(untagged(&[by_argument, ("Makefile", other)]), 1);
    let path = ".github/workflows/build.yml";
    assert_eq!(untagged(&[by_argument, (path, workflow)]), 0);
}
