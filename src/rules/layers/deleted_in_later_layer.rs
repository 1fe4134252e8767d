//! `deleted-in-later-layer`: a file is removed in another layer than the one that holds it.

use super::paths::{place, shown};
use crate::diagnostic::Severity;
use crate::facts::{Command, Facts, Node, is_small_file};
use crate::path::file_name;
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;
use crate::text::has_wildcard;

rule! {
    DeletedInLaterLayer {
        /// Whether scripts, keys and lists count too, which are small.
        pub small: bool,
    }
}

impl Rule for DeletedInLaterLayer {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        let mut there: Vec<Held> = Vec::new();
        for node in facts.chain_nodes(last.index) {
            match node.keyword() {
                Some(Keyword::Copy | Keyword::Add) => there.extend(copied(facts, node)),
                Some(Keyword::Run) => {
                    let mut gone: Vec<(Span, String, Held)> = Vec::new();
                    let moved = first_move(node);
                    let commands = node.commands().iter().enumerate();
                    for (index, command) in commands.filter(|(_, c)| c.name == "rm") {
                        let moved = moved < index;
                        for word in command.operands(&[]) {
                            let Some(path) = removed(facts, node, moved, word.literal()) else {
                                continue;
                            };
                            let Some(removed) = Removed::of(&path) else {
                                continue;
                            };
                            let fits = |h: &Held| h.node < node.index && removed.covers(&h.path);
                            let large = there.iter().position(|h| !h.is_small && fits(h));
                            if let Some(at) = large.or_else(|| there.iter().position(fits)) {
                                let written = there.remove(at);
                                let text = word.literal().unwrap_or_default().to_owned();
                                let text = if text.ends_with('*') {
                                    shown(&written.path).to_owned()
                                } else {
                                    text
                                };
                                gone.push((word.span, text, written));
                            }
                        }
                    }
                    for (span, path, written) in gone {
                        if written.is_small && !self.small {
                            continue;
                        }
                        let report = cx
                            .report(
                                span,
                                format!("`{path}` stays in the image: an earlier layer holds it"),
                            )
                            .help("use a bind mount or another stage, or make and remove it in one RUN")
                            .label(written.span, "it comes from here");
                        if written.is_small {
                            report.severity(Severity::Info);
                        }
                    }
                    there.extend(downloaded(facts, node));
                    there.truncate(MOST_FILES);
                }
                _ => {}
            }
        }
    }
}

/// What a layer brings.
struct Held {
    path: String,
    span: Span,
    node: usize,
    is_small: bool,
}

impl Held {
    fn new(path: String, span: Span, node: usize, source: Option<&str>) -> Self {
        let small = |name: &str| is_small_file(name.trim_end_matches('*'));
        let is_small = (small(&path) || source.is_some_and(small)) && !is_secret(&path);
        Self {
            path,
            span,
            node,
            is_small,
        }
    }
}

/// How many files are held against what is removed.
const MOST_FILES: usize = 1000;

/// How many commands are searched for one that removes a file.
const MOST_LATER: usize = 100;

/// The first command of a RUN that changes the directory.
fn first_move(node: &Node<'_>) -> usize {
    let moves = |c: &Command| matches!(c.name.as_str(), "cd" | "pushd");
    let first = node.commands().iter().position(moves);
    first.unwrap_or(usize::MAX)
}

/// The files that a COPY or ADD brings, if their names are known.
fn copied(facts: &Facts<'_>, node: &Node<'_>) -> Vec<Held> {
    let Some(copied) = facts.copied(node) else {
        return Vec::new();
    };
    copied
        .sources
        .iter()
        .filter_map(|source| {
            let path = match source.is_remote() {
                // Only a directory makes the name.
                true => {
                    let target = copied.target.clone()?;
                    let name = source.text.as_deref()?.rsplit('/').next()?;
                    if copied.into_directory {
                        format!("{}/{name}", target.trim_end_matches('/'))
                    } else {
                        target
                    }
                }
                false => copied.target_of(source)?,
            };
            // ADD unpacks archives, and what is copied into `/` has other names.
            let archive = node.is(Keyword::Add) && !source.is_remote() && path.contains(".t");
            let whole = source.is_whole() && path.len() < 2;
            let text = source.text.as_deref();
            (!archive && !whole && path.len() > 1)
                .then(|| Held::new(path, source.span, node.index, text))
        })
        .collect()
}

/// The files that a RUN downloads and leaves behind.
fn downloaded(facts: &Facts<'_>, node: &Node<'_>) -> Vec<Held> {
    if !node.mounts.is_empty() {
        return Vec::new();
    }
    let commands = node.commands();
    let first_move = first_move(node);
    let takes = |c: &Command| matches!(c.name.as_str(), "rm" | "mv");
    let takers: Vec<(usize, &Command)> = commands
        .iter()
        .enumerate()
        .filter(|(_, c)| takes(c))
        .collect();
    let mut found = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let name = match command.name.as_str() {
            "curl" if command.has_any_flag(&["-o", "--output"]) => command
                .flag_value("-o")
                .or_else(|| command.flag_value("--output"))
                .map(str::to_owned),
            "curl" if command.has_any_flag(&["-O", "--remote-name"]) => base_name(command),
            "wget" if command.has_any_flag(&["-O", "--output-document"]) => command
                .flag_value("-O")
                .or_else(|| command.flag_value("--output-document"))
                .map(str::to_owned),
            "wget" if !command.has_any_flag(&["-P", "--directory-prefix", "-r", "-i"]) => {
                base_name(command)
            }
            _ => None,
        };
        let Some(name) =
            name.filter(|n| !matches!(n.as_str(), "" | "-" | "/dev/null" | "/dev/stdout"))
        else {
            continue;
        };
        let moved = first_move < index;
        let last = file_name(&name);
        let later = takers.partition_point(|(at, _)| *at <= index);
        let mut later = takers.iter().skip(later).take(MOST_LATER);
        let used_up = later.any(|(_, c)| c.args().iter().any(|w| w.raw.contains(last) || w.glob));
        if used_up || moved && !name.starts_with('/') {
            continue;
        }
        let path = place(facts, node, &name);
        found.push(Held::new(path, command.span, node.index, None));
    }
    found
}

/// The name a download gets from its address.
fn base_name(command: &Command) -> Option<String> {
    let address = command
        .args()
        .iter()
        .filter_map(|w| w.literal())
        .find(|a| a.contains("://"))?;
    let path = address.split(['?', '#']).next()?;
    let name = path.split("://").nth(1)?.rsplit_once('/')?.1;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The path that an operand of `rm` names.
fn removed(facts: &Facts<'_>, node: &Node<'_>, moved: bool, text: Option<&str>) -> Option<String> {
    let text = text?;
    if text.starts_with('~') || moved && !text.starts_with('/') {
        return None;
    }
    Some(place(facts, node, text))
}

/// What an operand of `rm` takes away.
enum Removed<'p> {
    /// What stands at a path or below it.
    Path(&'p str),
    /// With a `*` at the end, what begins so.
    Start(&'p str),
}

impl<'p> Removed<'p> {
    /// What `rm path` removes; nothing where that cannot be told.
    fn of(path: &'p str) -> Option<Self> {
        let start = path.strip_suffix('*');
        let text = start.unwrap_or(path);
        if has_wildcard(text) {
            return None;
        }
        match start {
            Some(start) => (start.len() > 2).then_some(Self::Start(start)),
            None => (path.len() > 1).then_some(Self::Path(path)),
        }
    }

    fn covers(&self, written: &str) -> bool {
        match self {
            Self::Path(path) => is_in(written, path),
            Self::Start(start) => written
                .strip_prefix(start)
                .is_some_and(|rest| !rest.contains('/')),
        }
    }
}

/// Whether a file is a private key by its name: deleting it was not for the sake of size.
fn is_secret(path: &str) -> bool {
    let name = file_name(path);
    matches!(name.rsplit_once('.'), Some((_, "pem" | "key" | "p12")))
}
