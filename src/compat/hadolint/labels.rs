//! The codes that hold labels to a schema.

use std::collections::{HashMap, HashSet};

use super::shell::unquoted;
use super::{Out, stages};
use crate::policy::{LabelFormat, Policy};
use crate::syntax::Kind;

pub(super) fn check(out: &mut Out<'_, '_>, policy: &Policy) {
    let facts = out.facts;
    missing(out, policy);
    for node in facts.nodes.iter().filter(|n| !n.onbuild) {
        let Kind::Label(pairs) = &node.instruction.kind else {
            continue;
        };
        let labels = pairs
            .pairs
            .iter()
            .map(|p| (unquoted(p.name.as_str()), cooked(p.value.as_str())));
        for (name, value) in labels {
            let value = value.as_str();
            let Some(format) = policy.label_schema.get(name) else {
                if policy.strict_labels {
                    out.say("DL3050", node.index);
                }
                continue;
            };
            if value.is_empty() {
                out.say("DL3051", node.index);
            }
            let (code, fits): (_, fn(&str) -> bool) = match format {
                LabelFormat::Url => ("DL3052", is_url),
                LabelFormat::Rfc3339 => ("DL3053", is_time),
                LabelFormat::Hash => ("DL3055", is_hash),
                LabelFormat::Semver => ("DL3056", is_version),
                LabelFormat::Email => ("DL3058", is_email),
                LabelFormat::Spdx => ("DL3054", is_licence),
                LabelFormat::Text => continue,
            };
            if !fits(value) {
                out.say(code, node.index);
            }
        }
    }
}

/// DL3049: a stage has the label if it or one that it is built on sets it. Excused is one that is
/// copied from, and one whose alias is the name of a later stage that sets the label: an alias
/// that is given twice, or a FROM without alias that names it.
fn missing(out: &mut Out<'_, '_>, policy: &Policy) {
    let facts = out.facts;
    let alias = |stage: usize| stages::from_of(facts, stage).and_then(stages::alias);
    for required in policy.label_schema.keys() {
        let mut labelled: HashSet<usize> = HashSet::new();
        let mut labelled_names: HashSet<&str> = HashSet::new();
        // For each alias the first stage that is not excused.
        let mut excused: HashMap<&str, usize> = HashMap::new();
        for node in facts.nodes.iter().filter(|n| !n.onbuild) {
            let Some(stage) = node.stage else {
                continue;
            };
            match &node.instruction.kind {
                Kind::From(from) => {
                    let name = stages::image_name(from.image.as_str());
                    if labelled_names.contains(name) {
                        labelled.insert(stage);
                        labelled_names.extend(alias(stage));
                    }
                }
                Kind::Copy(_) => {
                    let from = node.instruction.flag_value("from").map(|f| f.as_str());
                    excused.extend(from.map(|from| (from, stage + 1)));
                }
                Kind::Label(pairs) => {
                    let mut names = pairs.pairs.iter().map(|p| unquoted(p.name.as_str()));
                    if names.any(|n| n == required) {
                        labelled.insert(stage);
                        labelled_names.extend(alias(stage));
                        let name = stages::from_of(facts, stage).map(stages::key);
                        if let Some(name) = name {
                            let end = excused.entry(name).or_default();
                            *end = (*end).max(stage);
                        }
                    }
                }
                _ => {}
            }
        }
        for stage in &facts.stages {
            let end = alias(stage.index).and_then(|name| excused.get(name));
            let is_excused = end.is_some_and(|end| stage.index < *end);
            if !labelled.contains(&stage.index) && !is_excused {
                out.say("DL3049", stage.from_node);
            }
        }
    }
}

/// An absolute URI as RFC 3986 has it.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.chars();
    let scheme_fits = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let fits = |part: &str, also: &[u8]| {
        let mut bytes = part.bytes();
        while let Some(b) = bytes.next() {
            let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
            let fits = match b {
                b'%' => hex(bytes.next()) && hex(bytes.next()),
                b => {
                    b.is_ascii_alphanumeric()
                        || b"-._~!$&'()*+,;=".contains(&b)
                        || also.contains(&b)
                }
            };
            if !fits {
                return false;
            }
        }
        true
    };
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    let (host, port) = match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        // The digits of an address and the colons between them.
        Some((address, port)) => (address, port.strip_prefix(':').unwrap_or(port)),
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let host_fits = if authority.contains('[') {
        fits(host, b":")
    } else {
        fits(host, b"")
    };
    scheme_fits
        && fits(user, b":")
        && host_fits
        && port.bytes().all(|b| b.is_ascii_digit())
        && fits(path, b":@/")
        && fits(query, b":@/?")
        && fits(fragment, b":@/?")
}

/// `2024-01-31T12:00:00Z`, the letters in either case, the offset with or without a colon, the
/// year and the fraction of a second with any number of digits.
fn is_time(text: &str) -> bool {
    let Some((year, text)) = text.split_once('-') else {
        return false;
    };
    let number = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let mark = |at: usize, marks: &str| {
        let next = text.get(at..).and_then(|t| t.chars().next());
        next.is_some_and(|c| marks.contains(c))
    };
    let year: Option<u64> = year.parse().ok();
    let date = (|| {
        let (year, month, day) = (year?, number(0..2)?, number(3..5)?);
        let (hour, minute, second) = (number(6..8)?, number(9..11)?, number(12..14)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        Some((1..=days).contains(&day) && hour < 24 && minute < 60 && second <= 60)
    })();
    let marks = mark(2, "-") && mark(5, "Tt") && mark(8, ":") && mark(11, ":");
    let rest = text.get(14..).unwrap_or_default();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let offset = zone.strip_prefix(['+', '-']);
    let digits = offset.map(|o| o.replacen(':', "", 1));
    let zone_fits = matches!(zone, "Z" | "z")
        || digits.is_some_and(|d| d.len() == 4 && d.bytes().all(|b| b.is_ascii_digit()));
    date == Some(true) && marks && zone_fits
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 7 | 40)
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Three numbers, a pre-release and build metadata.
fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').unwrap_or((text, "0"));
    let (core, pre) = text.split_once('-').unwrap_or((text, ""));
    // Its last identifier may be missing.
    let word = |part: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        part.chars().all(fits) && !part.starts_with('.') && !part.contains("..")
    };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    core.split('.').count() == 3 && core.split('.').all(number) && word(pre) && word(build)
}

/// `local@domain` as RFC 5322 has it; a dot may end it.
fn is_email(text: &str) -> bool {
    let text = without_comments(text);
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let atom = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    let dots = |text: &str| text.split('.').all(atom);
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let literal = domain.starts_with('[') && domain.ends_with(']');
    let host = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    (dots(local) || quoted) && (domain.split('.').all(host) || literal)
}

/// An address without the comments in brackets and the blanks beside them.
fn without_comments(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some((before, rest)) = out.split_once('(') {
        let Some((_, behind)) = rest.split_once(')') else {
            break;
        };
        out = format!("{}{}", before.trim_end(), behind.trim_start());
    }
    out
}

/// A value without its quotes and the backslashes before quotes.
fn cooked(value: &str) -> String {
    let quoted = |q: char| {
        let inner = value.strip_prefix(q)?.strip_suffix(q)?;
        Some(inner.replace(&format!("\\{q}"), &q.to_string()))
    };
    quoted('"')
        .or_else(|| quoted('\''))
        .unwrap_or_else(|| value.to_owned())
}

/// A licence: one identifier that is not replaced, in its own letters; an expression that is more
/// than that is dlint's addition.
fn is_licence(text: &str) -> bool {
    match spdx::license_id(text) {
        // Replaced since the list that hadolint has.
        Some(id) => id.name != "NOASSERTION" && (!id.is_deprecated() || text == "Net-SNMP"),
        None => {
            let more = text.contains([' ', '(', '+']) || text.contains("Ref-");
            more && text.trim() == text && LabelFormat::Spdx.fits(text)
        }
    }
}
