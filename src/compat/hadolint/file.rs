//! The codes that read one instruction, or count them in a stage.

use std::collections::{HashMap, HashSet};

use super::Out;
use super::shell::unquoted;
use crate::syntax::{CommandLine, Keyword, Kind, Pairs};

/// Suffixes of archives.
const ARCHIVES: [&str; 15] = [
    ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz",
    ".tpz", ".txz", ".xz",
];

pub(super) fn is_archive(path: &str) -> bool {
    ARCHIVES.iter().any(|suffix| path.ends_with(suffix))
}

/// Starts like `C:`.
fn has_drive(path: &str) -> bool {
    let mut letters = path.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(':')
}

pub(super) fn check(out: &mut Out<'_, '_>) {
    let facts = out.facts;
    // Of the stage: how often each counted instruction stood there.
    let mut counts: HashMap<Keyword, usize> = HashMap::new();
    // Of the whole file.
    let mut defined: HashSet<String> = HashSet::new();
    let mut arguments: HashSet<String> = HashSet::new();
    let mut before_from = true;
    for node in &facts.nodes {
        if node.onbuild {
            secrets(out, node.index, &node.instruction.kind);
            continue;
        }
        let keyword = node.keyword();
        if keyword == Some(Keyword::From) {
            before_from = false;
            counts.clear();
        }
        if before_from && keyword.is_some_and(|k| k != Keyword::Arg) {
            out.say("DL3061", node.index);
        }
        let mut repeated = |keyword, code: &'static str, out: &mut Out<'_, '_>| {
            let count = counts.entry(keyword).or_default();
            *count += 1;
            if *count > 1 {
                out.say(code, node.index);
            }
        };
        secrets(out, node.index, &node.instruction.kind);
        match &node.instruction.kind {
            Kind::Workdir(path) => {
                let path = unquoted(path.as_str());
                if !path.starts_with(['$', '/']) && !has_drive(path) {
                    out.say("DL3000", node.index);
                }
            }
            Kind::Expose(ports) => {
                // A range with a variable in it is not looked at.
                let too_high = |word: &str| {
                    let ports = word.split('/').next().unwrap_or(word);
                    let digits = ports.bytes().all(|b| b.is_ascii_digit() || b == b'-');
                    let mut ends = ports.split('-').filter(|p| !p.is_empty());
                    digits && ends.any(|p| p.parse::<u64>().map_or(true, |n| n > 65535))
                };
                if ports.iter().any(|p| too_high(p.as_str())) {
                    out.say("DL3011", node.index);
                }
            }
            Kind::Healthcheck(check) => {
                repeated(Keyword::Healthcheck, "DL3012", out);
                if matches!(check.command, Some(CommandLine::Shell(_))) {
                    out.say("DL3025", node.index);
                }
            }
            Kind::Cmd(command) => {
                repeated(Keyword::Cmd, "DL4003", out);
                if matches!(command, CommandLine::Shell(_)) {
                    out.say("DL3025", node.index);
                }
            }
            Kind::Entrypoint(command) => {
                repeated(Keyword::Entrypoint, "DL4004", out);
                if matches!(command, CommandLine::Shell(_)) {
                    out.say("DL3025", node.index);
                }
            }
            Kind::Add(add) => {
                let plain = |source: &str| {
                    let source = unquoted(source);
                    let remote = ["http://", "https://"];
                    !is_archive(source) && !remote.iter().any(|r| source.starts_with(r))
                };
                let mut sources = add.sources.iter().filter(|s| s.heredoc.is_none());
                if sources.any(|s| plain(s.word.as_str())) {
                    out.say("DL3020", node.index);
                }
            }
            Kind::Copy(copy) => {
                let target = unquoted(copy.destination.as_str());
                if copy.sources.len() > 1 && !target.ends_with('/') {
                    out.say("DL3021", node.index);
                }
                let whole = copy
                    .sources
                    .iter()
                    .any(|s| unquoted(s.word.as_str()) == "/");
                if node.instruction.flag("from").is_some() && whole && target == "/" {
                    out.say("DL3067", node.index);
                }
            }
            Kind::Onbuild(inner) => {
                let nested = [Keyword::Onbuild, Keyword::From, Keyword::Maintainer];
                if inner.keyword.is_some_and(|k| nested.contains(&k)) {
                    out.say("DL3043", node.index);
                }
            }
            Kind::Env(pairs) => {
                if refers_to_sibling(pairs, &defined) {
                    out.say("DL3044", node.index);
                }
                let names = pairs.pairs.iter().map(|p| p.name.as_str().to_owned());
                defined.extend(names);
            }
            Kind::Arg(args) => {
                let names: Vec<String> = args
                    .iter()
                    .take(1)
                    .map(|a| a.name.as_str().to_owned())
                    .collect();
                defined.extend(names.iter().cloned());
                arguments.extend(names);
            }
            Kind::Label(pairs) => {
                let mut keys = pairs.pairs.iter().map(|p| unquoted(p.name.as_str()));
                if keys.any(|k| !is_label_key(k)) {
                    out.say("DL3048", node.index);
                }
            }
            Kind::User(user) => {
                let name = user.as_str().split(':').next().unwrap_or_default();
                let declared = |(at, _): (usize, &str)| {
                    let rest = name.get(at + 1..).unwrap_or_default();
                    if let Some(braced) = rest.strip_prefix('{') {
                        let inner = braced.split_once('}');
                        return inner.is_some_and(|(inner, _)| arguments.contains(inner));
                    }
                    // Whatever follows the name.
                    let ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]);
                    let mut names = ends.take(MOST_NAME).filter_map(|end| rest.get(..end));
                    names.any(|name| arguments.contains(name))
                };
                let numeric = name.bytes().all(|b| b.is_ascii_digit());
                if !numeric && !name.match_indices('$').any(declared) {
                    out.say("DL3066", node.index);
                }
            }
            Kind::Maintainer(_) => out.say("DL4000", node.index),
            _ => {}
        }
    }
}

/// The longest name that is looked for.
const MOST_NAME: usize = 200;

fn refers_to_sibling(pairs: &Pairs, defined: &HashSet<String>) -> bool {
    // The pairs of each name: the first one and the last.
    let mut names: HashMap<&str, (usize, usize)> = HashMap::new();
    for (i, pair) in pairs.pairs.iter().enumerate() {
        names.entry(pair.name.as_str()).or_insert((i, i)).1 = i;
    }
    names.retain(|name, _| !defined.contains(*name));
    pairs.pairs.iter().enumerate().any(|(i, pair)| {
        let value = pair.value.as_str();
        let of_other = |name: &str| names.get(name).is_some_and(|pairs| *pairs != (i, i));
        value.match_indices('$').any(|(at, _)| {
            let rest = value.get(at + 1..).unwrap_or_default();
            let braced = rest.strip_prefix('{').and_then(|r| r.split_once('}'));
            // A name may have other characters; one that has not is followed by one.
            let is_end = |end: &usize| {
                let next = rest.get(*end..).and_then(|r| r.chars().next());
                !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
            };
            let ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]);
            let mut plain = ends
                .take(MOST_NAME)
                .filter(is_end)
                .filter_map(|end| rest.get(..end));
            braced.is_some_and(|(name, _)| of_other(name)) || plain.any(of_other)
        })
    })
}

fn is_label_key(key: &str) -> bool {
    const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_/".contains(c);
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && key.chars().all(fits)
        && !key.contains("..")
        && !key.contains("--")
        && !RESERVED.iter().any(|r| key.starts_with(r))
}

/// DL3064.
fn secrets(out: &mut Out<'_, '_>, node: usize, kind: &Kind) {
    const PARTS: [&str; 7] = [
        "api_key",
        "client_key",
        "password",
        "private",
        "secret",
        "token",
        "username",
    ];
    let secret = |name: &str| {
        let lower = name.to_lowercase();
        let upper = name.to_uppercase();
        PARTS.iter().any(|p| lower.contains(p)) || CREDENTIALS.contains(&upper.as_str())
    };
    let found = match kind {
        Kind::Env(pairs) => pairs.pairs.iter().any(|p| secret(p.name.as_str())),
        Kind::Arg(args) => args.first().is_some_and(|a| secret(a.name.as_str())),
        _ => false,
    };
    if found {
        out.say("DL3064", node);
    }
}

/// Names that hadolint takes for credentials as a whole, as far as they were observed.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "DOCKER_EMAIL",
    "FACEBOOK_APP_ID",
    "TRAVIS_OS_NAME",
    "TRAVIS_SUDO",
];
