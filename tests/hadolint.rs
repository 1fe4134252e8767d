//! The hadolint profile against hadolint's recorded answers (`testdata/probes/hadolint.json`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::path::Path;

use dlint::config::{Configs, Layer, Place, Profile};
use dlint::diagnostic::Severity;
use dlint::engine;
use dlint::rules;
use dlint::span::Source;
use serde_json::Value;

/// Probes where dlint differs on purpose, and why. `docs/hadolint.md` has an example of each.
const DIFFERENCES: &[(&str, &str)] = &[];

/// Line, code and level of what the hadolint profile finds.
type Found = BTreeSet<(u32, String, Severity)>;

fn find(dockerfile: &str, policy: toml::Table, also: &[&str]) -> Found {
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
        let code = dlint::emit::code(d, effective.codes).to_owned();
        (d.line.unwrap_or(line), code, d.severity)
    });
    found.collect()
}

fn policy(config: &Value) -> toml::Table {
    let mut policy = toml::Table::new();
    if let Some(registries) = config.get("trustedRegistries") {
        let registries = toml::Value::try_from(registries).unwrap();
        policy.insert("trusted-registries".to_owned(), registries);
    }
    if let Some(schema) = config.get("label-schema") {
        policy.insert(
            "label-schema".to_owned(),
            toml::Value::try_from(schema).unwrap(),
        );
    }
    if let Some(strict) = config.get("strict-labels") {
        policy.insert(
            "strict-labels".to_owned(),
            toml::Value::try_from(strict).unwrap(),
        );
    }
    policy
}

fn is_dl(code: &str) -> bool {
    code.starts_with("DL")
}

#[test]
fn the_profile_says_what_hadolint_says() {
    let text = std::fs::read_to_string("testdata/probes/hadolint.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let (mut wrong, mut checked, mut absent) = (Vec::new(), 0, BTreeSet::new());
    for probe in all["vectors"].as_array().unwrap() {
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
