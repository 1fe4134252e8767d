//! `data/credentials.toml` to the tables that `src/secrets/position.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{list, read, table, write};

#[derive(Deserialize)]
struct Credentials {
    position: Vec<Position>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    programs: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    with: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    joined: String,
    #[serde(default)]
    pair: String,
    separator: Option<char>,
    #[serde(default)]
    prefix: String,
    operand: Option<i8>,
    #[serde(default)]
    least: usize,
    #[serde(default)]
    options: String,
    #[serde(default)]
    key: String,
    input: Option<String>,
}

/// Writes the tables; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let all: Credentials = read("credentials")?;
    let mut programs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut rows = Vec::new();
    for (i, position) in all.position.iter().enumerate() {
        for program in position.programs.split(' ') {
            let of = programs.entry(program).or_default();
            if of.contains(&i) {
                return Err(format!("data/credentials.toml: `{program}` twice"));
            }
            of.push(i);
        }
        let row = row(position);
        rows.push(row.map_err(|e| format!("data/credentials.toml: `{}`: {e}", position.programs))?);
    }
    let names: Vec<String> = programs
        .iter()
        .map(|(name, positions)| format!("({name:?}, &{positions:?})"))
        .collect();
    let text = table(
        "Where the credentials stand.",
        "static POSITIONS",
        "Position",
        &rows,
    ) + &table(
        "The programs in order, with their positions.",
        "static PROGRAMS",
        "(&str, &[usize])",
        &names,
    );
    write("credentials.rs", &text);
    Ok(())
}

fn row(position: &Position) -> Result<String, String> {
    let words = |text: &str| -> String {
        let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
        list(&words)
    };
    let input = match position.input.as_deref() {
        None => "None",
        Some("password") => "Some(Input::Password)",
        Some("pairs") => "Some(Input::Pairs)",
        Some("logins") => "Some(Input::Logins)",
        Some(other) => return Err(format!("no input `{other}`")),
    };
    let empty = [&position.value, &position.joined, &position.pair];
    if empty.iter().all(|t| t.is_empty()) && position.operand.is_none() && position.input.is_none()
    {
        return Err("nothing says where the credential stands".to_owned());
    }
    Ok(format!(
        "Position {{ after: {}, with: {:?}, value: {}, joined: {}, pair: {}, separator: {:?}, \
         prefix: {:?}, operand: {:?}, least: {}, options: {}, key: {:?}, input: {input} }}",
        words(&position.after),
        position.with,
        words(&position.value),
        words(&position.joined),
        words(&position.pair),
        position.separator,
        position.prefix,
        position.operand,
        position.least,
        words(&position.options),
        position.key,
    ))
}
