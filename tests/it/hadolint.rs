//! The hadolint profile against hadolint's recorded answers (`testdata/probes/hadolint*.json`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dlint::config::{Configs, Layer, Place, PolicyKeys, Profile};
use dlint::diagnostic::Severity;
use dlint::engine;
use dlint::policy::Policy;
use dlint::rules;
use dlint::span::Source;
use serde::Deserialize;
use serde_json::Value;

/// Probes where dlint differs on purpose, and why. `docs/hadolint.md` has an example of each.
const DIFFERENCES: &[(&str, &str)] = &[
    ("probe-162", "Files that hadolint cannot read"),
    ("probe-1032", "Files that hadolint cannot read"),
    ("probe-1041", "Files that hadolint cannot read"),
    ("probe-310", "Files that BuildKit refuses"),
    ("probe-332", "Files that BuildKit refuses"),
    ("probe-360", "Files that BuildKit refuses"),
    ("probe-361", "Files that BuildKit refuses"),
    ("probe-944", "Files that BuildKit refuses"),
    ("probe-384", "A host with a port and no dot"),
    ("probe-734", "Licence expressions"),
    ("probe-1025", "Blanks do not end an instruction"),
];

/// The same for ShellCheck's codes.
const SHELL_DIFFERENCES: &[(&str, &str)] = &[
    ("probe-943", "Scripts that are not for such a shell"),
    ("probe-969", "Scripts that are not for such a shell"),
    ("probe-982", "The shell that runs the script"),
    ("probe-992", "Scripts that are not for such a shell"),
    ("probe-1025", "Blanks do not end an instruction"),
];

/// Line, code and level of what the hadolint profile finds.
type Found = BTreeSet<(u32, String, Severity)>;

fn find(dockerfile: &str, policy: PolicyKeys, also: &[&str]) -> Found {
    let known = |name: &&&str| !rules::by_name(name).is_empty();
    let layer = Layer {
        profile: Some(Profile::Hadolint),
        extend_select: also.iter().filter(known).map(|n| n.to_string()).collect(),
        policy,
        ..Layer::default()
    };
    let mut configs = Configs::new(Place::Isolated, layer);
    let effective = configs.of_file(Path::new("Dockerfile")).unwrap();
    let source = Source::new("Dockerfile", dockerfile);
    let report = engine::lint(source, &effective.settings);
    let found = report.diagnostics.iter().map(|d| {
        let line = report.source.position(d.span.start).line;
        let code = dlint::emit::code(d, effective.settings.perspective).to_owned();
        (d.line.unwrap_or(line), code, d.severity)
    });
    found.collect()
}

fn policy(config: &Value) -> PolicyKeys {
    let list = |key: &str| config.get(key).map(|v| Vec::deserialize(v).unwrap());
    let labels = config.get("label-schema");
    PolicyKeys {
        trusted_registries: list("trustedRegistries"),
        label_schema: labels.map_or_else(BTreeMap::new, |v| BTreeMap::deserialize(v).unwrap()),
        strict_labels: config.get("strict-labels").map(|v| v.as_bool().unwrap()),
        ..PolicyKeys::default()
    }
}

/// Every probe, those that were made for this project behind the others.
fn probes() -> Vec<Value> {
    let files = ["hadolint", "hadolint-own"];
    let read = |name| {
        let text = std::fs::read_to_string(format!("testdata/probes/{name}.json")).unwrap();
        let mut all: Value = serde_json::from_str(&text).unwrap();
        match all["vectors"].take() {
            Value::Array(vectors) => vectors,
            other => panic!("no vectors: {other}"),
        }
    };
    files.into_iter().flat_map(read).collect()
}

fn is_dl(code: &str) -> bool {
    code.starts_with("DL")
}

#[test]
fn the_profile_says_what_hadolint_says() {
    let (mut wrong, mut checked, mut absent) = (Vec::new(), 0, BTreeSet::new());
    for probe in probes() {
        let id = probe["id"].as_str().unwrap();
        let Some(theirs) = probe["findings"].as_array() else {
            // hadolint crashed.
            continue;
        };
        if DIFFERENCES.iter().any(|(d, _)| *d == id) {
            continue;
        }
        let dockerfile = probe["dockerfile"].as_str().unwrap();
        let theirs: Found = theirs
            .iter()
            .filter(|f| is_dl(f["code"].as_str().unwrap()))
            .filter(|f| {
                let code = f["code"].as_str().unwrap();
                let known = !rules::by_name(code).is_empty();
                if !known {
                    absent.insert(code.to_owned());
                }
                known
            })
            .map(|f| {
                (
                    f["line"].as_u64().unwrap() as u32,
                    f["code"].as_str().unwrap().to_owned(),
                    serde_json::from_value(f["level"].clone()).unwrap(),
                )
            })
            .collect();
        let mut ours = find(dockerfile, policy(&probe["config"]), &["DL3057", "DL1001"]);
        ours.retain(|f| is_dl(&f.1));
        checked += 1;
        if ours != theirs {
            let show = |set: Vec<&(u32, String, Severity)>| format!("{set:?}");
            wrong.push(format!(
                "{id} {dockerfile:?} {}\n  missing {}\n  extra {}",
                probe["config"],
                show(theirs.difference(&ours).collect()),
                show(ours.difference(&theirs).collect()),
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checked} differ (not in the registry: {absent:?})\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// ShellCheck's findings: what hadolint says, and on the other RUNs nothing.
#[test]
#[cfg(feature = "shell-lint")]
fn the_profile_says_of_scripts_what_hadolint_says() {
    let text = std::fs::read_to_string("testdata/probes/hadolint.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let (mut wrong, mut said) = (Vec::new(), 0);
    for probe in all["vectors"].as_array().unwrap() {
        let id = probe["id"].as_str().unwrap();
        let Some(theirs) = probe["findings"].as_array() else {
            continue;
        };
        let unread = theirs.iter().any(|f| f["code"] == "DL1000");
        let place = |line: u64, code: &str| (line, code.to_owned());
        let theirs: BTreeSet<(u64, String)> = theirs
            .iter()
            .map(|f| place(f["line"].as_u64().unwrap(), f["code"].as_str().unwrap()))
            .filter(|(_, code)| !is_dl(code))
            .collect();
        let ours: BTreeSet<(u64, String)> = find(
            probe["dockerfile"].as_str().unwrap(),
            policy(&probe["config"]),
            &[],
        )
        .into_iter()
        .map(|(line, code, _)| place(line.into(), &code))
        .filter(|(_, code)| !is_dl(code))
        .collect();
        said += theirs.len();
        let extra = |(line, _): &(u64, String)| !unread && theirs.iter().all(|t| t.0 != *line);
        let differs = !theirs.is_subset(&ours) || ours.iter().any(extra);
        if differs != SHELL_DIFFERENCES.iter().any(|(d, _)| *d == id) {
            wrong.push(format!("{id} {}: {theirs:?} {ours:?}", probe["dockerfile"]));
        }
    }
    assert!(said > 30, "{said}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The places that are read, whether a rule stands for the code or not.
#[test]
fn the_places_of_every_code_are_hadolints() {
    let mut wrong = Vec::new();
    for probe in probes() {
        let id = probe["id"].as_str().unwrap();
        let Some(theirs) = probe["findings"].as_array() else {
            continue;
        };
        let parse_error = theirs.iter().any(|f| f["code"] == "DL1000");
        // Where it differs in what BuildKit refuses, the places are the same.
        let differs = DIFFERENCES
            .iter()
            .any(|(d, why)| *d == id && !why.contains("refuses"));
        let dockerfile = probe["dockerfile"].as_str().unwrap();
        // Comments count only later.
        if parse_error || differs || dockerfile.contains("ignore=") {
            continue;
        }
        let source = Source::new("Dockerfile", dockerfile);
        let file = dlint::syntax::parse(&source);
        let build = Default::default();
        let facts = dlint::facts::Facts::of(&source, &file, &build);
        let mut asked = Policy::default();
        policy(&probe["config"]).lay_over(&mut asked);
        let ours: BTreeSet<(u32, String)> = dlint::compat::hadolint::read(&facts, &asked)
            .into_iter()
            .filter(|r| r.code != "DL3054")
            .map(|r| (r.line, r.code.to_owned()))
            .collect();
        let theirs: BTreeSet<(u32, String)> = theirs
            .iter()
            .map(|f| {
                (
                    f["line"].as_u64().unwrap() as u32,
                    f["code"].as_str().unwrap().to_owned(),
                )
            })
            .filter(|(_, code)| is_dl(code) && !matches!(code.as_str(), "DL1001" | "DL3054"))
            .collect();
        if ours != theirs {
            wrong.push(format!(
                "{id} {:?} {}\n  missing {:?}\n  extra {:?}",
                probe["dockerfile"].as_str().unwrap(),
                probe["config"],
                theirs.difference(&ours).collect::<Vec<_>>(),
                ours.difference(&theirs).collect::<Vec<_>>(),
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every example of the page on hadolint: what hadolint was observed to say stands there too.
#[test]
fn the_listed_differences_are_as_listed() {
    let page = std::fs::read_to_string("docs/hadolint.md").unwrap();
    let (mut title, mut titles, mut checked) = ("", Vec::new(), 0);
    let mut lines = page.lines();
    let mut policy = PolicyKeys::default();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("### ") {
            title = heading;
            policy = PolicyKeys::default();
            titles.push(title);
        }
        if line == "```toml" {
            let text: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
            let file: toml::Table = toml::from_str(&text.join("\n")).unwrap();
            policy = file["policy"].clone().try_into().unwrap();
        }
        if line != "```dockerfile" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        let mut answers = lines.by_ref().skip(1).take_while(|l| *l != "```");
        let theirs = answers.next().unwrap().strip_prefix("hadolint:").unwrap();
        let ours = answers.next().unwrap().strip_prefix("dlint:").unwrap();
        assert!(answers.next().is_none());
        assert_ne!(theirs.trim(), ours.trim(), "{title}: no difference");
        let shell = theirs.contains("SC") || ours.contains("SC");
        if shell && cfg!(not(feature = "shell-lint")) {
            continue;
        }
        let found = find(&(block.join("\n") + "\n"), policy.clone(), &[]);
        let found: BTreeSet<String> = found
            .iter()
            .filter(|f| shell || is_dl(&f.1))
            .map(|(line, code, _)| format!("{line} {code}"))
            .collect();
        let found: Vec<String> = found.into_iter().collect();
        assert_eq!(found.join(", "), ours.trim(), "{title}");
        checked += 1;
    }
    assert!(checked >= 10, "{checked}");
    for (probe, why) in DIFFERENCES.iter().chain(SHELL_DIFFERENCES) {
        assert!(titles.contains(why), "{probe}: {why}");
    }
}

fn formatted(format: &str) -> (String, String) {
    let theirs = std::fs::read_to_string(format!("testdata/hadolint/{format}.txt")).unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_dlint"))
        .current_dir("testdata/hadolint")
        .args(["--isolated", "--profile", "hadolint", "--select"])
        .args([
            "DL3003,DL3004,DL3006,DL3048,DL4000",
            "-f",
            format,
            "Dockerfile",
        ])
        .env("FORCE_COLOR", "0")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    (String::from_utf8(ran.stdout).unwrap(), theirs)
}

/// Values without what is each tool's own: messages, its name, exact columns, fingerprints.
fn shape(value: &Value, theirs: &Value, at: &str) {
    match (value, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (key, theirs) in theirs {
                let ours = ours.get(key).unwrap_or_else(|| panic!("no {key} at {at}"));
                shape(ours, theirs, &format!("{at}.{key}"));
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{at}");
            for (ours, theirs) in ours.iter().zip(theirs) {
                shape(ours, theirs, at);
            }
        }
        (ours, theirs) => {
            let own = [
                "essage",
                "description",
                "olumn",
                "fingerprint",
                "engineId",
                "text",
                "$schema",
                "name",
                "Name",
                "Uri",
                "sourceLanguage",
                "version",
            ];
            let key = at.rsplit('.').next().unwrap();
            if ["path", "filename", "filePath"].contains(&key) {
                // Ours start at the root of the repository.
                let (ours, theirs) = (ours.as_str().unwrap(), theirs.as_str().unwrap());
                assert!(ours.ends_with(theirs), "{at}: {ours} {theirs}");
                return;
            }
            let kind = |v: &Value| std::mem::discriminant(v);
            assert_eq!(kind(ours), kind(theirs), "{at}");
            if !own
                .iter()
                .any(|o| at.rsplit('.').next().unwrap().contains(o))
            {
                assert_eq!(ours, theirs, "{at}");
            }
        }
    }
}

/// Sorted as both list findings of one line in their own order.
fn sorted(mut values: Vec<Value>) -> Value {
    let key = |v: &Value| {
        let code = ["code", "check_name", "patternId", "ruleId"];
        code.iter()
            .find_map(|k| v.get(k)?.as_str().map(str::to_owned))
    };
    values.sort_by_key(key);
    Value::Array(values)
}

#[test]
fn the_formats_in_json_have_hadolints_fields() {
    let array = |text: &str| -> Vec<Value> { serde_json::from_str(text).unwrap() };
    let stream = |text: &str| -> Vec<Value> {
        let text = text.replace('\0', "\n");
        let values = serde_json::Deserializer::from_str(&text).into_iter();
        values.map(Result::unwrap).collect()
    };
    for format in ["json", "gitlab_codeclimate"] {
        let (ours, theirs) = formatted(format);
        shape(&sorted(array(&ours)), &sorted(array(&theirs)), format);
    }
    for format in ["codeclimate", "codacy"] {
        let (ours, theirs) = formatted(format);
        assert_eq!(ours.matches('\0').count(), theirs.matches('\0').count());
        shape(&sorted(stream(&ours)), &sorted(stream(&theirs)), format);
    }
    let (ours, theirs) = formatted("sonarqube");
    let issues = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        sorted(value["issues"].as_array().unwrap().clone())
    };
    shape(&issues(&ours), &issues(&theirs), "sonarqube");
}

#[test]
fn the_formats_in_lines_have_hadolints_shape() {
    for format in ["tty", "gnu"] {
        let (ours, theirs) = formatted(format);
        let head = |text: &str| -> BTreeSet<String> {
            let lines = text.lines().filter(|l| !l.is_empty());
            let head = lines.map(|l| {
                let code = l.find(" DL").unwrap();
                let end = l[code..].find(": ").unwrap();
                l[..code + end].replace("hadolint:", "dlint:")
            });
            head.collect()
        };
        assert_eq!(head(&ours), head(&theirs), "{format}");
        assert!(!ours.contains('\u{1b}'));
    }
}

/// The elements of an XML text with the names of their attributes.
fn elements(xml: &str) -> Vec<(String, BTreeSet<String>)> {
    let tags = xml
        .split('<')
        .skip(1)
        .filter(|t| !t.starts_with(['/', '?']));
    tags.map(|tag| {
        let tag = &tag[..tag.find('>').unwrap()];
        let name = tag.split([' ', '/']).next().unwrap().to_owned();
        // An attribute stands before every `="`.
        let attributes = tag.split("=\"").map(|part| {
            let part = part.rsplit([' ', '"']).next().unwrap();
            part.to_owned()
        });
        let count = tag.matches("=\"").count();
        (name, attributes.take(count).collect())
    })
    .collect()
}

#[test]
fn the_formats_in_xml_have_hadolints_elements() {
    for format in ["checkstyle", "junit"] {
        let (ours, theirs) = formatted(format);
        let (ours, theirs) = (elements(&ours), elements(&theirs));
        assert_eq!(ours.len(), theirs.len(), "{format}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            // What does not fail is no failure.
            if (ours.0.as_str(), theirs.0.as_str()) == ("system-out", "failure") {
                continue;
            }
            assert_eq!(ours.0, theirs.0, "{format}");
            assert!(theirs.1.is_subset(&ours.1), "{format} {ours:?} {theirs:?}");
        }
    }
}
