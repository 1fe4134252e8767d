//! `data/verification.toml` to the tables that `src/facts/verification.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{list, read, sorted, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    option: Vec<Options>,
    variable: Vec<Variables>,
    setting: Vec<Settings>,
}

#[derive(Deserialize, Debug, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Verified {
    Certificates,
    Signatures,
    Protocols,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    verifies: Verified,
    programs: Vec<String>,
    options: Vec<String>,
    #[serde(default)]
    short: String,
    #[serde(default)]
    with: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Variables {
    verifies: Verified,
    names: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    run_time: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    verifies: Verified,
    keys: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    bare: bool,
}

/// Writes the tables; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let tables: Tables = read("verification")?;
    let mut options = BTreeMap::new();
    for (number, one) in tables.option.iter().enumerate() {
        for program in &one.programs {
            // Several entries may speak of one program.
            options.insert((program.clone(), number), {
                format!(
                    "ProgramOptions {{ program: {program:?}, verified: Verified::{:?}, options: {}, \
                     short: {:?}, with: {} }}",
                    one.verifies,
                    list(&one.options),
                    one.short,
                    list(&one.with),
                )
            });
        }
    }
    let mut variables = BTreeMap::new();
    for one in &tables.variable {
        for name in &one.names {
            if *name != name.to_uppercase() {
                return Err(format!(
                    "data/verification.toml: `{name}` is not in capitals"
                ));
            }
            let row = format!(
                "SwitchVariable {{ name: {name:?}, verified: Verified::{:?}, values: {}, \
                 run_time: {} }}",
                one.verifies,
                sorted(&one.values),
                one.run_time,
            );
            variables.insert(name.clone(), row);
        }
    }
    let mut settings = Vec::new();
    for one in &tables.setting {
        for key in &one.keys {
            settings.push(format!(
                "Setting {{ key: {key:?}, verified: Verified::{:?}, values: {}, bare: {} }}",
                one.verifies,
                sorted(&one.values),
                one.bare,
            ));
        }
    }
    let options: Vec<String> = options.into_values().collect();
    let variables: Vec<String> = variables.into_values().collect();
    let mut text = table("By program.", "static OPTIONS", "ProgramOptions", &options);
    text += &table("By name.", "static VARIABLES", "SwitchVariable", &variables);
    text += &table("As in the file.", "static SETTINGS", "Setting", &settings);
    write("verification.rs", &text);
    Ok(())
}
