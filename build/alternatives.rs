//! `data/alternatives.toml` to the tables that `src/images/alternatives.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alternatives {
    kinds: BTreeMap<String, Kind>,
    images: BTreeMap<String, Family>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    gives: String,
    costs: String,
    system: String,
    user: String,
    source: String,
    read: toml::value::Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    what: String,
    names: Vec<String>,
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    kind: String,
    image: String,
    #[serde(default)]
    majors: Vec<String>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    size: String,
}

/// Writes the tables; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let data: Alternatives = read("alternatives")?;
    let kinds: Vec<String> = data
        .kinds
        .iter()
        .map(|(name, kind)| {
            format!(
                "Kind {{ name: {name:?}, gives: {:?}, costs: {:?}, system: {:?}, user: {:?}, source: {:?}, read: {:?} }}",
                kind.gives, kind.costs, kind.system, kind.user, kind.source, kind.read.to_string()
            )
        })
        .collect();
    let mut families = Vec::new();
    for (name, family) in &data.images {
        let mut variants = Vec::new();
        for variant in &family.variants {
            let Some(kind) = data.kinds.keys().position(|k| *k == variant.kind) else {
                return Err(format!(
                    "data/alternatives.toml: `{name}` has the kind `{}`, which is none",
                    variant.kind
                ));
            };
            variants.push(format!(
                "Variant {{ kind: {kind}, image: {:?}, majors: {}, note: {:?}, size: {:?} }}",
                variant.image,
                list(&variant.majors),
                variant.note,
                variant.size
            ));
        }
        families.push(format!(
            "Family {{ what: {:?}, names: {}, variants: &[{}] }}",
            family.what,
            list(&family.names),
            variants.join(", ")
        ));
    }
    let kinds = table(
        "The kinds of images, by name.",
        "static KINDS",
        "Kind",
        &kinds,
    );
    let families = table(
        "What does the same.",
        "static FAMILIES",
        "Family",
        &families,
    );
    write("alternatives.rs", &(kinds + &families));
    Ok(())
}
