//! The base images of a tree as one page of HTML that asks nobody for anything, and as facts for
//! catalogues.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::graph::file_of;
use super::write::{end, picture};
use super::{BaseUse, Tier};
use crate::date::Date;

const PAGE: &str = include_str!("bases.html");
/// What the data take the place of.
const DATA: &str = "@DATA@";

/// What the page shows of a use.
#[derive(Serialize)]
struct Use<'u> {
    reference: String,
    registry: &'u str,
    tier: &'static str,
    precision: &'u str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dated: Option<Date>,
    #[serde(skip_serializing_if = "String::is_empty")]
    end: String,
    ended: bool,
    file: String,
    at: String,
    stage: &'u str,
    r#final: bool,
}

/// Writes JSON of which nothing can end the element that it stands in.
struct Escaped<'o>(&'o mut dyn Write);

impl Write for Escaped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut parts = bytes.split(|b| *b == b'<');
        self.0.write_all(parts.next().unwrap_or_default())?;
        for part in parts {
            self.0.write_all(b"\\u003c")?;
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A list of JSON, item by item: a fleet is not held twice.
fn list<T: Serialize>(items: impl Iterator<Item = T>, out: &mut Escaped<'_>) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &item)?;
    }
    out.write_all(b"]")
}

/// One page with a table and a graph.
pub fn html(uses: &[BaseUse], as_of: Date, out: &mut dyn Write) -> io::Result<()> {
    let (head, tail) = PAGE.split_once(DATA).unwrap_or((PAGE, ""));
    out.write_all(head.as_bytes())?;
    let data = &mut Escaped(&mut *out);
    write!(data, "{{\"as_of\":\"{as_of}\",\"tiers\":")?;
    list(Tier::ALL.into_iter().map(Tier::as_str), data)?;
    write!(data, ",\"uses\":")?;
    let shown = uses.iter().map(|used| Use {
        reference: used.image.reference(),
        registry: &used.image.registry,
        tier: used.tier.as_str(),
        precision: &used.precision,
        dated: used.dated,
        end: end(used),
        ended: used.end_of_life.is_some(),
        file: file_of(used),
        at: format!("{}:{}", file_of(used), used.line),
        stage: &used.stage,
        r#final: used.is_final,
    });
    list(shown, data)?;
    let picture = picture(uses);
    let nodes = picture.nodes.iter().map(|(text, tier)| {
        let tier = tier.map(Tier::as_str);
        json!({"text": text, "tier": tier})
    });
    write!(data, ",\"nodes\":")?;
    list(nodes, data)?;
    write!(data, ",\"edges\":")?;
    list(picture.edges.iter(), data)?;
    write!(data, "}}")?;
    out.write_all(tail.as_bytes())
}

/// What Backstage takes for the name of an entity.
fn entity_name(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = text
        .chars()
        .map(|c| if fits(c) { c } else { '-' })
        .collect();
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    name.chars().take(63).collect()
}

/// Facts about each repository, as the fact retrievers of Backstage's Tech Insights give them
/// (<https://github.com/backstage/community-plugins/tree/main/workspaces/tech-insights>).
pub fn facts(uses: &[BaseUse], unnamed: &str, as_of: Date, out: &mut dyn Write) -> io::Result<()> {
    let mut repositories: BTreeMap<&str, Vec<&BaseUse>> = BTreeMap::new();
    for used in uses {
        let name = used.repository.as_deref().unwrap_or(unnamed);
        repositories.entry(name).or_default().push(used);
    }
    let all: Vec<Value> = repositories
        .iter()
        .map(|(name, uses)| {
            let images: BTreeMap<String, &BaseUse> =
                uses.iter().map(|u| (u.image.reference(), *u)).collect();
            let count =
                |wanted: &dyn Fn(&BaseUse) -> bool| images.values().filter(|u| wanted(u)).count();
            let mut facts = serde_json::Map::new();
            let mut set = |name: &str, value: Value| drop(facts.insert(name.to_owned(), value));
            set("baseImages", images.len().into());
            for tier in Tier::ALL {
                let name = format!("{}BaseImages", tier.as_str());
                set(&name, count(&|u| u.tier == tier).into());
            }
            set(
                "endOfLifeBaseImages",
                count(&|u| u.end_of_life.is_some()).into(),
            );
            set(
                "digestPinnedBaseImages",
                count(&|u| u.precision == "digest").into(),
            );
            let moving = ["latest", "named", "major"];
            set(
                "movingBaseImages",
                count(&|u| moving.contains(&u.precision.as_str())).into(),
            );
            let finals: BTreeSet<(String, bool)> = uses
                .iter()
                .filter(|u| u.is_final)
                .map(|u| (file_of(u), matches!(u.tier, Tier::Golden | Tier::Own)))
                .collect();
            let golden = finals.iter().filter(|(_, golden)| *golden).count();
            set("finalImages", finals.len().into());
            set("finalImagesOnGolden", golden.into());
            set("allFinalImagesOnGolden", (golden == finals.len()).into());
            set(
                "baseImageList",
                images.keys().cloned().collect::<Vec<_>>().into(),
            );
            json!({
                "entity": {"namespace": "default", "kind": "component", "name": entity_name(name)},
                "timestamp": format!("{as_of}T00:00:00.000Z"),
                "facts": facts,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
