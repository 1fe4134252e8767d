//! `dlint merge`: the SARIF logs of parts of a run as one.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::args::MergeArgs;
use super::{Status, Trouble, output};
use crate::context::disk;
use crate::discover;

/// The largest log that is read.
const MAX_BYTES: u64 = 1 << 30;

pub(super) fn run(args: &MergeArgs) -> Result<Status, Trouble> {
    let mut merged = Merged::default();
    for path in &args.files {
        merged.add(path, read(path)?)?;
    }
    let log = merged.log();
    match &args.output {
        Some(path) => output::file(path, |out| {
            serde_json::to_writer_pretty(&mut *out, &log)?;
            writeln!(out)
        })?,
        None => output::stdout(|out| {
            serde_json::to_writer_pretty(&mut *out, &log)?;
            writeln!(out)
        })?,
    }
    Ok(Status::Clean)
}

fn trouble(path: &Path, what: impl std::fmt::Display) -> Trouble {
    Trouble::usage(format!("{}: {what}", path.display()))
}

fn read(path: &Path) -> Result<Value, Trouble> {
    let bytes = disk::read_named(path, MAX_BYTES);
    let bytes = bytes.map_err(|e| trouble(path, discover::reason(&e)))?;
    serde_json::from_slice(&bytes).map_err(|e| trouble(path, e))
}

/// The runs of one tool.
#[derive(Default)]
struct Merged {
    /// What all runs share, from the first.
    log: Option<Value>,
    rules: BTreeMap<String, Value>,
    /// By the parts of their paths, as a search finds them.
    artifacts: BTreeMap<Vec<String>, Value>,
    /// The results, and the artifact of each.
    results: Vec<(Vec<String>, Value)>,
    /// The catalogues by name, and their entries by number.
    taxonomies: BTreeMap<String, (Value, BTreeMap<Vec<u32>, Value>)>,
    notifications: Vec<Value>,
    has_failed: bool,
}

impl Merged {
    fn add(&mut self, path: &Path, log: Value) -> Result<(), Trouble> {
        let is_sarif = log.get("version").and_then(Value::as_str) == Some("2.1.0");
        let runs = log.get("runs").and_then(Value::as_array);
        let Some(runs) = runs.filter(|_| is_sarif) else {
            return Err(trouble(path, "this is no SARIF 2.1.0"));
        };
        for run in runs {
            let name = run.pointer("/tool/driver/name").and_then(Value::as_str);
            if name != Some("dlint") {
                let name = name.unwrap_or("no tool");
                return Err(trouble(path, format!("a run of {name}, not of dlint")));
            }
            self.add_run(run);
        }
        let mut shared = log;
        if self.log.is_none() {
            if let Some(runs) = shared.get_mut("runs").and_then(Value::as_array_mut) {
                runs.truncate(1);
            }
            self.log = Some(shared);
        }
        Ok(())
    }

    fn add_run(&mut self, run: &Value) {
        for rule in list(run.pointer("/tool/driver/rules")) {
            let id = text(rule.get("id"));
            self.rules.entry(id).or_insert_with(|| rule.clone());
        }
        for artifact in list(run.get("artifacts")) {
            let key = parts(&text(artifact.pointer("/location/uri")));
            self.artifacts
                .entry(key)
                .or_insert_with(|| artifact.clone());
        }
        for result in list(run.get("results")) {
            let uri = result.pointer("/locations/0/physicalLocation/artifactLocation/uri");
            self.results.push((parts(&text(uri)), result.clone()));
        }
        for taxonomy in list(run.get("taxonomies")) {
            let name = text(taxonomy.get("name"));
            let entry = self.taxonomies.entry(name);
            let (_, taxa) = entry.or_insert_with(|| (taxonomy.clone(), BTreeMap::new()));
            for taxon in list(taxonomy.get("taxa")) {
                taxa.insert(numbers(&text(taxon.get("id"))), taxon.clone());
            }
        }
        for invocation in list(run.get("invocations")) {
            let succeeds = invocation
                .get("executionSuccessful")
                .and_then(Value::as_bool);
            self.has_failed |= succeeds == Some(false);
            let told = list(invocation.get("toolExecutionNotifications"));
            self.notifications.extend(told.iter().cloned());
        }
    }

    fn log(mut self) -> Value {
        let Some(mut log) = self.log.take() else {
            return json!({});
        };
        let ids: Vec<&String> = self.rules.keys().collect();
        let rule_index: BTreeMap<String, usize> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| ((*id).clone(), index))
            .collect();
        let artifact_index: BTreeMap<Vec<String>, usize> = self
            .artifacts
            .keys()
            .enumerate()
            .map(|(index, key)| (key.clone(), index))
            .collect();
        // The weaknesses come before the recommendations, as in each part.
        let mut names: Vec<String> = self.taxonomies.keys().cloned().collect();
        names.sort_by_key(|name| (name != "CWE", name.clone()));
        let mut rules: Vec<Value> = self.rules.into_values().collect();
        for rule in &mut rules {
            let relationships = rule.get_mut("relationships").and_then(Value::as_array_mut);
            for relationship in relationships.into_iter().flatten() {
                let Some(target) = relationship.get_mut("target") else {
                    continue;
                };
                let name = text(target.pointer("/toolComponent/name"));
                let id = numbers(&text(target.get("id")));
                let component = names.iter().position(|n| *n == name);
                let taxa = self.taxonomies.get(&name).map(|(_, taxa)| taxa);
                let index = taxa.and_then(|taxa| taxa.keys().position(|key| *key == id));
                if let (Some(component), Some(index)) = (component, index) {
                    set(target, "index", json!(index));
                    if let Some(of) = target.get_mut("toolComponent") {
                        set(of, "index", json!(component));
                    }
                }
            }
        }
        let mut results = self.results;
        results.sort_by(|a, b| a.0.cmp(&b.0));
        let results: Vec<Value> = results
            .into_iter()
            .map(|(_, mut result)| {
                let id = text(result.get("ruleId"));
                if let Some(index) = rule_index.get(&id) {
                    set(&mut result, "ruleIndex", json!(index));
                }
                place(&mut result, &artifact_index);
                result
            })
            .collect();
        let taxonomies: Vec<Value> = names
            .iter()
            .filter_map(|name| self.taxonomies.remove(name))
            .map(|(mut taxonomy, taxa)| {
                let taxa: Vec<Value> = taxa.into_values().collect();
                set(&mut taxonomy, "taxa", Value::Array(taxa));
                taxonomy
            })
            .collect();
        let Some(run) = log.pointer_mut("/runs/0") else {
            return log;
        };
        if let Some(driver) = run.pointer_mut("/tool/driver") {
            let supported: Vec<Value> = names
                .iter()
                .enumerate()
                .map(|(index, name)| json!({ "name": name, "index": index }))
                .collect();
            if supported.is_empty() {
                remove(driver, "supportedTaxonomies");
            } else {
                set(driver, "supportedTaxonomies", Value::Array(supported));
            }
            set(driver, "rules", Value::Array(rules));
        }
        let mut invocation = json!({ "executionSuccessful": !self.has_failed });
        if !self.notifications.is_empty() {
            let told = Value::Array(self.notifications);
            set(&mut invocation, "toolExecutionNotifications", told);
        }
        set(run, "invocations", json!([invocation]));
        let artifacts: Vec<Value> = self.artifacts.into_values().collect();
        set(run, "artifacts", Value::Array(artifacts));
        set(run, "results", Value::Array(results));
        if taxonomies.is_empty() {
            remove(run, "taxonomies");
        } else {
            set(run, "taxonomies", Value::Array(taxonomies));
        }
        log
    }
}

/// Numbers the artifacts anew wherever a location names one.
fn place(value: &mut Value, artifacts: &BTreeMap<Vec<String>, usize>) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|v| place(v, artifacts)),
        Value::Object(object) => {
            if object.contains_key("index")
                && let Some(uri) = object.get("uri").and_then(Value::as_str)
                && let Some(index) = artifacts.get(&parts(uri))
            {
                object.insert("index".to_owned(), json!(index));
            }
            object.values_mut().for_each(|v| place(v, artifacts));
        }
        _ => {}
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

fn remove(object: &mut Value, key: &str) {
    if let Some(object) = object.as_object_mut() {
        object.remove(key);
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn parts(uri: &str) -> Vec<String> {
    uri.split('/').map(str::to_owned).collect()
}

fn numbers(id: &str) -> Vec<u32> {
    id.split('.').filter_map(|n| n.parse().ok()).collect()
}
