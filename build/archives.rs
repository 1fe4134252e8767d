//! `data/hosts.toml` and `data/missing-packages.toml` to the tables that `src/images/archives.rs`
//! and `src/facts/hosts.rs` include.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::Datetime;

use super::images::date;
use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    host: Vec<Host>,
    suite: Vec<Suite>,
    image: Vec<Image>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    host: String,
    #[serde(default)]
    exact: bool,
    path: Option<String>,
    scheme: Option<String>,
    program: Option<String>,
    #[serde(default)]
    later: bool,
    since: Datetime,
    what: String,
    instead: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    suite: String,
    since: Datetime,
    archive: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    image: String,
    not: Vec<String>,
    suite: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Missing {
    lacks: String,
    instead: Option<String>,
}

/// Writes the tables; says what is wrong with the files.
pub(super) fn generate() -> Result<(), String> {
    let gone: Gone = read("hosts")?;
    let hosts: Result<Vec<String>, String> = gone
        .host
        .iter()
        .map(|host| {
            Ok(format!(
                "DeadHost {{ host: {:?}, exact: {}, path: {:?}, scheme: {:?}, program: {:?}, \
                 later: {}, since: {}, what: {:?}, instead: {:?} }}",
                host.host,
                host.exact,
                host.path.as_deref().unwrap_or_default(),
                host.scheme,
                host.program,
                host.later,
                date(&host.since)?,
                host.what,
                host.instead,
            ))
        })
        .collect();
    write(
        "hosts.rs",
        &table("The servers.", "static HOSTS", "DeadHost", &hosts?),
    );
    let suites: Result<Vec<String>, String> = gone
        .suite
        .iter()
        .map(|suite| {
            Ok(format!(
                "GoneSuite {{ name: {:?}, since: {}, archive: {:?} }}",
                suite.suite,
                date(&suite.since)?,
                suite.archive
            ))
        })
        .collect();
    let images: Vec<String> = gone
        .image
        .iter()
        .map(|i| format!("({:?}, {}, {:?})", i.image, list(&i.not), i.suite))
        .collect();
    let missing: BTreeMap<String, BTreeMap<String, Missing>> = read("missing-packages")?;
    let mut out = table("The suites.", "static SUITES_GONE", "GoneSuite", &suites?)
        + &table(
            "Images, what their tags do not begin with, and the suite that they name.",
            "static NAMING_SUITES",
            "(&str, &[&str], &str)",
            &images,
        );
    for (manager, packages) in &missing {
        let rows: Result<Vec<String>, String> = packages
            .iter()
            .map(|(name, package)| {
                Ok(format!(
                    "Lacked {{ name: {name:?}, lacks: &[{}], instead: {:?} }}",
                    lacks(&package.lacks)?,
                    package.instead
                ))
            })
            .collect();
        let rows = rows.map_err(|e| format!("data/missing-packages.toml: {e}"))?;
        let name = format!("static LACKED_{}", manager.to_uppercase());
        out += &table("The packages, by name.", &name, "Lacked", &rows);
    }
    write("archives.rs", &out);
    Ok(())
}

/// `debian 12-, ubuntu 16.04-18.04` as Rust text.
fn lacks(text: &str) -> Result<String, String> {
    let mut out = String::new();
    for part in text.split(", ") {
        let (distribution, range) = part
            .split_once(' ')
            .ok_or(format!("`{part}` is no `DISTRIBUTION RELEASES`"))?;
        let (from, to) = match range.split_once('-') {
            None => (range, Some(range)),
            Some((from, "")) => (from, None),
            Some((from, to)) => (from, Some(to)),
        };
        out += &format!("Lack {{ distribution: {distribution:?}, from: {from:?}, to: {to:?} }}, ");
    }
    Ok(out)
}
