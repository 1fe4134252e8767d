//! `data/recommends.toml` to the table that `src/facts/packages/recommends.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{list, read, rows, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recommends {
    releases: Vec<String>,
    versions: Vec<String>,
    /// Per release the number of packages and their size, if it has the package.
    packages: BTreeMap<String, Vec<Vec<u32>>>,
}

/// Writes the table; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let data: Recommends = read("recommends")?;
    let mut packages = BTreeMap::new();
    for (name, releases) in &data.packages {
        if releases.len() != data.releases.len() {
            return Err(format!("data/recommends.toml: `{name}` lacks a release"));
        }
        let extras: Result<Vec<String>, String> = releases
            .iter()
            .map(|pair| match pair[..] {
                [] => Ok(String::new()),
                [packages, megabytes] => Ok(format!("{packages} {megabytes}")),
                _ => Err(format!("data/recommends.toml: `{name}` has no pairs")),
            })
            .collect();
        packages.insert(name.as_str(), extras?);
    }
    let releases = format!(
        "/// The releases of the table.\nstatic RELEASES: &[&str] = {};\n\
         /// Their numbers.\nstatic VERSIONS: &[&str] = {};\n",
        list(&data.releases),
        list(&data.versions)
    );
    let packages = rows(
        "Per package what it brings in each release, by name: packages and megabytes.",
        "RECOMMENDS",
        &packages,
    );
    write("recommends.rs", &(releases + &packages));
    Ok(())
}
