//! `data/javascript.toml` to the table that `src/facts/node_project.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{read, rows, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Javascript {
    programs: BTreeMap<String, Vec<String>>,
    outputs: BTreeMap<String, Output>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    folder: String,
    settings: Vec<String>,
    unless: Vec<String>,
    packages: Vec<String>,
}

/// Writes the table; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let data: Javascript = read("javascript")?;
    if let Some((name, _)) = data.programs.iter().find(|(_, by)| by.is_empty()) {
        return Err(format!("data/javascript.toml: nothing brings `{name}`"));
    }
    let programs = data.programs.iter();
    let programs = programs.map(|(name, by)| (name.as_str(), by.clone()));
    let text = rows(
        "Programs that scripts of `package.json` call, and the packages of which each brings it.",
        "PROGRAMS",
        &programs.collect(),
    );
    let mut outputs =
        String::from("/// Where tools put what they build.\nstatic OUTPUTS: &[Output] = &[\n");
    for (program, output) in &data.outputs {
        let Output {
            folder,
            settings,
            unless,
            packages,
        } = output;
        outputs += &format!(
            "Output {{ program: {program:?}, folder: {folder:?}, settings: &{settings:?}, \
             unless: &{unless:?}, packages: &{packages:?} }},\n"
        );
    }
    write("javascript.rs", &(text + &outputs + "];\n"));
    Ok(())
}
