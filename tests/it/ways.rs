//! What people meet: nothing to lint, wrong names, reports on terminals and for services.

use std::path::Path;

use serde_json::Value;

use crate::cli::{dlint, project, ran, run};

const BAD: &str = "FROM debian\nRUN sudo make\n";

mod no_false_green {
    use super::*;

    #[test]
    fn nothing_to_lint_is_said_with_what_was_looked_for() {
        let p = project(&[("src/main.c", "")]);
        let ran = run(p.path(), &["src"]);
        assert_eq!(ran.code, 0);
        assert!(
            ran.err
                .starts_with("warning: nothing to lint in `src`\n  help: looked for Dockerfile,"),
            "{}",
            ran.err
        );
        assert_eq!(run(p.path(), &["-q"]).err, "");
        let strict = run(p.path(), &["--require-files"]);
        assert_eq!(strict.code, 2);
        assert!(
            strict.err.contains("nothing to lint in `.`"),
            "{}",
            strict.err
        );
    }

    #[test]
    fn a_context_that_is_not_there_and_an_argument_that_nothing_declares_are_told() {
        let p = project(&[("Dockerfile", "ARG VERSION=1\nFROM scratch\n")]);
        let none = run(p.path(), &["--context", "/nosuch"]);
        assert_eq!(none.code, 2);
        assert!(
            none.err.contains("--context /nosuch: no such folder"),
            "{}",
            none.err
        );
        let ran = run(
            p.path(),
            &[
                "--build-arg",
                "VERSOIN=2",
                "--build-arg",
                "VERSION=2",
                "--build-arg",
                "http_proxy=x",
            ],
        );
        assert_eq!(
            ran.err,
            "dlint: --build-arg VERSOIN: no file here declares that argument\n"
        );
    }

    #[test]
    fn a_compose_or_bake_file_that_cannot_be_read_is_named() {
        let p = project(&[
            ("Dockerfile", "FROM scratch\n"),
            ("compose.yaml", "services:\n  a: [\n"),
            ("docker-bake.hcl", "target \"x\" {\n"),
        ]);
        let ran = run(p.path(), &[]);
        for name in ["compose.yaml: line 2", "docker-bake.hcl: line 1"] {
            assert!(ran.err.contains(name), "{name}: {}", ran.err);
        }
        assert_eq!(run(p.path(), &["compose.yaml"]).code, 2);
    }

    #[test]
    fn a_misspelt_command_is_called_one() {
        let p = project(&[("Dockerfile", "FROM scratch\n")]);
        for (word, meant) in [
            ("lnt", "lint"),
            ("explian", "explain"),
            ("baselin", "baseline"),
        ] {
            let ran = run(p.path(), &[word]);
            assert_eq!(ran.code, 2);
            assert!(
                ran.err.contains(&format!("no command or file `{word}`")),
                "{}",
                ran.err
            );
            assert!(
                ran.err.contains(&format!("did you mean `dlint {meant}`?")),
                "{}",
                ran.err
            );
        }
        std::fs::write(p.path().join("lnt"), "FROM scratch\n").unwrap();
        assert_eq!(run(p.path(), &["lnt"]).code, 0);
    }

    #[test]
    fn an_ignore_comment_without_names_is_told() {
        let p = project(&[(
            "Dockerfile",
            "# dlint: ignore\nFROM scratch\n# dlint: ignore the rest\nCMD [\"/a\"]\n",
        )]);
        let ran = run(p.path(), &["-f", "concise", "--select", "unknown-ignore"]);
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(lines.len(), 2, "{}", ran.out);
        assert!(
            lines[0].ends_with("this comment names no rule and ignores nothing"),
            "{}",
            ran.out
        );
        assert_eq!(ran.code, 1);
    }

    #[test]
    fn other_encodings_and_binaries_are_called_what_they_are() {
        let p = project(&[]);
        let utf16: Vec<u8> = "FROM debian\nRUN make\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        std::fs::write(
            p.path().join("Dockerfile.wide"),
            [&b"\xff\xfe"[..], &utf16].concat(),
        )
        .unwrap();
        std::fs::write(p.path().join("Dockerfile.plain"), utf16).unwrap();
        let program: Vec<u8> = [&b"\x7fELF\x02\x01\x01"[..], &[0; 300], b"\xff\xfe\x03\n"].concat();
        std::fs::write(p.path().join("Dockerfile.program"), program).unwrap();
        std::fs::write(
            p.path().join("Dockerfile.data"),
            b"\x01\x02\0\0\0\xfe\x03\n\x04FROM x\n\0\x01\x02",
        )
        .unwrap();
        let ran = run(p.path(), &["-f", "concise"]);
        let told = |name: &str| -> Vec<&str> {
            ran.out
                .lines()
                .filter(|l| l.starts_with(&format!("Dockerfile.{name}:")))
                .collect()
        };
        for (name, what) in [
            ("wide", "this file is UTF-16"),
            ("plain", "this file is UTF-16"),
            ("program", "this file is binary"),
            ("data", "this file is binary"),
        ] {
            let lines = told(name);
            assert!(
                lines.len() == 1 && lines[0].contains(what),
                "{name}: {lines:?}"
            );
        }
    }

    #[test]
    fn podmans_files_are_found() {
        let p = project(&[
            (
                "units/app.build",
                "[Build]\nImageTag=localhost/app\nFile=../images/Containerfile\nTarget=a\nSetWorkingDirectory=unit\n",
            ),
            (
                "images/Containerfile",
                "FROM scratch AS a\nFROM none AS b\n",
            ),
            ("meson.build", "project('x')\n"),
            ("other/Containerfile", "FROM scratch\nCOPY . /\n"),
            ("other/.containerignore", ".git\n"),
            ("other/main.c", ""),
        ]);
        let ran = run(
            p.path(),
            &["-f", "concise", "units/app.build", "--select", "all"],
        );
        assert!(
            ran.out.contains("images/Containerfile:"),
            "{}{}",
            ran.out,
            ran.err
        );
        let missing = ["-f", "concise", "--select", "missing-dockerignore", "other"];
        assert_eq!(run(p.path(), &missing).out, "");
    }
}

mod reports {
    use super::*;

    fn report(folder: &Path, format: &str) -> String {
        run(folder, &["-f", format]).out
    }

    #[test]
    fn paths_for_services_start_at_the_root_of_the_repository() {
        let p = project(&[("deep/er/Dockerfile", BAD)]);
        let inner = p.path().join("deep");
        for format in [
            "github",
            "checkstyle",
            "junit",
            "codeclimate",
            "gitlab_codeclimate",
            "sonarqube",
        ] {
            let text = report(&inner, format);
            assert!(text.contains("deep/er/Dockerfile"), "{format}: {text}");
        }
        for format in ["concise", "json", "tty", "gnu"] {
            let text = report(&inner, format);
            assert!(
                !text.contains("deep/er") && text.contains("er/Dockerfile"),
                "{format}: {text}"
            );
        }
    }

    #[test]
    fn junit_counts_as_failures_only_what_fails() {
        let p = project(&[("Dockerfile", BAD)]);
        let json: Value = serde_json::from_str(&report(p.path(), "json")).unwrap();
        let all = json.as_array().unwrap();
        let fails = |level: &str| level == "error" || level == "warning";
        let failing = all
            .iter()
            .filter(|f| fails(f["level"].as_str().unwrap()))
            .count();
        assert!(failing > 0);
        let text = report(p.path(), "junit");
        assert_eq!(text.matches("<failure ").count(), failing, "{text}");
        assert_eq!(text.matches("<testcase ").count(), all.len());
        assert!(text.contains(&format!("failures=\"{failing}\"")));
        let none = run(p.path(), &["-f", "junit", "--fail-on", "never"]);
        assert_eq!(none.code, 0);
        assert!(!none.out.contains("<failure "), "{}", none.out);
        assert!(none.out.contains("<system-out>"), "{}", none.out);
        roxmltree::Document::parse(&text).unwrap();
        roxmltree::Document::parse(&none.out).unwrap();
    }

    #[test]
    fn full_has_level_rule_and_message_on_one_line() {
        let p = project(&[("Dockerfile", "FROM debian:12\nRUN apt-get install curl\n")]);
        let ran = run(p.path(), &["-f", "full", "--select", "apt-missing-yes"]);
        let first = ran.out.lines().next().unwrap();
        assert!(first.contains("[apt-missing-yes]: [*] "), "{}", ran.out);
        assert!(
            ran.out.contains("  fix: ") || ran.out.contains("help: fix: "),
            "{}",
            ran.out
        );
    }

    #[test]
    fn several_files_are_groups_and_the_worst_can_come_first() {
        let p = project(&[
            ("a/Dockerfile", "FROM debian\nRUN true\n"),
            ("b/Dockerfile", "FROM debian:12\nRUNN x\n"),
        ]);
        let full = run(p.path(), &["-f", "full"]);
        assert!(full.out.contains("a/Dockerfile  "), "{}", full.out);
        let compact = run(p.path(), &["-f", "compact"]);
        assert!(
            compact.out.contains("\nb/Dockerfile\n") && compact.out.starts_with("a/Dockerfile\n"),
            "{}",
            compact.out
        );
        assert!(compact.out.contains("Found "), "{}", compact.out);
        let sorted = run(p.path(), &["-f", "concise", "--sort", "severity"]);
        assert!(
            sorted.out.lines().next().unwrap().contains(" error["),
            "{}",
            sorted.out
        );
    }

    #[test]
    fn statistics_stand_alone_with_totals() {
        let p = project(&[("a", BAD), ("b", BAD)]);
        let text = run(p.path(), &["--statistics", "a", "b"]);
        assert!(text.out.lines().all(|l| !l.contains("a:")), "{}", text.out);
        let json = run(p.path(), &["--statistics", "-f", "json", "a", "b"]);
        let json: Value = serde_json::from_str(&json.out).unwrap();
        let rules = json["rules"].as_array().unwrap();
        let sum: u64 = rules.iter().map(|r| r["count"].as_u64().unwrap()).sum();
        assert_eq!(json["totals"]["findings"].as_u64(), Some(sum));
        assert!(rules.iter().all(|r| r["files"] == 2), "{json}");
    }

    #[test]
    fn ci_is_told_how_many_there_were() {
        let p = project(&[("Dockerfile", "FROM scratch\n")]);
        let mut command = dlint(p.path());
        command.env("CI", "true").args(["--select", "latest-tag"]);
        let ran = ran(command.output().unwrap());
        assert_eq!(
            (ran.out.as_str(), ran.err.as_str()),
            ("", "Found no problems in 1 file\n")
        );
    }
}

#[test]
fn watching_lints_again_after_a_change() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let p = project(&[("Dockerfile", "FROM scratch\nRUNN a\n")]);
    let mut command = dlint(p.path());
    command.args(["--watch", "-f", "concise", "--select", "syntax-error"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(
        first.contains("Dockerfile:2:1 error[syntax-error]"),
        "{first}"
    );
    // The time of a file may be exact to a second only.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    std::fs::write(p.path().join("Dockerfile"), "FROM scratch\n\nRUNNN a\n").unwrap();
    let second = lines.next().unwrap().unwrap();
    assert!(
        second.contains("Dockerfile:3:1 error[syntax-error]"),
        "{second}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
