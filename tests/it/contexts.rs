//! Where the files around a Dockerfile are read, and where not.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use dlint::context::Memory;
use dlint::engine::{self, ActiveRule, Settings};
use dlint::rules;
use dlint::span::Source;

/// What starts as root and stays so.
const STAYS_ROOT: &str = "#!/bin/sh\nexec \"$@\"\n";
/// What starts as root and becomes another user.
const DROPS_ROOT: &str = "#!/bin/sh\nexec gosu app \"$@\"\n";

const TEXT: &str = "FROM debian:12\nUSER root\nCOPY entry/docker-entrypoint.sh /\n\
    ENTRYPOINT [\"/docker-entrypoint.sh\"]\nCMD [\"serve\"]\n";

/// Whether `root-user` reports `docker/Dockerfile` among these files.
fn reports(files: &[(&str, &str)], context: Option<&str>) -> bool {
    let mut memory = Memory::new();
    for (path, text) in files {
        memory.insert(path, *text);
    }
    let rule = rules::by_id("root-user").map(ActiveRule::new);
    let mut settings = Settings::with_rules(rule).with_files(memory);
    settings.build.context = context.map(PathBuf::from);
    let report = engine::lint(Source::new("docker/Dockerfile", TEXT), &settings);
    !report.diagnostics.is_empty()
}

#[test]
fn a_script_is_read_from_the_stated_context_and_not_beside_the_dockerfile() {
    let beside = "docker/entry/docker-entrypoint.sh";
    let inside = "entry/docker-entrypoint.sh";
    assert!(!reports(
        &[(beside, STAYS_ROOT), (inside, DROPS_ROOT)],
        Some("")
    ));
    assert!(reports(
        &[(beside, DROPS_ROOT), (inside, STAYS_ROOT)],
        Some("")
    ));
    // What is not in the context is not known, whatever lies beside the Dockerfile.
    assert!(!reports(&[(beside, STAYS_ROOT), ("README", "")], Some("")));
    // Without a stated context it is the nearest directory that has what is copied.
    assert!(reports(&[(beside, STAYS_ROOT)], None));
    assert!(reports(
        &[("package.json", "{}"), (inside, STAYS_ROOT)],
        None
    ));
}

#[test]
fn a_script_that_the_ignore_file_leaves_out_is_not_read() {
    let script = ("entry/docker-entrypoint.sh", STAYS_ROOT);
    assert!(reports(&[script], Some("")));
    assert!(!reports(&[script, (".dockerignore", "entry\n")], Some("")));
    assert!(reports(
        &[script, (".dockerignore", "*\n!entry\n")],
        Some("")
    ));
}

#[test]
fn the_answer_for_standard_input_does_not_depend_on_the_current_directory() {
    let answers = [Some(STAYS_ROOT), Some(DROPS_ROOT), None].map(|script| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("entry")).unwrap();
        if let Some(script) = script {
            let path = folder.path().join("entry/docker-entrypoint.sh");
            std::fs::write(path, script).unwrap();
            std::fs::write(folder.path().join(".dockerignore"), "*.md\n").unwrap();
        }
        let mut dlint = Command::new(env!("CARGO_BIN_EXE_dlint"))
            .current_dir(folder.path())
            .args([
                "--isolated",
                "--select",
                "root-user,whole-context-copy",
                "-f",
                "json",
                "-",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = format!("{TEXT}COPY . /app/\n");
        dlint
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = dlint.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert!(answers[0].contains("whole-context-copy"), "{}", answers[0]);
}
