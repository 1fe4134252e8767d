//! Joins the catalogue (`rules/<family>/<rule>.md`) and the code (`src/rules/<family>/<rule>.rs`)
//! into the registry that `src/rules/mod.rs` includes, and makes tables of `data/*.toml`. What does
//! not fit fails the build.

#![allow(clippy::expect_used, reason = "a build script fails by panicking")]

#[path = "build/alternatives.rs"]
mod alternatives;
#[path = "build/archives.rs"]
mod archives;
#[path = "build/bases.rs"]
mod bases;
#[path = "build/credentials.rs"]
mod credentials;
#[path = "build/declined.rs"]
mod declined;
#[path = "build/development.rs"]
mod development;
#[path = "build/images.rs"]
mod images;
#[path = "build/javascript.rs"]
mod javascript;
#[path = "build/libc.rs"]
mod libc;
#[path = "build/options.rs"]
mod options;
#[path = "build/programs.rs"]
mod programs;
#[path = "build/recommends.rs"]
mod recommends;
#[path = "build/runtimes.rs"]
mod runtimes;
#[path = "build/tables.rs"]
mod tables;
#[path = "build/tokens.rs"]
mod tokens;
#[path = "build/users.rs"]
mod users;
#[path = "build/verification.rs"]
mod verification;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{env, fs};

/// Where the pages of the rules can be read.
const PAGES: &str = "https://github.com/dockerfile-dlint/dlint/blob/main/rules";

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=DLINT_BUILD={:016x}", build_id());
    let mut problems = Vec::new();
    for generate in [
        alternatives::generate,
        archives::generate,
        bases::generate,
        credentials::generate,
        declined::generate,
        development::generate,
        images::generate,
        javascript::generate,
        libc::generate,
        options::generate,
        programs::generate,
        recommends::generate,
        runtimes::generate,
        tokens::generate,
        users::generate,
        verification::generate,
    ] {
        problems.extend(generate().err());
    }
    let pages = files("rules", "md");
    let modules = files("src/rules", "rs");
    let listed = listed(&modules);
    let mut rules = BTreeMap::new();
    let mut codes: BTreeMap<String, (String, String)> = BTreeMap::new();
    for ((family, id), path) in &pages {
        let module = (family.clone(), id.replace('-', "_"));
        let (family, name) = &module;
        if !modules.contains_key(&module) {
            problems.push(format!("{path} has no src/rules/{family}/{name}.rs"));
        } else if listed.get(&module) != Some(&true) {
            let line = format!("pub mod {name};");
            problems.push(format!("src/rules/{family}/mod.rs has no line `{line}`"));
        }
        match entry(family, id, path) {
            Ok(_) if rules.contains_key(id) => {
                problems.push(format!("{path}: a second rule `{id}`"));
            }
            Ok(entry) => {
                // Several rules may share a code, and each page says what hadolint does with it.
                if let Some(code) = entry.hadolint {
                    let name = code.split('"').nth(1).unwrap_or_default().to_owned();
                    let first = codes.entry(name).or_insert((code.clone(), path.clone()));
                    if first.0 != code {
                        problems.push(format!("{path}: `hadolint` differs from {}", first.1));
                    }
                }
                rules.insert(id.clone(), entry.code);
            }
            Err(problem) => problems.push(format!("{path}: {problem}")),
        }
    }
    for ((family, name), path) in &modules {
        let id = name.replace('_', "-");
        // A private module helps the rules of its family.
        let is_helper = listed.get(&(family.clone(), name.clone())) == Some(&false);
        if name != "mod" && !is_helper && !pages.contains_key(&(family.clone(), id.clone())) {
            problems.push(format!("{path} has no rules/{family}/{id}.md"));
        }
    }
    let families = tables::families().unwrap_or_else(|problem| {
        problems.push(problem);
        BTreeMap::new()
    });
    let used: BTreeSet<&String> = pages.keys().map(|(family, _)| family).collect();
    if !families.is_empty() && !families.keys().eq(used.iter().copied()) {
        problems.push("rules/families.toml: its families are not the folders of rules/".into());
    }
    if !problems.is_empty() {
        for problem in problems {
            println!("cargo::error={problem}");
        }
        std::process::exit(1);
    }
    let mut out = format!(
        "/// Every rule, by id.\npub static RULES: [RuleEntry; {}] = [\n",
        rules.len()
    );
    for entry in rules.values() {
        out.push_str(entry);
    }
    out.push_str("];\n");
    writeln!(
        out,
        "/// The families by name, each with what its rules are about: a sentence without a full stop.\n\
         pub static FAMILIES: [(&str, &str); {}] = [",
        families.len()
    )
    .expect("a String can be written");
    for (name, about) in &families {
        writeln!(out, "    ({name:?}, {about:?}),").expect("a String can be written");
    }
    out.push_str("];\n");
    let target = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&target).join("registry.rs"), out).expect("OUT_DIR can be written");
}

/// What tells builds apart that may judge a file differently: the code, the data, the crates and the
/// features.
fn build_id() -> u64 {
    fn add(path: &Path, hasher: &mut DefaultHasher) {
        if path.is_dir() {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            let below: BTreeSet<_> = entries.map(|entry| entry.path()).collect();
            below.iter().for_each(|path| add(path, hasher));
        } else {
            path.hash(hasher);
            fs::read(path).unwrap_or_default().hash(hasher);
        }
    }
    let mut hasher = DefaultHasher::new();
    for root in ["src", "rules", "data", "build", "build.rs", "Cargo.lock"] {
        add(Path::new(root), &mut hasher);
    }
    let is_feature = |name: &str| name.starts_with("CARGO_FEATURE_");
    let features: BTreeSet<String> = env::vars()
        .map(|(name, _)| name)
        .filter(|name| is_feature(name))
        .collect();
    features.hash(&mut hasher);
    hasher.finish()
}

/// The files `<root>/<family>/<name>.<extension>` by family and name.
fn files(root: &str, extension: &str) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    let families = fs::read_dir(root).into_iter().flatten().flatten();
    for family in families.filter(|f| f.path().is_dir()) {
        for file in fs::read_dir(family.path()).into_iter().flatten().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|e| e == extension) {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let family = family.file_name().to_string_lossy().into_owned();
                let shown = path.to_string_lossy().replace('\\', "/");
                found.insert((family, name.into_owned()), shown);
            }
        }
    }
    found
}

/// The modules that the families list, each with whether it is public: a rule.
fn listed(modules: &BTreeMap<(String, String), String>) -> BTreeMap<(String, String), bool> {
    let mut listed = BTreeMap::new();
    for ((family, _), path) in modules.iter().filter(|((_, name), _)| name == "mod") {
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            let private = line.strip_prefix("mod ");
            let name = line.strip_prefix("pub mod ").or(private);
            if let Some(name) = name.and_then(|name| name.strip_suffix(';')) {
                listed.insert((family.clone(), name.to_owned()), private.is_none());
            }
        }
    }
    listed
}

/// What a page becomes.
struct Entry {
    /// The entry of the registry.
    code: String,
    /// What it says of hadolint's code.
    hadolint: Option<String>,
}

/// The keys of the front matter.
const KEYS: [&str; 10] = [
    "level",
    "fix",
    "since",
    "hadolint",
    "buildkit",
    "aliases",
    "impact",
    "cwe",
    "cis",
    "precision",
];

fn entry(family: &str, id: &str, path: &str) -> Result<Entry, String> {
    let text = fs::read_to_string(path)
        .map_err(|e| e.to_string())?
        .replace("\r\n", "\n");
    let rest = text.strip_prefix("---\n").ok_or("no front matter")?;
    let (front, page) = rest
        .split_once("\n---\n")
        .ok_or("front matter without an end")?;
    let page = page.trim_start();
    let mut keys = BTreeMap::new();
    for line in front.lines() {
        let (key, value) = line
            .split_once(':')
            .ok_or(format!("`{line}` is no `key: value`"))?;
        if !KEYS.contains(&key) {
            return Err(format!("unknown key `{key}`"));
        }
        if keys.insert(key, value.trim()).is_some() {
            return Err(format!("key `{key}` twice"));
        }
    }
    let get = |key: &str| keys.get(key).copied().ok_or(format!("no `{key}`"));
    let level = match get("level")?.split_whitespace().collect::<Vec<_>>()[..] {
        [severity] => format!("Level::On({})", severity_of(severity)?),
        ["off", severity] => format!("Level::Off({})", severity_of(severity)?),
        ["configured", severity] => format!("Level::Configured({})", severity_of(severity)?),
        _ => return Err("level is `SEVERITY`, `off SEVERITY` or `configured SEVERITY`".into()),
    };
    let fix = match keys.get("fix").copied().unwrap_or("none") {
        "none" => "None",
        "display-only" => "Some(Applicability::DisplayOnly)",
        "unsafe" => "Some(Applicability::Unsafe)",
        "safe" => "Some(Applicability::Safe)",
        other => return Err(format!("fix is `{other}`")),
    };
    let list = |key: &str| {
        let items = keys.get(key).copied().unwrap_or_default().split(',');
        items
            .map(str::trim)
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    // The names of other tools, the typed ones first.
    let mut aliases = Vec::new();
    let words = |key: &str| {
        keys.get(key)
            .map(|v| v.split_whitespace().collect::<Vec<_>>())
    };
    let hadolint = match words("hadolint") {
        None => None,
        Some(words) => {
            let (code, is_on, severity) = match words[..] {
                [code, severity] => (code, true, severity),
                [code, "off", severity] => (code, false, severity),
                _ => return Err("hadolint is `CODE SEVERITY` or `CODE off SEVERITY`".into()),
            };
            let is_code = code.len() == 6
                && code.starts_with("DL")
                && code[2..].bytes().all(|b| b.is_ascii_digit());
            if !is_code {
                return Err(format!("`{code}` is no code of hadolint"));
            }
            aliases.push(code.to_owned());
            let severity = severity_of(severity)?;
            Some(format!(
                "HadolintCode {{ code: {code:?}, severity: {severity}, is_on: {is_on} }}"
            ))
        }
    };
    let buildkit = match words("buildkit") {
        None => "None".to_owned(),
        Some(words) => {
            let (name, kind) = match words[..] {
                [name] => (name, "Instruction"),
                [name, "whole-file"] => (name, "WholeFile"),
                [name, "conversion"] => (name, "Conversion"),
                [name, "experimental"] => (name, "Experimental"),
                _ => {
                    return Err(
                        "buildkit is `CHECK` or `error`, then perhaps `whole-file`, \
                                `conversion` or `experimental`"
                            .into(),
                    );
                }
            };
            let check = (name != "error").then_some(name);
            if check.is_some_and(|c| !c.starts_with(|c: char| c.is_ascii_uppercase())) {
                return Err(format!("`{name}` is no check of BuildKit"));
            }
            aliases.extend(check.map(str::to_owned));
            format!("Some(BuildkitCheck {{ name: {check:?}, kind: BuildkitKind::{kind} }})")
        }
    };
    for alias in list("aliases") {
        let typed = alias.starts_with("DL") || alias.bytes().all(|b| b.is_ascii_alphabetic());
        if typed {
            return Err(format!(
                "`{alias}` has a key of its own: hadolint, buildkit"
            ));
        }
        aliases.push(alias);
    }
    let mut impact = String::new();
    for name in list("impact") {
        if !["security", "speed", "clarity", "size", "correctness"].contains(&name.as_str()) {
            return Err(format!("impact `{name}`"));
        }
        let _ = write!(impact, "Impact::{}, ", pascal(&name));
    }
    if impact.is_empty() {
        return Err("no `impact`".into());
    }
    let mut cwe = Vec::new();
    for number in list("cwe") {
        cwe.push(
            number
                .parse::<u16>()
                .map_err(|_| format!("cwe `{number}`"))?,
        );
    }
    let cis = list("cis");
    if let Some(wrong) = cis
        .iter()
        .find(|n| !n.split('.').all(|p| p.parse::<u8>().is_ok()))
    {
        return Err(format!("cis `{wrong}`"));
    }
    let precision = match keys.get("precision") {
        None => "None".to_owned(),
        Some(text) => {
            let wrong = || format!("precision `{text}` is not `RIGHT of LABELLED`");
            let (right, labelled) = text.split_once(" of ").ok_or_else(wrong)?;
            let right: u16 = right.parse().map_err(|_| wrong())?;
            let labelled: u16 = labelled.parse().map_err(|_| wrong())?;
            if labelled == 0 || right > labelled {
                return Err(wrong());
            }
            format!("Some(crate::rule::Precision {{ right: {right}, labelled: {labelled} }})")
        }
    };
    let body = page
        .strip_prefix(&format!("# {id}\n\n"))
        .ok_or(format!("it must start with `# {id}`"))?;
    let summary = body
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    let module = id.replace('-', "_");
    let rule = format!("{family}::{module}::{}", pascal(id));
    let checks = checks(&format!("src/rules/{family}/{module}.rs"));
    let url = format!("{PAGES}/{family}/{id}.md");
    let code = format!(
        "RuleEntry {{ meta: RuleMeta {{ id: {id:?}, family: {family:?}, level: {level}, fix: {fix}, \
         since: {:?}, hadolint: {}, buildkit: {buildkit}, aliases: &{aliases:?}, impact: &[{impact}], cwe: &{cwe:?}, cis: &{cis:?}, precision: {precision}, summary: {:?}, page: {page:?}, url: Some({url:?}) }}, checks: {checks}, \
         make: make::<{rule}>, configure: configure::<{rule}>, #[cfg(test)] options: options::<{rule}> }},\n",
        get("since")?,
        hadolint
            .as_ref()
            .map_or("None".to_owned(), |h| format!("Some({h})")),
        summary.trim(),
    );
    Ok(Entry { code, hadolint })
}

/// Which checks a module writes: the engine calls no others.
fn checks(module: &str) -> String {
    let text = fs::read_to_string(module).unwrap_or_default();
    let has = |check: &str| text.contains(&format!("fn check_{check}("));
    format!(
        "Checks {{ image: {}, node: {}, command: {}, install: {}, stage: {} }}",
        has("image"),
        has("node"),
        has("command"),
        has("install"),
        has("stage")
    )
}

fn severity_of(name: &str) -> Result<&'static str, String> {
    match name {
        "error" => Ok("Severity::Error"),
        "warning" => Ok("Severity::Warning"),
        "info" => Ok("Severity::Info"),
        "style" => Ok("Severity::Style"),
        other => Err(format!("level `{other}`")),
    }
}

fn pascal(id: &str) -> String {
    id.split('-')
        .map(|w| w[..1].to_uppercase() + &w[1..])
        .collect()
}
