//! Pairs out of real Dockerfiles and the folders that they lie in.
//!
//! No registry is asked: every image is a stand-in, and a shell that lets commands fail and makes what
//! later stages copy runs them. The instructions, the context and what BuildKit makes of both are real.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dlint::context::Build;
use dlint::facts::{CopyOrigin, Facts};
use dlint::span::Source;
use dlint::syntax::{self, Keyword, Kind};

use super::{Numbers, Pair};

/// How many changes are tried of each Dockerfile.
const CHANGES: usize = 3;
/// The largest folder, in files, and the largest file.
const MOST_FILES: usize = 150;
const MOST_BYTES: u64 = 1 << 16;

/// At most so many pairs of the Dockerfiles below a folder, chosen by chance.
pub(super) fn pairs(folder: &Path, most: usize) -> Vec<Pair> {
    let mut paths = crate::fixes::dockerfiles(folder);
    let mut numbers = Numbers(0x5eed_5eed);
    let mut pairs = Vec::new();
    while pairs.len() < most && !paths.is_empty() {
        let path = paths.swap_remove(numbers.below(paths.len()));
        let context = path.parent().unwrap();
        let Some((dockerfile, named)) = offline(&path) else {
            continue;
        };
        let Some(files) = files(context, &path) else {
            continue;
        };
        let names: Vec<&String> = files.keys().filter(|n| !n.contains("ignore")).collect();
        let copied = |name: &&&String| {
            let below = |copied: &String| {
                let copied = copied.trim_end_matches('/');
                copied == "." || **name == copied || name.starts_with(&format!("{copied}/"))
            };
            named.iter().any(below)
        };
        let copied: Vec<&String> = names.iter().filter(copied).copied().collect();
        if copied.is_empty() {
            continue;
        }
        for change in 0..CHANGES {
            let mut pair = Pair {
                name: format!("real {} {change}", path.display()),
                dockerfile: dockerfile.clone(),
                after: None,
                files: files.clone(),
                write: BTreeMap::new(),
                remove: Vec::new(),
                touch: Vec::new(),
                mode: BTreeMap::new(),
                links: BTreeMap::new(),
                args: BTreeMap::new(),
                target: None,
                contexts: BTreeMap::new(),
                told: false,
            };
            // Mostly what the file copies, for the rest runs nothing again.
            let from = if numbers.chance(70) { &copied } else { &names };
            let name = from[numbers.below(from.len())].clone();
            match numbers.below(6) {
                0 => pair.touch.push(name),
                1 => drop(pair.mode.insert(name, 0o755)),
                2 => drop(pair.write.insert(format!("{name}.new"), "new".to_owned())),
                _ => drop(pair.write.insert(name, "changed".to_owned())),
            }
            pairs.push(pair);
        }
    }
    pairs
}

/// The text of a Dockerfile as it can be built without a network, and what it copies of the context;
/// nothing if it cannot be.
fn offline(path: &Path) -> Option<(String, BTreeSet<String>)> {
    let text = std::fs::read_to_string(path).ok()?;
    // `@` is the salt of a pair.
    if text.contains('@') || text.len() > 20_000 {
        return None;
    }
    let source = Source::from_bytes(path, text.clone().into_bytes());
    let file = syntax::parse(&source);
    if !file.errors.is_empty() {
        return None;
    }
    let build = Build::default();
    let facts = Facts::of(&source, &file, &build);
    // What the image sets, the stand-in does not.
    let is_hidden = |n: &dlint::facts::Node<'_>| match &n.instruction.kind {
        Kind::Workdir(word) => facts.text(n.index, word).is_none(),
        _ => false,
    };
    if facts.nodes.iter().any(is_hidden) {
        return None;
    }
    let mut named = BTreeSet::new();
    let mut needed = BTreeSet::new();
    for copied in facts.nodes.iter().filter_map(|n| facts.copied(n)) {
        for copied_source in &copied.sources {
            if copied_source.is_heredoc {
                continue;
            }
            let path = copied_source.path()?;
            match copied.origin {
                CopyOrigin::Context => drop(named.insert(path)),
                CopyOrigin::From(_) => drop(needed.insert(format!("/{}", path.replace('*', "x")))),
            }
        }
    }
    let needed: Vec<String> = needed.into_iter().collect();
    let shell = format!(
        "timeout 10 /bin/sh -c \"$0\" </dev/null >/dev/null 2>&1; for p in {}; do [ -e $p ] || \
         {{ mkdir -p $(dirname $p); ls -lR . | md5sum > $p; }}; done; true",
        needed.join(" ")
    );
    let shell = serde_json::to_string(&["/bin/sh", "-c", shell.as_str()]).ok()?;
    let mut edited = text;
    let mut stages: BTreeSet<String> = BTreeSet::new();
    let mut edits = Vec::new();
    for instruction in &file.instructions {
        match &instruction.kind {
            Kind::From(from) => {
                let line = source.line_start(instruction.end_line + 1);
                if !stages.contains(&from.image.as_str().to_lowercase()) {
                    edits.push((instruction.span.start, instruction.name.span.start, ""));
                    edits.push((from.image.span.start, from.image.span.end, "alpine:3.22"));
                }
                edits.push((line, line, "SHELL"));
                if let Some((_, name)) = &from.alias {
                    stages.insert(name.as_str().to_lowercase());
                }
            }
            // Another shell would not let commands fail.
            Kind::Shell(_) => edits.push((instruction.span.start, instruction.span.end, "")),
            _ if instruction.keyword == Some(Keyword::User) => {
                edits.push((instruction.span.start, instruction.span.end, ""));
            }
            _ => {}
        }
    }
    for (start, end, content) in edits.into_iter().rev() {
        let content = match content {
            // A step of its own: pairs that are built beside one another share no layer then.
            "SHELL" => format!("SHELL {shell}\nRUN : @\n"),
            content => content.to_owned(),
        };
        edited.replace_range(start as usize..end as usize, &content);
    }
    let is_syntax = |line: &&str| !line.replace(' ', "").starts_with("#syntax=");
    let lines: Vec<&str> = edited.lines().filter(is_syntax).collect();
    Some((lines.join("\n") + "\n", named))
}

/// The files of a small folder of texts, without the Dockerfile.
fn files(context: &Path, dockerfile: &Path) -> Option<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut open = vec![context.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            let kind = entry.file_type().ok()?;
            if kind.is_dir() && entry.file_name() != ".git" {
                open.push(path);
            } else if kind.is_file() && path != dockerfile {
                if files.len() == MOST_FILES || entry.metadata().ok()?.len() > MOST_BYTES {
                    return None;
                }
                let name = path.strip_prefix(context).ok()?.to_str()?.to_owned();
                files.insert(name, std::fs::read_to_string(&path).ok()?);
            }
        }
    }
    Some(files)
}
