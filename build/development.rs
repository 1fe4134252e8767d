//! `data/development.toml` to the table that `src/images/development.rs` includes.

use serde::Deserialize;

use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Development {
    image: Vec<Image>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    names: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    word: String,
    becomes: Option<String>,
    #[serde(default)]
    runs: String,
    has: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "read")]
    _read: Option<toml::value::Datetime>,
}

/// Writes the table; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let data: Development = read("development")?;
    let mut rows = Vec::new();
    for image in &data.image {
        if image.becomes.is_some() != image.runs.is_empty() {
            let names = image.names.join(", ");
            return Err(format!(
                "data/development.toml: {names}: either `becomes` or `runs`"
            ));
        }
        rows.push(format!(
            "Entry {{ names: {}, except: {}, word: {:?}, becomes: {:?}, runs: {:?}, has: {:?} }}",
            list(&image.names),
            list(&image.except),
            image.word,
            image.becomes,
            image.runs,
            image.has
        ));
    }
    let docs = "The images to build with, the first that fits.";
    write(
        "development.rs",
        &table(docs, "static ENTRIES", "Entry", &rows),
    );
    Ok(())
}
