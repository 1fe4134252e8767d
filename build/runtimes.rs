//! `data/runtimes.toml` to the tables that `src/images/runtimes.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::Datetime;

use super::images::date;
use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runtimes {
    runtime: Vec<Runtime>,
    newest: Vec<Newest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runtime {
    name: String,
    manager: String,
    product: Option<String>,
    #[serde(default)]
    images: Vec<String>,
    packages: Vec<String>,
    releases: BTreeMap<String, Vec<(String, String)>>,
    blind: Blind,
    elsewhere: Vec<String>,
    #[expect(dead_code, reason = "for people")]
    source: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Blind {
    Always(bool),
    Before(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Newest {
    manager: String,
    package: String,
    needs: Vec<(Datetime, String)>,
    #[serde(default)]
    versions: Vec<String>,
    #[expect(dead_code, reason = "for people")]
    source: String,
}

/// Writes the tables; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let tables: Runtimes = read("runtimes")?;
    let mut runtimes = Vec::new();
    for runtime in &tables.runtime {
        let blind = match &runtime.blind {
            Blind::Always(true) => None,
            Blind::Before(version) => Some(version),
            Blind::Always(false) => {
                return Err(format!("data/runtimes.toml: `{}`: blind", runtime.name));
            }
        };
        let releases = runtime.releases.iter().map(|(distribution, versions)| {
            let versions: Vec<String> = versions
                .iter()
                .map(|(release, version)| format!("({release:?}, {version:?})"))
                .collect();
            format!("({distribution:?}, &[{}])", versions.join(", "))
        });
        let releases: Vec<String> = releases.collect();
        runtimes.push(format!(
            "Runtime {{ name: {:?}, manager: {:?}, product: {:?}, images: {}, packages: {}, \
             blind_before: {blind:?}, elsewhere: {}, releases: &[{}] }}",
            runtime.name,
            runtime.manager,
            runtime.product,
            list(&runtime.images),
            list(&runtime.packages),
            list(&runtime.elsewhere),
            releases.join(", ")
        ));
    }
    let mut newest = Vec::new();
    for package in &tables.newest {
        let (needs, versions) = (package.needs.len(), package.versions.len());
        if versions != 0 && versions != needs {
            return Err(format!(
                "data/runtimes.toml: `{}`: versions",
                package.package
            ));
        }
        let needs: Result<Vec<String>, String> = package
            .needs
            .iter()
            .map(|(day, version)| Ok(format!("({}, {version:?})", date(day)?)))
            .collect();
        newest.push(format!(
            "Newest {{ manager: {:?}, package: {:?}, needs: &[{}], versions: {} }}",
            package.manager,
            package.package,
            needs?.join(", "),
            list(&package.versions)
        ));
    }
    let docs = "As in the file.";
    let text = table(docs, "static RUNTIMES", "Runtime", &runtimes)
        + &table(docs, "static NEWEST", "Newest", &newest);
    write("runtimes.rs", &text);
    Ok(())
}
