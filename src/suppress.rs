//! Ignore comments: dlint's own, hadolint's and BuildKit's.
//!
//! A comment between instructions covers the next instruction, one inside a continued
//! instruction the next line of it, a file-wide one everything.

use crate::diagnostic::Diagnostic;
use crate::rule::UnusedIgnore;
use crate::rules;
use crate::span::{Source, Span};
use crate::syntax::{Comment, File};

/// The ignore comments of a file.
pub struct Suppressions {
    ignores: Vec<Ignore>,
}

/// One ignore comment.
struct Ignore {
    scope: Scope,
    names: Vec<Name>,
    /// The whole comment.
    span: Span,
    /// The comment's line with its break, where deleting it is a way to be rid of it.
    line: Option<Span>,
    /// The text behind the names, trimmed.
    reason: String,
}

/// What an ignore comment covers.
enum Scope {
    File,
    /// Findings that start in this span.
    Span(Span),
}

/// A rule name in an ignore comment.
struct Name {
    text: String,
    span: Span,
    used: bool,
    /// BuildKit's `all`: every rule that has a name there.
    all: bool,
}

/// A finding that an ignore comment silenced.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The comment.
    pub comment: Span,
    /// The reason given in the comment, perhaps empty.
    pub reason: String,
}

impl Suppressions {
    /// Reads the ignore comments of a file.
    pub fn of(source: &Source, file: &File) -> Self {
        let mut ignores = Vec::new();
        if let Some(check) = &file.check {
            let names = check_names(&check.value, check.span.start);
            ignores.extend(names.map(|names| Ignore {
                scope: Scope::File,
                names,
                span: check.span,
                line: None,
                reason: String::new(),
            }));
        }
        for (index, comment) in file.comments.iter().enumerate() {
            let Some(parsed) = read(source, comment) else {
                continue;
            };
            let scope = match parsed.target {
                Target::File => Scope::File,
                Target::Next if comment.inside => match next_line(source, file, comment) {
                    Some(span) => Scope::Span(span),
                    None => continue,
                },
                // BuildKit reads a check comment only in the block above an instruction.
                Target::NextCheck => {
                    let Some(owner) = file
                        .instructions
                        .iter()
                        .find(|i| i.comment_block.contains(&index))
                        .filter(|_| !comment.indented)
                    else {
                        continue;
                    };
                    Scope::Span(owner.span)
                }
                Target::Next => {
                    let at = file
                        .instructions
                        .partition_point(|i| i.span.start < comment.span.start);
                    match file.instructions.get(at) {
                        Some(next) => Scope::Span(next.span),
                        None => Scope::Span(Span::at(comment.span.start)),
                    }
                }
            };
            let line = Span::new(
                source.line_start(comment.line),
                source.line_start(comment.line + 1),
            );
            ignores.push(Ignore {
                scope,
                names: parsed.names,
                span: comment.span,
                line: Some(line),
                reason: parsed.reason,
            });
        }
        Self { ignores }
    }

    /// Splits findings into those that stay and those that a comment silences.
    pub fn apply(&mut self, diagnostics: Vec<Diagnostic>) -> (Vec<Diagnostic>, Vec<Suppressed>) {
        let mut kept = Vec::new();
        let mut suppressed = Vec::new();
        for diagnostic in diagnostics {
            match self.silences(&diagnostic) {
                Some((comment, reason)) => suppressed.push(Suppressed {
                    diagnostic,
                    comment,
                    reason,
                }),
                None => kept.push(diagnostic),
            }
        }
        (kept, suppressed)
    }

    fn silences(&mut self, diagnostic: &Diagnostic) -> Option<(Span, String)> {
        let mut hit = None;
        for ignore in &mut self.ignores {
            let covered = match ignore.scope {
                Scope::File => true,
                Scope::Span(span) => {
                    span.contains(diagnostic.span.start)
                        || (span.end == diagnostic.span.start && !span.is_empty())
                }
            };
            if !covered {
                continue;
            }
            for name in &mut ignore.names {
                if name.means(diagnostic) {
                    // Every comment that would silence it counts as used.
                    name.used = true;
                    hit.get_or_insert_with(|| (ignore.span, ignore.reason.clone()));
                }
            }
        }
        hit
    }

    /// The names that silenced nothing though their rule is on, after [`Suppressions::apply`].
    pub fn unused(&self, is_on: impl Fn(&str) -> bool) -> Vec<UnusedIgnore> {
        let mut unused = Vec::new();
        for ignore in &self.ignores {
            for (i, name) in ignore.names.iter().enumerate() {
                let mut rules = rules::by_name(&name.text).into_iter();
                if name.used || name.all || !rules.any(|r| is_on(r.meta.id)) {
                    continue;
                }
                let neighbour = |j: Option<usize>| j.and_then(|j| ignore.names.get(j));
                let removal = match (neighbour(Some(i + 1)), neighbour(i.checked_sub(1))) {
                    (Some(next), _) => Some(Span::new(name.span.start, next.span.start)),
                    (None, Some(before)) => Some(Span::new(before.span.end, name.span.end)),
                    (None, None) => ignore.line,
                };
                unused.push(UnusedIgnore {
                    span: name.span,
                    name: name.text.clone(),
                    removal: removal.filter(|_| ignore.line.is_some()),
                });
            }
        }
        unused
    }

    /// The names in dlint's own comments that no rule has.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, Span)> {
        self.ignores
            .iter()
            .flat_map(|i| &i.names)
            .filter(|n| !n.all && rules::by_name(&n.text).is_empty())
            .map(|n| (n.text.as_str(), n.span))
    }
}

impl Name {
    fn means(&self, diagnostic: &Diagnostic) -> bool {
        let Some(entry) = rules::by_id(diagnostic.rule) else {
            return false;
        };
        let is = |name: &str| self.text.eq_ignore_ascii_case(name);
        if self.all {
            return entry.meta.aliases.iter().any(|a| is_buildkit_name(a));
        }
        is(entry.meta.id)
            || entry.meta.aliases.iter().any(|a| is(a))
            || diagnostic.code.as_deref().is_some_and(is)
    }
}

/// BuildKit's names are words in capitals run together, without digits or dashes.
fn is_buildkit_name(alias: &str) -> bool {
    alias.starts_with(|c: char| c.is_ascii_uppercase())
        && alias.bytes().all(|b| b.is_ascii_alphabetic())
        && alias.bytes().any(|b| b.is_ascii_lowercase())
}

/// What a comment is about.
enum Target {
    File,
    Next,
    NextCheck,
}

struct Parsed {
    target: Target,
    names: Vec<Name>,
    reason: String,
}

fn read(source: &Source, comment: &Comment) -> Option<Parsed> {
    let text = source.slice(comment.span);
    let body = text.trim_start_matches('#').trim_start();
    let at =
        |part: &str| comment.span.start + (part.as_ptr() as usize - text.as_ptr() as usize) as u32;
    if let Some(rest) = body.strip_prefix("dlint:") {
        let rest = rest.trim_start();
        let (target, rest) = match rest.strip_prefix("ignore-file") {
            Some(rest) => (Target::File, rest),
            None => (Target::Next, rest.strip_prefix("ignore")?),
        };
        let (names, reason) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
        return Some(Parsed {
            target,
            names: split_names(names, at(names)),
            reason: reason.trim().to_owned(),
        });
    }
    if let Some(rest) = body.strip_prefix("hadolint") {
        let rest = rest.strip_prefix(|c: char| c.is_whitespace())?.trim_start();
        let (target, rest) = match rest.strip_prefix("global") {
            Some(rest) => (Target::File, rest.trim_start()),
            None => (Target::Next, rest),
        };
        let rest = rest.strip_prefix("ignore")?.trim_start();
        let rest = rest.strip_prefix('=')?.trim_start();
        // Codes go on after a comma, blanks around it allowed; what follows is the reason.
        let mut end = 0;
        let mut wants_name = true;
        for (i, c) in rest.char_indices() {
            match c {
                ',' => wants_name = true,
                c if c.is_whitespace() => {}
                _ if wants_name || end == i => {
                    wants_name = false;
                    end = i + c.len_utf8();
                }
                _ => break,
            }
        }
        let (names, reason) = rest.split_at(end);
        return Some(Parsed {
            target,
            names: split_names(names, at(names)),
            reason: reason.trim().to_owned(),
        });
    }
    let value = body.strip_prefix("check")?.trim_start().strip_prefix('=')?;
    let value = value.trim_start();
    let (options, reason) = value.split_once(' ').unwrap_or((value, ""));
    Some(Parsed {
        target: Target::NextCheck,
        names: check_names(options, at(options))?,
        reason: reason.trim().trim_start_matches("//").trim().to_owned(),
    })
}

fn split_names(list: &str, start: u32) -> Vec<Name> {
    list.split(',')
        .filter_map(|part| {
            let text = part.trim();
            let offset = (text.as_ptr() as usize).checked_sub(list.as_ptr() as usize)?;
            let from = start + offset as u32;
            (!text.is_empty()).then(|| Name {
                text: text.to_owned(),
                span: Span::new(from, from + text.len() as u32),
                used: false,
                all: false,
            })
        })
        .collect()
}

/// The names that check options skip; nothing if the options are malformed, which BuildKit
/// reports itself.
fn check_names(options: &str, start: u32) -> Option<Vec<Name>> {
    let mut names = Vec::new();
    let mut at = 0;
    for part in options.splitn(3, ';') {
        let (key, value) = part.split_once('=')?;
        let value_at = start + (at + key.len() + 1) as u32;
        match key.trim() {
            "skip" => {
                names = split_names(value, value_at);
                if let [only] = names.as_mut_slice() {
                    only.all = only.text == "all";
                }
            }
            "error" | "experimental" => {}
            _ => return None,
        }
        at += part.len() + 1;
    }
    Some(names)
}

/// The line of the instruction below a comment inside it.
fn next_line(source: &Source, file: &File, comment: &Comment) -> Option<Span> {
    let at = file
        .pieces
        .partition_point(|p| p.span.start <= comment.span.start);
    let next = file
        .pieces
        .get(at..)?
        .iter()
        .find(|p| p.kind == crate::syntax::PieceKind::Code)?;
    Some(source.line_span(source.line(next.span.start)))
}
