//! The program as people run it: every option, exit code and format.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A Dockerfile with an error at 2:1.
const BAD: &str = "FROM scratch\nRUNN make\n";
/// A Dockerfile with a warning at 1:17 that can be mended safely.
const UNUSED: &str = "# dlint: ignore[syntax-error] because\nFROM scratch\n";
const GOOD: &str = "FROM scratch\n";
/// Only the rules these tests are about, so that new rules change nothing here.
const RULES: [&str; 2] = ["--select", "syntax-error,unused-ignore"];

/// A folder with files in it, the end of the search for configuration.
pub(crate) fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// dlint in a folder, with an environment that is the same everywhere.
pub(crate) fn dlint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlint"));
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let changes_output = [
            "NO_COLOR",
            "CLICOLOR",
            "FORCE_COLOR",
            "CI",
            "COLUMNS",
            "TERM",
        ]
        .iter()
        .any(|n| text.starts_with(n));
        if changes_output
            || text.starts_with("HADOLINT_")
            || text.starts_with("DLINT_")
            || text.starts_with("GITHUB_")
            || text.starts_with("LC_")
        {
            command.env_remove(name);
        }
    }
    command.env("LANG", "C.UTF-8");
    command
}

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    ran(dlint(folder).args(arguments).output().unwrap())
}

/// Runs with the rules of these tests only.
fn lint(folder: &Path, arguments: &[&str]) -> Ran {
    ran(dlint(folder).args(RULES).args(arguments).output().unwrap())
}

fn with_stdin(mut command: Command, input: &[u8]) -> Ran {
    use std::io::Write;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    ran(child.wait_with_output().unwrap())
}

mod exit_codes {
    use super::*;

    #[test]
    fn nothing_found_is_0_findings_are_1_trouble_is_2() {
        let p = project(&[("good", GOOD), ("bad", BAD)]);
        assert_eq!(lint(p.path(), &["good"]).code, 0);
        assert_eq!(lint(p.path(), &["bad"]).code, 1);
        assert_eq!(lint(p.path(), &["none"]).code, 2);
        assert_eq!(lint(p.path(), &["--nonsense"]).code, 2);
    }

    #[test]
    fn every_format_ends_the_same_way() {
        let p = project(&[("good", GOOD), ("bad", BAD)]);
        for format in ["full", "concise", "json", "sarif", "github"] {
            assert_eq!(lint(p.path(), &["-f", format, "good"]).code, 0, "{format}");
            assert_eq!(lint(p.path(), &["-f", format, "bad"]).code, 1, "{format}");
            assert_eq!(lint(p.path(), &["-f", format, "none"]).code, 2, "{format}");
        }
    }

    #[test]
    fn fail_on_sets_the_bar_and_exit_zero_takes_it_away() {
        let p = project(&[("unused", UNUSED), ("bad", BAD)]);
        assert_eq!(lint(p.path(), &["unused"]).code, 1);
        assert_eq!(lint(p.path(), &["--fail-on", "error", "unused"]).code, 0);
        assert_eq!(lint(p.path(), &["--fail-on", "error", "bad"]).code, 1);
        assert_eq!(lint(p.path(), &["--exit-zero", "bad"]).code, 0);
        assert_eq!(lint(p.path(), &["--exit-zero", "none"]).code, 2);
        assert_eq!(lint(p.path(), &["--fail-on", "bad", "bad"]).code, 2);
    }

    #[test]
    fn a_file_that_is_missing_is_said_and_the_others_are_linted() {
        let p = project(&[("bad", BAD)]);
        let ran = lint(p.path(), &["none", "bad"]);
        assert_eq!(ran.code, 2);
        assert_eq!(ran.err, "error: none: no such file or folder\n");
        assert_eq!(
            ran.out,
            "bad:2:1 error[syntax-error] unknown instruction `RUNN`\n"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_cannot_be_read_is_said() {
        let p = project(&[]);
        // Reading it fails for everyone, the super-user too.
        let ran = lint(p.path(), &["/proc/self/mem"]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.starts_with("error: /proc/self/mem: "),
            "{}",
            ran.err
        );
    }

    #[test]
    fn a_wrong_option_names_the_right_one() {
        let p = project(&[]);
        let ran = run(p.path(), &["--formt", "json"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("'--format'"), "{}", ran.err);
    }

    #[test]
    fn help_and_version_are_no_trouble() {
        let p = project(&[]);
        let version = run(p.path(), &["--version"]);
        assert_eq!(version.code, 0);
        assert_eq!(
            version.out,
            format!("dlint {}\n", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(run(p.path(), &["--help"]).code, 0);
    }
}

mod rules {
    use super::*;

    #[test]
    fn a_rule_that_does_not_exist_is_an_error_with_the_nearest_name() {
        let p = project(&[("good", GOOD)]);
        for (option, value) in [
            ("--select", "sintax-error"),
            ("--extend-select", "sintax-error"),
            ("--ignore", "sintax-error"),
            ("--level", "sintax-error=off"),
        ] {
            let ran = run(p.path(), &[option, value, "good"]);
            assert_eq!(ran.code, 2);
            assert_eq!(
                ran.err,
                format!(
                    "error: unknown rule `sintax-error` in {option}\n  \
                     help: did you mean `syntax-error`?\n"
                )
            );
        }
        let ran = run(p.path(), &["explain", "DL1001x"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("unknown rule `DL1001x`"), "{}", ran.err);
    }

    #[test]
    fn rules_are_chosen_by_id_alias_family_impact_and_all() {
        let p = project(&[(
            "f",
            &format!("{UNUSED}RUNN x\n# dlint: ignore[syntax-error] y\n"),
        )]);
        let found = |arguments: &[&str]| {
            let mut all = vec!["-f", "json", "f"];
            all.extend(arguments);
            let ran = run(p.path(), &all);
            let findings: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
            let rules = ["syntax-error", "unused-ignore"];
            rules.map(|r| findings.iter().any(|f| f["rule"] == r))
        };
        assert_eq!(found(&["--select", "syntax-error"]), [true, false]);
        assert_eq!(found(&["--select", "dl1000"]), [true, false]);
        assert_eq!(found(&["--select", "all"]), [true, true]);
        assert_eq!(
            found(&["--select", "suppressions,syntax-error"]),
            [true, true]
        );
        assert_eq!(
            found(&["--select", "syntax", "--ignore", "DL1000"]),
            [false, false]
        );
        assert_eq!(found(&["--ignore", "correctness"]), [false, false]);
        // The narrower name wins.
        assert_eq!(
            found(&["--ignore", "all", "--extend-select", "syntax-error"]),
            [true, false]
        );
        assert_eq!(found(&["--level", "syntax-error=off"]), [false, false]);
        assert_eq!(found(&["--profile", "strict"]), [true, true]);
        assert_eq!(found(&["--profile", "hadolint"]), [true, false]);
        assert_eq!(found(&["--profile", "security"]), [false, false]);
    }

    /// The codes reported for `echo $X; cd /y; ls` with these arguments and configuration.
    #[cfg(feature = "shell-lint")]
    fn codes(toml: &str, above: &str, arguments: &[&str]) -> Vec<String> {
        let text = format!("FROM debian:12\n{above}RUN echo $X; cd /y; ls\n");
        let p = project(&[("f", &text), ("dlint.toml", toml)]);
        let mut all = vec!["-f", "json", "f"];
        all.extend(arguments);
        let ran = run(p.path(), &all);
        let findings: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        let found = findings
            .iter()
            .filter(|f| matches!(f["rule"].as_str(), Some("shellcheck" | "unused-ignore")));
        found
            .map(|f| {
                format!(
                    "{} {}",
                    f["code"].as_str().unwrap(),
                    f["level"].as_str().unwrap()
                )
            })
            .collect()
    }

    #[cfg(feature = "shell-lint")]
    #[test]
    fn a_code_of_shellcheck_is_chosen_like_a_rule() {
        let by = |arguments: &[&str]| codes("", "", arguments);
        let (quote, cd) = ("SC2086 info", "SC2164 warning");
        assert_eq!(by(&[]), [cd]);
        assert_eq!(by(&["--profile", "strict"]), [quote, cd]);
        assert_eq!(by(&["--profile", "hadolint"]), [quote, cd]);
        assert_eq!(by(&["--select", "sc2086"]), [quote]);
        assert_eq!(by(&["--extend-select", "SC2086"]), [quote, cd]);
        assert_eq!(by(&["--ignore", "SC2164"]), Vec::<String>::new());
        assert_eq!(
            by(&["--select", "shell", "--ignore", "SC2164"]),
            Vec::<String>::new()
        );
        assert_eq!(by(&["--ignore", "shellcheck"]), Vec::<String>::new());
        assert_eq!(by(&["--level", "SC2086=error"]), ["SC2086 error", cd]);
        assert_eq!(by(&["--level", "SC2164=off"]), Vec::<String>::new());
        let both = ["--level", "SC2086=error", "--level", "shellcheck=style"];
        assert_eq!(by(&both), ["SC2086 error", "SC2164 style"]);
        let toml = "[levels]\nSC2164 = \"error\"\n";
        assert_eq!(codes(toml, "", &["--select", "SC2164"]), ["SC2164 error"]);
        let toml = "[rules.shellcheck]\nminimum-level = \"info\"\n";
        assert_eq!(codes(toml, "", &[]), [quote, cd]);
        assert_eq!(by(&["--select", "SC2999"]), Vec::<String>::new());
    }

    #[cfg(feature = "shell-lint")]
    #[test]
    fn comments_silence_codes_of_shellcheck_and_may_be_unused() {
        let under = |comment: &str| codes("", comment, &[]);
        assert_eq!(under("# dlint: ignore[SC2164] x\n"), Vec::<String>::new());
        assert_eq!(under("# hadolint ignore=SC2164\n"), Vec::<String>::new());
        assert_eq!(
            under("# shellcheck disable=SC2086,SC2164 # x\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            under("# shellcheck disable=SC2100-SC2200\n"),
            Vec::<String>::new()
        );
        assert_eq!(under("# shellcheck disable=all\n"), Vec::<String>::new());
        // It is unused only if the code is looked for.
        assert_eq!(under("# dlint: ignore[SC2035] x\n"), ["SC2164 warning"]);
        assert_eq!(
            under("# dlint: ignore[SC2154] x\n"),
            ["unused-ignore warning", "SC2164 warning"]
        );
    }

    #[test]
    fn a_level_changes_the_severity_and_the_exit_code() {
        let p = project(&[("bad", BAD)]);
        let ran = lint(p.path(), &["--level", "DL1000=info", "bad"]);
        assert_eq!(ran.code, 0);
        assert_eq!(
            ran.out,
            "bad:2:1 info[syntax-error] unknown instruction `RUNN`\n"
        );
        assert_eq!(lint(p.path(), &["--level", "syntax-error", "bad"]).code, 2);
        assert_eq!(
            lint(p.path(), &["--level", "syntax-error=bad", "bad"]).code,
            2
        );
    }

    #[test]
    fn the_profile_of_hadolint_speaks_its_codes() {
        let p = project(&[("bad", BAD)]);
        let ran = run(
            p.path(),
            &["--profile", "hadolint", "--select", "DL1000", "bad"],
        );
        assert_eq!(
            ran.out,
            "bad:2:1 error[DL1000] unknown instruction `RUNN`\n"
        );
    }

    #[test]
    fn explain_prints_the_page() {
        let p = project(&[]);
        let ran = run(p.path(), &["explain", "syntax-error"]);
        assert_eq!(ran.code, 0);
        assert!(
            ran.out.starts_with("# syntax-error\n\n- level: error\n"),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("## Why"));
        assert_eq!(run(p.path(), &["explain", "dl1000"]).out, ran.out);
        let color = run(p.path(), &["explain", "syntax-error", "--color", "always"]);
        assert!(color.out.contains("\u{1b}[1mWhy\u{1b}[0m"), "{}", color.out);
        let json = run(p.path(), &["explain", "syntax-error", "--format", "json"]);
        let rules: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(rules[0]["id"], "syntax-error");
        assert!(rules[0]["page"].as_str().unwrap().contains("## Why"));
    }

    #[test]
    fn rules_lists_every_rule() {
        let p = project(&[]);
        let table = run(p.path(), &["rules"]).out;
        let json = run(p.path(), &["rules", "--format", "json"]).out;
        let rules: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(rules.len(), dlint::rules::RULES.len());
        for rule in &rules {
            assert!(table.contains(rule["id"].as_str().unwrap()));
            for key in [
                "family", "level", "default", "fix", "since", "aliases", "impact", "url",
            ] {
                assert!(rule.get(key).is_some(), "{key}");
            }
        }
    }
}

pub(crate) mod formats {
    use super::*;

    #[test]
    fn full_shows_the_place_and_a_summary() {
        let p = project(&[("bad", BAD), ("unused", UNUSED)]);
        let ran = lint(p.path(), &["-f", "full", "bad", "unused"]);
        assert_eq!(
            ran.out,
            "bad  1 problem
  × error[syntax-error]: unknown instruction `RUNN`
   ╭─[bad:2:1]
 1 │ FROM scratch
 2 │ RUNN make
   · ────
   ╰────
  help: did you mean `RUN`?

unused  1 problem
  ⚠ warning[unused-ignore]: [*] ignoring `syntax-error` has no effect here
   ╭─[unused:1:17]
 1 │ # dlint: ignore[syntax-error] because
   ·                 ────────────
 2 │ FROM scratch
   ╰────
  help: remove it, so that it does not hide a later finding
        fix: remove `syntax-error`

Found 2 problems (1 error, 1 warning) in 2 files; 1 fixable with --fix
"
        );
        let quiet = lint(p.path(), &["-f", "full", "-q", "bad"]);
        assert!(!quiet.out.contains("Found"), "{}", quiet.out);
    }

    #[test]
    fn full_without_unicode_and_colour_is_plain() {
        let p = project(&[("bad", BAD)]);
        let mut command = dlint(p.path());
        command
            .env("LANG", "C")
            .args(RULES)
            .args(["-f", "full", "bad"]);
        let ran = ran(command.output().unwrap());
        assert!(ran.out.is_ascii(), "{}", ran.out);
        assert!(ran.out.contains("2 | RUNN make"), "{}", ran.out);
    }

    #[test]
    fn colour_follows_the_option_and_the_environment() {
        let p = project(&[("bad", BAD)]);
        let colored = |option: &[&str], variable: &str| {
            let mut command = dlint(p.path());
            if let Some((name, value)) = variable.split_once('=') {
                command.env(name, value);
            }
            command.args(RULES).args(option).arg("bad");
            ran(command.output().unwrap()).out.contains('\u{1b}')
        };
        assert!(!colored(&[], ""));
        assert!(colored(&["--color", "always"], "NO_COLOR=1"));
        assert!(colored(&[], "FORCE_COLOR=1"));
        assert!(colored(&[], "CLICOLOR_FORCE=1"));
        assert!(!colored(&[], "FORCE_COLOR=0"));
        assert!(!colored(&["--color", "never"], "FORCE_COLOR=1"));
        let mut command = dlint(p.path());
        command.env("NO_COLOR", "1").env("FORCE_COLOR", "1");
        let ran = ran(command.args(RULES).arg("bad").output().unwrap());
        assert!(!ran.out.contains('\u{1b}'));
    }

    #[test]
    fn a_narrow_terminal_gets_narrow_lines() {
        let long = format!(
            "FROM scratch\nCOPY {} --form=x {}\nRUNN y\n",
            "a".repeat(90),
            "b".repeat(90)
        );
        let p = project(&[("bad", &long)]);
        for width in [30, 40, 60, 80] {
            let mut command = dlint(p.path());
            command.env("COLUMNS", width.to_string());
            let ran = ran(command
                .args(RULES)
                .args(["-qf", "full", "bad"])
                .output()
                .unwrap());
            for line in ran.out.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn json_has_every_key_and_places_count_characters() {
        let text = "FROM scratch\nENV é=ü\nCOPY --frm=é a b\n# dlint: ignore[unused-ignore]\n";
        let p = project(&[("f", text)]);
        let ran = lint(p.path(), &["-f", "json", "f"]);
        let findings: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        let first = &findings[0];
        for key in [
            "file",
            "line",
            "column",
            "end_line",
            "end_column",
            "code",
            "level",
            "message",
            "rule",
            "aliases",
            "impact",
            "help",
            "url",
            "labels",
            "fix",
        ] {
            assert!(first.get(key).is_some(), "{key}");
        }
        assert_eq!(first["file"], "f");
        assert_eq!(first["line"], 3);
        assert_eq!(first["column"], 6);
        assert_eq!(first["end_line"], 3);
        assert_eq!(first["end_column"], 11);
        assert_eq!(first["code"], "syntax-error");
        assert_eq!(first["level"], "error");
        assert_eq!(first["aliases"][0], "DL1000");
        assert_eq!(first["impact"][0], "correctness");
        assert_eq!(first["help"], "did you mean `--from`?");
        let p = project(&[("f", UNUSED)]);
        let findings = lint(p.path(), &["-f", "json", "f"]).out;
        let findings: Vec<Value> = serde_json::from_str(&findings).unwrap();
        let fix = &findings[0]["fix"];
        assert_eq!(fix["applicability"], "safe");
        assert_eq!(fix["title"], "remove `syntax-error`");
        assert_eq!(fix["edits"][0]["start"], 0);
        assert_eq!(fix["edits"][0]["end"], 38);
        assert_eq!(fix["edits"][0]["content"], "");
        let p = project(&[("f", GOOD)]);
        assert_eq!(lint(p.path(), &["-f", "json", "f"]).out, "[]\n");
    }

    #[test]
    fn github_annotations_are_escaped_and_multi_line_ones_have_no_columns() {
        let p = project(&[("a,b:c%.Dockerfile", BAD)]);
        let ran = lint(p.path(), &["-f", "github"]);
        assert_eq!(
            ran.out,
            "::error file=a%2Cb%3Ac%25.Dockerfile,line=2,endLine=2,col=1,endColumn=5,\
             title=dlint%3A syntax-error::unknown instruction `RUNN`%0Adid you mean `RUN`?\n"
        );
        let ran = lint(p.path(), &["-f", "github", "none"]);
        assert_eq!(
            ran.out,
            "::error file=none,title=dlint::no such file or folder\n"
        );
    }

    pub(crate) fn sarif_schema() -> jsonschema::Validator {
        let text = std::fs::read_to_string("testdata/schemas/sarif-2.1.0.json").unwrap();
        // The one pattern in it that is no regular expression.
        let text = text.replace("{2}]?$", "{2}$");
        let schema: Value = serde_json::from_str(&text).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    #[test]
    fn sarif_is_what_the_official_schema_asks_for() {
        let text = "FROM scratch\n# dlint: ignore[syntax-error] we know\nRUNN é\nCOPY x\n# dlint: ignore[DL1000] no\nRUN y\n";
        let p = project(&[("sub/a b.Dockerfile", text), ("Dockerfile", GOOD)]);
        let ran = lint(
            &p.path().join("sub"),
            &["-f", "sarif", "a b.Dockerfile", "../Dockerfile", "none"],
        );
        assert_eq!(ran.code, 2);
        let log: Value = serde_json::from_str(&ran.out).unwrap();
        let schema = sarif_schema();
        let errors: Vec<String> = schema.iter_errors(&log).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");

        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        let note = &run["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(note["message"]["text"], "none: no such file or folder");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            for key in [
                "id",
                "shortDescription",
                "fullDescription",
                "help",
                "helpUri",
            ] {
                assert!(rule.get(key).is_some(), "{key}");
            }
            assert!(rule["help"]["markdown"].is_string());
            for key in ["tags", "precision", "problem.severity"] {
                assert!(rule["properties"].get(key).is_some(), "{key}");
            }
        }
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            // Relative to the repository, not to where dlint runs.
            assert_eq!(place["artifactLocation"]["uri"], "sub/a%20b.Dockerfile");
            assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            let hash = result["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap();
            assert!(hash.ends_with(":1"), "{hash}");
        }
        assert_eq!(
            results[0]["locations"][0]["physicalLocation"]["region"]["startLine"],
            4
        );
        let suppressed: Vec<&Value> = results
            .iter()
            .filter(|r| r.get("suppressions").is_some())
            .collect();
        assert_eq!(suppressed.len(), 1);
        assert_eq!(suppressed[0]["suppressions"][0]["kind"], "inSource");
        assert_eq!(suppressed[0]["suppressions"][0]["justification"], "we know");
        let fixed: Vec<&Value> = results
            .iter()
            .filter(|r| r.get("fixes").is_some())
            .collect();
        assert_eq!(fixed.len(), 1);
    }

    #[test]
    fn sarif_of_a_clean_run_is_valid_too() {
        let p = project(&[("Dockerfile", GOOD)]);
        let ran = lint(p.path(), &["-f", "sarif"]);
        let log: Value = serde_json::from_str(&ran.out).unwrap();
        assert!(sarif_schema().is_valid(&log));
        assert_eq!(
            log["runs"][0]["invocations"][0]["executionSuccessful"],
            true
        );
        assert_eq!(
            log["runs"][0]["artifacts"][0]["location"]["uri"],
            "Dockerfile"
        );
    }

    #[test]
    fn no_report_shows_a_secret() {
        let text = "FROM scratch\nENV API_TOKEN=violet-umbrella-77 ONE=1\n";
        let p = project(&[("f", text)]);
        for format in ["full", "concise", "json", "sarif", "github"] {
            let ran = run(p.path(), &["--select", "secret-in-env", "-f", format, "f"]);
            assert!(ran.out.contains("secret-in-env"), "{}", ran.out);
            assert!(!ran.out.contains("violet-umbrella-77"), "{}", ran.out);
        }
    }

    #[test]
    fn several_reports_at_once_go_where_they_are_sent() {
        let p = project(&[("bad", BAD)]);
        let ran = lint(
            p.path(),
            &[
                "-f", "concise", "-f", "sarif", "-o", "x.sarif", "-f", "json", "-o", "x.json",
                "bad",
            ],
        );
        assert_eq!(ran.code, 1);
        assert!(ran.out.starts_with("bad:2:1 "), "{}", ran.out);
        let read = |name: &str| std::fs::read_to_string(p.path().join(name)).unwrap();
        assert!(read("x.sarif").contains("\"2.1.0\""));
        assert!(read("x.json").starts_with("[\n"));

        let ran = lint(p.path(), &["--output", "y.json", "--format", "json", "bad"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(read("y.json").starts_with("[\n"));
        let ran = lint(p.path(), &["--output", "y.txt", "bad"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert_eq!(
            read("y.txt"),
            "bad:2:1 error[syntax-error] unknown instruction `RUNN`\n"
        );

        assert_eq!(
            lint(p.path(), &["-f", "json", "-f", "sarif", "bad"]).code,
            2
        );
        assert_eq!(
            lint(p.path(), &["-f", "json", "-o", "a", "-o", "b", "bad"]).code,
            2
        );
        let ran = lint(p.path(), &["-f", "json", "-o", "no/such/folder", "bad"]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.starts_with("error: no/such/folder: "),
            "{}",
            ran.err
        );
    }

    #[test]
    fn statistics_count_per_rule() {
        let p = project(&[("a", &BAD.repeat(12)), ("b", UNUSED)]);
        let ran = lint(p.path(), &["--statistics", "-f", "concise", "a", "b"]);
        assert_eq!(
            ran.out,
            "12  error    syntax-error\n 1  warning  unused-ignore [fixable]\n\
             13 findings in 2 of 2 files: 12 error, 1 warning\n"
        );
        let ran = lint(p.path(), &["--statistics", "-f", "json", "a", "b"]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
        let json: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(json["rules"][0]["rule"], "syntax-error");
        assert_eq!(json["rules"][0]["count"], 12);
        assert_eq!(json["rules"][1]["fixable"], 1);
        assert_eq!(json["totals"]["findings"], 13);
        assert_eq!(json["totals"]["files_with_findings"], 2);
        // A report in a file is whole.
        let arguments = ["--statistics", "-q", "-f", "json", "-o", "report.json", "b"];
        let ran = lint(p.path(), &arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert_eq!(ran.err, "1  warning  unused-ignore [fixable]\n");
        let report = std::fs::read_to_string(p.path().join("report.json")).unwrap();
        assert!(report.contains("unused-ignore"), "{report}");
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_that_goes_away_ends_the_run_quietly() {
        let p = project(&[("f", &BAD.repeat(5000))]);
        let binary = env!("CARGO_BIN_EXE_dlint");
        for arguments in [
            "f -f full",
            "f -f json",
            "f -f sarif",
            "f --diff -q",
            "rules",
            "parse f",
            "schema",
        ] {
            let script = format!(
                "'{binary}' {arguments} | head -n 1 >/dev/null; exit \"${{PIPESTATUS[0]}}\""
            );
            let mut shell = Command::new("bash");
            shell.current_dir(p.path()).args(["-c", &script]);
            let ran = ran(shell.output().unwrap());
            assert_eq!(ran.err, "", "{arguments}");
            assert!(ran.code <= 1, "{arguments}: {}", ran.code);
        }
    }

    #[test]
    fn the_order_is_the_same_for_any_number_of_threads() {
        let files: Vec<(String, String)> = (0..60)
            .map(|i| (format!("d{:02}/Dockerfile", 59 - i), BAD.repeat(1 + i % 7)))
            .collect();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let p = project(&files);
        let one = lint(p.path(), &["-j", "1"]).out;
        assert!(one.starts_with("d00/Dockerfile:2:1"), "{one}");
        for jobs in ["0", "2", "7"] {
            assert_eq!(lint(p.path(), &["-j", jobs]).out, one);
        }
    }
}

mod files {
    use super::*;

    #[test]
    fn the_current_folder_is_searched_when_no_path_is_given() {
        let p = project(&[
            ("Dockerfile", BAD),
            ("x/app.Dockerfile", BAD),
            ("x/readme.md", BAD),
        ]);
        let ran = lint(p.path(), &[]);
        let found: Vec<&str> = ran
            .out
            .lines()
            .map(|l| l.split(':').next().unwrap())
            .collect();
        assert_eq!(found, ["Dockerfile", "x/app.Dockerfile"]);
        let ran = lint(p.path(), &["x", "x/readme.md"]);
        let found: Vec<&str> = ran
            .out
            .lines()
            .map(|l| l.split(':').next().unwrap())
            .collect();
        assert_eq!(found, ["x/app.Dockerfile", "x/readme.md"]);
    }

    #[test]
    fn excluded_files_are_not_searched_but_taken_when_named() {
        let p = project(&[("Dockerfile", BAD), ("old/Dockerfile", BAD)]);
        let ran = lint(p.path(), &["--exclude", "old"]);
        assert_eq!(ran.out.lines().count(), 1);
        assert_eq!(
            lint(p.path(), &["--exclude", "old", "old/Dockerfile"]).code,
            1
        );
        let forced = ["--exclude", "old", "--force-exclude", "old/Dockerfile"];
        assert_eq!(lint(p.path(), &forced).code, 0);
        assert_eq!(
            lint(p.path(), &["--exclude", "a[", "old/Dockerfile"]).code,
            2
        );
    }

    #[test]
    fn standard_input_has_a_name_when_it_is_given_one() {
        let p = project(&[("sub/dlint.toml", "ignore = ['syntax']\n")]);
        let mut command = dlint(p.path());
        command.args(RULES).arg("-");
        let ran = with_stdin(command, BAD.as_bytes());
        assert_eq!(ran.code, 1);
        assert!(ran.out.starts_with("<stdin>:2:1 "), "{}", ran.out);
        let mut command = dlint(p.path());
        command
            .args(["-", "--stdin-filename", "x/Dockerfile"])
            .args(RULES);
        assert!(
            with_stdin(command, BAD.as_bytes())
                .out
                .starts_with("x/Dockerfile:2:1 ")
        );
        // The name decides which configuration applies.
        let mut command = dlint(p.path());
        command.args(["-", "--stdin-filename", "sub/Dockerfile", "-f", "json"]);
        let findings = with_stdin(command, BAD.as_bytes()).out;
        assert!(!findings.contains("\"syntax-error\""), "{findings}");
        assert_eq!(lint(p.path(), &["--stdin-filename", "x", "."]).code, 2);
    }

    #[test]
    fn parse_prints_the_tree() {
        let text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM a AS b\nONBUILD RUN --network=none <<-\"E\"\n\tx\n\tE\nCMD [\"a\", \"b\"]\nNOPE\n# end\n";
        let p = project(&[("f", text)]);
        let ran = run(p.path(), &["parse", "f"]);
        assert_eq!(ran.code, 0);
        let tree: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(tree["escape"], "`");
        assert_eq!(tree["syntax"]["image"], "docker/dockerfile:1");
        assert_eq!(tree["directives"][1]["name"], "escape");
        assert_eq!(tree["errors"][0]["message"], "unknown instruction `NOPE`");
        assert_eq!(tree["errors"][0]["line"], 8);
        assert_eq!(tree["comments"][0]["text"], "end");
        let i = tree["instructions"].as_array().unwrap();
        assert_eq!(i[0]["keyword"], "FROM");
        assert_eq!(i[0]["words"], serde_json::json!(["a", "AS", "b"]));
        assert_eq!(i[0]["start_line"], 3);
        let inner = &i[1]["onbuild"];
        assert_eq!(inner["keyword"], "RUN");
        assert_eq!(inner["flags"], serde_json::json!(["--network=none"]));
        let heredoc = &i[1]["heredocs"][0];
        assert_eq!(heredoc["name"], "E");
        assert_eq!(heredoc["chomp"], true);
        assert_eq!(heredoc["expand"], false);
        let body = &heredoc["body"];
        let range =
            body["start"].as_u64().unwrap() as usize..body["end"].as_u64().unwrap() as usize;
        assert_eq!(&text[range], "\tx\n");
        assert_eq!(i[1]["end_line"], 6);
        assert_eq!(i[2]["exec_form"], true);
        assert_eq!(i[2]["words"], serde_json::json!(["a", "b"]));
        assert_eq!(i[3]["keyword"], "NOPE");
        let pieces = tree["pieces"].as_array().unwrap();
        let mut at = 0;
        for piece in pieces {
            assert_eq!(piece["span"]["start"], at);
            at = piece["span"]["end"].as_u64().unwrap();
        }
        assert_eq!(at, text.len() as u64);
        assert_eq!(run(p.path(), &["parse", "none"]).code, 2);
    }
}

mod configuration {
    use super::*;

    /// What dlint says of a configuration.
    fn error(text: &str) -> String {
        let p = project(&[("Dockerfile", GOOD), ("dlint.toml", text)]);
        let ran = run(p.path(), &[]);
        assert_eq!(ran.code, 2, "{text}");
        assert_eq!(ran.out, "");
        ran.err
    }

    #[test]
    fn a_mistake_is_shown_at_its_place() {
        assert_eq!(
            error("[levels]\nsyntax-eror = 'off'\n"),
            "  × error[configuration]: unknown rule `syntax-eror`
   ╭─[dlint.toml:2:1]
 1 │ [levels]
 2 │ syntax-eror = 'off'
   · ───────────
   ╰────
  help: did you mean `syntax-error`?
"
        );
    }

    #[test]
    fn every_kind_of_mistake_has_its_place_and_help() {
        for (text, place, message, help) in [
            (
                "profil = 'x'\n",
                "1:1",
                "unknown key `profil`",
                "did you mean `profile`?",
            ),
            (
                "profile = 'recomended'\n",
                "1:11",
                "`recomended` is no value of this key",
                "did you mean `recommended`?",
            ),
            (
                "fail-on = 'bad'\n",
                "1:11",
                "`bad` is no value of this key",
                "known here: `style`, `info`, `warning`,",
            ),
            (
                "select = ['all', 'sintax']\n",
                "1:18",
                "unknown rule `sintax`",
                "did you mean `syntax`?",
            ),
            (
                "select = ['secrity']\n",
                "1:11",
                "unknown rule `secrity`",
                "did you mean `security`?",
            ),
            (
                "[levels]\nsyntax-error = 'of'\n",
                "2:16",
                "`of` is no value of this key",
                "did you mean `off`?",
            ),
            (
                "[policy]\ngoldn = []\n",
                "2:1",
                "unknown key `goldn`",
                "did you mean `golden`?",
            ),
            (
                "[policy]\ngolden = [{ image = 'x', replces = [] }]\n",
                "2:26",
                "unknown key `replces`",
                "did you mean `replaces`?",
            ),
            (
                "[[policy.golden]]\nimage = 3\n",
                "2:9",
                "`image` takes a string, not an integer",
                "write `image = \"3\"`",
            ),
            (
                "[rules.syntax-error]\nfoo = 1\n",
                "2:1",
                "unknown key `foo`",
                "nothing can be set here",
            ),
            (
                "[rules.nope]\n",
                "1:8",
                "unknown rule `nope`",
                "`dlint rules` lists them",
            ),
            (
                "extends = 'none.toml'\n",
                "1:11",
                "cannot extend none.toml: no such file or folder",
                "",
            ),
            (
                "extends = 'dlint.toml'\n",
                "1:11",
                "the file extends itself: dlint.toml → dlint.toml",
                "",
            ),
            (
                "exclude = ['a', 'a[b']\n",
                "1:17",
                "`a[b` is no pattern",
                "",
            ),
            ("x = \n", "1:5", "the value behind `=` is missing", ""),
            (
                "[[overrides]]\nfiles = ['a']\nignore = ['sytax']\n",
                "3:11",
                "unknown rule `sytax`",
                "did you mean `syntax`?",
            ),
            (
                "[[overrides]]\nfiles = ['a']\nexclude = []\n",
                "3:1",
                "unknown key `exclude`",
                "",
            ),
            (
                "[[overrides]]\nignore = []\n",
                "1:1",
                "missing key `files`",
                "",
            ),
            (
                "ignore = 'x'\n",
                "1:10",
                "`ignore` takes an array, not a string",
                "write `ignore = [\"x\"]`",
            ),
            (
                "[build]\nargs = { A = 1 }\n",
                "2:14",
                "`A` takes a string, not an integer",
                "write `A = \"1\"`",
            ),
        ] {
            let error = error(text);
            assert!(
                error.contains(&format!("[dlint.toml:{place}]")),
                "{text}{error}"
            );
            assert!(error.contains(message), "{text}{error}");
            assert!(error.contains(help), "{text}{error}");
        }
    }

    #[test]
    fn the_nearest_file_up_to_the_repository_applies() {
        let p = project(&[
            ("dlint.toml", "[levels]\nsyntax-error = 'warning'\n"),
            ("Dockerfile", BAD),
            ("a/Dockerfile", BAD),
            ("b/dlint.toml", "[levels]\nsyntax-error = 'info'\n"),
            ("b/Dockerfile", BAD),
            ("c/.git/HEAD", ""),
            ("c/Dockerfile", BAD),
        ]);
        let levels = |arguments: &[&str]| {
            let ran = lint(p.path(), arguments);
            let level = |l: &str| l.split([' ', '[']).nth(1).unwrap().to_owned();
            ran.out.lines().map(level).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(levels(&[]), "warning warning info error");
        assert_eq!(levels(&["--isolated"]), "error error error error");
        assert_eq!(levels(&["--config", "b/dlint.toml"]), "info info info info");
        assert_eq!(lint(p.path(), &["--config", "none.toml"]).code, 2);
        assert_eq!(
            lint(p.path(), &["--config", "b/dlint.toml", "--isolated"]).code,
            2
        );
    }

    #[test]
    fn files_are_judged_for_a_day() {
        let p = project(&[
            ("old", "FROM debian:10\n"),
            ("then.toml", "as-of = 2020-07-01\n"),
            ("wrong.toml", "as-of = '2020-07'\n"),
        ]);
        let on = |arguments: &[&str]| {
            let rule = ["--select", "end-of-life-base", "old"];
            run(p.path(), &[&rule, arguments].concat())
        };
        assert_eq!(on(&[]).code, 1, "today");
        assert_eq!(on(&["--as-of", "2024-06-30"]).code, 1);
        assert_eq!(on(&["--as-of", "2024-06-29"]).code, 0);
        assert_eq!(on(&["-c", "then.toml"]).code, 0);
        assert_eq!(on(&["-c", "then.toml", "--as-of", "2026-11-21"]).code, 1);
        let ran = on(&["--as-of", "yesterday"]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.contains("a day is written YYYY-MM-DD"),
            "{}",
            ran.err
        );
        let ran = on(&["-c", "wrong.toml"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("`2020-07` is no day"), "{}", ran.err);
    }

    #[test]
    fn extending_and_overriding_lay_settings_over_one_another() {
        let p = project(&[
            (
                "base/dlint.toml",
                "profile = 'strict'\nfail-on = 'error'\n[levels]\nsyntax-error = 'style'\nunused-ignore = 'info'\n",
            ),
            (
                "dlint.toml",
                "extends = 'base/dlint.toml'\nselect = ['syntax-error', 'unused-ignore']\n[levels]\nsyntax-error = 'warning'\n\
                 [[overrides]]\nfiles = ['old/']\nfail-on = 'warning'\nignore = ['DL1000']\n\
                 [[overrides]]\nfiles = ['old/kept.Dockerfile']\nextend-select = ['syntax-error']\n",
            ),
            ("Dockerfile", &format!("{UNUSED}RUNN\n")),
            ("old/Dockerfile", BAD),
            ("old/kept.Dockerfile", BAD),
        ]);
        let ran = run(p.path(), &["Dockerfile"]);
        // The comment covers FROM only.
        assert_eq!(
            ran.out,
            "Dockerfile:1:17 info[unused-ignore] ignoring `syntax-error` has no effect here\n\
             Dockerfile:3:1 warning[syntax-error] unknown instruction `RUNN`\n"
        );
        assert_eq!(ran.code, 0);
        assert_eq!(run(p.path(), &["old/Dockerfile"]).out, "");
        assert_eq!(run(p.path(), &["old/kept.Dockerfile"]).code, 1);
        // What the command line says wins.
        assert_eq!(run(p.path(), &["--fail-on", "info", "Dockerfile"]).code, 1);
        assert_eq!(run(p.path(), &["--ignore", "all", "Dockerfile"]).out, "");
    }

    #[test]
    fn a_profile_on_the_command_line_replaces_a_selection_but_keeps_what_is_ignored() {
        let p = project(&[
            (
                "dlint.toml",
                "select = ['unused-ignore']\nignore = ['all']\n",
            ),
            ("Dockerfile", BAD),
        ]);
        assert_eq!(run(p.path(), &[]).out, "");
        let p = project(&[
            ("dlint.toml", "select = ['unused-ignore']\n"),
            ("Dockerfile", BAD),
        ]);
        assert!(!run(p.path(), &[]).out.contains("syntax-error"));
        assert!(
            run(p.path(), &["--profile", "strict"])
                .out
                .contains("syntax-error")
        );
        let p = project(&[
            ("dlint.toml", "ignore = ['syntax-error']\n"),
            ("Dockerfile", BAD),
        ]);
        assert!(
            !run(p.path(), &["--profile", "strict"])
                .out
                .contains("syntax-error")
        );
    }

    #[test]
    fn a_circle_of_files_is_an_error() {
        let p = project(&[
            ("dlint.toml", "extends = 'a.toml'\n"),
            ("a.toml", "extends = 'b.toml'\n"),
            ("b.toml", "extends = 'a.toml'\n"),
            ("Dockerfile", GOOD),
        ]);
        let ran = run(p.path(), &[]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("[b.toml:1:11]"), "{}", ran.err);
    }

    #[test]
    fn files_are_left_out_and_taken_in_by_pattern() {
        let p = project(&[
            (
                "dlint.toml",
                "exclude = ['vendor']\ninclude = ['*.build', 'images/*']\n",
            ),
            ("vendor/Dockerfile", BAD),
            ("x/app.build", BAD),
            ("images/web", BAD),
            ("images/deep/web", BAD),
            ("Dockerfile", BAD),
        ]);
        let ran = lint(p.path(), &[]);
        let found: Vec<&str> = ran
            .out
            .lines()
            .map(|l| l.split(':').next().unwrap())
            .collect();
        assert_eq!(
            found,
            ["Dockerfile", "images/deep/web", "images/web", "x/app.build"]
        );
    }

    #[test]
    fn the_schema_takes_what_dlint_takes() {
        let p = project(&[]);
        let schema = run(p.path(), &["schema"]).out;
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let valid = |text: &str| {
            let table: toml::Table = toml::from_str(text).unwrap();
            validator.is_valid(&serde_json::to_value(table).unwrap())
        };
        assert!(valid(
            "extends = 'x'\nprofile = 'strict'\nselect = ['all', 'DL1000', 'security', 'syntax', 'syntax-error']\n\
             ignore = []\nextend-select = []\nfail-on = 'info'\nexclude = ['a']\ninclude = ['b']\n\
             [levels]\nsyntax-error = 'off'\nDL3006 = 'error'\n[policy]\ntrusted-registries = ['x']\n\
             [[policy.golden]]\nimage = 'a'\nreplaces = ['b']\n[build]\ntarget = 'x'\nargs = { A = 'b' }\n\
             [rules.syntax-error]\n[[overrides]]\nfiles = ['a']\nignore = ['DL1000']\n"
        ));
        for text in [
            "profil = 'strict'\n",
            "profile = 'x'\n",
            "select = ['sintax']\n",
            "[levels]\nsyntax-eror = 'off'\n",
            "[rules.syntax-error]\nfoo = 1\n",
            "[policy]\ngoldn = []\n",
            "[[overrides]]\nignore = []\n",
        ] {
            assert!(!valid(text), "{text}");
        }
    }
}

mod fixing {
    use super::*;

    fn read(p: &TempDir, name: &str) -> Vec<u8> {
        std::fs::read(p.path().join(name)).unwrap()
    }

    #[test]
    fn fix_mends_the_file_and_reports_what_remains() {
        let p = project(&[("f", &format!("{UNUSED}RUNN\n")), ("good", GOOD)]);
        let ran = lint(p.path(), &["--fix", "f", "good"]);
        assert_eq!(read(&p, "f"), b"FROM scratch\nRUNN\n");
        assert_eq!(
            ran.out,
            "f:2:1 error[syntax-error] unknown instruction `RUNN`\n"
        );
        assert_eq!(
            ran.err,
            "Fixed 1 problem in 1 file. Found 1 problem (1 error) in 1 file\n"
        );
        assert_eq!(ran.code, 1);
        let again = lint(p.path(), &["--fix", "-q", "f"]);
        assert_eq!(again.err, "");
        let full = lint(p.path(), &["--fix", "-f", "full", "good"]);
        assert_eq!(
            full.out,
            "Fixed 0 problems in 0 files. Found no problems in 1 file\n"
        );
    }

    #[test]
    fn line_breaks_byte_order_mark_and_foreign_bytes_stay() {
        let p = project(&[]);
        let before =
            b"\xef\xbb\xbfFROM scratch\r\n# dlint: ignore[syntax-error] x\r\nLABEL a=\xff\r\n";
        std::fs::write(p.path().join("f"), before).unwrap();
        assert_eq!(lint(p.path(), &["--fix", "f"]).code, 0);
        assert_eq!(
            read(&p, "f"),
            b"\xef\xbb\xbfFROM scratch\r\nLABEL a=\xff\r\n"
        );
    }

    #[cfg(unix)]
    #[test]
    fn permissions_links_and_names_stay() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let p = project(&[("real/f", UNUSED), ("hard", UNUSED)]);
        let path = p.path().join("real/f");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o751)).unwrap();
        std::os::unix::fs::symlink("real/f", p.path().join("link")).unwrap();
        std::fs::hard_link(p.path().join("hard"), p.path().join("hard2")).unwrap();
        assert_eq!(lint(p.path(), &["--fix", "link", "hard"]).code, 0);
        assert_eq!(read(&p, "real/f"), GOOD.as_bytes());
        assert_eq!(
            path.metadata().unwrap().permissions().mode() & 0o7777,
            0o751
        );
        assert!(
            p.path()
                .join("link")
                .symlink_metadata()
                .unwrap()
                .is_symlink()
        );
        assert_eq!(read(&p, "hard2"), GOOD.as_bytes());
        assert_eq!(p.path().join("hard").metadata().unwrap().nlink(), 2);
        let left: Vec<_> = std::fs::read_dir(p.path().join("real")).unwrap().collect();
        assert_eq!(left.len(), 1, "a temporary file is left");
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let p = project(&[("f", UNUSED)]);
        let path = p.path().join("f");
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let ran = lint(p.path(), &["--fix", "f"]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.starts_with("error: f: the file is read-only\n"),
            "{}",
            ran.err
        );
        assert_eq!(read(&p, "f"), UNUSED.as_bytes());
    }

    #[test]
    fn diff_shows_and_writes_nothing() {
        let p = project(&[("f", UNUSED), ("good", GOOD)]);
        let ran = lint(p.path(), &["--diff", "f", "good"]);
        assert_eq!(ran.code, 1);
        assert_eq!(
            ran.out,
            "--- f\n+++ f\n@@ -1,2 +1 @@\n-# dlint: ignore[syntax-error] because\n FROM scratch\n"
        );
        assert_eq!(ran.err, "Would fix 1 problem in 1 file\n");
        assert_eq!(read(&p, "f"), UNUSED.as_bytes());
        assert_eq!(lint(p.path(), &["--diff", "good"]).code, 0);
        assert_eq!(lint(p.path(), &["--diff", "--fix", "f"]).code, 1);
        assert_eq!(read(&p, "f"), UNUSED.as_bytes());
        assert_eq!(lint(p.path(), &["--diff", "--exit-zero", "f"]).code, 0);
        // A finding that cannot be mended changes nothing.
        let p = project(&[("f", BAD)]);
        assert_eq!(lint(p.path(), &["--diff", "f"]).code, 0);
    }

    #[test]
    fn standard_input_is_mended_onto_standard_output() {
        let p = project(&[]);
        let mut command = dlint(p.path());
        command.args(RULES).args(["--fix", "-"]);
        let ran = with_stdin(command, format!("{UNUSED}RUNN\n").as_bytes());
        assert_eq!(ran.out, "FROM scratch\nRUNN\n");
        assert!(
            ran.err.starts_with("<stdin>:2:1 error[syntax-error] "),
            "{}",
            ran.err
        );
        assert_eq!(ran.code, 1);
        let mut command = dlint(p.path());
        command.args(RULES).args(["--diff", "-"]);
        assert!(
            with_stdin(command, UNUSED.as_bytes())
                .out
                .starts_with("--- <stdin>\n")
        );
    }

    #[test]
    fn unsafe_fixes_alone_do_nothing_and_say_so() {
        let p = project(&[("f", UNUSED)]);
        let ran = lint(p.path(), &["--unsafe-fixes", "f"]);
        assert!(
            ran.err
                .contains("--unsafe-fixes does nothing without --fix"),
            "{}",
            ran.err
        );
        assert_eq!(read(&p, "f"), UNUSED.as_bytes());
        assert_eq!(lint(p.path(), &["--fix", "--unsafe-fixes", "f"]).code, 0);
        assert_eq!(read(&p, "f"), GOOD.as_bytes());
    }
}

mod building {
    use super::*;

    #[test]
    fn build_and_policy_options_are_taken() {
        let p = project(&[("f", GOOD)]);
        let ran = lint(
            p.path(),
            &[
                "--build-arg",
                "A=1",
                "--build-arg",
                "B",
                "--target",
                "x",
                "--build-context",
                "c=d",
                "--golden",
                "r.example/g/python:3.12=python,debian",
                "--golden",
                "r.example/g/base",
                "--trusted-registry",
                "r.example,docker.io",
                "-q",
                "f",
            ],
        );
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert_eq!(lint(p.path(), &["--golden", "=x", "f"]).code, 2);
    }
}

#[test]
fn hadolints_configuration_counts_beside_the_file_and_above_it() {
    let folder = project(&[
        (
            ".hadolint.yaml",
            "ignored: [DL4000]\nfailure-threshold: error\n",
        ),
        ("Dockerfile", "FROM scratch\nMAINTAINER me\n"),
        ("a/Dockerfile", "FROM scratch\nMAINTAINER me\n"),
        ("b/.hadolint.yml", "override:\n  error: [DL4000]\n"),
        ("b/Dockerfile", "FROM scratch\nMAINTAINER me\n"),
        ("c/.hadolint.yaml", "ignored: [DL4000]\n"),
        ("c/dlint.toml", "[levels]\nDL4000 = 'style'\n"),
        ("c/Dockerfile", "FROM scratch\nMAINTAINER me\n"),
    ]);
    let output = dlint(folder.path())
        .args(["-f", "tty", "."])
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        out,
        "b/Dockerfile:2 deprecated-maintainer error: `MAINTAINER` is deprecated\n\
         c/Dockerfile:2 deprecated-maintainer style: `MAINTAINER` is deprecated\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_fault_in_hadolints_configuration_is_shown_and_nothing_is_linted() {
    let folder = project(&[
        (
            ".hadolint.yaml",
            "ignored:\n  - DL4000\nfailure-treshold: error\n",
        ),
        ("Dockerfile", BAD),
    ]);
    let output = dlint(folder.path()).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(err.contains(".hadolint.yaml:3:1"), "{err}");
    assert!(err.contains("did you mean `failure-threshold`?"), "{err}");
}

#[test]
fn hadolints_command_line_and_variables_are_understood() {
    let folder = project(&[("Dockerfile", "FROM scratch\nMAINTAINER me\n")]);
    let code = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = dlint(folder.path());
        command.args(["--profile", "hadolint"]).args(args);
        command.envs(variables.iter().copied());
        let output = command.arg("Dockerfile").output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() != Some(2), "{args:?} {err}");
        output.status.code().unwrap()
    };
    assert_eq!(code(&[], &[]), 1);
    assert_eq!(code(&["--no-fail"], &[]), 0);
    assert_eq!(code(&["--no-color", "--verbose", "-t", "error"], &[]), 1);
    assert_eq!(code(&["--info", "DL4000", "-t", "warning"], &[]), 0);
    assert_eq!(code(&["--style", "DL4000"], &[]), 0);
    assert_eq!(
        code(&["--style", "DL4000", "--failure-threshold", "none"], &[]),
        1
    );
    assert_eq!(code(&["--ignore", "DL4000", "--error", "DL4000"], &[]), 0);
    assert_eq!(code(&["--ignore", "DL3005", "--ignore", "DL4000"], &[]), 0);
    assert_eq!(code(&["--trusted-registry", "docker.io"], &[]), 1);
    let labels = ["--ignore", "DL4000", "--require-label", "author:text"];
    assert_eq!(code(&labels, &[]), 1);
    assert_eq!(code(&[], &[("HADOLINT_NOFAIL", "1")]), 0);
    assert_eq!(code(&[], &[("HADOLINT_IGNORE", "DL3006, DL4000")]), 0);
    assert_eq!(code(&[], &[("HADOLINT_OVERRIDE_STYLE", "DL4000")]), 0);
    // The command line wins.
    let set = [
        ("HADOLINT_FAILURE_THRESHOLD", "error"),
        ("HADOLINT_OVERRIDE_INFO", "DL4000"),
    ];
    assert_eq!(code(&[], &set), 0);
    assert_eq!(code(&["-t", "info"], &set), 1);
}

#[test]
fn hadolints_verbosity_says_which_configuration_is_read() {
    let said = |file: &str, verbose: Option<&str>| {
        let folder = project(&[("Dockerfile", GOOD), (".hadolint.yaml", file)]);
        let mut command = dlint(folder.path());
        if let Some(value) = verbose {
            command.env("HADOLINT_VERBOSE", value);
        }
        let err = command.output().unwrap().stderr;
        String::from_utf8(err).unwrap().contains(".hadolint.yaml")
    };
    assert!(said("", Some("1")) && said("", Some("Yes")));
    assert!(said("verbose: true\n", None));
    assert!(!said("", None) && !said("", Some("0")));
    // The file wins.
    assert!(!said("verbose: false\n", Some("1")));
}

#[test]
fn one_finding_says_enough_of_a_pipeline() {
    let found = |script: &str, arguments: &[&str]| -> Vec<String> {
        let text = format!("FROM debian:12\n{script}\n");
        let folder = project(&[("Dockerfile", &text)]);
        let rules = ["--select", "pipe-to-shell,missing-pipefail", "-f", "json"];
        let ran = run(folder.path(), &[&rules[..], arguments].concat());
        let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        let code = |f: &Value| f["code"].as_str().unwrap().to_owned();
        found.iter().map(code).collect()
    };
    let install = "RUN curl https://example.com/x | bash";
    assert_eq!(found(install, &[]), ["pipe-to-shell"]);
    let twice = format!("{install} && curl https://example.com/y | sh");
    assert_eq!(found(&twice, &[]), ["pipe-to-shell", "pipe-to-shell"]);
    // Where the one is silenced the other one speaks, and so it does for another pipeline.
    let off = ["--ignore", "pipe-to-shell"];
    assert_eq!(found(install, &off), ["missing-pipefail"]);
    let comment = format!("# dlint: ignore[pipe-to-shell] trusted\n{install}");
    assert_eq!(found(&comment, &[]), ["missing-pipefail"]);
    let more = format!("{install} && make | tee log");
    let both = found(&more, &[]);
    assert!(both.contains(&"missing-pipefail".to_owned()), "{both:?}");
    // hadolint knows only one of the two.
    let theirs = found(install, &["--profile", "hadolint"]);
    assert!(theirs.contains(&"DL4006".to_owned()), "{theirs:?}");
}

#[test]
fn nothing_is_said_of_what_a_failing_call_would_leave_behind() {
    let found = |text: &str, arguments: &[&str]| -> Vec<String> {
        let folder = project(&[("Dockerfile", text)]);
        let rules = [
            "--select",
            "archive-gone,wrong-package-manager,apt-lists-kept,dnf-cache-kept",
            "-f",
            "json",
        ];
        let ran = run(folder.path(), &[&rules[..], arguments].concat());
        let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        let code = |f: &Value| f["code"].as_str().unwrap().to_owned();
        found.iter().map(code).collect()
    };
    let gone = "FROM debian:9\nRUN apt-get update && apt-get install -y curl\n";
    // Whoever takes another base needs the clean-up as well.
    assert_eq!(found(gone, &[]), ["apt-lists-kept", "archive-gone"]);
    let wrong = "FROM alpine:3.22\nRUN dnf install -y curl\n";
    assert_eq!(found(wrong, &[]), ["wrong-package-manager"]);
}

#[test]
fn comments_can_be_made_void() {
    let folder = project(&[(
        "Dockerfile",
        "FROM scratch\n# hadolint ignore=DL4000\nMAINTAINER me\n",
    )]);
    let code = |args: &[&str]| {
        let mut command = dlint(folder.path());
        let command = command
            .args(["--profile", "hadolint", "Dockerfile"])
            .args(args);
        command.output().unwrap().status.code().unwrap()
    };
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--disable-ignore-pragma"]), 1);
}

#[test]
fn migrating_means_the_same_and_overwrites_nothing() {
    let yaml = "ignored: [DL4000, DL3005]\noverride:\n  error: [DL3006]\n\
                trustedRegistries: [docker.io]\nlabel-schema:\n  a: url\n\
                failure-threshold: info\ndisable-ignore-pragma: true\nformat: tty\n";
    let dockerfile = "FROM quay.io/x\nMAINTAINER me\n# hadolint ignore=DL3003\nRUN cd /tmp\n";
    let folder = project(&[
        ("old/.hadolint.yaml", yaml),
        ("old/Dockerfile", dockerfile),
        ("new/Dockerfile", dockerfile),
    ]);
    let migrate = || {
        let mut command = dlint(folder.path());
        let args = [
            "migrate",
            "old/.hadolint.yaml",
            "--output",
            "new/dlint.toml",
        ];
        command.args(args).output().unwrap().status.code()
    };
    assert_eq!(migrate(), Some(0));
    assert_eq!(migrate(), Some(2));
    let lint = |name: &str| {
        let output = dlint(&folder.path().join(name)).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (old, new) = (lint("old"), lint("new"));
    assert_eq!(old, new);
    assert!(old.1.starts_with("Dockerfile:1 "), "{}", old.1);
    assert!(old.1.contains("Dockerfile:4 cd-in-run"), "{}", old.1);
}

#[test]
fn a_fingerprint_stays_when_a_finding_moves() {
    let text = "FROM scratch\nMAINTAINER me\n";
    let folder = project(&[("a/Dockerfile", text)]);
    let path = folder.path().join("a/Dockerfile");
    let fingerprint = || {
        let mut command = dlint(folder.path());
        let output = command
            .args(["-f", "gitlab_codeclimate", "a"])
            .output()
            .unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        (
            found[0]["location"]["lines"]["begin"].clone(),
            found[0]["fingerprint"].clone(),
        )
    };
    let before = fingerprint();
    std::fs::write(&path, format!("# moved\n\n{text}")).unwrap();
    let after = fingerprint();
    assert_eq!(before.1, after.1);
    assert_ne!(before.0, after.0);
}
