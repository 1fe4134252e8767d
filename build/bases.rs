//! `data/{bases,packages}.toml` to the tables that `src/images/programs.rs` includes. Its types are
//! described there, the keys at the head of each file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use toml::value::Datetime;

use super::tables::{list, read, rows, sorted, table, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bases {
    programs: Vec<String>,
    application_folders: Vec<String>,
    with: BTreeMap<String, Vec<String>>,
    base: BTreeMap<String, Base>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    source: String,
    #[serde(default, rename = "read")]
    _read: Option<Datetime>,
    on: Option<String>,
    programs: Option<Vec<String>>,
    #[serde(default)]
    perhaps: Vec<String>,
    users: Option<Vec<String>>,
    #[serde(default)]
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    tag: Option<String>,
    #[serde(default)]
    open: bool,
    from: Option<String>,
    below: Option<String>,
    since: Option<String>,
    on: Option<String>,
    programs: Option<Vec<String>>,
    perhaps: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Packages {
    nothing: Vec<String>,
    #[serde(default)]
    in_base: Vec<String>,
    named: BTreeMap<String, String>,
    #[serde(default)]
    ended: Vec<Ended>,
    brings: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    distribution: String,
    until: String,
    packages: Vec<String>,
    programs: Vec<String>,
}

/// Writes the tables; says what is wrong with the files.
pub(super) fn generate() -> Result<(), String> {
    let mut bases: Bases = read("bases")?;
    let with = std::mem::take(&mut bases.with);
    let complete = |programs: &mut Vec<String>| {
        let more: Vec<String> = programs
            .iter()
            .flat_map(|p| with.get(p))
            .flatten()
            .cloned()
            .collect();
        programs.extend(more);
    };
    complete(&mut bases.programs);
    for base in bases.base.values_mut() {
        complete(&mut base.perhaps);
        base.programs.as_mut().map(complete);
        for variant in &mut base.variants {
            let lists = [&mut variant.programs, &mut variant.perhaps];
            lists.into_iter().flatten().for_each(complete);
        }
    }
    let known: BTreeSet<&str> = bases.programs.iter().map(String::as_str).collect();
    let mut out = format!(
        "/// The programs that the tables speak of, sorted.\nstatic PROGRAMS: &[&str] = {};\n",
        sorted(&bases.programs)
    );
    out.push_str(&bases_table(&bases, &known).map_err(|e| format!("data/bases.toml: {e}"))?);
    let mut packages: BTreeMap<String, Packages> = read("packages")?;
    for packages in packages.values_mut() {
        for (program, more) in &with {
            if let Some(brought) = packages.brings.get(program).cloned() {
                packages
                    .brings
                    .extend(more.iter().map(|p| (p.clone(), brought.clone())));
            }
        }
    }
    let mut ended = Vec::new();
    let mut in_base: Vec<&String> = Vec::new();
    for (system, packages) in &packages {
        in_base.extend(&packages.in_base);
        if !packages.in_base.is_empty() && system != "apt" {
            return Err(format!(
                "data/packages.toml: [{system}]: `in-base` is for apt"
            ));
        }
        ended.extend(packages.ended.iter().map(|e| {
            let (packages, programs) = (list(&e.packages), list(&e.programs));
            format!(
                "({:?}, {:?}, {packages}, {programs})",
                e.distribution, e.until
            )
        }));
        let text = packages_table(system, packages, &known);
        out.push_str(&text.map_err(|e| format!("data/packages.toml: [{system}]: {e}"))?);
    }
    out.push_str(&table(
        "The distribution, the first release in which packages do not bring programs any more, the \
         packages and the programs.",
        "static ENDED",
        "(&str, &str, &[&str], &[&str])",
        &ended,
    ));
    let (starts, names): (Vec<&String>, Vec<&String>) =
        in_base.into_iter().partition(|name| name.ends_with('*'));
    let starts: Vec<&str> = starts
        .iter()
        .map(|name| name.trim_end_matches('*'))
        .collect();
    let _ = writeln!(
        out,
        "/// Packages that images of Debian or Ubuntu alone have, sorted.\n\
         static IN_BASE: &[&str] = {};\n\
         /// The first letters of others that they have.\n\
         static IN_BASE_STARTS: &[&str] = {};\n\
         /// Folders that no image of a system or a language has.\n\
         static APPLICATION_FOLDERS: &[&str] = {};",
        sorted(&names),
        list(&starts),
        sorted(&bases.application_folders),
    );
    write("bases.rs", &out);
    Ok(())
}

fn bases_table(bases: &Bases, known: &BTreeSet<&str>) -> Result<String, String> {
    let mut rows = Vec::new();
    for (name, base) in &bases.base {
        let fail = |what: &str| format!("[base.{name:?}]: {what}");
        let programs =
            |programs: &[String]| match programs.iter().find(|p| !known.contains(p.as_str())) {
                Some(unknown) => Err(fail(&format!("`{unknown}` is none of `programs`"))),
                None => Ok(set(programs, known)),
            };
        let option = |list: Option<&Vec<String>>| match list {
            Some(list) => programs(list).map(|list| format!("Some({list})")),
            None => Ok("None".to_owned()),
        };
        let on = |on: &Option<String>| match on {
            Some(on) if !bases.base.contains_key(on) => Err(fail(&format!("no entry `{on}`"))),
            on => Ok(format!("{on:?}")),
        };
        if !base.source.starts_with("https://") {
            return Err(fail("`source` is no address"));
        }
        let mut variants = String::new();
        for variant in &base.variants {
            let _ = write!(
                variants,
                "Variant {{ tag: {:?}, open: {}, from: {:?}, below: {:?}, since: {:?}, on: {}, programs: {}, perhaps: {} }}, ",
                variant.tag,
                variant.open,
                variant.from,
                variant.below,
                variant.since,
                on(&variant.on)?,
                option(variant.programs.as_ref())?,
                option(variant.perhaps.as_ref())?,
            );
        }
        rows.push(format!(
            "Base {{ name: {name:?}, on: {}, programs: {}, perhaps: {}, users: {}, variants: &[{variants}] }}",
            on(&base.on)?,
            option(base.programs.as_ref())?,
            programs(&base.perhaps)?,
            base.users.as_ref().map_or("None".to_owned(), |u| format!("Some({})", sorted(u))),
        ));
    }
    Ok(table("The images, by name.", "static BASES", "Base", &rows))
}

fn packages_table(
    system: &str,
    packages: &Packages,
    known: &BTreeSet<&str>,
) -> Result<String, String> {
    let mut brings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &packages.nothing {
        if brings.insert(package, Vec::new()).is_some() {
            return Err(format!("`{package}` twice in `nothing`"));
        }
    }
    for (program, names) in &packages.brings {
        if !known.contains(program.as_str()) {
            return Err(format!("`{program}` is none of `programs` in bases.toml"));
        }
        for package in names {
            if packages.nothing.contains(package) {
                return Err(format!("`{package}` brings `{program}` and nothing"));
            }
            brings.entry(package).or_default().push(program);
        }
    }
    let brings = brings
        .into_iter()
        .map(|(package, programs)| (package, vec![programs.join(" ")]))
        .collect();
    let mut named = Vec::new();
    for (program, package) in &packages.named {
        let names = packages.brings.get(program);
        if !names.is_some_and(|names| names.contains(package)) {
            return Err(format!("`{package}` does not bring `{program}`"));
        }
        named.push(format!("({program:?}, {package:?})"));
    }
    let system = system.to_uppercase();
    Ok([
        rows(
            "The programs that installing a package brings, by package.",
            &format!("{system}_PACKAGES"),
            &brings,
        ),
        table(
            "The packages of programs that are not called so, by program.",
            &format!("static {system}_NAMES"),
            "(&str, &str)",
            &named,
        ),
    ]
    .concat())
}

/// The set of programs as Rust text: a bit for each, at its place among those that are known.
fn set(programs: &[String], known: &BTreeSet<&str>) -> String {
    let places = known.iter().enumerate();
    let places = places.filter(|(_, name)| programs.iter().any(|p| p == *name));
    let bits = places.fold(0_u128, |bits, (place, _)| bits | 1 << place);
    format!("ProgramSet({bits})")
}
