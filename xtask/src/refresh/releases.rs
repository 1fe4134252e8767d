//! `data/releases.toml` from the products of endoflife.date.

use toml_edit::{Datetime, DocumentMut, InlineTable, Item, Key, Value};

use super::source::Tree;
use super::{Error, with_commit};

const FILE: &str = "data/releases.toml";

/// Releases that ended before that day are left out: there are no images of them.
const FIRST_DAY: &str = "2014-01-01";

/// A release as endoflife.date has it: `releaseCycle` and the other keys.
#[derive(Debug, Default)]
struct Cycle {
    version: String,
    keys: Vec<(String, String)>,
}

impl Cycle {
    fn get(&self, key: &str) -> Option<&str> {
        self.keys
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, value)| value.as_str())
    }

    /// A value that is a day: `false` is one that is not known.
    fn day(&self, key: &str) -> Option<&str> {
        let is_day = |value: &&str| value.len() == 10 && value.parse::<Datetime>().is_ok();
        self.get(key).filter(is_day)
    }
}

/// Renews the days of all products that the source has.
pub fn refresh(text: &str, tree: &Tree) -> Result<String, Error> {
    let text = with_commit(text, "https://endoflife.date", tree)?;
    let mut document: DocumentMut = text.parse().map_err(|e| Error::Toml(FILE, e))?;
    let products: Vec<String> = document.iter().map(|(id, _)| id.to_owned()).collect();
    for id in products {
        let Some(product) = document.get_mut(&id).and_then(Item::as_table_mut) else {
            continue;
        };
        let Some(page) = tree.read(&format!("products/{id}.md")) else {
            eprintln!("{id}: endoflife.date has no such product");
            continue;
        };
        let ends = product
            .get("ends")
            .and_then(Item::as_str)
            .unwrap_or("eol")
            .to_owned();
        let Some(releases) = product.get_mut("release").and_then(Item::as_table_mut) else {
            return Err(Error::Unexpected(id, "no releases".into()));
        };
        let with_codes = releases
            .iter()
            .any(|(_, release)| release.get("code").is_some());
        for cycle in cycles(&page) {
            let is_old = cycle.day(&ends).is_some_and(|day| day < FIRST_DAY);
            if is_old || cycle.get(&ends) == Some("true") {
                continue;
            }
            // All versions are quoted, since `3.10` must be.
            let key: Key = format!("\"{}\"", cycle.version)
                .parse()
                .map_err(|e| Error::Toml(FILE, e))?;
            let release = releases
                .entry_format(&key)
                .or_insert_with(|| Item::Value(Value::InlineTable(InlineTable::new())));
            let Some(release) = release.as_inline_table_mut() else {
                continue;
            };
            if with_codes && let Some(name) = cycle.get("codename") {
                let code = name.split(' ').next().unwrap_or_default().to_lowercase();
                put(release, "code", Value::from(code));
            }
            for (key, day) in [
                ("released", cycle.day("releaseDate")),
                ("ends", cycle.day(&ends)),
            ] {
                if let Some(day) = day.and_then(|day| day.parse::<Datetime>().ok()) {
                    put(release, key, Value::from(day));
                }
            }
            release.fmt();
        }
        releases.sort_values_by(|a, _, b, _| numbers(b).cmp(&numbers(a)));
    }
    Ok(document.to_string())
}

/// Sets a key if it has another value, and so leaves the text alone otherwise.
fn put(table: &mut InlineTable, key: &str, value: Value) {
    let same = table
        .get(key)
        .is_some_and(|old| old.to_string().trim() == value.to_string().trim());
    if !same {
        table.insert(key, value);
    }
}

fn numbers(version: &str) -> Vec<u64> {
    version
        .split('.')
        .map(|n| n.parse().unwrap_or_default())
        .collect()
}

/// The entries of `releases` in the front matter of a product.
fn cycles(page: &str) -> Vec<Cycle> {
    let mut found: Vec<Cycle> = Vec::new();
    let lines = page
        .lines()
        .skip_while(|line| !line.starts_with("releases:"))
        .skip(1);
    for line in lines.take_while(|line| *line != "---") {
        let Some((key, value)) = line.trim().trim_start_matches("- ").split_once(':') else {
            continue;
        };
        let value = value.split(" #").next().unwrap_or_default();
        let value = value.trim().trim_matches('"').to_owned();
        if key == "releaseCycle" {
            found.push(Cycle {
                version: value,
                keys: Vec::new(),
            });
        } else if let Some(cycle) = found.last_mut() {
            cycle.keys.push((key.to_owned(), value));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\ntitle: Debian\nreleases:\n  - releaseCycle: \"14\"\n    codename: \"Forky\"\n    \
        releaseDate: 2027-06-01\n    eol: 2030-06-01\n    eoes: 2032-06-01 # planned\n\n  - releaseCycle: \"12\"\n    \
        codename: \"Bookworm\"\n    releaseDate: 2023-06-10\n    eol: 2026-07-11\n    eoes: 2028-06-30\n  \
        - releaseCycle: \"5\"\n    codename: \"Lenny\"\n    releaseDate: 2009-02-14\n    eoes: 2012-02-06\n  \
        - releaseCycle: \"4\"\n    codename: \"Etch\"\n    eoes: true\n  - releaseCycle: \"1.1\"\n    codename: \"Buzz\"\n    eoes: 1996-12-12\n---\n\nText: no key\n";

    fn tree(name: &str) -> Tree {
        let root =
            std::env::temp_dir().join(format!("dlint-refresh-{name}-{}", std::process::id()));
        std::fs::create_dir_all(root.join("products")).unwrap();
        std::fs::write(root.join("products/debian.md"), PAGE).unwrap();
        Tree::Directory(root)
    }

    #[test]
    fn days_are_renewed_and_releases_added_in_order() {
        let old = "# Head\nas-of = 2026-11-21\n\n[debian]\nname = \"Debian\"\nends = \"eoes\"\n\n\
            [debian.release]\n\"13\" = { code = \"trixie\", advise = false } # mine\n\
            \"12\" = { code = \"bookworm\", released = 2023-06-10, ends = 2028-01-01 }\n";
        let new = refresh(old, &tree("days")).unwrap();
        let expected = "# Head\nas-of = 2026-11-21\n\n[debian]\nname = \"Debian\"\nends = \"eoes\"\n\n\
            [debian.release]\n\"14\" = { code = \"forky\", released = 2027-06-01, ends = 2032-06-01 }\n\
            \"13\" = { code = \"trixie\", advise = false } # mine\n\
            \"12\" = { code = \"bookworm\", released = 2023-06-10, ends = 2028-06-30 }\n";
        assert_eq!(new, expected);
        assert_eq!(refresh(&new, &tree("again")).unwrap(), new);
    }
}
