//! The reports that other programs read, held to what their readers ask for, on files whose names
//! and texts are as awkward as can be.

#![cfg(unix)]
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use roxmltree::{Document, Node};
use serde_json::Value;
use tempfile::TempDir;

/// A name with everything that means something in XML, JSON or to a terminal.
const AWKWARD: &str = "a <b> \"c\" & 'd' ]]> é\u{1b}[31m.Dockerfile";
/// Findings on several lines, one with the user's text in its message, one at the end without a
/// line break.
const FINDINGS: &str = "FROM debian\nRU<&\"'>\u{1}\u{1b}NN ]]> \\\n  more\nMAINTAINER me\nRUN cd /é && sudo \\\n  make\nLABEL Ä=\"x\"\nUSER root";
/// Nothing but what cannot be read.
const BROKEN: &str = "FROM debian:12\nRUNN make\nCOPY x\n";
const CLEAN: &str = "FROM debian:12\n";

const FORMATS: [&str; 12] = [
    "tty",
    "json",
    "checkstyle",
    "codeclimate",
    "gitlab_codeclimate",
    "gnu",
    "codacy",
    "sonarqube",
    "sarif",
    "junit",
    "rdjson",
    "rdjsonl",
];

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [(AWKWARD, FINDINGS), ("broken", BROKEN), ("clean", CLEAN)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, format: &str, arguments: &[&str], stdin: &str) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dlint"))
        .current_dir(folder)
        .args(["--isolated", "--profile", "hadolint", "-f", format])
        .args(arguments)
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(stdin.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let code = output.status.code().unwrap();
    (code, String::from_utf8(output.stdout).unwrap())
}

/// Every report of every kind of run.
#[allow(clippy::type_complexity, reason = "a table that is read once")]
fn reports(format: &str) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let p = project();
    type Run<'a> = (&'a [&'a str], &'a str, i32, &'a [(&'a str, &'a str)]);
    let runs: [Run<'_>; 5] = [
        (&[AWKWARD], "", 1, &[(AWKWARD, FINDINGS)]),
        (&["broken"], "", 1, &[("broken", BROKEN)]),
        (&["clean"], "", 0, &[("clean", CLEAN)]),
        (
            &[AWKWARD, "broken", "clean", "none"],
            "",
            2,
            &[(AWKWARD, FINDINGS), ("broken", BROKEN), ("clean", CLEAN)],
        ),
        (&["-"], FINDINGS, 1, &[("<stdin>", FINDINGS)]),
    ];
    let ran = runs.map(|(arguments, stdin, expected, files)| {
        let (code, out) = run(p.path(), format, arguments, stdin);
        assert_eq!(code, expected, "{format} {arguments:?}\n{out}");
        (out, files.to_vec())
    });
    ran.into()
}

fn number(node: Node<'_, '_>, attribute: &str) -> usize {
    let text = node.attribute(attribute);
    text.and_then(|t| t.parse().ok())
        .unwrap_or_else(|| panic!("no number {attribute} at {node:?}"))
}

fn elements<'a>(node: Node<'a, 'a>, name: &'static str) -> Vec<Node<'a, 'a>> {
    let found = node.descendants().filter(|n| n.has_tag_name(name));
    found.collect()
}

/// What XML 1.0 cannot hold is written as the mark for what is missing.
fn in_xml(text: &str) -> String {
    text.replace(|c: char| c.is_control(), "\u{fffd}")
}

fn lines(text: &str) -> usize {
    text.lines().count()
}

#[test]
fn checkstyle_is_read_by_an_xml_parser() {
    for (out, files) in reports("checkstyle") {
        let report = Document::parse(&out).unwrap();
        let root = report.root_element();
        assert!(root.has_tag_name("checkstyle") && root.has_attribute("version"));
        let found: Vec<Node<'_, '_>> = root.children().filter(Node::is_element).collect();
        assert_eq!(found.len(), files.len());
        for (file, (name, text)) in found.iter().zip(files) {
            assert!(file.has_tag_name("file"));
            assert_eq!(file.attribute("name"), Some(in_xml(name).as_str()));
            let errors: Vec<Node<'_, '_>> = file.children().filter(Node::is_element).collect();
            assert_eq!(errors.is_empty(), text == CLEAN);
            for error in errors {
                assert!(error.has_tag_name("error"));
                assert!((1..=lines(text)).contains(&number(error, "line")));
                assert!(number(error, "column") >= 1);
                let severity = error.attribute("severity").unwrap();
                assert!(["error", "warning", "info", "ignore"].contains(&severity));
                assert!(!error.attribute("message").unwrap().is_empty());
                assert!(!error.attribute("source").unwrap().is_empty());
            }
        }
    }
}

/// As <https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>
/// and <https://github.com/windyroad/JUnit-Schema/blob/master/JUnit.xsd> ask for it.
#[test]
fn junit_counts_what_it_holds() {
    for (out, files) in reports("junit") {
        let report = Document::parse(&out).unwrap();
        let root = report.root_element();
        assert!(root.has_tag_name("testsuites"));
        let counted = |node: Node<'_, '_>| {
            let cases = elements(node, "testcase").len();
            assert_eq!(number(node, "tests"), cases);
            assert_eq!(number(node, "failures"), elements(node, "failure").len());
            assert_eq!(number(node, "errors"), elements(node, "error").len());
            assert!(node.attribute("time").unwrap().parse::<f64>().is_ok());
        };
        counted(root);
        let suites: Vec<Node<'_, '_>> = root.children().filter(Node::is_element).collect();
        assert!(suites.len() >= files.len());
        for suite in &suites {
            assert!(suite.has_tag_name("testsuite"));
            assert!(!suite.attribute("name").unwrap().is_empty());
            counted(*suite);
            for case in suite.children().filter(Node::is_element) {
                assert!(case.has_tag_name("testcase"));
                assert!(case.has_attribute("name") && case.has_attribute("classname"));
                assert!(case.attribute("time").unwrap().parse::<f64>().is_ok());
                for failure in case.children().filter(Node::is_element) {
                    assert!(failure.has_tag_name("failure") || failure.has_tag_name("error"));
                    assert!(failure.has_attribute("message") && failure.has_attribute("type"));
                }
            }
        }
        for (suite, (name, text)) in suites.iter().zip(files) {
            assert_eq!(suite.attribute("name"), Some(in_xml(name).as_str()));
            assert_eq!(elements(*suite, "failure").is_empty(), text == CLEAN);
        }
    }
}

/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
#[test]
fn gitlab_gets_the_fields_it_documents() {
    for (out, files) in reports("gitlab_codeclimate") {
        let report: Value = serde_json::from_str(&out).unwrap();
        let issues = report.as_array().unwrap();
        assert_eq!(issues.is_empty(), files.iter().all(|f| f.1 == CLEAN));
        let mut fingerprints = HashSet::new();
        for issue in issues {
            assert!(!issue["description"].as_str().unwrap().is_empty());
            assert!(!issue["check_name"].as_str().unwrap().is_empty());
            assert!(fingerprints.insert(issue["fingerprint"].as_str().unwrap()));
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with('/') && !path.starts_with("./"), "{path}");
            let text = files.iter().find(|f| f.0 == path).unwrap().1;
            let begin = issue["location"]["lines"]["begin"].as_u64().unwrap();
            assert!((1..=lines(text) as u64).contains(&begin));
        }
    }
}

/// <https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md#data-types>
#[test]
fn code_climate_gets_issues_that_end_with_a_zero_byte() {
    for (out, files) in reports("codeclimate") {
        assert_eq!(out.is_empty(), files.iter().all(|f| f.1 == CLEAN));
        assert!(out.is_empty() || out.ends_with('\0'));
        for issue in out.split_terminator('\0') {
            let issue: Value = serde_json::from_str(issue).unwrap();
            assert_eq!(issue["type"], "issue");
            assert!(!issue["check_name"].as_str().unwrap().is_empty());
            assert!(!issue["description"].as_str().unwrap().is_empty());
            assert_eq!(issue["categories"], serde_json::json!(["Bug Risk"]));
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let range = &issue["location"]["lines"];
            assert!(range["begin"].as_u64().unwrap() <= range["end"].as_u64().unwrap());
            assert!(issue.get("fingerprint").is_none());
        }
    }
}

/// <https://docs.sonarsource.com/sonarqube-server/10.2/analyzing-source-code/importing-external-issues/generic-issue-import-format/>:
/// the format without `rules`, which every version reads.
#[test]
fn sonarqube_gets_ranges_that_lie_in_the_file() {
    for (out, files) in reports("sonarqube") {
        let report: Value = serde_json::from_str(&out).unwrap();
        assert!(report.get("rules").is_none());
        let issues = report["issues"].as_array().unwrap();
        assert_eq!(issues.is_empty(), files.iter().all(|f| f.1 == CLEAN));
        for issue in issues {
            for field in ["engineId", "ruleId"] {
                assert!(!issue[field].as_str().unwrap().is_empty());
            }
            let severity = issue["severity"].as_str().unwrap();
            assert!(["BLOCKER", "CRITICAL", "MAJOR", "MINOR", "INFO"].contains(&severity));
            let is_broken = issue["ruleId"] == "DL1000";
            assert_eq!(severity == "BLOCKER", is_broken);
            let kind = issue["type"].as_str().unwrap();
            assert!(["BUG", "VULNERABILITY", "CODE_SMELL"].contains(&kind));
            let place = &issue["primaryLocation"];
            assert!(!place["message"].as_str().unwrap().is_empty());
            let path = place["filePath"].as_str().unwrap();
            let text = files.iter().find(|f| f.0 == path).unwrap().1;
            let range = |field: &str| place["textRange"][field].as_u64().unwrap() as usize;
            let (start, end) = (range("startLine"), range("endLine"));
            assert!(1 <= start && start <= end && end <= lines(text), "{place}");
            // Columns count UTF-16 units from 0, and a range is not empty.
            let length = |line: usize| text.lines().nth(line - 1).unwrap().encode_utf16().count();
            assert!(range("startColumn") <= length(start), "{place}");
            assert!(range("endColumn") <= length(end).max(1), "{place}");
            assert!(
                start < end || range("startColumn") < range("endColumn"),
                "{place}"
            );
        }
    }
}

#[test]
fn codacy_gets_an_object_for_every_finding() {
    for (out, files) in reports("codacy") {
        let stream = serde_json::Deserializer::from_str(&out).into_iter::<Value>();
        let found: Vec<Value> = stream.map(Result::unwrap).collect();
        assert_eq!(found.is_empty(), files.iter().all(|f| f.1 == CLEAN));
        for finding in found {
            let path = finding["filename"].as_str().unwrap();
            let text = files.iter().find(|f| f.0 == path).unwrap().1;
            let line = finding["line"].as_u64().unwrap() as usize;
            assert!((1..=lines(text)).contains(&line));
            assert!(!finding["message"].as_str().unwrap().is_empty());
            assert!(!finding["patternId"].as_str().unwrap().is_empty());
        }
    }
}

#[test]
fn a_line_is_a_finding_and_nothing_else() {
    let count = |out: &str| {
        serde_json::from_str::<Value>(out)
            .unwrap()
            .as_array()
            .unwrap()
            .len()
    };
    let numbers: Vec<usize> = reports("json").iter().map(|r| count(&r.0)).collect();
    for format in ["tty", "gnu"] {
        for ((out, _), number) in reports(format).into_iter().zip(&numbers) {
            assert_eq!(out.lines().count(), *number, "{format}\n{out}");
            assert!(
                !out.contains(|c: char| c.is_control() && c != '\n'),
                "{out:?}"
            );
        }
    }
}

#[test]
fn one_path_may_stand_for_all() {
    let p = project();
    for format in FORMATS {
        let arguments = ["--file-path-in-report", "x/<y>\"&", "broken"];
        let (_, out) = run(p.path(), format, &arguments, "");
        let shown = match format {
            "checkstyle" | "junit" => "x/&lt;y&gt;&quot;&amp;",
            "codeclimate" | "gitlab_codeclimate" | "sonarqube" | "rdjson" | "rdjsonl" => {
                "x/<y>\\\"&"
            }
            _ => continue,
        };
        assert!(
            out.contains(shown) && !out.contains("\"broken\""),
            "{format}\n{out}"
        );
    }
}

/// As <https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/jsonschema/DiagnosticResult.json>
/// asks for it.
#[test]
fn reviewdog_gets_one_object_or_an_object_in_each_line() {
    let one = reports("rdjson");
    let many = reports("rdjsonl");
    for ((one, files), (many, _)) in one.into_iter().zip(many) {
        let report: Value = serde_json::from_str(&one).unwrap();
        assert_eq!(report["source"]["name"], "dlint");
        let diagnostics = report["diagnostics"].as_array().unwrap();
        let lines: Vec<Value> = many
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), diagnostics.len());
        for (one, mut line) in diagnostics.iter().zip(lines) {
            let source = line.as_object_mut().unwrap().remove("source").unwrap();
            assert_eq!(source["name"], "dlint");
            assert_eq!(&line, one);
            let path = one["location"]["path"].as_str().unwrap();
            let (_, text) = files.iter().find(|(name, _)| *name == path).unwrap();
            assert!(!one["message"].as_str().unwrap().is_empty());
            assert!(!one["code"]["value"].as_str().unwrap().is_empty());
            assert!(["ERROR", "WARNING", "INFO"].contains(&one["severity"].as_str().unwrap()));
            let place = |range: &Value, end: &str| {
                let line = range[end]["line"].as_u64().unwrap() as usize;
                let column = range[end]["column"].as_u64().unwrap() as usize;
                let start: usize = text
                    .split_inclusive('\n')
                    .take(line - 1)
                    .map(str::len)
                    .sum();
                // Within the line, or behind its end.
                let length = text[start..].find('\n').unwrap_or(text.len() - start);
                assert!((1..=length + 1).contains(&column), "{line}:{column} {one}");
                start + column - 1
            };
            let range = &one["location"]["range"];
            assert!(place(range, "start") <= place(range, "end"));
            for suggestion in one["suggestions"].as_array().into_iter().flatten() {
                let range = &suggestion["range"];
                let (start, end) = (place(range, "start"), place(range, "end"));
                let replaced = [
                    &text[..start],
                    suggestion["text"].as_str().unwrap(),
                    &text[end..],
                ];
                assert_ne!(replaced.concat(), *text);
            }
        }
    }
}

/// One suggestion is taken or left as a whole, and does what `--fix` does.
#[test]
fn a_suggestion_for_reviewdog_is_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let text = "FROM debian:12\nMAINTAINER Jörg <j@example.com>\nUSER 1000\n";
    std::fs::write(folder.path().join("Dockerfile"), text).unwrap();
    let only = ["--select", "deprecated-maintainer"];
    let (_, out) = run(folder.path(), "rdjsonl", &only, "");
    let finding: Value = serde_json::from_str(out.trim()).unwrap();
    let suggestion = &finding["suggestions"][0];
    assert_eq!(suggestion["range"]["start"]["line"], 2);
    let line = "LABEL org.opencontainers.image.authors=\"Jörg <j@example.com>\"";
    assert_eq!(suggestion["text"], line);
}
