//! Coming from other tools, beginning in a repository, and running over very many files.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::cli::{Ran, dlint, project, ran, run};

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// What a `dlint.toml` selects is what `config show` says.
fn levels(folder: &Path) -> Value {
    let ran = run(folder, &["config", "show", "-f", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

mod migrating {
    use super::*;

    /// Migrates, and takes over what comes of it.
    fn migrated(files: &[(&str, &str)]) -> (Value, Ran, String) {
        let p = project(files);
        let ran = run(p.path(), &["migrate", "-o", "dlint.toml"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        for (path, _) in files.iter().filter(|(path, _)| path.contains("hadolint")) {
            std::fs::remove_file(p.path().join(path)).unwrap();
        }
        let text = read(p.path(), "dlint.toml");
        // It does not overwrite what is there.
        assert_eq!(run(p.path(), &["migrate", "-o", "dlint.toml"]).code, 2);
        (levels(p.path()), ran, text)
    }

    fn is_off(levels: &Value, rule: &str) -> bool {
        levels["off"].as_array().unwrap().iter().any(|r| r == rule)
    }

    #[test]
    fn from_tally() {
        let text = "[rules]\nexclude = ['hadolint/DL3007', 'tally/max-lines']\n\
                    [rules.hadolint.DL3020]\nseverity = 'error'\n\
                    [rules.buildkit.StageNameCasing]\nseverity = 'off'\n\
                    [output]\nfail-level = 'error'\n";
        let (levels, ran, _) = migrated(&[(".tally.toml", text)]);
        assert!(is_off(&levels, "latest-tag"));
        assert_eq!(levels["levels"]["add-instead-of-copy"], "error");
        assert_eq!(levels["fail-on"], "error");
        assert!(
            ran.err.contains("renamed  DL3007 to latest-tag"),
            "{}",
            ran.err
        );
        assert!(
            ran.err
                .contains("lost     max-lines: no rule stands for it"),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("gained   "), "{}", ran.err);
    }

    #[test]
    fn from_trivy() {
        let list = "# we know\nAVD-DS-0001\nDS-0002\nCVE-2024-1\n";
        let config = "exit-code: 0\nscan:\n  skip-dirs:\n    - vendor/**\n";
        let (levels, ran, text) = migrated(&[(".trivyignore", list), ("trivy.yaml", config)]);
        assert!(is_off(&levels, "latest-tag"), "{text}");
        assert!(
            text.contains("# AVD-DS-0001: we know") || text.contains(": we know"),
            "{text}"
        );
        assert_eq!(levels["fail-on"], "never");
        assert!(text.contains("exclude = [\"vendor/**\"]"), "{text}");
        assert!(!text.contains("CVE") && !ran.err.contains("CVE"), "{text}");
        let yaml = "misconfigurations:\n  - id: DS-0001\n    statement: ours\n  - id: DS-0002\n    paths: [a]\n";
        let (levels, ran, _) = migrated(&[(".trivyignore.yaml", yaml)]);
        assert!(is_off(&levels, "latest-tag"));
        assert!(ran.err.contains("DS-0002 for some paths"), "{}", ran.err);
    }

    #[test]
    fn from_checkov_kics_and_droast() {
        let checkov = "skip-check:\n  - CKV_DOCKER_7\n  - CKV_AWS_1\nsoft-fail: true\n";
        let kics = "{\"exclude-queries\": \"f45ea400-6bbe-4501-9fc7-1c3d75c32067\", \"exclude-paths\": [\"old\"]}";
        let droast = "skip = ['DF001', 'DF069']\nmin-severity = 'warning'\n\
             [severity-overrides]\nDF013 = 'info'\n";
        let (levels, ran, text) = migrated(&[
            (".checkov.yaml", checkov),
            ("kics.config", kics),
            ("droast.toml", droast),
        ]);
        assert!(is_off(&levels, "latest-tag"), "{text}");
        assert_eq!(levels["fail-on"], "never");
        assert!(text.contains("exclude = [\"old\"]"), "{text}");
        assert!(is_off(&levels, "untagged-image"), "{text}");
        assert_eq!(levels["levels"]["hard-coded-secret"], "info", "{text}");
        assert!(ran.err.contains("lost     DF069"), "{}", ran.err);
        assert!(
            ran.err.contains("lost     droast: `min-severity"),
            "{}",
            ran.err
        );
        assert!(!ran.err.contains("CKV_AWS_1"), "{}", ran.err);
    }

    #[test]
    fn from_kics_in_each_of_its_languages() {
        const ID: &str = "f45ea400-6bbe-4501-9fc7-1c3d75c32067";
        for text in [
            format!("exclude-queries = [\"{ID}\"]\nexclude-paths = \"old,older\"\n"),
            format!(
                "// HCL\n\"exclude-queries\" = [\"{ID}\"]\n\"exclude-paths\" = [\"old\", \"older\"]\n"
            ),
            format!("exclude-queries: [{ID}]\nexclude-paths: [old, older]\n"),
        ] {
            let (levels, _, migrated) = migrated(&[("kics.config", &text)]);
            assert!(is_off(&levels, "latest-tag"), "{text}{migrated}");
            assert!(
                migrated.contains("exclude = [\"old\", \"older\"]"),
                "{text}{migrated}"
            );
        }
    }

    #[test]
    fn from_hadolint_as_before_and_each_name_is_told() {
        let (levels, ran, _) = migrated(&[(".hadolint.yaml", "ignored: [DL3007, SC2086]\n")]);
        assert!(is_off(&levels, "latest-tag"));
        assert!(
            ran.err.contains("renamed  DL3007 to latest-tag"),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("kept     SC2086"), "{}", ran.err);
    }

    #[test]
    fn wrong_files_are_told_at_their_place() {
        let p = project(&[(".tally.toml", "[rules\n"), ("x.yaml", "a: 1\n")]);
        let ran = run(p.path(), &["migrate"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(".tally.toml:1"), "{}", ran.err);
        let ran = run(p.path(), &["migrate", "x.yaml"]);
        assert!(
            ran.code == 2 && ran.err.contains("no tool that dlint knows"),
            "{}",
            ran.err
        );
    }
}

mod beginning {
    use super::*;

    #[test]
    fn init_writes_what_is_missing_and_nothing_else() {
        let p = project(&[
            ("Dockerfile", "FROM scratch\n"),
            (".github/x", ""),
            (".pre-commit-config.yaml", "repos: []\n"),
            (".hadolint.yaml", "ignored: []\n"),
        ]);
        let dry = run(p.path(), &["init", "--dry-run"]);
        assert_eq!(dry.code, 0, "{}", dry.err);
        assert!(!p.path().join("dlint.toml").exists());
        assert!(
            dry.out.contains("# to write to") && dry.out.contains("1 Dockerfile"),
            "{}",
            dry.out
        );
        let ran = run(p.path(), &["init"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains("dlint migrate"), "{}", ran.out);
        assert_eq!(read(p.path(), ".pre-commit-config.yaml"), "repos: []\n");
        assert!(ran.out.contains("- id: dlint"), "{}", ran.out);
        assert!(read(p.path(), ".github/workflows/dlint.yml").contains("sarif: dlint.sarif"));
        let text = read(p.path(), "dlint.toml");
        assert!(text.contains("# profile"), "{text}");
        std::fs::write(p.path().join("dlint.toml"), "fail-on = 'error'\n").unwrap();
        let again = run(p.path(), &["init"]);
        assert!(
            again.out.contains("dlint.toml: is there and stays"),
            "{}",
            again.out
        );
        assert_eq!(read(p.path(), "dlint.toml"), "fail-on = 'error'\n");
    }

    #[test]
    fn config_shows_what_applies_and_from_where() {
        let p = project(&[
            ("base.toml", "fail-on = 'error'\n"),
            (
                "dlint.toml",
                "extends = 'base.toml'\nignore = ['latest-tag']\n[levels]\nsudo = 'info'\n",
            ),
            ("sub/Dockerfile", "FROM scratch\n"),
        ]);
        let files = run(p.path(), &["config", "files", "sub"]);
        let names: Vec<&str> = files.out.lines().collect();
        assert_eq!(names, ["base.toml", "dlint.toml"]);
        let all = levels(p.path());
        assert_eq!(all["fail-on"], "error");
        assert_eq!(all["levels"]["sudo"], "info");
        assert!(
            all["off"]
                .as_array()
                .unwrap()
                .iter()
                .any(|r| r == "latest-tag")
        );
        let text = run(p.path(), &["config", "show", "sub/Dockerfile"]);
        assert!(
            text.out
                .starts_with("# what applies to sub/Dockerfile\n# from base.toml, dlint.toml\n"),
            "{}",
            text.out
        );
        // It can be taken as a configuration.
        std::fs::write(p.path().join("shown.toml"), &text.out).unwrap();
        let again = run(
            p.path(),
            &["config", "show", "-f", "json", "-c", "shown.toml"],
        );
        let again: Value = serde_json::from_str(&again.out).unwrap();
        assert_eq!(again["levels"], all["levels"]);
        assert_eq!(again["off"], all["off"]);
    }
}

mod explaining {
    use super::*;

    #[test]
    fn codes_families_and_tools_are_known() {
        let p = project(&[]);
        let code = run(p.path(), &["explain", "SC2086"]);
        assert!(
            code.out.contains("https://www.shellcheck.net/wiki/SC2086"),
            "{}",
            code.out
        );
        let family = run(p.path(), &["explain", "secrets"]);
        assert!(family.out.contains("- `secret-in-env`: "), "{}", family.out);
        assert_eq!(run(p.path(), &["explain", "secrts"]).code, 2);
        let page = run(p.path(), &["explain", "latest-tag"]);
        for part in ["hadolint DL3007", "trivy DS-0001"] {
            assert!(page.out.contains(part), "{part}: {}", page.out);
        }
        let json = run(p.path(), &["explain", "DL3007", "-f", "json"]);
        let json: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(json[0]["id"], "latest-tag");
    }

    #[test]
    fn good_and_bad_have_colours_and_files_their_names() {
        let p = project(&[]);
        let ran = run(
            p.path(),
            &["explain", "missing-dockerignore", "--color", "always"],
        );
        assert!(
            ran.out.contains("\u{1b}[31mFROM") && ran.out.contains("\u{1b}[32mFROM"),
            "{}",
            ran.out
        );
        assert!(
            ran.out.contains("package.json:") || ran.out.contains(".dockerignore:"),
            "{}",
            ran.out
        );
    }

    #[test]
    fn rules_are_chosen_by_what_they_are() {
        let p = project(&[]);
        let ids = |arguments: &[&str]| -> BTreeSet<String> {
            let ran = run(p.path(), &[&["rules", "-f", "json"], arguments].concat());
            assert_eq!(ran.code, 0, "{}", ran.err);
            let all: Value = serde_json::from_str(&ran.out).unwrap();
            let ids = all
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["id"].as_str().unwrap().to_owned());
            ids.collect()
        };
        let all = ids(&[]);
        let secrets = ids(&["--family", "secrets"]);
        assert!(!secrets.is_empty() && secrets.len() < all.len());
        let both = ids(&["--family", "secrets,stages"]);
        assert!(both.len() > secrets.len());
        let hadolint = ids(&["--tool", "hadolint"]);
        assert!(hadolint.contains("latest-tag") && !hadolint.contains("copied-key-file"));
        let errors = ids(&["--level", "error", "--fixable"]);
        assert!(!errors.is_empty() && errors.is_subset(&ids(&["--level", "error"])));
        assert!(!ids(&["--impact", "security"]).is_empty());
        let wrong = run(p.path(), &["rules", "--family", "secret"]);
        assert!(
            wrong.code == 2 && wrong.err.contains("the families are"),
            "{}",
            wrong.err
        );
    }
}

mod at_scale {
    use super::*;

    fn piped(folder: &Path, arguments: &[&str], input: &str) -> Ran {
        let mut command = dlint(folder);
        command.args(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_bytes());
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        ran(output)
    }

    fn lines(text: &str) -> Vec<Value> {
        text.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    }

    #[test]
    fn a_line_in_is_findings_out_in_order() {
        let p = project(&[("dlint.toml", "select = ['syntax-error', 'latest-tag']\n")]);
        let mut input = String::new();
        for i in 0..1000 {
            let text = if i % 3 == 0 {
                "FROM debian:latest\nRUNN\n"
            } else {
                "FROM a:1\n"
            };
            input.push_str(
                &json!({ "path": format!("r{i}/Dockerfile"), "text": text, "id": i }).to_string(),
            );
            input.push('\n');
        }
        let ran = piped(p.path(), &["--stdin-json"], &input);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let all = lines(&ran.out);
        assert_eq!(all.len(), 334 * 2);
        let files: Vec<&str> = all.iter().map(|f| f["file"].as_str().unwrap()).collect();
        let expected: Vec<String> = (0..1000)
            .filter(|i| i % 3 == 0)
            .flat_map(|i| [format!("r{i}/Dockerfile"), format!("r{i}/Dockerfile")])
            .collect();
        assert_eq!(files, expected);
        assert_eq!(all[0]["rule"], "latest-tag");
        assert_eq!(ran.err, "");
        // What is no input is told where it stood, and the others are linted.
        let broken = format!("{{\n\n{}", json!({ "path": "x", "text": "RUNN\n" }));
        let ran = piped(p.path(), &["--stdin-json"], &broken);
        assert_eq!(ran.code, 2);
        let all = lines(&ran.out);
        assert_eq!(all[0]["line"], 1);
        assert!(
            all[0]["error"].is_string() && all[1]["file"] == "x",
            "{}",
            ran.out
        );
        let none = piped(p.path(), &["--stdin-json"], "");
        assert_eq!((none.code, none.out.as_str()), (0, ""));
        assert_eq!(piped(p.path(), &["--stdin-json", "x"], "").code, 2);
    }

    #[test]
    fn a_policy_is_judged_once_for_all_lines() {
        let p = project(&[("x.rego", "package docker\n\nallow := true\n")]);
        let line = |name: &str| json!({ "path": name, "text": "FROM a:1\n" }).to_string();
        let input = format!("{}\n{}\n", line("a"), line("b"));
        let options = ["--stdin-json", "--policy", "x.rego", "--select", "policy"];
        let ran = piped(p.path(), &options, &input);
        let all = lines(&ran.out);
        let of_policy = all.iter().filter(|f| f["file"] == "x.rego");
        let rules: Vec<&str> = of_policy.filter_map(|f| f["rule"].as_str()).collect();
        assert_eq!(rules, ["policy-without-decision"], "{}", ran.out);
        assert_eq!(ran.code, 1, "{}", ran.err);
    }

    #[test]
    fn nothing_of_this_machine_is_read_for_a_line() {
        let p = project(&[
            ("a/.dockerignore", "*\n"),
            ("a/dlint.toml", "ignore = ['all']\n"),
            ("a/x", ""),
        ]);
        let input =
            json!({ "path": "a/Dockerfile", "text": "FROM debian:latest\nCOPY x /\n" }).to_string();
        let ran = piped(p.path(), &["--stdin-json"], &input);
        assert!(
            ran.out.contains("latest-tag") && !ran.out.contains("ignored-copy"),
            "{}",
            ran.out
        );
    }

    #[test]
    fn parts_of_a_run_put_together_are_the_run() {
        let files: Vec<(String, String)> = (0..23)
            .map(|i| {
                let text = match i % 4 {
                    0 => "FROM debian:latest\nRUN sudo make\n",
                    1 => "FROM debian:12\nENV PASSWORD=violet-umbrella-9\nRUN chmod 777 /x\n",
                    2 => "# dlint: ignore[latest-tag] old\nFROM debian:latest\n",
                    _ => "FROM scratch\n",
                };
                (format!("d{i}/Dockerfile"), text.to_owned())
            })
            .collect();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        let p = project(&files);
        let whole = run(p.path(), &["-f", "sarif"]).out;
        for i in 1..=3 {
            let shard = format!("{i}/3");
            let name = format!("{i}.sarif");
            let ran = run(
                p.path(),
                &["--shard", &shard, "-f", "sarif", "-o", &name, "--exit-zero"],
            );
            assert_eq!(ran.code, 0, "{}", ran.err);
        }
        let merged = run(p.path(), &["merge", "2.sarif", "3.sarif", "1.sarif"]);
        assert_eq!(merged.code, 0, "{}", merged.err);
        let parsed: (Value, Value) = (
            serde_json::from_str(&whole).unwrap(),
            serde_json::from_str(&merged.out).unwrap(),
        );
        assert!(parsed.0["runs"][0]["results"].as_array().unwrap().len() > 20);
        assert_eq!(parsed.0, parsed.1);
        assert!(crate::cli::formats::sarif_schema().is_valid(&parsed.1));
        for wrong in ["0/3", "4/3", "1", "a/b"] {
            assert_eq!(run(p.path(), &["--shard", wrong]).code, 2, "{wrong}");
        }
        std::fs::write(
            p.path().join("other.sarif"),
            "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"x\"}}}]}",
        )
        .unwrap();
        let other = run(p.path(), &["merge", "1.sarif", "other.sarif"]);
        assert!(
            other.code == 2 && other.err.contains("a run of x, not of dlint"),
            "{}",
            other.err
        );
    }
}
