//! `data/libc.toml` to the tables that `src/images/libc.rs` includes.

use serde::Deserialize;

use super::tables::{list, read, sorted, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Libc {
    wheels: Vec<String>,
    downloads: Vec<String>,
    bridges: Vec<String>,
    words: Vec<String>,
}

/// Writes the tables; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let data: Libc = read("libc")?;
    let text = format!(
        "/// Packages of Python without a wheel for musl or a source archive, by name.\n\
         static WHEELS: &[&str] = {};\n\
         /// Addresses of programs that are linked against glibc, `*` for anything.\n\
         static DOWNLOADS: &[&str] = {};\n\
         /// Packages that bring a C library which may do.\n\
         static BRIDGES: &[&str] = {};\n\
         /// Words that say that somebody took care of it.\n\
         static WORDS: &[&str] = {};\n",
        sorted(&data.wheels),
        list(&data.downloads),
        list(&data.bridges),
        list(&data.words),
    );
    write("libc.rs", &text);
    Ok(())
}
