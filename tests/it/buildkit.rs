//! Our reader against BuildKit's recorded answers (`testdata/probes/buildkit.json`).

use std::sync::Arc;

use dlint::context::{Build, Memory};
use dlint::engine;
use dlint::perspective::Perspective;
use dlint::rule::BuildkitCheck;
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

/// What BuildKit does when it finds what a rule finds.
fn check(rule: &str) -> Option<BuildkitCheck> {
    dlint::rules::by_id(rule)?.meta.buildkit
}

fn buildkit_name(rule: &str) -> Option<&'static str> {
    check(rule)?.name
}

fn is_refusal(rule: &str) -> bool {
    check(rule).is_some_and(|check| check.name.is_none())
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let object = value.as_object().into_iter().flatten();
    object
        .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// What a file with its options gets in the BuildKit mode.
struct Answer {
    /// BuildKit's names of the checks that report, with their lines.
    warnings: Vec<(String, u64)>,
    /// What is refused, with the lines.
    errors: Vec<(u64, String)>,
}

fn answer(settings: &mut engine::Settings, text: &str, options: &Value) -> Answer {
    let option = |name: &str| options[name].as_str();
    settings.build = Build {
        arguments: pairs(&options["build_args"]),
        target: option("target").map(str::to_owned),
        platforms: option("platform").map(str::to_owned).into_iter().collect(),
        ..Build::default()
    };
    if let Some(check) = option("check") {
        let argument = ("BUILDKIT_DOCKERFILE_CHECK".to_owned(), check.to_owned());
        settings.build.arguments.push(argument);
    }
    let mut files = Memory::new().with("Dockerfile", text);
    if let Some(ignored) = option("dockerignore") {
        files.insert(".dockerignore", ignored);
        settings.build.context = Some("".into());
    }
    settings.files = Some(Arc::new(files));
    let source = Source::from_bytes("Dockerfile", text.as_bytes().to_vec());
    let report = engine::lint(source, settings);
    let line = |d: &dlint::diagnostic::Diagnostic| {
        u64::from(d.line.unwrap_or_else(|| report.source.line(d.span.start)))
    };
    let named = report.diagnostics.iter().filter_map(|d| {
        let name = buildkit_name(d.rule.id)?;
        Some((name.to_owned(), line(d)))
    });
    let mut warnings: Vec<(String, u64)> = named.collect();
    warnings.sort();
    let refused = |d: &&dlint::diagnostic::Diagnostic| {
        is_refusal(d.rule.id) && d.severity == dlint::diagnostic::Severity::Error
    };
    let errors = report.diagnostics.iter().filter(refused);
    Answer {
        warnings,
        errors: errors.map(|d| (line(d), d.message.clone())).collect(),
    }
}

fn buildkit_mode() -> engine::Settings {
    let rules = dlint::rules::RULES.iter();
    let rules = rules.filter(|e| e.meta.buildkit.is_some());
    engine::Settings::with_rules(rules.map(engine::ActiveRule::new)).seen_by(Perspective::Buildkit)
}

/// What differs, if anything: the checks, and for an error its line and what it is about.
/// BuildKit stops at the first error, so what stands below it is news.
fn difference(ours: &Answer, theirs: &[(String, u64)], error: &Value) -> Option<String> {
    let message = error["message"].as_str();
    // `error=true` makes an error of the warnings.
    let Some(message) = message.filter(|m| !m.starts_with("lint violation")) else {
        let same = ours.warnings == theirs && ours.errors.is_empty();
        return (!same).then(|| format!("ours {:?} {:?}", ours.warnings, ours.errors));
    };
    let mut left = ours.warnings.clone();
    let complete = theirs.iter().all(|wanted| {
        let found = left.iter().position(|w| w == wanted);
        found.map(|at| left.remove(at)).is_some()
    });
    if !complete {
        return Some(format!("ours {:?}", ours.warnings));
    }
    // Of the directives BuildKit counts lines from 0.
    let shift = u64::from(
        message.contains("parser directive can be used") || message.contains("invalid escape"),
    );
    let lines = error["lines"].as_array().into_iter().flatten();
    let lines: Vec<u64> = lines.filter_map(Value::as_u64).map(|l| l + shift).collect();
    let there = |line: &u64| lines.is_empty() || lines.contains(line);
    let same = ours
        .errors
        .iter()
        .any(|(line, ours)| there(line) && is_about_the_same(message, ours));
    (!same).then(|| format!("ours {:?}", ours.errors))
}

/// The words by which BuildKit's errors are known, with those of ours.
const SUBJECTS: &[(&[&str], &[&str])] = &[
    (
        &["check option"],
        &["check options", "BUILDKIT_DOCKERFILE_CHECK"],
    ),
    (&["SOURCE_DATE_EPOCH"], &["SOURCE_DATE_EPOCH"]),
    (&["target stage"], &["the target"]),
    (&["pattern"], &["ignore file"]),
    (
        &["failed to parse stage name", "base name"],
        &[
            "is no image name",
            "names no image",
            "neither a stage nor an image",
        ],
    ),
    (&["platform"], &["no platform"]),
    (&["circular dependency"], &["itself", "in turn"]),
    (
        &["cannot copy from", "cannot mount from"],
        &["stands further down"],
    ),
    (&["invalid stage index"], &["stage number"]),
    (&["signal"], &["is no signal"]),
    (
        &["invalid mount target"],
        &["a mount cannot cover", "has no `target`"],
    ),
    (&["chmod"], &["file mode"]),
    (
        &["failed to process", "is not allowed to be"],
        &["cannot expand"],
    ),
];

fn is_about_the_same(theirs: &str, ours: &str) -> bool {
    let has = |words: &[&str], text: &str| words.iter().any(|w| text.contains(w));
    let subject = SUBJECTS.iter().find(|(them, _)| has(them, theirs));
    subject.is_none_or(|(_, us)| has(us, ours))
}

#[test]
fn the_buildkit_mode_reports_what_docker_build_check_reports() {
    let mut settings = buildkit_mode();
    let mut wrong = Vec::new();
    for probe in probes("lint") {
        let id = probe["id"].as_str().unwrap();
        let Some(text) = probe["input"].as_str() else {
            continue;
        };
        if LINT_DEVIATIONS.iter().any(|(d, _)| *d == id) {
            continue;
        }
        let options = &probe["options"];
        let warnings = probe["output"]["warnings"].as_array().unwrap().iter();
        let mut theirs: Vec<(String, u64)> = warnings
            .map(|w| {
                let rule = w["rule"].as_str().unwrap().to_owned();
                (rule, w["lines"][0].as_u64().unwrap())
            })
            .collect();
        theirs.sort();
        let ours = answer(&mut settings, text, options);
        let error = &probe["output"]["error"];
        if let Some(difference) = difference(&ours, &theirs, error) {
            wrong.push(format!(
                "{id} {text:?} {options}\n   them {theirs:?} {error}\n   {difference}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_answers_as_buildkits_own() {
    let text = std::fs::read_to_string("testdata/probes/checks.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let cases = all["cases"].as_array().unwrap();
    assert!(cases.len() > 1000);
    let mut settings = buildkit_mode();
    let mut wrong = Vec::new();
    for case in cases {
        let text = case["input"].as_str().unwrap();
        let options = &case["options"];
        let warnings = case["warnings"].as_array().unwrap().iter();
        let mut theirs: Vec<(String, u64)> = warnings
            .map(|w| (w[0].as_str().unwrap().to_owned(), w[1].as_u64().unwrap()))
            .collect();
        theirs.sort();
        let ours = answer(&mut settings, text, options);
        if let Some(difference) = difference(&ours, &theirs, &case["error"]) {
            let error = &case["error"];
            wrong.push(format!(
                "{text:?} {options}\n   them {theirs:?} {error}\n   {difference}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_error_never_hides_the_rest() {
    let text = std::fs::read_to_string("testdata/probes/checks.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let fails_by_itself = |case: &Value| {
        let line = case["input"].as_str()?.strip_prefix("FROM alpine\n")?;
        let lines = case["error"]["lines"].as_array()?;
        // What goes on below, or is about other stages, cannot stand among others.
        let whole = line.matches('\n').count() == 1 && !line.contains("<<");
        let own = !line.starts_with("FROM") && !line.contains("from");
        let plain = case.get("options").is_none() && lines.contains(&json!(2));
        (whole && own && plain).then(|| line.to_owned())
    };
    let lines: Vec<String> = all["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(fails_by_itself)
        .collect();
    assert!(lines.len() > 100, "{}", lines.len());
    let file = format!("FROM alpine\n{}", lines.concat());
    let ours = answer(&mut buildkit_mode(), &file, &Value::Null);
    let hidden: Vec<&String> = (2..)
        .zip(&lines)
        .filter(|(number, _)| !ours.errors.iter().any(|(line, _)| line == number))
        .map(|(_, line)| line)
        .collect();
    assert!(hidden.is_empty(), "{hidden:?}");
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

/// Every example of the page on BuildKit: what its checks were observed to say stands there too.
#[test]
fn the_listed_differences_are_as_listed() {
    let page = std::fs::read_to_string("docs/buildkit.md").unwrap();
    let mut settings = buildkit_mode();
    let mut lines = page.lines();
    let mut checked = 0;
    while lines.by_ref().any(|line| line == "```dockerfile") {
        let block: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        let mut answers = lines.by_ref().skip(1).take_while(|l| *l != "```");
        let theirs = answers.next().unwrap().strip_prefix("BuildKit: ").unwrap();
        let ours = answers.next().unwrap().strip_prefix("dlint: ").unwrap();
        assert!(answers.next().is_none());
        assert_ne!(theirs, ours, "no difference");
        let found = answer(&mut settings, &(block.join("\n") + "\n"), &Value::Null);
        let warnings = found.warnings.into_iter().map(|(name, line)| (line, name));
        let errors = found
            .errors
            .into_iter()
            .map(|(l, _)| (l, "error".to_owned()));
        let mut found: Vec<(u64, String)> = warnings.chain(errors).collect();
        found.sort();
        let found: Vec<String> = found
            .iter()
            .map(|(l, name)| format!("{l} {name}"))
            .collect();
        let found = if found.is_empty() {
            "nothing".to_owned()
        } else {
            found.join(", ")
        };
        assert_eq!(found, ours, "{block:?}");
        checked += 1;
    }
    assert!(checked >= 4, "{checked}");
}
