//! What the tables of `data/` have in common: reading them, and writing Rust.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use serde::de::DeserializeOwned;

/// Reads `data/<name>.toml`.
pub(super) fn read<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    read_at(&format!("data/{name}.toml"))
}

/// The families of rules with what they are about.
pub(super) fn families() -> Result<BTreeMap<String, String>, String> {
    read_at("rules/families.toml")
}

fn read_at<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    toml::from_str(&text).map_err(|e| format!("{path}: {e}"))
}

/// Writes a generated file for `include!`.
pub(super) fn write(name: &str, text: &str) {
    let target = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&target).join(name), text).expect("OUT_DIR can be written");
}

/// `&["a", "b"]`
pub(super) fn list<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    format!("&{items:?}")
}

/// `&["a", "b"]` in order, for a binary search.
pub(super) fn sorted<S: AsRef<str>>(items: &[S]) -> String {
    let mut items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    items.sort_unstable();
    list(&items)
}

/// A static slice of rows that are Rust text; `name` says how far it is visible: `pub static NAME`.
pub(super) fn table(docs: &str, name: &str, row: &str, rows: &[String]) -> String {
    let mut out = format!("/// {docs}\n{name}: &[{row}] = &[\n");
    for row in rows {
        out.push_str("    ");
        out.push_str(row);
        out.push_str(",\n");
    }
    out + "];\n"
}

/// A table in one text: a row a line, its fields apart by tabs, sorted by the first of them. Where a
/// table is long, a slice of rows costs the compiler and every start of the program something for
/// each text in it. Numbers cost neither: where the rows begin stands beside the text.
pub(super) fn rows(docs: &str, name: &str, rows: &BTreeMap<&str, Vec<String>>) -> String {
    let mut text = String::new();
    let mut starts = Vec::new();
    for (key, fields) in rows {
        starts.push(text.len());
        text.push_str(key);
        for field in fields {
            text.push('\t');
            text.push_str(field);
        }
        text.push('\n');
    }
    format!("/// {docs}\nstatic {name}: Rows = Rows::new({text:?}, &{starts:?});\n")
}
