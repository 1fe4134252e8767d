//! `examples/pyspark_lint.py` where Java and PySpark are installed: ten thousand Dockerfiles.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// A Python with PySpark: the one that a variable names, or the one on the PATH.
fn python() -> Option<String> {
    let named = std::env::var("DLINT_PYSPARK").ok();
    let python = named.unwrap_or_else(|| "python3".to_owned());
    let has = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.is_ok_and(|o| o.status.success())
    };
    let is_there = has("java", &["-version"]) && has(&python, &["-c", "import pyspark"]);
    if !is_there {
        eprintln!(
            "SKIPPED: Java and PySpark are not installed; DLINT_PYSPARK names a Python with it"
        );
    }
    is_there.then_some(python)
}

#[test]
fn spark_lints_ten_thousand_files() {
    const FILES: usize = 10_000;
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..FILES)
        .map(|i| {
            let text = if i % 4 == 0 {
                "FROM debian:latest\nRUNN make\n"
            } else {
                "FROM scratch\n"
            };
            format!(
                "{}\n",
                json!({ "path": format!("r{i}/Dockerfile"), "text": text })
            )
        })
        .collect();
    std::fs::write(folder.path().join("in.jsonl"), lines).unwrap();
    std::fs::write(
        folder.path().join("dlint.toml"),
        "select = ['latest-tag', 'syntax-error']\n",
    )
    .unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pyspark_lint.py");
    let output = Command::new(&python)
        .arg(&script)
        .args(["in.jsonl", "out", env!("CARGO_BIN_EXE_dlint")])
        .current_dir(folder.path())
        .env("PYSPARK_PYTHON", &python)
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("PYSPARK_SUBMIT_ARGS", "--master local[2] pyspark-shell")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let mut findings: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder.path().join("out")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let finding: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            findings.push((text("file"), text("rule")));
        }
    }
    findings.sort();
    let mut expected: Vec<(String, String)> = (0..FILES)
        .step_by(4)
        .flat_map(|i| {
            let file = format!("r{i}/Dockerfile");
            [
                (file.clone(), "latest-tag".into()),
                (file, "syntax-error".into()),
            ]
        })
        .collect();
    expected.sort();
    assert_eq!(findings, expected);
}
