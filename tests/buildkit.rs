//! Our reader against BuildKit's recorded answers (`testdata/probes/buildkit.json`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use dlint::context::Build;
use dlint::engine;
use dlint::span::Source;
use dlint::syntax::check::CheckOptions;
use dlint::syntax::{self, Instruction, Kind};
use serde_json::{Value, json};

/// Where we differ on purpose, and why.
const DEVIATIONS: &[(&str, &str)] = &[];

fn probes(op: &str) -> Vec<Value> {
    let text = std::fs::read_to_string("testdata/probes/buildkit.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let probes: Vec<Value> = all["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|v| v["op"] == op)
        .cloned()
        .collect();
    assert!(!probes.is_empty(), "no probe of op {op}");
    probes
}

fn input(probe: &Value) -> Option<Source> {
    // Bytes that are not UTF-8 come in base64; `invalid_bytes_*` covers them.
    Some(Source::new("Dockerfile", probe["input"].as_str()?))
}

fn node(source: &Source, file: &syntax::File, i: &Instruction) -> Value {
    let mut out = json!({
        "value": i.name.as_str(),
        "original": i.logical.text(),
        "start": i.start_line,
        "end": i.end_line,
    });
    out["args"] = match &i.kind {
        Kind::Onbuild(inner) => {
            let mut child = node(source, file, inner);
            for key in ["start", "end", "heredocs", "prev_comment"] {
                child.as_object_mut().unwrap().remove(key);
            }
            json!([{ "args": [], "children": [child], "value": "" }])
        }
        _ => json!(i.words()),
    };
    if i.is_exec_form() {
        out["attributes"] = json!({ "json": true });
    }
    if !i.flags.is_empty() {
        out["flags"] = i.flags.iter().map(|f| f.buildkit_text()).collect();
    }
    if !i.heredocs.is_empty() {
        out["heredocs"] = i
            .heredocs
            .iter()
            .map(|h| {
                json!({
                    "name": h.name,
                    "fd": h.descriptor,
                    "chomp": h.chomp,
                    "expand": h.expand,
                    "content": source.slice(h.body),
                })
            })
            .collect();
    }
    if !i.comment_block.is_empty() {
        out["prev_comment"] = i
            .comment_block
            .iter()
            .map(|&c| Value::from(file.comments[c].buildkit_text(source)))
            .collect();
    }
    out
}

#[test]
fn lines_become_the_nodes_of_buildkits_parser() {
    let mut wrong = Vec::new();
    for probe in probes("ast") {
        let Some(source) = input(&probe) else {
            continue;
        };
        let file = syntax::parse(&source);
        let id = probe["id"].as_str().unwrap();
        if DEVIATIONS.iter().any(|(d, _)| *d == id) {
            continue;
        }
        let expected = &probe["output"];
        if !expected["error"].is_null() {
            if file.errors.is_empty() {
                wrong.push(format!(
                    "{id}: no error, but BuildKit says {}",
                    expected["error"]
                ));
            }
            continue;
        }
        let nodes: Value = file
            .instructions
            .iter()
            .map(|i| node(&source, &file, i))
            .collect();
        if nodes != expected["nodes"] {
            wrong.push(format!(
                "{id}: {:?}\n  ours {nodes}\n  them {}",
                source.text(),
                expected["nodes"]
            ));
        }
        if file.escape.char().to_string() != expected["escape"] {
            wrong.push(format!("{id}: escape"));
        }
        let warnings: Vec<u32> = file
            .instructions
            .iter()
            .filter_map(|i| Some(source.line(i.empty_continuation?.start)))
            .collect();
        let theirs = expected["warnings"].as_array().map_or(0, Vec::len);
        if warnings.len() != theirs {
            wrong.push(format!(
                "{id}: warnings {warnings:?} {}",
                expected["warnings"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_syntax_image_is_found_where_buildkit_finds_it() {
    for probe in probes("syntax") {
        let Some(source) = input(&probe) else {
            continue;
        };
        let file = syntax::parse(&source);
        let expected = &probe["output"];
        let ours = match &file.syntax {
            None => json!({"cmdline": "", "lines": [], "ok": false, "value": ""}),
            Some(s) => json!({
                "cmdline": s.command_line,
                "lines": [s.line],
                "ok": true,
                "value": s.image,
            }),
        };
        assert_eq!(&ours, expected, "{} {:?}", probe["id"], source.text());
    }
}

#[test]
fn what_buildkit_refuses_is_an_error_and_nothing_else() {
    let mut wrong = Vec::new();
    for probe in probes("instr") {
        let Some(source) = input(&probe) else {
            continue;
        };
        let file = syntax::parse(&source);
        let refused = probe["output"].get("error").is_some_and(|e| !e.is_null());
        if refused != file.errors.iter().any(|e| !e.deferred) {
            wrong.push(format!(
                "{} {:?}\n   them {}\n   ours {:?}",
                probe["id"],
                source.text(),
                probe["output"]["error"],
                file.errors
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn invalid_bytes_keep_their_place() {
    let source = Source::from_bytes("f", b"FROM a\nRUN \xff\xfe x\nENV a=\xff\n".to_vec());
    let file = syntax::parse(&source);
    assert!(file.errors.is_empty());
    assert_eq!(file.instructions.len(), 3);
    assert_eq!(file.instructions[1].words(), ["?? x"]);
}

/// Where BuildKit's checks and ours differ on purpose, and why.
const LINT_DEVIATIONS: &[(&str, &str)] = &[
    (
        "probe-0464",
        "SHELL stands in the base image's configuration",
    ),
    (
        "probe-1026",
        "the triggers stand in the base image's configuration",
    ),
    (
        "probe-1022",
        "only the registry knows that the base image is missing",
    ),
    (
        "probe-1020",
        "a plain build, not a check: it looks at the stages it needs only",
    ),
];

/// The rules that say what BuildKit refuses.
const REFUSALS: [&str; 5] = [
    "invalid-base-reference",
    "invalid-port",
    "self-reference",
    "syntax-error",
    "unknown-stage",
];

fn buildkit_name(rule: &str) -> Option<&'static str> {
    let meta = &dlint::rules::by_id(rule)?.meta;
    meta.aliases.iter().copied().find(|alias| {
        alias.starts_with(|c: char| c.is_ascii_uppercase())
            && alias.bytes().all(|b| b.is_ascii_alphabetic())
            && alias.bytes().any(|b| b.is_ascii_lowercase())
    })
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let object = value.as_object().into_iter().flatten();
    object
        .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
        .collect()
}

#[test]
fn the_buildkit_mode_reports_what_docker_build_check_reports() {
    let mut settings = engine::Settings {
        rules: dlint::rules::RULES
            .iter()
            .filter(|e| buildkit_name(e.meta.id).is_some() || REFUSALS.contains(&e.meta.id))
            .map(engine::ActiveRule::new)
            .collect(),
        buildkit: true,
        ..engine::Settings::default()
    };
    let has_rule = |name: &str| !dlint::rules::by_name(name).is_empty();
    let (mut equal, mut skipped, mut wrong) = (0, 0, Vec::new());
    for probe in probes("lint") {
        let id = probe["id"].as_str().unwrap();
        let Some(source) = input(&probe) else {
            continue;
        };
        if LINT_DEVIATIONS.iter().any(|(d, _)| *d == id) {
            continue;
        }
        let options = &probe["options"];
        settings.build = Build {
            arguments: pairs(&options["build_args"]),
            target: options["target"].as_str().map(str::to_owned),
            ..Build::default()
        };
        if let Some(check) = options["check"].as_str() {
            let argument = ("BUILDKIT_DOCKERFILE_CHECK".to_owned(), check.to_owned());
            settings.build.arguments.push(argument);
        }
        let directory = tempfile::tempdir().unwrap();
        if let Some(ignored) = options["dockerignore"].as_str() {
            std::fs::write(directory.path().join(".dockerignore"), ignored).unwrap();
            settings.build.context = Some(directory.path().to_owned());
        }
        let path = directory.path().join("Dockerfile");
        std::fs::write(&path, source.bytes()).unwrap();
        let source = Source::from_bytes(path, source.bytes().to_vec());
        let report = engine::lint(source, &settings);
        let refused = |d: &dlint::diagnostic::Diagnostic| {
            REFUSALS.contains(&d.rule) && d.severity == dlint::diagnostic::Severity::Error
        };
        let mut ours: Vec<(String, u64)> = report
            .diagnostics
            .iter()
            .filter_map(|d| {
                let name = buildkit_name(d.rule)?;
                Some((name.to_owned(), u64::from(d.line?)))
            })
            .collect();
        let mut theirs: Vec<(String, u64)> = probe["output"]["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| {
                let rule = w["rule"].as_str().unwrap().to_owned();
                (rule, w["lines"][0].as_u64().unwrap())
            })
            .collect();
        let complete = theirs.iter().all(|(name, _)| has_rule(name));
        theirs.retain(|(name, _)| has_rule(name));
        ours.sort();
        theirs.sort();
        let error = &probe["output"]["error"];
        let fails = !error.is_null();
        let says_so = report.diagnostics.iter().any(refused);
        let same = match fails {
            // BuildKit stops at an error; what stands below it is news.
            true => theirs.iter().all(|w| ours.contains(w)),
            false => ours == theirs,
        };
        if !same || fails != says_so {
            wrong.push(format!(
                "{id} {:?} {options}\n   them {theirs:?} {error}\n   ours {ours:?} {:?}",
                report.source.text(),
                report
                    .diagnostics
                    .iter()
                    .map(|d| format!("{} {}", d.rule, d.message))
                    .collect::<Vec<_>>(),
            ));
        } else if complete {
            equal += 1;
        } else {
            skipped += 1;
        }
    }
    println!(
        "{equal} equal, {skipped} wait for a rule, {} differ",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn check_options_are_read_as_buildkit_reads_them() {
    for probe in probes("checkopt") {
        let text = probe["input"].as_str().unwrap();
        let expected = &probe["output"];
        match CheckOptions::parse(text) {
            Err(error) => assert_eq!(error.message, expected["error"]["message"], "{text}"),
            Ok(options) => {
                let names = |list: &[syntax::check::CheckName]| match list {
                    [] => Value::Null,
                    list => list.iter().map(|n| n.name.as_str()).collect(),
                };
                let config = json!({
                    "error": options.error,
                    "experimental": names(&options.experimental),
                    "experimental_all": options.experimental_all,
                    "skip": names(&options.skip),
                    "skip_all": options.skip_all,
                });
                assert_eq!(config, expected["config"], "{text}");
            }
        }
    }
}
