//! The comments of security scanners: `# trivy:ignore:DS-0002`, `# checkov:skip=CKV_DOCKER_8`,
//! `# kics-scan ignore-line`, `# nosemgrep`, `NOSONAR`, `gitleaks:allow`, `trufflehog:ignore`,
//! `pragma: allowlist secret`; and those of droast, `# droast ignore=DF001 reason="…"`.
//!
//! Some of them are meant for the end of the line they speak of, which few instructions allow: on a
//! line of its own such a comment covers the next instruction, as the others do.

use super::{Group, Ignore, Name, Scope, Suppressions, line_of, stage_of};
use crate::compat::scanners::Scanner;
use crate::date::Date;
use crate::span::{Source, Span};
use crate::syntax::{Comment, File, Keyword};

/// What a comment of a scanner says.
struct Said<'t> {
    names: Vec<(&'t str, Group)>,
    reach: Reach,
    reason: &'t str,
    /// The day after which it does not count any more.
    ends: Option<Date>,
}

/// How far a comment reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    File,
    /// The next instruction, or the line it stands in.
    Here,
    /// The stage that the next instruction opens, else that instruction.
    Block,
    /// The line below it, or the next instruction.
    Below,
}

/// Texts without which no comment of a scanner can be in a file.
const MARKS: [&str; 9] = [
    "droast",
    ":ignore:",
    ":skip=",
    "kics-scan",
    "NOSONAR",
    "nosem",
    "gitleaks:allow",
    "trufflehog:ignore",
    "pragma:",
];

/// Marks that stand at the end of the line they speak of.
const TRAILING: [&str; 5] = [
    "NOSONAR",
    "nosem",
    "gitleaks:allow",
    "trufflehog:ignore",
    "pragma:",
];

impl Suppressions {
    /// Reads the comments of security scanners.
    pub(super) fn read_scanners(&mut self, source: &Source, file: &File, as_of: Date) {
        let text = source.text();
        if !MARKS.iter().any(|mark| text.contains(mark)) {
            return;
        }
        let first = file.instructions.first().map_or(u32::MAX, |i| i.span.start);
        for comment in &file.comments {
            let text = source.slice(comment.span);
            let body = text.trim_start_matches('#').trim();
            for said in read(body, comment.span.start < first) {
                let scope = self.scope(source, file, comment, said.reach);
                let line = Some(line_of(source, comment));
                self.add(source, said, comment.span, scope, line, as_of);
            }
        }
        let mut seen = Vec::new();
        for mark in TRAILING {
            for (at, _) in text.match_indices(mark) {
                let at = at as u32;
                let line = source.line_span(source.line(at));
                let before = file.comments.partition_point(|c| c.span.start <= at);
                let known = before.checked_sub(1).and_then(|i| file.comments.get(i));
                if known.is_some_and(|c| c.span.covers(Span::at(at))) || seen.contains(&(at, line))
                {
                    continue;
                }
                seen.push((at, line));
                let rest = source.slice(Span::new(at, line.end)).trim_end();
                let hash = source.slice(Span::new(line.start, at)).rfind('#');
                // Sonar and Semgrep read comments, the others lines.
                if hash.is_none() && matches!(mark, "NOSONAR" | "nosem") {
                    continue;
                }
                for said in read(rest, false) {
                    let below = || source.line_span(source.line(at) + 1);
                    let scope = match said.reach {
                        Reach::Below => Scope::Span(below()),
                        _ => Scope::Span(line),
                    };
                    let span = Span::new(at, at + rest.len() as u32);
                    self.add(source, said, span, scope, None, as_of);
                }
            }
        }
    }

    fn scope(&self, source: &Source, file: &File, comment: &Comment, reach: Reach) -> Scope {
        if reach == Reach::File {
            return Scope::File;
        }
        if comment.inside {
            let next = super::next_line(source, file, comment);
            return Scope::Span(next.unwrap_or(Span::at(comment.span.start)));
        }
        let at = file
            .instructions
            .partition_point(|i| i.span.start < comment.span.start);
        match file.instructions.get(at) {
            Some(next) if reach == Reach::Block && next.keyword == Some(Keyword::From) => {
                Scope::Span(stage_of(source, file, comment))
            }
            Some(next) => Scope::Span(next.span),
            None => Scope::Span(Span::at(comment.span.start)),
        }
    }

    fn add(
        &mut self,
        source: &Source,
        said: Said<'_>,
        span: Span,
        scope: Scope,
        line: Option<Span>,
        as_of: Date,
    ) {
        let start = source.text().as_ptr() as usize;
        let names = said.names.into_iter().map(|(text, group)| {
            let from = (text.as_ptr() as usize).wrapping_sub(start) as u32;
            Name {
                text: text.to_owned(),
                span: Span::new(from, from + text.len() as u32),
                used: false,
                check: false,
                all: false,
                group: Some(group),
            }
        });
        self.ignores.push(Ignore {
            scope,
            names: names.collect(),
            span,
            line,
            reason: said.reason.to_owned(),
            foreign: true,
            ended: said.ends.filter(|day| *day < as_of),
        });
    }
}

/// Reads the text of a comment; `at_top` says that it stands before the first instruction.
fn read(body: &str, at_top: bool) -> Vec<Said<'_>> {
    let mut all = Vec::new();
    trivy(body, &mut all);
    all.extend(checkov(body));
    all.extend(kics(body, at_top));
    all.extend(semgrep(body));
    all.extend(droast(body, at_top));
    let marks = [
        ("NOSONAR", Group::Scanner(Scanner::Sonar), Reach::Here),
        ("gitleaks:allow", Group::Secrets, Reach::Here),
        ("trufflehog:ignore", Group::Secrets, Reach::Here),
        ("pragma: allowlist secret", Group::Secrets, Reach::Here),
        ("pragma: whitelist secret", Group::Secrets, Reach::Here),
        (
            "pragma: allowlist nextline secret",
            Group::Secrets,
            Reach::Below,
        ),
        (
            "pragma: whitelist nextline secret",
            Group::Secrets,
            Reach::Below,
        ),
    ];
    for (mark, group, reach) in marks {
        let Some(at) = body.find(mark) else {
            continue;
        };
        let name = body.get(at..at + mark.len()).unwrap_or_default();
        let behind = reason(body.get(at + mark.len()..).unwrap_or_default());
        let before = reason(body.get(..at).unwrap_or_default());
        all.push(Said {
            names: vec![(name, group)],
            reach,
            reason: if behind.is_empty() { before } else { behind },
            ends: None,
        });
    }
    all
}

/// The text without what joins it to the names before.
fn reason(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | ':' | '#' | ',' | ';' | '/')
    })
}

/// `trivy:ignore:DS-0002:exp:2026-12-31 trivy:ignore:DS-0026 free text`
fn trivy<'t>(body: &'t str, all: &mut Vec<Said<'t>>) {
    let mut rest = body;
    let first = all.len();
    while let Some(word) = rest.split_whitespace().next() {
        let at = word.as_ptr() as usize - rest.as_ptr() as usize;
        let token = word
            .strip_prefix("trivy:ignore:")
            .or_else(|| word.strip_prefix("tfsec:ignore:"));
        let Some(token) = token else {
            break;
        };
        rest = rest.get(at + word.len()..).unwrap_or_default();
        let end = token.find([':', '[']).unwrap_or(token.len());
        let id = token.get(..end).unwrap_or_default();
        let mut sections = token.get(end..).unwrap_or_default().split(':');
        let dated = sections.any(|section| section == "exp");
        let day = dated.then(|| sections.next().unwrap_or_default());
        if id.is_empty() {
            continue;
        }
        all.push(Said {
            names: vec![(id, Group::Named(Scanner::Trivy))],
            reach: Reach::Here,
            reason: "",
            ends: day.and_then(Date::parse),
        });
    }
    let text = reason(rest);
    for said in all.iter_mut().skip(first) {
        said.reason = text;
    }
}

/// `checkov:skip=CKV_DOCKER_1,CKV_DOCKER_3: reason`
fn checkov(body: &str) -> Option<Said<'_>> {
    let tools = ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="];
    let (at, tool) = tools
        .iter()
        .filter_map(|tool| Some((body.find(tool)?, tool)))
        .min()?;
    let list = body.get(at + tool.len()..)?.trim_start();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ',');
    let end = list.find(|c| !is_name(c)).unwrap_or(list.len());
    let (ids, behind) = list.split_at(end);
    let names = ids.split(',').filter(|id| !id.is_empty());
    Some(Said {
        names: names
            .map(|id| (id, Group::Named(Scanner::Checkov)))
            .collect(),
        reach: Reach::File,
        reason: reason(behind),
        ends: None,
    })
}

/// `kics-scan ignore`, `ignore-line`, `ignore-block`, `disable=<id>,<id>`, `enable=<id>,<id>`
fn kics(body: &str, at_top: bool) -> Option<Said<'_>> {
    let words = body
        .strip_prefix("kics-scan")?
        .strip_prefix(char::is_whitespace)?;
    let words = words.trim_start();
    let end = words.find(char::is_whitespace).unwrap_or(words.len());
    let (command, behind) = words.split_at(end);
    let (what, list) = command.split_once('=').unwrap_or((command, ""));
    let everything = || vec![(command, Group::Scanner(Scanner::Kics))];
    let (names, reach) = match what {
        "ignore-line" => (everything(), Reach::Here),
        "ignore-block" => (everything(), Reach::Block),
        "ignore" if at_top => (everything(), Reach::File),
        "disable" if at_top => {
            let ids = list.split(',').filter(|id| !id.is_empty());
            let names = ids.map(|id| (id, Group::Named(Scanner::Kics)));
            (names.collect(), Reach::File)
        }
        "enable" if at_top && !list.is_empty() => {
            (vec![(list, Group::AllBut(Scanner::Kics))], Reach::File)
        }
        _ => return None,
    };
    Some(Said {
        names,
        reach,
        reason: reason(behind),
        ends: None,
    })
}

/// `nosemgrep`, `nosemgrep: rule.id, other.id`, `nosem`
fn semgrep(body: &str) -> Option<Said<'_>> {
    let at = body.find("nosem")?;
    let before = body.get(..at)?.chars().next_back();
    if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = body.get(at + "nosem".len()..)?;
    let behind = rest.strip_prefix("grep").unwrap_or(rest);
    let mark = body.get(at..body.len() - behind.len())?;
    if behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    let list = behind.trim_start().strip_prefix(':').map(str::trim_start);
    let Some(list) = list.filter(|list| !list.is_empty()) else {
        return Some(Said {
            names: vec![(mark, Group::Scanner(Scanner::Semgrep))],
            reach: Reach::Here,
            reason: reason(behind),
            ends: None,
        });
    };
    // Ids go on after a comma; the text behind them is the reason.
    let mut names = Vec::new();
    let mut end = 0;
    for part in list.split_inclusive(',') {
        let id = part.trim_end_matches(',').trim();
        let id = id.split_whitespace().next().unwrap_or_default();
        if id.is_empty() {
            break;
        }
        let from = id.as_ptr() as usize - list.as_ptr() as usize;
        names.push((id, Group::Named(Scanner::Semgrep)));
        end = from + id.len();
        if part.trim_end_matches(',').trim() != id || !part.ends_with(',') {
            break;
        }
    }
    Some(Said {
        names,
        reach: Reach::Here,
        reason: reason(list.get(end..).unwrap_or_default()),
        ends: None,
    })
}

/// `droast ignore=DF001,DF015 reason="free text" expires=2026-12-31`, `droast global ignore=…`
fn droast(body: &str, at_top: bool) -> Option<Said<'_>> {
    let rest = body
        .strip_prefix("droast")?
        .strip_prefix(char::is_whitespace)?
        .trim_start();
    let global = rest.strip_prefix("global").map(str::trim_start);
    let reach = match global {
        Some(_) if at_top => Reach::File,
        Some(_) => return None,
        None => Reach::Here,
    };
    let list = global.unwrap_or(rest).strip_prefix("ignore=")?;
    let end = list.find(char::is_whitespace).unwrap_or(list.len());
    let (ids, behind) = list.split_at(end);
    let names = ids.split(',').filter(|id| !id.is_empty());
    let value = |key: &str| {
        let (_, value) = behind.split_once(key)?;
        match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => value.split_whitespace().next(),
        }
    };
    Some(Said {
        names: names
            .map(|id| (id, Group::Named(Scanner::Droast)))
            .collect(),
        reach,
        reason: value("reason=").unwrap_or_default(),
        ends: value("expires=").and_then(Date::parse),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Vec<(Vec<&str>, &str)> {
        let all = read(body, true).into_iter();
        all.map(|s| (s.names.iter().map(|n| n.0).collect(), s.reason))
            .collect()
    }

    #[test]
    fn every_tools_comments_are_read() {
        for (body, names, why) in [
            ("trivy:ignore:DS-0002", vec!["DS-0002"], ""),
            (
                "trivy:ignore:AVD-DS-0002:exp:2030-01-31 because",
                vec!["AVD-DS-0002"],
                "because",
            ),
            ("tfsec:ignore:* -- why", vec!["*"], "why"),
            (
                "checkov:skip=CKV_DOCKER_1,CKV_DOCKER_3: a reason",
                vec!["CKV_DOCKER_1", "CKV_DOCKER_3"],
                "a reason",
            ),
            ("bridgecrew:skip= CKV_DOCKER_2", vec!["CKV_DOCKER_2"], ""),
            ("kics-scan ignore-line", vec!["ignore-line"], ""),
            ("kics-scan ignore-block why", vec!["ignore-block"], "why"),
            ("kics-scan disable=aa,bb", vec!["aa", "bb"], ""),
            ("nosemgrep", vec!["nosemgrep"], ""),
            ("droast ignore=DF001", vec!["DF001"], ""),
            (
                "droast global ignore=DF001,DF015 reason=\"an old base\" expires=2030-01-31",
                vec!["DF001", "DF015"],
                "an old base",
            ),
            ("nosemgrep: a.b, c.d why", vec!["a.b", "c.d"], "why"),
            ("see below, NOSONAR", vec!["NOSONAR"], "see below"),
            (
                "gitleaks:allow a key of the tests",
                vec!["gitleaks:allow"],
                "a key of the tests",
            ),
            (
                "pragma: allowlist nextline secret",
                vec!["pragma: allowlist nextline secret"],
                "",
            ),
        ] {
            assert_eq!(told(body), [(names, why)], "{body}");
        }
        for body in [
            "about trivy:ignore:x",
            "kics-scan nothing",
            "nosemantics",
            "checkov skip",
            "droast ignores nothing",
        ] {
            assert!(told(body).is_empty(), "{body}");
        }
        let two = told("trivy:ignore:DS-0002 trivy:ignore:DS-0026 why");
        assert_eq!(two, [(vec!["DS-0002"], "why"), (vec!["DS-0026"], "why")]);
    }
}
