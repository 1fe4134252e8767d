//! The organisation's policy: `--policy`, and everything that somebody might try to lift what it
//! locks.

use crate::cli::{dlint, project, ran, run};

/// A policy that lets applications build on `golden/java` alone.
const POLICY: &str = "locked = ['non-golden-base', 'exclude']\n\
                      [[policy.golden]]\nimage = 'golden/java'\nreplaces = ['openjdk']\n";
/// What it forbids.
const WRONG: &str = "FROM openjdk:11.0.3\nUSER 1000\n";

/// The lines of a run in `concise` that speak of a rule.
fn lines<'o>(out: &'o str, rule: &str) -> Vec<&'o str> {
    let rule = format!("[{rule}]");
    out.lines().filter(|l| l.contains(&rule)).collect()
}

/// A project with the policy beside it, linted with these files and options. It must be refused
/// whatever they say.
fn refused(files: &[(&str, &str)], options: &[&str]) -> String {
    let mut all = files.to_vec();
    if !files.iter().any(|(path, _)| *path == "Dockerfile") {
        all.push(("Dockerfile", WRONG));
    }
    let folder = project(&all);
    let elsewhere = project(&[("policy.toml", POLICY)]);
    let policy = elsewhere.path().join("policy.toml");
    let policy = policy.to_str().unwrap();
    let mut arguments = vec!["--format", "concise", "--policy", policy];
    arguments.extend_from_slice(options);
    let ran = run(folder.path(), &arguments);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let found = lines(&ran.out, "non-golden-base");
    let error = "error[non-golden-base] `openjdk:11.0.3` is not golden";
    assert!(
        found.iter().any(|l| l.contains(error)),
        "{}{}",
        ran.out,
        ran.err
    );
    ran.out
}

/// The same, and somebody is told that the attempt came to nothing.
fn told(files: &[(&str, &str)], options: &[&str], what: &str) {
    let out = refused(files, options);
    let told = lines(&out, "weakened-policy");
    assert!(told.iter().any(|l| l.contains(what)), "{out}");
}

#[test]
fn without_anything_to_lift_it_the_policy_finds_the_wrong_base() {
    let out = refused(&[], &[]);
    assert!(lines(&out, "weakened-policy").is_empty(), "{out}");
}

#[test]
fn what_applies_to_a_file_names_all_that_is_locked() {
    let folder = project(&[("Dockerfile", WRONG), ("policy.toml", POLICY)]);
    let ran = run(
        folder.path(),
        &["policy", "show", "--policy", "policy.toml", "Dockerfile"],
    );
    let locked = "locked = [\"non-golden-base\",\"weakened-policy\",\"exclude\"]\n";
    assert!(ran.out.contains(locked), "{}{}", ran.out, ran.err);
}

#[test]
fn no_comment_lifts_what_the_policy_locks() {
    for (comment, at) in [
        ("# dlint: ignore[non-golden-base] because\n", "1:17"),
        ("# dlint: ignore-file[non-golden-base] because\n", "1:22"),
        ("# hadolint ignore=non-golden-base\n", "1:19"),
        ("# hadolint global ignore=non-golden-base\n", "1:26"),
        ("# hadolint stage ignore=non-golden-base\n", "1:25"),
    ] {
        let text = format!("{comment}{WRONG}");
        let what = format!("Dockerfile:{at} error[weakened-policy]");
        told(&[("Dockerfile", &text)], &[], &what);
    }
}

#[test]
fn no_check_option_lifts_what_the_policy_locks() {
    let text = format!("# check=skip=all\n{WRONG}");
    refused(&[("Dockerfile", &text)], &[]);
    refused(&[("Dockerfile", &text)], &["--profile", "buildkit"]);
    refused(&[], &["--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip=all"]);
}

#[test]
fn no_configuration_lifts_what_the_policy_locks() {
    for (text, at) in [
        ("ignore = ['non-golden-base']\n", "dlint.toml:1:11"),
        ("ignore = ['images']\n", "dlint.toml:1:11"),
        ("ignore = ['all']\n", "dlint.toml:1:11"),
        ("[levels]\nnon-golden-base = 'off'\n", "dlint.toml:2:1"),
        ("[levels]\nnon-golden-base = 'info'\n", "dlint.toml:2:1"),
        ("[rules.non-golden-base]\nallow = ['*']\n", "dlint.toml:1:8"),
        (
            "[rules.non-golden-base]\nfinal-only = true\n",
            "dlint.toml:1:8",
        ),
        (
            "[policy]\ngolden = [{ image = 'openjdk' }]\n",
            "dlint.toml:2:1",
        ),
        ("[policy]\ngolden = []\n", "dlint.toml:2:1"),
        ("policy.defines-golden = true\n", "dlint.toml:1:8"),
        ("as-of = 2020-01-01\n", "dlint.toml:1:1"),
        ("exclude = ['Dockerfile']\n", "dlint.toml:1:11"),
        (
            "ignore = ['weakened-policy']\n[levels]\nnon-golden-base = 'off'\n",
            "dlint.toml:1:11",
        ),
    ] {
        let what = format!("{at} error[weakened-policy]");
        told(&[("dlint.toml", text)], &[], &what);
    }
    for text in [
        "select = ['syntax-error']\n",
        "fail-on = 'never'\n",
        "profile = 'hadolint'\n",
        "profile = 'buildkit'\n",
    ] {
        refused(&[("dlint.toml", text)], &[]);
    }
}

#[test]
fn no_override_and_no_nearer_file_lifts_what_the_policy_locks() {
    let over = |rest: &str| format!("[[overrides]]\nfiles = ['**']\n{rest}\n");
    for rest in [
        "ignore = ['non-golden-base']",
        "levels = { non-golden-base = 'off' }",
        "policy = { defines-golden = true }",
        "policy = { golden = [] }",
        "rules = { non-golden-base = { allow = ['*'] } }",
    ] {
        let text = over(rest);
        told(&[("dlint.toml", &text)], &[], "dlint.toml:3:");
        told(
            &[("a/dlint.toml", &text), ("a/Dockerfile", WRONG)],
            &["a"],
            "a/dlint.toml:3:",
        );
    }
    for rest in ["select = []", "fail-on = 'never'", "profile = 'buildkit'"] {
        refused(&[("dlint.toml", &over(rest))], &[]);
    }
}

#[test]
fn no_extended_file_and_no_file_of_hadolint_lifts_what_the_policy_locks() {
    let files = [
        ("dlint.toml", "extends = ['a.toml', 'b.toml']\n"),
        ("a.toml", "ignore = ['non-golden-base']\n"),
        ("b.toml", "ignore = ['images']\n"),
    ];
    told(&files, &[], "a.toml:1:11 error[weakened-policy]");
    told(&files, &[], "b.toml:1:11 error[weakened-policy]");
    let yaml = "ignored: [non-golden-base]\nfailure-threshold: none\nno-fail: true\n";
    refused(&[(".hadolint.yaml", yaml)], &[]);
}

#[test]
fn no_option_lifts_what_the_policy_locks() {
    for options in [
        &["--ignore", "non-golden-base"],
        &["--ignore", "all"],
        &["--level", "non-golden-base=off"],
        &["--style", "non-golden-base"],
        &["--golden", "openjdk"],
    ] {
        told(&[], options, "<command line>:1:1 error[weakened-policy]");
    }
    for options in [
        &["--select", "syntax-error"][..],
        &["--profile", "hadolint"],
        &["--profile", "buildkit"],
        &["--fail-on", "never"],
        &["--exit-zero"],
        &["--isolated"],
        &["--isolated", "--exit-zero", "--select", "DL3006"],
    ] {
        refused(&[], options);
    }
    let own = "[policy]\ngolden = []\n";
    told(
        &[("own.toml", own)],
        &["--config", "own.toml"],
        "own.toml:2:1",
    );
}

#[test]
fn no_variable_lifts_what_the_policy_locks() {
    let folder = project(&[("Dockerfile", WRONG), ("policy.toml", POLICY)]);
    let mut command = dlint(folder.path());
    command.args(["--format", "concise"]);
    command.env("DLINT_POLICY", folder.path().join("policy.toml"));
    command.env("HADOLINT_IGNORE", "non-golden-base");
    command.env("HADOLINT_NOFAIL", "1");
    command.env("HADOLINT_FAILURE_THRESHOLD", "none");
    let ran = ran(command.output().unwrap());
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert_eq!(lines(&ran.out, "non-golden-base").len(), 1, "{}", ran.out);
    let told = lines(&ran.out, "weakened-policy");
    assert!(
        told.iter().any(|l| l.starts_with("<environment>:1:1 ")),
        "{}",
        ran.out
    );
}

#[test]
fn what_asks_for_more_than_the_policy_counts() {
    let policy = "locked = ['latest-tag']\n[levels]\nlatest-tag = 'info'\n";
    let folder = project(&[
        ("Dockerfile", "FROM debian:latest\nUSER 1000\n"),
        ("dlint.toml", "[levels]\nlatest-tag = 'error'\n"),
        ("policy.toml", policy),
    ]);
    let ran = run(
        folder.path(),
        &["--format", "concise", "--policy", "policy.toml"],
    );
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[latest-tag]"), "{}", ran.out);
    assert!(lines(&ran.out, "weakened-policy").is_empty(), "{}", ran.out);
}

#[test]
fn no_earlier_day_lifts_what_the_policy_locks() {
    let policy = "locked = ['non-golden-base']\n[policy]\neffective = 2025-01-01\n\
                  [[policy.golden]]\nimage = 'golden/java'\n";
    let folder = project(&[("Dockerfile", WRONG), ("policy.toml", policy)]);
    let with = ["--format", "concise", "--policy", "policy.toml", "--as-of"];
    let ran = run(folder.path(), &[&with[..], &["2020-01-01"]].concat());
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[non-golden-base]"), "{}", ran.out);
    let told = lines(&ran.out, "weakened-policy");
    assert_eq!(
        told,
        [
            "<command line>:1:1 error[weakened-policy] the policy is judged for no earlier day: \
             `--as-of` has no effect"
        ]
    );
    // A later day asks for more, and what is only tried out may be any day.
    let ran = run(folder.path(), &[&with[..], &["2999-01-01"]].concat());
    assert!(lines(&ran.out, "weakened-policy").is_empty(), "{}", ran.out);
    let ran = run(
        folder.path(),
        &[
            "policy",
            "exceptions",
            "--policy",
            "policy.toml",
            "--as-of",
            "2020-01-01",
        ],
    );
    assert_eq!((ran.code, ran.out.as_str()), (0, "no exceptions\n"));
}

#[test]
fn the_rest_of_the_repositorys_configuration_stays_in_force() {
    let folder = project(&[
        ("Dockerfile", "FROM golden/java\nMAINTAINER a\nUSER 1000\n"),
        ("dlint.toml", "ignore = ['deprecated-maintainer']\n"),
        ("policy.toml", POLICY),
    ]);
    let with = ["--format", "concise", "--policy", "policy.toml"];
    let ran = run(folder.path(), &with);
    assert!(
        lines(&ran.out, "deprecated-maintainer").is_empty(),
        "{}",
        ran.out
    );
    let ran = run(folder.path(), &[&with[..], &["--isolated"]].concat());
    assert_eq!(
        lines(&ran.out, "deprecated-maintainer").len(),
        1,
        "{}",
        ran.out
    );
}

#[test]
fn a_policy_with_a_mistake_ends_the_run() {
    for (text, what) in [
        (
            "locked = ['non-goldn-base']\n",
            "unknown rule `non-goldn-base`",
        ),
        ("locked = 3\n", "`locked` takes an array, not an integer"),
        ("extends = 3\n", "a path or a list of paths belongs here"),
        ("extends = ['policy.toml']\n", "the file extends itself"),
        ("extends = ['none.toml']\n", "cannot extend none.toml"),
    ] {
        let folder = project(&[("Dockerfile", WRONG), ("policy.toml", text)]);
        let ran = run(folder.path(), &["--policy", "policy.toml"]);
        assert_eq!(ran.code, 2, "{text}");
        assert!(ran.err.contains(what), "{text}: {}", ran.err);
    }
    let folder = project(&[("Dockerfile", WRONG)]);
    assert_eq!(run(folder.path(), &["--policy", "none.toml"]).code, 2);
}

#[test]
fn lists_that_extend_lists_end() {
    let mut files = vec![("Dockerfile".to_owned(), WRONG.to_owned())];
    for i in 0..30 {
        let next = i + 1;
        let text = format!("extends = ['{next}.toml', '{next}.toml', '{next}.toml']\n");
        files.push((format!("{i}.toml"), text));
    }
    files.push(("30.toml".to_owned(), String::new()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let folder = project(&files);
    let ran = run(folder.path(), &["--policy", "0.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("more than 200 files extend each other"),
        "{}",
        ran.err
    );
}

#[test]
fn a_named_configuration_says_which_file_it_stands_for() {
    let folder = project(&[
        ("Dockerfile", "FROM scratch\n"),
        ("dlint.toml", ""),
        ("own.toml", ""),
    ]);
    let said = run(folder.path(), &["--config", "own.toml"]).err;
    assert_eq!(
        said,
        "dlint: dlint.toml is not read: --config own.toml stands in its place\n"
    );
    assert_eq!(run(folder.path(), &["--config", "own.toml", "-q"]).err, "");
    assert_eq!(run(folder.path(), &["--config", "dlint.toml"]).err, "");
}

/// A project whose `dlint.toml` is this, its Dockerfile on a vendor's image, as of a day.
fn judged(toml: &str, dockerfile: &str, day: &str) -> (i32, String) {
    let folder = project(&[("dlint.toml", toml), ("Dockerfile", dockerfile)]);
    let select = "--select=non-golden-base,untrusted-registry,end-of-life-base,deprecated-base,\
                  expired-exception,unused-exception";
    let arguments = [
        "--format", "concise", "--quiet", "--as-of", day, select, ".",
    ];
    let ran = run(folder.path(), &arguments);
    assert_eq!(ran.err, "", "{toml}");
    (ran.code, ran.out)
}

const GOLDEN: &str = "[[policy.golden]]\nimage = 'golden/java'\nreplaces = ['openjdk']\n";

#[test]
fn a_policy_begins_as_a_warning_and_becomes_an_error_on_its_day() {
    let toml = format!("policy.effective = 2027-01-01\n{GOLDEN}");
    let (code, out) = judged(&toml, WRONG, "2026-12-31");
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("warning[non-golden-base]"), "{out}");
    let (code, out) = judged(&toml, WRONG, "2027-01-01");
    assert_eq!(code, 1);
    assert!(out.contains("error[non-golden-base]"), "{out}");
    for (mode, level, code) in [
        ("audit", "info", 0),
        ("warn", "warning", 1),
        ("enforce", "error", 1),
    ] {
        let toml = format!("policy.mode = '{mode}'\n{GOLDEN}");
        let judged = judged(&toml, WRONG, "2027-01-01");
        assert_eq!(judged.0, code, "{mode}");
        assert!(
            judged.1.contains(&format!("{level}[non-golden-base]")),
            "{}",
            judged.1
        );
    }
}

#[test]
fn an_exception_holds_until_its_day_and_is_told_of_before_and_after() {
    let toml = format!(
        "{GOLDEN}[[policy.exceptions]]\nrule = 'non-golden-base'\nimages = ['openjdk:11*']\n\
         reason = 'PLAT-1'\nowner = 'a@example.com'\nuntil = 2027-01-31\n"
    );
    // What was one finding with it stands by itself now.
    let end_of_life = "Dockerfile:1:6 warning[end-of-life-base]";
    let (_, out) = judged(&toml, WRONG, "2027-01-16");
    assert!(
        out.starts_with(end_of_life) && out.lines().count() == 1,
        "{out}"
    );
    let (_, out) = judged(&toml, WRONG, "2027-01-17");
    assert!(out.contains("dlint.toml:5:8 info[expired-exception] the exception from `non-golden-base` ends in 14 days"), "{out}");
    let (_, out) = judged(&toml, WRONG, "2027-01-31");
    assert!(
        out.contains("ends today") && !out.contains("error"),
        "{out}"
    );
    let (code, out) = judged(&toml, WRONG, "2027-02-01");
    assert_eq!(code, 1);
    assert!(
        out.contains(
            "error[expired-exception] the exception from `non-golden-base` ended on 2027-01-31"
        ),
        "{out}"
    );
    assert!(out.contains("error[non-golden-base]"), "{out}");
}

#[test]
fn an_exception_that_allows_nothing_is_a_warning() {
    let toml = |more: &str| {
        format!("{GOLDEN}[[policy.exceptions]]\nrule = 'non-golden-base'\nreason = 'a'\n{more}\n")
    };
    let unused = "dlint.toml:5:8 warning[unused-exception]";
    for more in ["images = ['openjdk:8']", "images = ['debian']"] {
        let (code, out) = judged(&toml(more), WRONG, "2026-11-30");
        assert_eq!(code, 1);
        assert!(
            out.contains(unused) && out.contains("error[non-golden-base]"),
            "{out}"
        );
    }
    // For files that are not there it may be used elsewhere.
    let (_, out) = judged(&toml("files = ['legacy/**']"), WRONG, "2026-11-30");
    assert!(
        !out.contains(unused) && out.contains("error[non-golden-base]"),
        "{out}"
    );
    let (_, out) = judged(&toml("files = ['Dockerfile']"), WRONG, "2026-11-30");
    assert!(
        !out.contains(unused) && !out.contains("non-golden-base"),
        "{out}"
    );
}

#[test]
fn an_exception_of_the_repository_does_not_lift_what_the_policy_locks() {
    let text = "[[policy.exceptions]]\nrule = 'non-golden-base'\nreason = 'a'\n";
    told(
        &[("dlint.toml", text)],
        &[],
        "dlint.toml:1:10 error[weakened-policy]",
    );
}

#[test]
fn one_wrong_base_is_one_finding() {
    let toml = format!("policy.trusted-registries = ['registry.example.com']\n{GOLDEN}");
    let (_, out) = judged(&toml, WRONG, "2026-11-30");
    assert_eq!(out.lines().count(), 1, "{out}");
    let (_, out) = judged(
        "policy.trusted-registries = ['registry.example.com']\n",
        WRONG,
        "2026-11-30",
    );
    assert_eq!(out.lines().count(), 2, "{out}");
}

#[test]
fn tags_stages_and_digests_can_be_asked_for() {
    let toml = "policy.final-digest = true\n\
        [[policy.golden]]\nimage = 'golden/sdk'\nfor = 'build'\ntags = ['>= 2508']\n\
        [[policy.golden]]\nimage = 'golden/run'\nfor = 'final'\ntags = ['2506', '2507', '2508']\nnewest = 2\nowner = 'Platform'\n";
    let digest = format!("@sha256:{}", "a".repeat(64));
    for (build, last, wanted) in [
        (
            "golden/sdk:2508",
            format!("golden/run:2508{digest}"),
            &[][..],
        ),
        (
            "golden/sdk:2507",
            format!("golden/run:2507{digest}"),
            &[
                "1:6 error[non-golden-base] `golden/sdk:2507` is not golden: `golden/sdk:>= 2508` replaces it",
            ],
        ),
        (
            "golden/sdk:2601",
            "golden/run:2508".to_owned(),
            &[
                "2:6 error[non-golden-base] the base of a final stage needs a digest, and `golden/run:2508` has none",
            ],
        ),
        (
            "golden/run:2508",
            format!("golden/run:2508{digest}"),
            &[
                "1:6 error[non-golden-base] `golden/run:2508` is golden for final stages, and this is a build stage",
            ],
        ),
        (
            "golden/sdk:2508",
            format!("golden/run:2506{digest}"),
            &["2:6 error[non-golden-base]"],
        ),
        (
            "golden/sdk:2508",
            "golden/sdk:2508".to_owned(),
            &[
                "2:6 error[non-golden-base] `golden/sdk:2508` is golden for build stages, and this is a final one",
            ],
        ),
    ] {
        let text = format!("FROM {build} AS b\nFROM {last}\nCOPY --from=b /a /a\n");
        let (_, out) = judged(toml, &text, "2026-11-30");
        assert_eq!(out.lines().count(), wanted.len(), "{text}{out}");
        for wanted in wanted {
            assert!(out.contains(wanted), "{text}{out}");
        }
    }
}

#[test]
fn build_stages_may_be_freer() {
    let text = "FROM maven:3 AS b\nFROM golden/java\nCOPY --from=b /a /a\n";
    let wrong = |more: &str| {
        judged(&format!("{more}{GOLDEN}"), text, "2026-11-30")
            .1
            .lines()
            .count()
    };
    assert_eq!(wrong(""), 1);
    assert_eq!(wrong("policy.build-stages = 'any'\n"), 0);
    assert_eq!(wrong("policy.build-stages = 'trusted'\n"), 0);
    assert_eq!(
        wrong("policy.build-stages = 'trusted'\npolicy.trusted-registries = ['golden.example']\n"),
        1
    );
}

#[test]
fn files_that_already_say_it_are_read_and_named() {
    let dockerfile = "FROM old.example.com/base:1.2\nCOPY --from=quay.io/a/b:1 /a /a\nUSER 1000\n";
    let select = "--select=insecure-registry,untrusted-registry";
    let with = |name: &str, text: &str, files: &[(&str, &str)]| {
        let toml = format!("[policy]\nsources = ['{name}']\n");
        let mut all = vec![
            ("dlint.toml", toml.as_str()),
            ("Dockerfile", dockerfile),
            (name, text),
        ];
        all.extend_from_slice(files);
        let folder = project(&all);
        run(folder.path(), &["--format", "concise", "-q", select])
    };
    let ran = with(
        "etc/daemon.json",
        r#"{"insecure-registries": ["old.example.com"]}"#,
        &[],
    );
    assert_eq!(
        ran.out,
        "Dockerfile:1:6 warning[insecure-registry] `old.example.com` is reached over plain HTTP: \
         `etc/daemon.json` lists it\n"
    );
    let ran = with(
        "registries.conf",
        "[[registry]]\nlocation = 'quay.io'\nblocked = true\n",
        &[],
    );
    assert_eq!(
        ran.out,
        "Dockerfile:2:13 error[untrusted-registry] `quay.io/a/b` is blocked by `registries.conf`\n"
    );
    let text = r#"{"default": [{"type": "insecureAcceptAnything"}],
                   "transports": {"docker": {"quay.io": [{"type": "reject"}]}}}"#;
    let ran = with("policy.json", text, &[]);
    assert!(
        ran.out
            .contains("`quay.io/a/b` is rejected by `policy.json`"),
        "{}",
        ran.out
    );
    let text = r#"{"version": "1.0", "trustPolicies": [{"name": "a",
                   "registryScopes": ["old.example.com/base"]}]}"#;
    let ran = with("trustpolicy.json", text, &[]);
    assert_eq!(
        ran.out,
        "Dockerfile:2:13 error[untrusted-registry] no trust policy of `trustpolicy.json` is for \
         `quay.io/a/b`\n"
    );
    // What is wrong in them has its place.
    let ran = with("daemon.json", "{\n  \"insecure-registries\": 3\n}", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("daemon.json:2:26"), "{}", ran.err);
    let folder = project(&[
        ("dlint.toml", "[policy]\nsources = ['none.json']\n"),
        ("Dockerfile", dockerfile),
    ]);
    let ran = run(folder.path(), &["--format", "concise"]);
    assert!(
        ran.err.contains("dlint.toml:2:12") && ran.err.contains("none.json"),
        "{}",
        ran.err
    );
    // One that nobody names is a file like any other.
    let folder = project(&[
        (
            "daemon.json",
            r#"{"insecure-registries": ["old.example.com"]}"#,
        ),
        ("Dockerfile", dockerfile),
    ]);
    assert_eq!(
        run(folder.path(), &["--format", "concise", "-q", select]).out,
        ""
    );
}

#[test]
fn labels_make_an_image_golden_where_its_dockerfile_is_known() {
    let bake = "target \"java\" {\n  context = \"java\"\n  tags = [\"r.example.com/java:1907\"]\n}\n\
                target \"node\" {\n  context = \"node\"\n  tags = [\"r.example.com/node:20\"]\n}\n";
    let files = [
        ("docker-bake.hcl", bake),
        (
            "java/Dockerfile",
            "FROM openjdk:11.0.3\nLABEL com.example.golden=true\nUSER 1\n",
        ),
        ("node/Dockerfile", "FROM node:20.1.0\nUSER 1\n"),
        (
            "sdk/Dockerfile",
            "FROM debian:12\nLABEL com.example.golden=\"true\"\nUSER 1\n",
        ),
        ("app/Dockerfile", "FROM r.example.com/java:1907\nUSER 1\n"),
        (
            "app/node.Dockerfile",
            "FROM r.example.com/node:20\nUSER 1\n",
        ),
        ("app/sdk.Dockerfile", "FROM r.example.com/sdk:1\nUSER 1\n"),
        (
            "app/other.Dockerfile",
            "FROM r.example.com/other:1\nUSER 1\n",
        ),
        ("app/hub.Dockerfile", "FROM debian:12\nUSER 1\n"),
        (
            "dlint.toml",
            "[[policy.golden]]\nlabels = { 'com.example.golden' = 'true' }\n\
             [[policy.golden]]\nimage = 'r.example.com/sdk:1'\ndockerfile = 'sdk/Dockerfile'\n\
             labels = { 'com.example.golden' = 'true' }\n\
             [[overrides]]\nfiles = ['java/**', 'node/**', 'sdk/**']\npolicy.defines-golden = true\n",
        ),
    ];
    let folder = project(&files);
    let arguments = ["--format", "concise", "-q", "--select", "non-golden-base"];
    let ran = run(folder.path(), &arguments);
    assert_eq!(
        ran.out,
        "app/hub.Dockerfile:1:6 error[non-golden-base] `debian:12` is not a golden image\n"
    );
    let ran = run(folder.path(), &["bases", "--format", "csv", "app"]);
    let tier = |image: &str| {
        let line = ran.out.lines().find(|l| l.contains(image)).unwrap();
        line.split(',').nth(11).unwrap().to_owned()
    };
    let tiers = [",java,", ",node,", ",sdk,", ",other,"].map(tier);
    assert_eq!(tiers, ["golden", "own", "golden", "community"]);
    let ran = run(folder.path(), &["policy", "show", "app/Dockerfile"]);
    assert!(
        ran.out.contains("# golden by labels: known of images"),
        "{}",
        ran.out
    );
}

#[test]
fn hostile_policies_end_with_an_error_at_its_place_or_quickly() {
    let many: String = (0..100_000)
        .map(|i| format!("[[policy.golden]]\nimage = 'r.example.com/golden/image-{i}'\n"))
        .collect();
    assert!(many.len() > 1 << 20);
    let some: String = (0..15_000)
        .map(|i| format!("[[policy.golden]]\nimage='r.example/g/{i}*'\nreplaces=['a*{i}']\n"))
        .collect();
    let stars = "*a".repeat(5_000);
    let deep = format!("a = {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    let wide = format!("[[policy.golden]]\nimage = '{stars}'\nreplaces = ['{stars}']\n");
    let list: String = (0..300).map(|i| format!("'{i}.toml', ")).collect();
    let ok = |text: &str| (text.to_owned(), None);
    let wrong = |text: &str, place: &'static str| (text.to_owned(), Some(place));
    let cases = [
        (many, Some("the file is too big")),
        (some, None),
        ok(&wide),
        ok(&format!(
            "[[policy.exceptions]]\nrule='sudo'\nreason='x'\nimages=['{stars}']\n"
        )),
        ok(&format!("[policy]\ntrusted-registries = ['{stars}']\n")),
        wrong(&format!("[policy]\n{deep}"), "policy.toml:2:"),
        wrong("[policy]\neffective = 2027-02-30\n", "policy.toml:2:13"),
        wrong("[policy]\neffective = 'soon'\n", "policy.toml:2:13"),
        wrong(
            "[policy]\neffective = 2027-01-01T00:00:00Z\n",
            "policy.toml:2:13",
        ),
        wrong("[policy]\nmode = 3\n", "policy.toml:2:8"),
        wrong("[policy]\ngolden = 'x'\n", "policy.toml:2:10"),
        wrong("[[policy.golden]]\nimage = ['x']\n", "policy.toml:2:9"),
        wrong(
            "[[policy.golden]]\nimage = 'x'\ntags = ['>= ']\n",
            "policy.toml:3:9",
        ),
        wrong(
            "[[policy.golden]]\nimage = 'x'\nnewest = -1\n",
            "policy.toml:3:10",
        ),
        wrong(
            "[[policy.golden]]\nimage = 'x'\ndeprecated = true\n",
            "policy.toml:3:14",
        ),
        wrong("[[policy.golden]]\nlabels = ['x']\n", "policy.toml:2:10"),
        wrong(
            "[[policy.exceptions]]\nrule = 'sudo'\nreason = ''\n",
            "policy.toml:3:10",
        ),
        wrong(
            "[[policy.exceptions]]\nrule = 'sudo'\nreason = 'x'\nuntil = 1\n",
            "policy.toml:4:9",
        ),
        wrong("locked = [['x']]\n", "policy.toml:1:11"),
        wrong(&format!("extends = [{list}]\n"), "policy.toml:1:12"),
        wrong("extends = 'policy.toml'\n", "policy.toml:1:11"),
        wrong("policy = []\n", "policy.toml:1:10"),
        wrong("[policy]\nsources = 'daemon.json'\n", "policy.toml:2:11"),
        wrong(
            "[policy]\nsources = ['https://example.com/daemon.json']\n",
            "policy.toml:2:12",
        ),
        wrong("[policy]\nlabel-schema = { a = 'b' }\n", "policy.toml:2:22"),
        wrong(
            "[policy.label-schema]\n\"\\u0000\" = 3\n",
            "policy.toml:2:12",
        ),
    ];
    let image = format!("FROM r.example.com/{}:1\nUSER 1000\n", "a".repeat(100));
    for (text, expected) in cases {
        let folder = project(&[("Dockerfile", &image), ("policy.toml", &text)]);
        let start = std::time::Instant::now();
        let ran = run(
            folder.path(),
            &["--policy", "policy.toml", "--format", "concise"],
        );
        let shown: String = text.chars().take(60).collect();
        let seconds = start.elapsed().as_secs_f32();
        // A slow machine, and a build without optimisation.
        assert!(seconds < 20.0, "{shown}: {seconds} s");
        match expected {
            Some(place) => {
                assert_eq!(ran.code, 2, "{shown}: {}", ran.out);
                assert!(ran.err.contains(place), "{shown}: {}", ran.err);
            }
            None => assert!(ran.code < 2, "{shown}: {}", ran.err),
        }
        assert!(ran.err.len() < 20_000, "{shown}");
    }
}
