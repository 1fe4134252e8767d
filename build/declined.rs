//! `data/declined.toml` to the table that `src/compat/scanners.rs` includes.

use serde::Deserialize;

use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    declined: Vec<Declined>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declined {
    names: Vec<String>,
    what: String,
    reason: String,
}

/// Writes the table; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let tables: Tables = read("declined")?;
    let rows: Vec<String> = tables
        .declined
        .iter()
        .map(|d| {
            format!(
                "Declined {{ names: {}, what: {:?}, reason: {:?} }}",
                list(&d.names),
                d.what,
                d.reason
            )
        })
        .collect();
    let text = table("As in the file.", "pub static DECLINED", "Declined", &rows);
    write("declined.rs", &text);
    Ok(())
}
