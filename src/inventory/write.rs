//! Writing the base images of a tree: a table for people, and the formats of programs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::graph::{Graph, file_of};
use super::{BaseUse, By, Tier};
use crate::date::Date;

/// Uses of one image, together.
struct Row<'u> {
    reference: String,
    first: &'u BaseUse,
    places: Vec<String>,
    is_final: bool,
}

fn rows(uses: &[BaseUse]) -> Vec<Row<'_>> {
    let mut rows: BTreeMap<(Tier, String), Row<'_>> = BTreeMap::new();
    for used in uses {
        let reference = used.image.reference();
        let row = rows
            .entry((used.tier, reference.clone()))
            .or_insert_with(|| Row {
                reference,
                first: used,
                places: Vec::new(),
                is_final: false,
            });
        row.is_final |= used.is_final;
        row.places.push(format!("{}:{}", file_of(used), used.line));
    }
    rows.into_values().collect()
}

/// What is said of the end of an image's release.
pub(super) fn end(used: &BaseUse) -> String {
    match &used.end_of_life {
        Some(end) => match end.date {
            Some(date) => date.to_string(),
            None => "given up".to_owned(),
        },
        None => String::new(),
    }
}

/// Cuts a text that is longer than so many characters, in its middle where names differ least.
fn cut(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let head = kept / 2;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - (kept - head)).collect();
    format!("{start}…{end}")
}

/// How long ago a day was, in words.
fn age(day: Date, as_of: Date) -> String {
    let days = (as_of.days() - day.days()).max(0);
    let (number, word) = match days {
        0..60 => (days, "day"),
        60..730 => (days / 30, "month"),
        _ => (days / 365, "year"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

/// A table of so many columns: one line for each image, and the counts.
pub fn table(uses: &[BaseUse], width: usize, as_of: Date, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(uses);
    // TIER, PRECISION, AGE and END have fixed widths; image and place share the rest.
    const TIER: usize = 9;
    const PRECISION: usize = 9;
    const END: usize = 10;
    const AGE: usize = 9;
    let has_end = rows.iter().any(|r| r.first.end_of_life.is_some());
    let has_age = rows.iter().any(|r| r.first.dated.is_some());
    let optional = |is_there: bool, width: usize| if is_there { width + 2 } else { 0 };
    let fixed = TIER + PRECISION + 4 + optional(has_end, END) + optional(has_age, AGE);
    let rest = width.saturating_sub(fixed).max(30);
    let longest = rows
        .iter()
        .map(|r| r.reference.chars().count())
        .max()
        .unwrap_or(5);
    let image = longest.clamp(5, (rest * 3 / 5).max(20));
    let place = rest.saturating_sub(image + 2).max(10);
    let line = |cells: [&str; 6], out: &mut dyn Write| {
        let [reference, tier, precision, age, end, used] = cells;
        let mut text = format!("{reference:<image$}  {tier:<TIER$} {precision:<PRECISION$} ");
        if has_age {
            text.push_str(&format!("{age:<AGE$}  "));
        }
        if has_end {
            text.push_str(&format!("{end:<END$}  "));
        }
        text.push_str(used);
        writeln!(out, "{}", text.trim_end())
    };
    line(
        ["IMAGE", "TIER", "PRECISION", "AGE", "ENDED", "USED BY"],
        out,
    )?;
    for row in &rows {
        let more = match row.places.len() {
            0 | 1 => String::new(),
            number => format!(" +{}", number - 1),
        };
        let first = row.places.first().map(String::as_str).unwrap_or_default();
        let first = cut(first, place.saturating_sub(more.len()));
        let reference = cut(&row.reference, image);
        let end = end(row.first);
        let age = row.first.dated.map(|day| age(day, as_of));
        let cells = [
            reference.as_str(),
            row.first.tier.as_str(),
            &row.first.precision,
            &age.unwrap_or_default(),
            &end,
            &format!("{first}{more}"),
        ];
        line(cells, out)?;
    }
    let files: BTreeSet<String> = uses.iter().map(file_of).collect();
    let counts = Tier::ALL.into_iter().filter_map(|tier| {
        let number = rows.iter().filter(|r| r.first.tier == tier).count();
        (number > 0).then(|| format!("{number} {}", tier.as_str()))
    });
    let counts: Vec<String> = counts.collect();
    let plural = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let images = plural(rows.len(), "image");
    let files = plural(files.len(), "file");
    if counts.is_empty() {
        writeln!(out, "{images} in {files}")
    } else {
        let line = format!("{images} in {files}: {}", counts.join(", "));
        if line.chars().count() <= width {
            return writeln!(out, "{line}");
        }
        writeln!(out, "{images} in {files}:\n{}", counts.join(", "))
    }
}

/// One object with all uses.
pub fn json(uses: &[BaseUse], as_of: Date, out: &mut dyn Write) -> io::Result<()> {
    #[derive(serde::Serialize)]
    struct All<'u> {
        version: u32,
        as_of: Date,
        uses: &'u [BaseUse],
    }
    let all = All {
        version: 1,
        as_of,
        uses,
    };
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

/// One use in each line.
pub fn json_lines(uses: &[BaseUse], out: &mut dyn Write) -> io::Result<()> {
    for used in uses {
        serde_json::to_writer(&mut *out, used)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Comma-separated values as of RFC 4180, with a heading.
pub fn csv(uses: &[BaseUse], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "repository,file,line,stage,final,by,registry,account,name,tag,digest,tier,precision,\
         end_of_life,makes,dated"
    )?;
    for used in uses {
        let end = used.end_of_life.as_ref();
        let end = end.map(|e| e.date.map_or_else(|| e.release.clone(), |d| d.to_string()));
        let by = match used.by {
            By::From => "from",
            By::Copy => "copy",
            By::Mount => "mount",
            By::Syntax => "syntax",
        };
        let cells = [
            used.repository.clone().unwrap_or_default(),
            used.file.clone(),
            used.line.to_string(),
            used.stage.clone(),
            used.is_final.to_string(),
            by.to_owned(),
            used.image.registry.clone(),
            used.image.account.clone(),
            used.image.name.clone(),
            used.image.tag.clone().unwrap_or_default(),
            used.image.digest.clone().unwrap_or_default(),
            used.tier.as_str().to_owned(),
            used.precision.clone(),
            end.unwrap_or_default(),
            used.makes.join(" "),
            used.dated.map(|d| d.to_string()).unwrap_or_default(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// A cell of comma-separated values. One that a spreadsheet would take for a formula is a text.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// What the graph shows: images that are taken, Dockerfiles, and which takes which.
pub(super) struct Picture {
    /// By text: the tier of an image; none for a Dockerfile.
    pub(super) nodes: Vec<(String, Option<Tier>)>,
    /// From what is taken to who takes it, and whether the final image is made of it.
    pub(super) edges: Vec<(usize, usize, bool)>,
}

pub(super) fn picture(uses: &[BaseUse]) -> Picture {
    let graph = Graph::of(uses);
    let mut nodes: Vec<(String, Option<Tier>)> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut node = |text: String, tier: Option<Tier>| {
        *numbers.entry(text.clone()).or_insert_with(|| {
            nodes.push((text, tier));
            nodes.len() - 1
        })
    };
    let mut edges: BTreeMap<(usize, usize), bool> = BTreeMap::new();
    // What each Dockerfile makes, once: a fleet has very many.
    let mut makes: BTreeMap<String, &[String]> = BTreeMap::new();
    for used in uses.iter().filter(|u| !u.makes.is_empty()) {
        makes.entry(file_of(used)).or_insert(&used.makes);
    }
    let label = |file: &str| match makes.get(file) {
        Some(made) => format!("{file} ({})", made.join(", ")),
        None => file.to_owned(),
    };
    for used in uses.iter().filter(|u| u.by != By::Syntax) {
        let file = file_of(used);
        let own = node(label(&file), None);
        let name = used.image.repository();
        let maker = graph.parents(&file).find(|parent| {
            let mut made = makes.get(*parent).copied().unwrap_or_default().iter();
            made.any(|m| super::name_of(&crate::images::ImageRef::parse(m)) == name)
        });
        let base = match maker {
            Some(parent) => node(label(parent), None),
            None => node(used.image.reference(), Some(used.tier)),
        };
        *edges.entry((base, own)).or_default() |= used.is_final;
    }
    Picture {
        nodes,
        edges: edges
            .into_iter()
            .map(|((a, b), is_final)| (a, b, is_final))
            .collect(),
    }
}

/// A flowchart for Mermaid.
pub fn mermaid(uses: &[BaseUse], out: &mut dyn Write) -> io::Result<()> {
    let picture = picture(uses);
    writeln!(out, "flowchart LR")?;
    for (i, (text, tier)) in picture.nodes.iter().enumerate() {
        // Only quotes and line breaks end a text in quotes.
        let text = text.replace('"', "#quot;").replace(['\n', '\r'], " ");
        match tier {
            Some(tier) => writeln!(out, "  n{i}([\"{text}\"]):::{}", tier.as_str())?,
            None => writeln!(out, "  n{i}[\"{text}\"]")?,
        }
    }
    for (from, to, is_final) in picture.edges {
        let arrow = if is_final { "-->" } else { "-.->" };
        writeln!(out, "  n{from} {arrow} n{to}")?;
    }
    Ok(())
}

/// A graph for Graphviz.
pub fn dot(uses: &[BaseUse], out: &mut dyn Write) -> io::Result<()> {
    let picture = picture(uses);
    writeln!(out, "digraph bases {{\n  rankdir=LR;\n  node [shape=box];")?;
    for (i, (text, tier)) in picture.nodes.iter().enumerate() {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        let tier = tier.map(|t| format!(", shape=ellipse, tooltip=\"{}\"", t.as_str()));
        writeln!(
            out,
            "  n{i} [label=\"{text}\"{}];",
            tier.unwrap_or_default()
        )?;
    }
    for (from, to, is_final) in picture.edges {
        let style = if is_final { "" } else { " [style=dashed]" };
        writeln!(out, "  n{from} -> n{to}{style};")?;
    }
    writeln!(out, "}}")
}

/// What differs between two reports: the images of each Dockerfile's final stage that changed, and
/// how many uses each tier has.
pub fn difference(before: &[BaseUse], after: &[BaseUse], out: &mut dyn Write) -> io::Result<()> {
    let finals = |uses: &[BaseUse]| -> BTreeMap<(String, String), (Tier, String)> {
        let of_final = uses.iter().filter(|u| u.is_final);
        let entry = |u: &BaseUse| {
            let key = (file_of(u), u.stage.clone());
            (key, (u.tier, u.image.reference()))
        };
        of_final.map(entry).collect()
    };
    let (old, new) = (finals(before), finals(after));
    let (mut to_golden, mut from_golden) = (0, 0);
    for (key, (tier, image)) in &new {
        match old.get(key) {
            Some((before, was)) if (before, was) != (tier, image) => {
                to_golden += usize::from(*tier == Tier::Golden && *before != Tier::Golden);
                from_golden += usize::from(*tier != Tier::Golden && *before == Tier::Golden);
                let (before, tier) = (before.as_str(), tier.as_str());
                writeln!(out, "{}: {was} ({before}) → {image} ({tier})", key.0)?;
            }
            Some(_) => {}
            None => writeln!(out, "{}: new: {image} ({})", key.0, tier.as_str())?,
        }
    }
    for (key, (tier, image)) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        writeln!(out, "{}: gone: {image} ({})", key.0, tier.as_str())?;
    }
    let left = new
        .values()
        .filter(|(tier, _)| *tier != Tier::Golden)
        .count();
    let of_all = new.len();
    writeln!(
        out,
        "moved to golden: {to_golden}, moved away: {from_golden}, left: {left} of {of_all}"
    )
}
