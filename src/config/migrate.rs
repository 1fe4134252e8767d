//! `.hadolint.yaml` → the text of a `dlint.toml` that means the same.

use std::path::Path;

use super::hadolint::{self, Read};
use super::{ConfigError, PolicyKeys};
use crate::rules;

/// The text of the `dlint.toml` that means what a `.hadolint.yaml` means.
pub fn migrate(path: &Path) -> Result<String, ConfigError> {
    let Read { layer, dropped } = hadolint::load(path)?;
    let mut out = String::from(
        "# What .hadolint.yaml said. dlint's own rules are on; for hadolint's rules, levels and\n\
         # codes only, take away the mark:\n\
         # profile = \"hadolint\"\n",
    );
    let mut top = toml::Table::new();
    let ignore: Vec<toml::Value> = ids(layer.ignore.iter())
        .into_iter()
        .map(Into::into)
        .collect();
    if !ignore.is_empty() {
        top.insert("ignore".to_owned(), ignore.into());
    }
    if let Some(fail_on) = layer.fail_on {
        insert(&mut top, "fail-on", fail_on);
    }
    if let Some(format) = layer.format {
        insert(&mut top, "format", format);
    }
    if let Some(counts) = layer.ignore_comments {
        top.insert("ignore-comments".to_owned(), counts.into());
    }
    let mut levels = toml::Table::new();
    for (code, level) in &layer.levels {
        for id in ids([code].into_iter()) {
            insert(&mut levels, &id, *level);
        }
    }
    // A rule that is ignored under one of its names stays so.
    for id in &ignore_ids(&top) {
        levels.remove(id);
    }
    if !levels.is_empty() {
        top.insert("levels".to_owned(), levels.into());
    }
    if layer.policy != PolicyKeys::default() {
        insert(&mut top, "policy", layer.policy);
    }
    if layer.no_color == Some(true) {
        out.push_str("# no-color: say `--color never` or set NO_COLOR; a pipe is never coloured\n");
    }
    if !dropped.is_empty() {
        out.push_str(&format!("# No rule stands for {}.\n", dropped.join(", ")));
    }
    if !top.is_empty() {
        out.push('\n');
        out.push_str(&toml::to_string_pretty(&top).unwrap_or_default());
    }
    Ok(out)
}

fn insert(table: &mut toml::Table, key: &str, value: impl serde::Serialize) {
    if let Ok(value) = toml::Value::try_from(value) {
        table.insert(key.to_owned(), value);
    }
}

fn ignore_ids(top: &toml::Table) -> Vec<String> {
    let ignore = top.get("ignore").and_then(|v| v.as_array());
    let names = ignore.into_iter().flatten().filter_map(|v| v.as_str());
    names.map(str::to_owned).collect()
}

/// The rules that codes stand for; a code of ShellCheck stays itself.
fn ids<'c>(codes: impl Iterator<Item = &'c String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for code in codes {
        let names: Vec<String> = if code.starts_with("SC") {
            vec![code.clone()]
        } else {
            rules::by_name(code)
                .iter()
                .map(|e| e.meta.id.to_owned())
                .collect()
        };
        for name in names {
            if !out.contains(&name) {
                out.push(name);
            }
        }
    }
    out
}
