//! `data/options.toml` to the tables that `src/images/options.rs` includes.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::Datetime;

use super::images::date;
use super::tables::{list, read, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Tables {
    busybox_images: Vec<String>,
    late: Vec<Late>,
    recommended: Vec<Recommended>,
    foreign: Vec<Foreign>,
    kept: Vec<Kept>,
    removed: Vec<Removed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    image: String,
    program: String,
    about: String,
    since: String,
    day: Datetime,
    options: BTreeMap<String, String>,
    #[expect(dead_code, reason = "for people")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    image: String,
    manager: String,
    programs: BTreeMap<String, String>,
    versions: Vec<(String, String)>,
    since: Datetime,
    until: Datetime,
    lines: Vec<String>,
    #[expect(dead_code, reason = "for people")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Foreign {
    system: System,
    programs: Vec<String>,
    options: BTreeMap<String, String>,
    packages: Vec<String>,
    #[expect(dead_code, reason = "for people")]
    source: String,
}

/// Families of distributions, by the names in `OsFamily`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum System {
    Alpine,
    Debian,
    RedHat,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Late {
    tool: String,
    word: String,
    #[expect(dead_code, reason = "for people")]
    since: String,
    releases: BTreeMap<String, String>,
    #[serde(default)]
    brings: Vec<String>,
    #[serde(default)]
    image: String,
    #[serde(default)]
    without: Vec<(String, String)>,
    #[expect(dead_code, reason = "for people")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recommended {
    packages: Vec<String>,
    needed: String,
    named: Vec<String>,
    programs: Vec<String>,
}

/// Writes the tables; says what is wrong with the file.
pub(super) fn generate() -> Result<(), String> {
    let tables: Tables = read("options")?;
    let late = tables.late.iter().map(|l| {
        let releases: Vec<(&String, &String)> = l.releases.iter().collect();
        format!(
            "Late {{ tool: {:?}, word: {:?}, releases: &{releases:?}, brings: {}, image: {:?}, without: &{:?} }}",
            l.tool,
            l.word,
            list(&l.brings),
            l.image,
            l.without
        )
    });
    let recommended = tables.recommended.iter().map(|r| {
        format!(
            "Recommended {{ packages: {}, needed: {:?}, named: {}, programs: {} }}",
            list(&r.packages),
            r.needed,
            list(&r.named),
            list(&r.programs)
        )
    });
    let foreign = tables.foreign.iter().map(|f| {
        let options: Vec<(&String, &String)> = f.options.iter().collect();
        format!(
            "Foreign {{ system: OsFamily::{:?}, programs: {}, options: &{options:?}, packages: {} }}",
            f.system,
            list(&f.programs),
            list(&f.packages)
        )
    });
    let foreign: Vec<String> = foreign.collect();
    let mut kept = Vec::new();
    for k in &tables.kept {
        let programs: Vec<(&String, &String)> = k.programs.iter().collect();
        kept.push(format!(
            "Kept {{ image: {:?}, manager: {:?}, programs: &{programs:?}, versions: &{:?}, since: {}, until: {}, lines: {} }}",
            k.image,
            k.manager,
            k.versions,
            date(&k.since)?,
            date(&k.until)?,
            list(&k.lines)
        ));
    }
    let mut removed = Vec::new();
    for r in &tables.removed {
        let options: Vec<(&String, &String)> = r.options.iter().collect();
        removed.push(format!(
            "Removed {{ image: {:?}, program: {:?}, about: {:?}, since: {:?}, day: {}, options: &{options:?} }}",
            r.image,
            r.program,
            r.about,
            r.since,
            date(&r.day)?,
        ));
    }
    let docs = "As in the file.";
    let late: Vec<String> = late.collect();
    let recommended: Vec<String> = recommended.collect();
    let text = table(docs, "static LATE", "Late", &late)
        + &table(docs, "static RECOMMENDED", "Recommended", &recommended)
        + &table(docs, "static KEPT", "Kept", &kept)
        + &table(docs, "static REMOVED", "Removed", &removed)
        + &table(docs, "static FOREIGN", "Foreign", &foreign)
        + &format!(
            "static BUSYBOX_IMAGES: &[&str] = {};\n",
            list(&tables.busybox_images)
        );
    write("options.rs", &text);
    Ok(())
}
