//! `data/images.toml` from docker-library/official-images and from the images' Dockerfiles.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::source::Tree;
use super::{Error, with_commit};

const FILE: &str = "data/images.toml";

fn parse(text: &str) -> Result<DocumentMut, Error> {
    text.parse().map_err(|e| Error::Toml(FILE, e))
}

/// Where the Dockerfiles of an image lie.
pub fn source_of(text: &str, image: &str) -> Result<String, Error> {
    let document = parse(text)?;
    let source = document.get(image).and_then(|entry| entry.get("source"));
    let source = source.and_then(Item::as_str);
    source
        .map(str::to_owned)
        .ok_or_else(|| Error::Usage(format!("no `source` of `{image}`")))
}

/// Adds the official images that are new, and marks those that are gone as retired.
pub fn refresh_names(text: &str, tree: &Tree) -> Result<String, Error> {
    let mut text = with_commit(text, "docker-library/official-images", tree)?;
    let files = tree.list("library")?;
    for name in &files {
        if parse(&text)?.contains_key(name) {
            continue;
        }
        let file = tree.read(&format!("library/{name}")).unwrap_or_default();
        let source = field(&file, "GitRepo").unwrap_or_default();
        let entry = format!(
            "[{}]\nsource = \"{}\"\n\n",
            heading(name),
            source.trim_end_matches(".git")
        );
        let at = place_of(&text, name);
        text.insert_str(at, &entry);
    }
    let mut document = parse(&text)?;
    for (name, entry) in document.iter_mut() {
        let Some(entry) = entry.as_table_mut() else {
            continue;
        };
        let name = name.get();
        if !name.contains('/') && !files.iter().any(|f| f == name) && !entry.contains_key("retired")
        {
            entry.insert("retired", toml_edit::value(true));
            sort(entry);
        }
    }
    Ok(document.to_string())
}

fn heading(name: &str) -> String {
    if name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

/// Where the heading of an official image belongs: before the next one, else before the others.
fn place_of(text: &str, name: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let other = line
            .trim()
            .strip_prefix('[')
            .and_then(|l| l.strip_suffix(']'));
        let other = other.map(|o| o.trim_matches('"'));
        let is_behind = other.is_some_and(|o| o.contains('/') || o > name);
        if is_behind || line.trim() == "# Other images" {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// The value of the first `Field: value` of a file of official-images.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut lines = text.lines();
    lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}

/// What a Dockerfile leaves behind.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Outcome {
    base: String,
    user: Option<String>,
    directory: Option<String>,
    ports: BTreeSet<u16>,
    /// With their values.
    variables: BTreeMap<String, String>,
}

/// The order of the keys of an entry.
const KEYS: [&str; 12] = [
    "source",
    "read",
    "retired",
    "instead",
    "product",
    "system",
    "default-system",
    "shell",
    "user",
    "directory",
    "ports",
    "variables",
];

/// Renews user, directory, ports and variables of an official image from its Dockerfiles: the
/// variables of all of them, the rest of the one nearest to the top whose folder has no variant.
pub fn refresh_image(text: &str, name: &str, tree: &Tree) -> Result<String, Error> {
    let mut document = parse(text)?;
    let mut files = Vec::new();
    find(tree, "", 0, &mut files)?;
    if files.is_empty() {
        return Err(Error::Unexpected(name.to_owned(), "no Dockerfile".into()));
    }
    let mut outcomes = Vec::new();
    for file in &files {
        let mut outcome = outcome(&tree.read(file).unwrap_or_default());
        inherit(&mut outcome, &document, name);
        // Windows has other users, directories and variables.
        if !file.contains("windows") && !file.contains("nanoserver") {
            outcomes.push((file, outcome));
        }
    }
    let variant = |file: &str| {
        ["alpine", "slim", "cli", "fpm", "rootless"]
            .iter()
            .any(|v| file.contains(v))
    };
    let usual = outcomes
        .iter()
        .rev()
        .find(|(file, _)| !variant(file))
        .or(outcomes.last());
    let Some((_, usual)) = usual else {
        return Ok(text.to_owned());
    };
    let variables: BTreeSet<&String> = outcomes
        .iter()
        .flat_map(|(_, o)| o.variables.keys())
        .collect();
    let Some(entry) = document.get_mut(name).and_then(Item::as_table_mut) else {
        return Err(Error::Usage(format!("no entry `{name}`")));
    };
    let read = entry
        .get("read")
        .map(|read| read.to_string().trim().to_owned());
    let day = tree
        .day()?
        .filter(|day| read.is_none_or(|read| *day > read));
    if let Some(day) = day.and_then(|d| d.parse::<toml_edit::Datetime>().ok()) {
        put(entry, "read", Value::from(day));
    }
    if let Some(user) = &usual.user {
        put(entry, "user", Value::from(user.as_str()));
    }
    if let Some(directory) = &usual.directory {
        put(entry, "directory", Value::from(directory.as_str()));
    }
    if !usual.ports.is_empty() {
        put(
            entry,
            "ports",
            usual.ports.iter().map(|p| i64::from(*p)).collect(),
        );
    }
    add_variables(entry, &variables);
    sort(entry);
    Ok(document.to_string())
}

/// The Dockerfiles of a tree, three folders deep.
fn find(tree: &Tree, folder: &str, depth: usize, found: &mut Vec<String>) -> Result<(), Error> {
    for name in tree.list(folder)? {
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if name == "Dockerfile" {
            found.push(path);
        } else if depth < 3 && !name.contains('.') || name.starts_with(|c: char| c.is_ascii_digit())
        {
            // A file is no folder.
            let _ = find(tree, &path, depth + 1, found);
        }
    }
    Ok(())
}

/// Gives an outcome what its base leaves behind, as far as the tables know.
fn inherit(outcome: &mut Outcome, document: &DocumentMut, own: &str) {
    let base = outcome.base.split([':', '@']).next().unwrap_or_default();
    let base = if base == "scratch" || base == own {
        None
    } else {
        document.get(base)
    };
    let text = |key: &str| Some(base?.get(key)?.as_str()?.to_owned());
    outcome.user = outcome.user.take().or_else(|| text("user"));
    outcome.directory = outcome.directory.take().or_else(|| text("directory"));
    // A value that is not known.
    outcome.directory = outcome.directory.take().filter(|d| !d.contains('$'));
    let variables = base
        .and_then(|b| b.get("variables"))
        .and_then(Item::as_array);
    let names = variables.into_iter().flatten().filter_map(Value::as_str);
    for name in names {
        outcome.variables.entry(name.to_owned()).or_default();
    }
}

/// Reads what the last stage of a Dockerfile sets, of its plain instructions.
fn outcome(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for instruction in instructions(text) {
        let Some((keyword, rest)) = instruction.split_once(char::is_whitespace) else {
            continue;
        };
        let rest = rest.trim();
        match keyword.to_ascii_uppercase().as_str() {
            "FROM" => {
                let mut words = rest.split_whitespace().filter(|w| !w.starts_with("--"));
                outcome = Outcome {
                    base: words.next().unwrap_or_default().to_owned(),
                    ..Outcome::default()
                };
            }
            "USER" => {
                let name = rest.split(':').next().unwrap_or_default();
                let name = if name == "0" { "root" } else { name };
                outcome.user = Some(name.to_owned()).filter(|n| !n.contains('$'));
            }
            "WORKDIR" => outcome.directory = Some(expand(rest, &outcome.variables)),
            "EXPOSE" => {
                let ports = rest.split_whitespace().filter(|p| !p.ends_with("/udp"));
                let numbers = ports.filter_map(|p| p.split('/').next()?.parse::<u16>().ok());
                outcome.ports.extend(numbers);
            }
            "ENV" => outcome.variables.extend(variables(rest)),
            _ => {}
        }
    }
    outcome
}

/// The instructions, with continued lines joined.
fn instructions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        match line.trim_end().strip_suffix('\\') {
            Some(line) => {
                current.push_str(line);
                current.push(' ');
            }
            None => {
                current.push_str(line);
                found.push(std::mem::take(&mut current).trim().to_owned());
            }
        }
    }
    found
}

/// The variables that an ENV sets and their values, but `PATH`.
fn variables(rest: &str) -> Vec<(String, String)> {
    let first = rest.split([' ', '\t', '=']).next().unwrap_or_default();
    let after = rest.get(first.len()..).unwrap_or_default();
    let mut found = Vec::new();
    if after.starts_with('=') {
        let mut quote = None;
        let mut word = String::new();
        for c in rest.chars().chain([' ']) {
            match (c, quote) {
                ('"' | '\'', None) => quote = Some(c),
                (c, Some(open)) if c == open => quote = None,
                (c, None) if c.is_whitespace() => {
                    if let Some((name, value)) = std::mem::take(&mut word).split_once('=') {
                        found.push((name.to_owned(), value.to_owned()));
                    }
                }
                _ => word.push(c),
            }
        }
    } else {
        found.push((first.to_owned(), after.trim().to_owned()));
    }
    found.retain(|(name, _)| name != "PATH");
    found
}

/// A word whose `$NAME` and `${NAME}` have the values of variables; others stay.
fn expand(word: &str, variables: &BTreeMap<String, String>) -> String {
    let mut word = word.to_owned();
    for (name, value) in variables.iter().rev() {
        word = word.replace(&format!("${{{name}}}"), value);
        word = word.replace(&format!("${name}"), value);
    }
    word
}

/// Sets a key if it has another value, and so leaves the text alone otherwise.
fn put(entry: &mut Table, key: &str, value: Value) {
    let same = entry
        .get(key)
        .is_some_and(|old| old.to_string().trim() == value.to_string().trim());
    if !same {
        entry.insert(key, Item::Value(value));
    }
}

/// Adds variables, in lines of at most 100 columns. Those that no Dockerfile sets any more stay,
/// since the tags of older releases do.
fn add_variables(entry: &mut Table, names: &BTreeSet<&String>) {
    let old = entry.get("variables").and_then(Item::as_array);
    let old: Vec<String> = old
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let new: Vec<&String> = names
        .iter()
        .copied()
        .filter(|name| !old.contains(name))
        .collect();
    if new.is_empty() {
        return;
    }
    let all: Vec<&String> = old.iter().chain(new).collect();
    let width: usize = all.iter().map(|name| name.len() + 4).sum();
    let fits = "variables = []".len() + width - 2 <= 100;
    let mut array = Array::new();
    let mut column = 0;
    for name in all {
        let mut value = Value::from(name.as_str());
        let width = name.len() + 4;
        let breaks = !fits && (column == 0 || column + width > 100);
        value.decor_mut().set_prefix(if breaks {
            "\n    "
        } else if column == 0 {
            ""
        } else {
            " "
        });
        column = if breaks { 3 } else { column } + width;
        array.push_formatted(value);
    }
    if !fits {
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    entry.insert("variables", Item::Value(Value::Array(array)));
}

/// Puts the keys that come first into their order; the others follow as they stand.
fn sort(entry: &mut Table) {
    let rank = |key: &str| KEYS.iter().position(|k| *k == key).unwrap_or(KEYS.len());
    entry.sort_values_by(|a, _, b, _| rank(a).cmp(&rank(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(name: &str, files: &[(&str, &str)]) -> Tree {
        let root =
            std::env::temp_dir().join(format!("dlint-refresh-{name}-{}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Tree::Directory(root)
    }

    const OLD: &str = "# Head\n\n[alpine]\nuser = \"root\" # as always\ndirectory = \"/\"\n\n\
        [gone]\nplain = true\n\n[zoo]\n\n# Other images\n\n[\"quay.io/a/\"]\nuser = \"1\"\n";

    #[test]
    fn official_images_are_added_in_order_and_retired() {
        let file = "Maintainers: x\nGitRepo: https://github.com/x/m.y.git\nTags: 1\n";
        let library = [
            ("library/m.y", file),
            ("library/alpine", ""),
            ("library/zoo", ""),
        ];
        let new = refresh_names(OLD, &tree("names", &library)).unwrap();
        let expected = OLD
            .replace("plain = true\n", "retired = true\nplain = true\n")
            .replace(
                "[zoo]",
                "[\"m.y\"]\nsource = \"https://github.com/x/m.y\"\n\n[zoo]",
            );
        assert_eq!(new, expected);
    }

    #[test]
    fn an_entry_follows_its_dockerfiles() {
        let files = [
            (
                "1/Dockerfile",
                "FROM golang AS build\nENV B=1\nFROM alpine:3\n# ENV C=1\nENV A=\"x Y=1\" PATH=/b:$PATH \\\n  Z=/srv\n\
                 EXPOSE 80/tcp 53/udp\nWORKDIR $Z/app\nUSER 7:7\n",
            ),
            ("1/slim/Dockerfile", "FROM alpine:3\nENV S one two\n"),
        ];
        let new = refresh_image(OLD, "zoo", &tree("image", &files)).unwrap();
        let entry = "[zoo]\nuser = \"7\"\ndirectory = \"/srv/app\"\nports = [80]\nvariables = [\"A\", \"S\", \"Z\"]\n";
        assert_eq!(new, OLD.replace("[zoo]\n", entry));
        let again = refresh_image(&new, "zoo", &tree("image", &files)).unwrap();
        assert_eq!(again, new);
    }
}
