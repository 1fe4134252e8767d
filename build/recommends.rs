//! `data/recommends.toml` to the table that `src/facts/packages/recommends.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{list, read, table, write};

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
    let mut rows = Vec::new();
    for (name, releases) in &data.packages {
        if releases.len() != data.releases.len() {
            return Err(format!("data/recommends.toml: `{name}` lacks a release"));
        }
        let extras: Result<Vec<String>, String> = releases
            .iter()
            .map(|pair| match pair[..] {
                [] => Ok("None".to_owned()),
                [packages, megabytes] => Ok(format!("Some(({packages}, {megabytes}))")),
                _ => Err(format!("data/recommends.toml: `{name}` has no pairs")),
            })
            .collect();
        rows.push(format!("({name:?}, &[{}])", extras?.join(", ")));
    }
    let releases = format!(
        "/// The releases of the table.\nstatic RELEASES: &[&str] = {};\n\
         /// Their numbers.\nstatic VERSIONS: &[&str] = {};\n",
        list(&data.releases),
        list(&data.versions)
    );
    let packages = table(
        "Per package what it brings in each release, by name.",
        "static RECOMMENDS",
        "(&str, &[Brought])",
        &rows,
    );
    write("recommends.rs", &(releases + &packages));
    Ok(())
}
