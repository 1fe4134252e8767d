//! The policies that buildx evaluates: decisions and documents as buildx makes them, faults of
//! policies, hostile policies, and the way from dlint's own policy and back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dlint::context::{Disk, Files};
use dlint::images::ImageRef;
use dlint::policy::Policy;
use dlint::policy::rego::{self, BuildPolicy, Env, FaultKind, Judgement, Source, Verdict};

use crate::cli::{dlint, project};

const FOLDER: &str = "testdata/rego";

fn policy(name: &str, text: &str) -> BuildPolicy {
    BuildPolicy {
        path: PathBuf::from(format!("{name}.rego")),
        text: text.to_owned(),
    }
}

fn judge(policy: &BuildPolicy, env: &Env, sources: &[Source]) -> Judgement {
    let files: Arc<dyn Files> = Arc::new(Disk);
    rego::judge(policy, env, sources, &files, Path::new(FOLDER))
}

/// How the recorded builds are called.
fn env() -> Env {
    Env {
        filename: "Dockerfile".to_owned(),
        platforms: vec!["linux/amd64".to_owned()],
        ..Env::default()
    }
}

/// A source as the records name it.
fn source(text: &str) -> Source {
    let (kind, name) = text.split_once(' ').unwrap();
    match kind {
        "image" => Source::image(&ImageRef::parse(name)).unwrap(),
        "http" => Source::Http {
            url: name.to_owned(),
            checksum: None,
        },
        "git" => Source::Git(name.to_owned()),
        "local" => Source::Local(name.to_owned()),
        other => panic!("{other}"),
    }
}

/// What buildx would fetch metadata for though no metadata changes the decision, and what dlint leaves
/// open though buildx need not ask: the functions `time.*`. The evaluator cannot read the last one.
const OTHERWISE: [(&str, &str); 5] = [
    ("function-alias", "needs"),
    ("label-loop", "needs"),
    ("signature-count", "needs"),
    ("time", "allow"),
    ("shadowing", ""),
];

#[test]
fn decisions_are_those_that_buildx_makes() {
    let recorded = std::fs::read_to_string(format!("{FOLDER}/buildx.txt")).unwrap();
    let (mut policies, mut same, mut wrong) = (0, 0, Vec::new());
    for part in recorded.split("\n== ").skip(1) {
        let mut lines = part.lines();
        let name = lines.next().unwrap();
        policies += 1;
        let text = std::fs::read_to_string(format!("{FOLDER}/{name}.rego")).unwrap();
        let policy = policy(name, &text);
        let mut env = env();
        let mut wanted = Vec::new();
        for line in lines.filter(|l| !l.is_empty()) {
            let (word, rest) = line.split_once(' ').unwrap();
            match word {
                "target" => env.target = rest.to_owned(),
                "arg" => {
                    let (name, value) = rest.split_once('=').unwrap();
                    env.arguments.push((name.to_owned(), value.to_owned()));
                }
                // Asked without a source: the policy as a whole.
                _ if rest == "-" => wanted.push((word, None, Vec::new())),
                _ => {
                    let mut parts = rest.split(" | ");
                    let source = source(parts.next().unwrap());
                    wanted.push((word, Some(source), parts.map(str::to_owned).collect()));
                }
            }
        }
        let sources: Vec<Source> = wanted.iter().filter_map(|(_, s, _)| s.clone()).collect();
        let judged = judge(&policy, &env, &sources);
        let is_fatal = |kind| matches!(kind, FaultKind::Broken | FaultKind::NoDecision);
        let is_broken = judged.faults.iter().any(|f| is_fatal(f.kind));
        let mut verdicts = judged.verdicts.iter();
        let otherwise = OTHERWISE.iter().find(|(known, _)| *known == name);
        for (word, source, messages) in wanted {
            let Some(source) = source else {
                let is_error = word == "error";
                if is_error != is_broken {
                    wrong.push(format!("{name}: buildx says {word}, {:?}", judged.faults));
                }
                continue;
            };
            let verdict = verdicts.next().unwrap();
            let found = match verdict {
                Verdict::Allowed => "allow",
                Verdict::Refused(found) => {
                    let mut found = found.clone();
                    found.sort();
                    if word == "deny" {
                        assert_eq!(found, messages, "{name}: {source:?}");
                    }
                    "deny"
                }
                Verdict::Asks(_) => "needs",
                Verdict::Undecided | Verdict::Malformed(_) => "error",
                Verdict::Unjudged(_) if is_broken => "error",
                Verdict::Unjudged(_) => "nothing",
            };
            if found == word {
                same += 1;
            } else if otherwise.is_none_or(|(_, from)| !from.is_empty() && *from != word) {
                wrong.push(format!(
                    "{name}: {source:?}: buildx {word}, dlint {verdict:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(policies >= 60 && same > 1_050, "{policies} {same}");
}

#[test]
fn the_documents_are_those_that_buildx_makes() {
    let recorded = std::fs::read_to_string(format!("{FOLDER}/inputs.jsonl")).unwrap();
    let mut seen = 0;
    for line in recorded.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = line["source"].as_str().unwrap();
        let inputs = env().inputs(&source(name));
        assert_eq!(inputs.len(), 1);
        assert_eq!(inputs[0].document, line["input"], "{name}");
        let mut unknown = inputs[0].unknown.clone();
        // buildx never asks for it alone.
        unknown.retain(|u| *u != "image.createdTime");
        unknown.sort_unstable();
        assert_eq!(serde_json::json!(unknown), line["unknown"], "{name}");
        seen += 1;
    }
    assert!(seen > 25, "{seen}");
}

/// A Dockerfile that takes a little of everything.
const DOCKERFILE: &str = "FROM alpine:3.22\nCOPY a /a\n";

/// The findings in a policy beside a Dockerfile, as `line:column rule`.
fn found(dockerfile: &str, text: &str) -> Vec<String> {
    let folder = project(&[("Dockerfile", dockerfile), ("Dockerfile.rego", text)]);
    let output = dlint(folder.path())
        .args(["--select", "policy", "--format", "json", "Dockerfile"])
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let all: serde_json::Value = serde_json::from_str(&out).unwrap();
    let all = all.as_array().unwrap_or_else(|| panic!("{out}"));
    all.iter()
        .map(|f| {
            let text = |key: &str| f[key].as_str().unwrap_or_default().to_owned();
            format!(
                "{}:{}:{} {}",
                text("file"),
                f["line"],
                f["column"],
                text("code")
            )
        })
        .collect()
}

/// A policy with this body.
fn docker(body: &str) -> String {
    format!("package docker\n\n{body}")
}

#[test]
fn faults_of_policies_are_found_and_their_corrected_twins_are_silent() {
    let cases = [
        (
            "policy-without-decision",
            docker("default allow := false\n\nallow if input.image\n\nallow if input.local\n"),
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n",
            ),
        ),
        (
            "policy-without-decision",
            docker(
                "allow if input.image.repo == \"ubuntu\"\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image.repo == \"alpine\"\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n",
            ),
        ),
        (
            "policy-without-decision",
            "package policy\n\ndecision := {\"allow\": true}\n".to_owned(),
            docker("decision := {\"allow\": true}\n"),
        ),
        (
            "unheard-denial",
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndeny_msg contains \"no\" if input.git\n\ndecision := {\"allow\": allow}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndeny_msg contains \"no\" if input.git\n\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n",
            ),
        ),
        (
            "unheard-denial",
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndecision := {\"allow\": allow, \"deny_msg\": \"no\"}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndecision := {\"allow\": allow, \"deny_msg\": [\"no\"]}\n",
            ),
        ),
        (
            "unheard-denial",
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndecision := {\"allow\": allow, \"message\": [\"no\"]}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndecision := {\"allow\": allow, \"deny_msg\": [\"no\"]}\n",
            ),
        ),
        (
            "refused-local-context",
            docker(
                "default allow := false\n\nallow if input.image\n\ndecision := {\"allow\": allow}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n",
            ),
        ),
        (
            "refused-local-context",
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local.name == \"context\"\n\ndecision := {\"allow\": allow}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image\n\nallow if input.local.name in [\"context\", \"dockerfile\"]\n\ndecision := {\"allow\": allow}\n",
            ),
        ),
        (
            "refused-frontend",
            docker(
                "default allow := false\n\nallow if input.image.repo == \"alpine\"\n\nallow if input.image.isCanonical\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n",
            ),
            docker(
                "default allow := false\n\nallow if input.image.repo in [\"alpine\", \"docker/dockerfile\"]\n\nallow if input.image.isCanonical\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n",
            ),
        ),
        (
            "ignored-denial",
            docker(
                "default allow := true\n\ndeny_msg contains \"use https\" if input.http.schema == \"http\"\n\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n",
            ),
            docker(
                "default allow := false\n\nallow if count(deny_msg) == 0\n\ndeny_msg contains \"use https\" if input.http.schema == \"http\"\n\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n",
            ),
        ),
        (
            "ignored-denial",
            docker(
                "default allow := false\n\nallow if not input.image\n\nallow if input.image.host == \"docker.io\"\n\ndeny_msg contains \"name a version\" if input.image.tag == \"latest\"\n\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n",
            ),
            docker(
                "default allow := false\n\nallow if not input.image\n\nallow if {\n\tinput.image.host == \"docker.io\"\n\tcount(deny_msg) == 0\n}\n\ndeny_msg contains \"name a version\" if input.image.tag == \"latest\"\n\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n",
            ),
        ),
        (
            "broken-build-policy",
            docker("allow if {\n\tinput.local\n\ndecision := {\"allow\": true}\n"),
            docker("allow if {\n\tinput.local\n}\n\ndecision := {\"allow\": true}\n"),
        ),
        (
            "broken-build-policy",
            docker("decision := {\"allow\": net.cidr_contains(\"10.0.0.0/8\", \"10.0.0.1\")}\n"),
            docker("decision := {\"allow\": startswith(\"10.0.0.1\", \"10.\")}\n"),
        ),
        (
            "broken-build-policy",
            docker("decision := {\"allow\": 1}\n"),
            docker("decision := {\"allow\": 1 == 1}\n"),
        ),
        (
            "broken-build-policy",
            docker("import data.lists\n\ndecision := {\"allow\": lists.ok}\n"),
            docker("lists := {\"ok\": true}\n\ndecision := {\"allow\": lists.ok}\n"),
        ),
    ];
    for (rule, bad, good) in cases {
        let all = found(DOCKERFILE, &bad);
        let of_policy: Vec<&String> = all
            .iter()
            .filter(|f| f.starts_with("Dockerfile.rego:"))
            .collect();
        assert!(
            matches!(of_policy.as_slice(), [only] if only.ends_with(&format!(" {rule}"))),
            "{bad}\n{all:?}"
        );
        assert_eq!(found(DOCKERFILE, &good), [""; 0], "{good}");
    }
}

#[test]
fn a_syntax_line_is_told_of_at_the_line() {
    let text = docker(
        "default allow := false\n\nallow if input.local\n\nallow if input.image.isCanonical\n\ndecision := {\"allow\": allow}\n",
    );
    let digest = "5".repeat(64);
    let dockerfile = format!("# syntax=docker/dockerfile:1\nFROM alpine@sha256:{digest}\n");
    assert_eq!(
        found(&dockerfile, &text),
        ["Dockerfile:1:10 refused-by-policy"]
    );
    let dockerfile = format!("FROM alpine@sha256:{digest}\n");
    assert_eq!(
        found(&dockerfile, &text),
        ["Dockerfile.rego:9:1 refused-frontend"]
    );
}

#[test]
fn policies_that_are_named_count_beside_the_file_s_own() {
    let own = docker(
        "default allow := false\n\nallow if input.local\n\nallow if input.image.repo == \"alpine\"\n\ndecision := {\"allow\": allow}\n",
    );
    let strict = docker(
        "default allow := false\n\nallow if input.local\n\nallow if input.image.tag == \"3.22\"\n\ndecision := {\"allow\": allow}\n",
    );
    let folder = project(&[
        ("Dockerfile", "FROM alpine:3.21\n"),
        ("Dockerfile.rego", &own),
        ("strict.rego", &strict),
        ("policy.toml", "locked = [\"refused-by-policy\"]\n"),
    ]);
    let run = |args: &[&str]| {
        let output = dlint(folder.path()).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let base = ["--select", "policy", "Dockerfile"];
    assert_eq!(run(&base), "");
    let with = [&base[..], &["--policy", "strict.rego"]].concat();
    assert!(
        run(&with).contains(
            "Dockerfile:1:6 error[refused-by-policy] `strict.rego` refuses `alpine:3.21`"
        )
    );
    // Beside one of dlint's own.
    let both = [&with[..], &["--policy", "policy.toml"]].concat();
    assert!(
        run(&both).contains("`strict.rego` refuses"),
        "{}",
        run(&both)
    );
    let two = [
        &base[..],
        &["--policy", "policy.toml", "--policy", "policy.toml"],
    ]
    .concat();
    assert!(run(&two).contains("would be the second"));
    let none = [&base[..], &["--policy", "none.rego"]].concat();
    assert!(run(&none).contains("none.rego"));
}

#[test]
fn builds_of_bake_files_are_judged_apart() {
    let text = docker(
        "default allow := false\n\nallow if input.local\n\nallow if {\n\tinput.env.target == \"dev\"\n\tinput.image\n}\n\nallow if input.image.repo == \"alpine\"\n\ndeny_msg contains sprintf(\"%s in %s\", [input.image.repo, input.env.target]) if not allow\n\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n",
    );
    let folder = project(&[
        (
            "Dockerfile",
            "ARG BASE=alpine:3.22\nFROM ${BASE} AS dev\nRUN true\nFROM ${BASE} AS release\n",
        ),
        ("Dockerfile.rego", &text),
        (
            "docker-bake.hcl",
            "target \"dev\" {\n  target = \"dev\"\n  args = { BASE = \"ubuntu:24.04\" }\n}\ntarget \"release\" {\n  target = \"release\"\n  args = { BASE = \"debian:13\" }\n}\n",
        ),
    ]);
    let output = dlint(folder.path())
        .args(["--select", "policy", "Dockerfile"])
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(
        out.contains("refuses `debian:13`: debian in release"),
        "{out}"
    );
    assert!(!out.contains("ubuntu"), "{out}");
}

/// What `policy export` writes for a configuration.
fn exported(toml: &str) -> (tempfile::TempDir, String) {
    let folder = project(&[("dlint.toml", toml)]);
    let output = dlint(folder.path())
        .args(["policy", "export", "--rego"])
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    (folder, String::from_utf8(output.stdout).unwrap())
}

const POLICY: &str = r#"
[policy]
trusted-registries = ["ghcr.io/acme", "*.acme.example", "hub.docker.com/library"]

[[policy.golden]]
image = "golden/openjdk"
tags = [">= 1907, < 2000", "2*-lts"]
replaces = ["openjdk", "maven"]
owner = "platform"
docs = "https://acme.example/openjdk"

[[policy.golden]]
image = "registry.acme.example:5000/golden/*"

[[policy.golden]]
image = "golden/node:22"

[[policy.golden]]
image = "golden/go"
tags = [">= 1.2", "= 2025-08-01"]

[[policy.exceptions]]
rule = "non-golden-base"
images = ["legacy/base:*"]
reason = "OPS-12"
"#;

#[test]
fn an_exported_policy_decides_as_the_list_does() {
    let (_folder, text) = exported(POLICY);
    let policy_text = policy("exported", &text);
    let own: toml::Table = toml::from_str(POLICY).unwrap();
    let own: Policy = own["policy"].clone().try_into().unwrap();
    let digest = "5".repeat(64);
    let images = [
        "golden/openjdk:1907",
        "golden/openjdk:1906",
        "golden/openjdk:1999-slim",
        "golden/openjdk:2000",
        "golden/openjdk:25-lts",
        "golden/openjdk:latest",
        "golden/openjdk",
        "golden/openjdk-extra:1907",
        "registry.acme.example:5000/golden/a:1",
        "registry.acme.example:5000/golden/a/b",
        "registry.acme.example:5000/other/a",
        "golden/node:22",
        "golden/node:20",
        "golden/go:1.10",
        "golden/go:1.1.9",
        "golden/go:2025-08-01",
        "golden/go:1.2.0-alpine3.20",
        "ghcr.io/acme/tools:1",
        "ghcr.io/acme",
        "ghcr.io/acmeother/tools",
        "mirror.acme.example/x:1",
        "acme.example/x:1",
        "alpine:3.22",
        "docker.io/library/python",
        "openjdk:11.0.3",
        "team/app:1",
        "legacy/base:7",
        "legacy/base-more:7",
    ];
    let mut sources: Vec<Source> = Vec::new();
    let mut wanted = Vec::new();
    for image in images {
        let image = ImageRef::parse(image);
        let listed = dlint::policy::images::is_listed(&own.trusted_registries, &image);
        let excepted = dlint::policy::images::fits_any(&["legacy/base:*"], &image);
        wanted.push(own.is_golden(&image) == Some(true) || listed == Some(true) || excepted);
        sources.push(Source::image(&image).unwrap());
    }
    // Others are not the list's business.
    for (source, fits) in [
        (Source::Local("context".to_owned()), true),
        (
            Source::Git("https://github.com/a/b.git#v1".to_owned()),
            true,
        ),
        (
            Source::image(&ImageRef::parse("docker/dockerfile:1")).unwrap(),
            true,
        ),
        (
            Source::image(&ImageRef::parse(&format!("golden/node@sha256:{digest}"))).unwrap(),
            false,
        ),
    ] {
        sources.push(source);
        wanted.push(fits);
    }
    let judged = judge(&policy_text, &env(), &sources);
    assert_eq!(judged.faults, [], "{text}");
    for ((source, wanted), verdict) in sources.iter().zip(wanted).zip(&judged.verdicts) {
        let found = match verdict {
            Verdict::Allowed => true,
            Verdict::Refused(messages) => {
                assert_eq!(messages.len(), 1, "{source:?}");
                false
            }
            other => panic!("{source:?}: {other:?}\n{text}"),
        };
        assert_eq!(found, wanted, "{source:?}\n{text}");
    }
}

#[test]
fn what_is_exported_is_read_back() {
    let (folder, text) = exported(POLICY);
    std::fs::write(folder.path().join("Dockerfile.rego"), &text).unwrap();
    let output = dlint(folder.path())
        .args(["policy", "import", "Dockerfile.rego"])
        .output()
        .unwrap();
    let back = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{back}");
    let read = |text: &str| -> Policy {
        let table: toml::Table = toml::from_str(text).unwrap();
        table["policy"].clone().try_into().unwrap()
    };
    assert_eq!(read(&back), read(POLICY), "{back}");
    assert!(!back.contains("not taken over"), "{back}");
    // And a third time nothing changes.
    let (_, again) = exported(&back);
    assert_eq!(again, text);
}

#[test]
fn simple_lists_of_others_are_read() {
    let text = docker(
        "default allow := false\n\nallow if input.local\n\nhosts := {\"ghcr.io\", \"registry.acme.example\"}\n\nallow if input.image.host in hosts\n\nallow if {\n\tinput.image.host == \"docker.io\"\n\tinput.image.repo in [\"alpine\", \"acme/base\"]\n}\n\nallow if {\n\tinput.image.repo == \"golang\"\n\tinput.image.tag == \"1.26\"\n}\n\nallow if {\n\tinput.image.repo == \"node\"\n\tinput.image.hasProvenance\n}\n\ndecision := {\"allow\": allow}\n",
    );
    let imported = rego::import("x.rego", &text).unwrap();
    let golden: Vec<(String, Vec<String>)> = imported
        .policy
        .golden
        .iter()
        .map(|g| {
            (
                g.image.clone(),
                g.tags.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    let no_tags = Vec::<String>::new;
    assert_eq!(
        golden,
        [
            ("alpine".to_owned(), no_tags()),
            ("acme/base".to_owned(), no_tags()),
            ("golang".to_owned(), vec!["1.26".to_owned()]),
        ]
    );
    assert_eq!(
        imported.policy.trusted_registries,
        ["ghcr.io", "registry.acme.example"]
    );
    assert_eq!(
        imported.left_out,
        ["input.image.repo == \"node\"; input.image.hasProvenance"]
    );
    assert!(rego::import("x.rego", "package x\n").is_err());
    assert!(
        rego::import("x.rego", "packag")
            .unwrap_err()
            .contains("x.rego:1")
    );
}

#[test]
fn what_cannot_be_said_in_rego_stands_in_its_comments() {
    let (_, text) = exported(
        "[policy]\nmode = \"warn\"\nfinal-digest = true\nbuild-stages = \"trusted\"\neffective = 2027-01-01\nlabel-schema = { \"a.b\" = \"text\" }\n\n[[policy.golden]]\nimage = \"golden/a\"\nfor = \"final\"\ndeprecated = { successor = \"golden/b\", until = 2027-03-01 }\n",
    );
    for said in [
        "not enforced yet",
        "final stage needs a digest",
        "verified publishers",
        "2027-01-01",
        "labels of the image",
        "only for final stages: golden/a",
        "golden/a is deprecated until 2027-03-01, use golden/b",
    ] {
        let comments: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("# ")).collect();
        assert!(comments.join(" ").contains(said), "{said}: {text}");
    }
    assert_eq!(judge(&policy("x", &text), &env(), &[]).faults, []);
}

#[test]
fn hostile_policies_end_in_time() {
    let doubled = |name: &str, first: &str, step: &dyn Fn(usize) -> String| {
        let mut text = format!("{name}0 := {first}\n");
        for i in 0..60 {
            text.push_str(&format!("{name}{} := {}\n", i + 1, step(i)));
        }
        text
    };
    let nested =
        |name: &'static str| doubled(name, "[1]", &move |i| format!("[{name}{i}, {name}{i}]"));
    let cases: BTreeMap<&str, String> = BTreeMap::from([
        ("loop", "r := numbers.range(1, 100000)\nallow if count([1 | some a in r; some b in r; a * b == 7]) == 1\n".to_owned()),
        ("range", "allow if count(numbers.range(1, 1000000000)) == 1\n".to_owned()),
        ("text", doubled("s", "\"aaaaaaaa\"", &|i| format!("concat(\"\", [s{i}, s{i}])")) + "allow if s60 == \"\"\n"),
        ("width", "allow if sprintf(\"%999999999d\", [1]) == \"\"\n".to_owned()),
        ("shift", "allow if bits.lsh(1, 99999999999) == 3\n".to_owned()),
        ("printed", nested("s") + "allow if json.marshal(s60) == \"\"\n"),
        ("brackets", format!("allow if {}{} == 1\n", "(".repeat(10_000), ")".repeat(10_000))),
        ("recursion", "f(x) := f(x)\nallow if f(1)\n".to_owned()),
        ("expression", "r := \"((a{0,100}){0,100}){0,100}\"\nallow if regex.match(r, \"aaaa\")\n".to_owned()),
        ("choices", (0..300).map(|i| format!("allow if input.image.labels[\"a{i}\"]\n")).collect()),
        ("size", format!("# {}\n", "x".repeat(200_000))),
    ]);
    for (name, body) in cases {
        let body = format!("{body}\ndefault allow := false\n\ndecision := {{\"allow\": allow}}\n");
        let folder = project(&[
            ("Dockerfile", "FROM alpine:3.22\n"),
            ("Dockerfile.rego", &docker(&body)),
        ]);
        let start = Instant::now();
        let output = dlint(folder.path())
            .args(["policy", "eval"])
            .output()
            .unwrap();
        assert!(start.elapsed() < Duration::from_secs(40), "{name}");
        let out = String::from_utf8(output.stdout).unwrap();
        let line = out.lines().find(|l| l.contains("alpine")).unwrap_or(&out);
        assert!(
            line.contains("unjudged") || line.contains("asks"),
            "{name}: {out} {:?}",
            output.status
        );
    }
}

#[test]
fn a_policy_reads_its_own_files_and_no_others() {
    let folder = project(&[
        ("secret.json", "{\"ok\": true}"),
        (
            "app/lists/images.rego",
            "package whatever\n\nallowed := [\"alpine\"]\n",
        ),
        ("app/images.json", "{\"allowed\": [\"alpine\"]}"),
        (
            "app/Dockerfile",
            "FROM alpine:3.22\nCOPY --from=busybox:1 /a /a\n",
        ),
    ]);
    let run = |text: &str| {
        std::fs::write(folder.path().join("app/Dockerfile.rego"), docker(text)).unwrap();
        let output = dlint(folder.path())
            .args(["policy", "eval", "app"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let end = "\n\nallow if input.local\n\ndecision := {\"allow\": allow}\n";
    for text in [
        "import data.lists.images\n\ndefault allow := false\n\nallow if input.image.repo in images.allowed",
        "default allow := false\n\nallow if input.image.repo in load_json(\"images.json\").allowed",
    ] {
        let out = run(&format!("{text}{end}"));
        assert!(out.contains("1:6     allowed   alpine:3.22"), "{out}");
        assert!(out.contains("refused   busybox:1"), "{out}");
    }
    let out = run(&format!(
        "default allow := false\n\nallow if load_json(\"../secret.json\").ok{end}"
    ));
    assert!(!out.contains("allowed   alpine"), "{out}");
}
