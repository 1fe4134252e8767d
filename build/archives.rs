//! `data/hosts.toml` and `data/missing-packages.toml` to the tables that `src/images/archives.rs`
//! and `src/facts/hosts.rs` include.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::Datetime;

use super::images::date;
use super::tables::{list, read, rows, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    host: Vec<Host>,
    redirect: Vec<Redirect>,
    vanishing: Vec<Vanishing>,
    repository: Vec<Repository>,
    suite: Vec<Suite>,
    image: Vec<Image>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vanishing {
    address: String,
    unless: Vec<String>,
    keeps: String,
    instead: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repository {
    host: String,
    packages: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
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
    #[serde(default)]
    releases: BTreeMap<String, String>,
    #[serde(default)]
    packages: Vec<String>,
    since: Datetime,
    what: String,
    instead: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirect {
    address: String,
    since: Option<Datetime>,
    to: String,
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
            let releases: Vec<(&String, &String)> = host.releases.iter().collect();
            Ok(format!(
                "DeadHost {{ host: {:?}, exact: {}, path: {:?}, scheme: {:?}, program: {:?}, \
                 later: {}, releases: &{releases:?}, packages: {}, since: {}, what: {:?}, instead: {:?} }}",
                host.host,
                host.exact,
                host.path.as_deref().unwrap_or_default(),
                host.scheme,
                host.program,
                host.later,
                list(&host.packages),
                date(&host.since)?,
                host.what,
                host.instead,
            ))
        })
        .collect();
    let redirects: Result<Vec<String>, String> = gone
        .redirect
        .iter()
        .map(|redirect| {
            let since = redirect.since.as_ref().map(date).transpose()?;
            let since = since.map_or("None".to_owned(), |since| format!("Some({since})"));
            Ok(format!(
                "Redirect {{ address: {:?}, since: {since}, to: {:?} }}",
                redirect.address, redirect.to
            ))
        })
        .collect();
    let hosts = table("The servers.", "static HOSTS", "DeadHost", &hosts?);
    let docs = "Addresses that are answered with another one.";
    let redirects = table(docs, "static REDIRECTS", "Redirect", &redirects?);
    let repositories: Vec<String> = gone
        .repository
        .iter()
        .map(|r| {
            let packages = list(&r.packages);
            format!("Repository {{ host: {:?}, packages: {packages} }}", r.host)
        })
        .collect();
    let vanishing: Vec<String> = gone
        .vanishing
        .iter()
        .map(|v| {
            format!(
                "Vanishing {{ address: {:?}, unless: {}, keeps: {:?}, instead: {:?} }}",
                v.address,
                list(&v.unless),
                v.keeps,
                v.instead
            )
        })
        .collect();
    let docs = "Addresses of files that go.";
    let vanishing = table(docs, "static VANISHING", "Vanishing", &vanishing);
    let docs = "Repositories with packages of their own.";
    let repositories = table(docs, "static REPOSITORIES", "Repository", &repositories);
    write(
        "hosts.rs",
        &(hosts + &redirects + &vanishing + &repositories),
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
        let mut lacked = BTreeMap::new();
        for (name, package) in packages {
            check_lacks(&package.lacks)
                .map_err(|e| format!("data/missing-packages.toml: `{name}`: {e}"))?;
            let instead = package.instead.clone().unwrap_or_default();
            lacked.insert(name.as_str(), vec![package.lacks.clone(), instead]);
        }
        let name = format!("LACKED_{}", manager.to_uppercase());
        let docs = "The packages: the releases that lack each, and what does the same there.";
        out += &rows(docs, &name, &lacked);
    }
    write("archives.rs", &out);
    Ok(())
}

/// Whether it is like `debian 12-, ubuntu 16.04-18.04`.
fn check_lacks(text: &str) -> Result<(), String> {
    for part in text.split(", ") {
        let range = part.split_once(' ').map(|(_, range)| range);
        let is_range = |range: &str| range.split('-').count() <= 2 && !range.contains(['\t', '\n']);
        if !range.is_some_and(is_range) {
            return Err(format!("`{part}` is no `DISTRIBUTION RELEASES`"));
        }
    }
    Ok(())
}
