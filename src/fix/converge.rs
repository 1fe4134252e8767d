//! Fixing a text: apply, lint again, until nothing changes. A fix that would break the file or lose
//! a comment is dropped, and said so.
//!
//! Who lints, and what else a finding is, is not known here: the caller gives both.

use std::collections::{BTreeMap, BTreeSet};

use super::{Applicability, Edit, Fix, apply};
use crate::span::{Source, Span};
use crate::syntax::{self, File};

/// Rounds after which a file that still changes is left as it is.
const MOST_ROUNDS: usize = 100;

/// A linted text.
pub trait Fixable {
    /// The text.
    fn source(&self) -> &Source;
    /// The findings that have a fix.
    fn candidates(&self) -> Vec<Candidate<'_>>;
    /// Whether the linter failed on the text.
    fn has_failed(&self) -> bool;
}

/// A finding that has a fix.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The id of the rule.
    pub rule: &'static str,
    /// Where it was found.
    pub span: Span,
    /// What is wrong.
    pub message: &'a str,
    /// The fix.
    pub fix: &'a Fix,
    /// Whether the finding is about a comment or a directive, which the fix may remove.
    pub may_remove_comments: bool,
}

/// A file after fixing.
pub struct Fixed<R> {
    /// What remains, with the new text.
    pub report: R,
    /// How many findings of each rule were fixed.
    pub fixed: BTreeMap<&'static str, usize>,
    /// Fixes that were not kept.
    pub dropped: Vec<Dropped>,
    /// Whether the text is another than before.
    pub changed: bool,
}

/// A fix that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: the fix of `{rule}` was not made: {why}")]
pub struct Dropped {
    /// The rule.
    pub rule: &'static str,
    /// 1-based line in the text it was made for.
    pub line: u32,
    /// 1-based column in the text it was made for.
    pub column: u32,
    /// Why.
    pub why: Why,
}

/// Why a fix was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The result could not be read.
    #[error("it would break the file: {0}")]
    Breaks(String),
    /// A comment would be gone.
    #[error("it would lose the comment `{0}`")]
    LosesComment(String),
    /// A parser directive would be gone.
    #[error("it would lose the `{0}` directive")]
    LosesDirective(String),
    /// dlint fails on the result.
    #[error("dlint would fail on the result: this is a bug in dlint")]
    Fails,
    /// Fixes that undo each other, or one that never ends.
    #[error("the file does not settle with it: this is a bug in dlint")]
    Endless,
}

/// What tells a fix from others across rounds: its place moves.
type Identity = (&'static str, String, Vec<(String, String)>);

/// Fixes a linted text until nothing changes, with fixes of at least `least` trust; `lint` lints
/// what has been changed. The fixes of a rule that never come to an end are not made at all.
pub fn converge<R: Fixable>(
    report: R,
    least: Applicability,
    lint: &dyn Fn(Source) -> R,
) -> Fixed<R> {
    let least = least.max(Applicability::Unsafe);
    let path = report.source().path().to_owned();
    let before = report.source().bytes().to_vec();
    let mut endless: BTreeSet<&'static str> = BTreeSet::new();
    let mut report = report;
    loop {
        match attempt(report, lint, least, &endless) {
            Ok(fixed) => return fixed,
            Err(rules) => endless.extend(rules),
        }
        let source = Source::from_bytes(&path, before.clone());
        report = lint(source);
    }
}

/// One try. The error names rules whose fixes would go on for ever, at least one that `endless`
/// does not hold.
fn attempt<R: Fixable>(
    report: R,
    lint: &dyn Fn(Source) -> R,
    least: Applicability,
    endless: &BTreeSet<&'static str>,
) -> Result<Fixed<R>, BTreeSet<&'static str>> {
    let before = report.source().bytes().to_vec();
    let size = before.len();
    let mut seen = BTreeSet::from([before.clone()]);
    let mut fixed = Fixed {
        report,
        fixed: BTreeMap::new(),
        dropped: Vec::new(),
        changed: false,
    };
    let found = fixed.report.candidates();
    let of_endless = found
        .iter()
        .filter(|c| c.fix.applicability >= least && endless.contains(c.rule));
    fixed.dropped = of_endless
        .map(|c| dropped(fixed.report.source(), c, Why::Endless))
        .collect();
    let mut refused: BTreeSet<Identity> = BTreeSet::new();
    for round in 0..=MOST_ROUNDS {
        let source = fixed.report.source();
        let file = syntax::parse(source);
        let trial = Trial {
            source,
            file: &file,
            newline: source.newline(),
        };
        let mut found = fixed.report.candidates();
        found.retain(|c| {
            c.fix.applicability >= least
                && !c.fix.edits.is_empty()
                && !endless.contains(c.rule)
                && !refused.contains(&identity(source, c))
        });
        let candidates: Vec<(Candidate<'_>, Fix)> = found
            .into_iter()
            .map(|c| (c, trial.localized(c.fix)))
            .collect();
        if candidates.is_empty() {
            break;
        }
        if round == MOST_ROUNDS {
            return Err(candidates.iter().map(|(c, _)| c.rule).collect());
        }
        let tried = trial.best(&candidates);
        for (index, why) in &tried.refused {
            let Some((candidate, _)) = candidates.get(*index) else {
                continue;
            };
            refused.insert(identity(source, candidate));
            fixed.dropped.push(dropped(source, candidate, why.clone()));
        }
        if tried.applied.is_empty() {
            if tried.refused.is_empty() {
                // Edits that fit nowhere: nothing will come of them.
                break;
            }
            continue;
        }
        let made = |i: &usize| candidates.get(*i).map(|(c, _)| c);
        let made: Vec<&Candidate<'_>> = tried.applied.iter().filter_map(made).collect();
        let next = Source::from_bytes(source.path(), tried.text.clone());
        let too_big = tried.text.len() > 2 * size + 64 * 1024;
        if too_big {
            return Err(made.iter().map(|c| c.rule).collect());
        }
        let again = !seen.insert(tried.text);
        let report = (!again).then(|| lint(next));
        let why = match &report {
            None => Some(Why::Endless),
            Some(report) if report.has_failed() => Some(Why::Fails),
            Some(_) => None,
        };
        if let Some(why) = why {
            for candidate in made {
                refused.insert(identity(source, candidate));
                fixed.dropped.push(dropped(source, candidate, why.clone()));
            }
            continue;
        }
        for candidate in made {
            *fixed.fixed.entry(candidate.rule).or_default() += 1;
        }
        if let Some(report) = report {
            fixed.report = report;
        }
    }
    fixed.changed = fixed.report.source().bytes() != before.as_slice();
    Ok(fixed)
}

fn dropped(source: &Source, candidate: &Candidate<'_>, why: Why) -> Dropped {
    let place = source.position(candidate.span.start);
    Dropped {
        rule: candidate.rule,
        line: place.line,
        column: place.column,
        why,
    }
}

fn identity(source: &Source, candidate: &Candidate<'_>) -> Identity {
    let edits = candidate
        .fix
        .edits
        .iter()
        .map(|e| (source.slice(e.span).to_owned(), e.content.clone()))
        .collect();
    (candidate.rule, candidate.message.to_owned(), edits)
}

/// A text that fixes are tried on.
struct Trial<'a> {
    source: &'a Source,
    file: &'a File,
    newline: &'static str,
}

/// What came of trying.
struct Tried {
    text: Vec<u8>,
    /// Indexes of the fixes that are in the text.
    applied: Vec<usize>,
    /// Indexes of the fixes that must not be made.
    refused: Vec<(usize, Why)>,
}

impl Trial<'_> {
    /// The fix with the line breaks of this file.
    fn localized(&self, fix: &Fix) -> Fix {
        let mut fix = fix.clone();
        if self.newline == "\r\n" {
            for edit in &mut fix.edits {
                edit.content = edit.content.replace("\r\n", "\n").replace('\n', "\r\n");
            }
        }
        fix
    }

    /// Applies as many fixes as go together. If the result is bad, those that are bad alone are
    /// refused; if the others are bad only together, fewer go in.
    fn best(&self, candidates: &[(Candidate<'_>, Fix)]) -> Tried {
        let mut wanted: Vec<usize> = (0..candidates.len()).collect();
        let mut refused = Vec::new();
        let mut alone_tried = false;
        loop {
            let (text, applied) = self.apply(candidates, &wanted);
            let Err(why) = self.accept(&text, candidates, &applied) else {
                return Tried {
                    text,
                    applied,
                    refused,
                };
            };
            if let [only] = applied.as_slice() {
                refused.push((*only, why));
                wanted.retain(|i| i != only);
            } else if !alone_tried {
                alone_tried = true;
                for index in &applied {
                    let (text, applied) = self.apply(candidates, &[*index]);
                    if let Err(why) = self.accept(&text, candidates, &applied) {
                        refused.push((*index, why));
                    }
                }
                wanted.retain(|i| refused.iter().all(|(r, _)| r != i));
            } else {
                wanted = applied;
                wanted.truncate(wanted.len().div_ceil(2).max(1));
            }
        }
    }

    fn apply(
        &self,
        candidates: &[(Candidate<'_>, Fix)],
        wanted: &[usize],
    ) -> (Vec<u8>, Vec<usize>) {
        let fixes = wanted.iter().filter_map(|i| candidates.get(*i));
        let (text, applied) = apply(self.source.bytes(), fixes.map(|(_, fix)| fix));
        let applied = applied.iter().filter_map(|i| wanted.get(*i).copied());
        (text, applied.collect())
    }

    /// Whether a result may be kept.
    fn accept(
        &self,
        text: &[u8],
        candidates: &[(Candidate<'_>, Fix)],
        applied: &[usize],
    ) -> Result<(), Why> {
        if applied.is_empty() {
            return Ok(());
        }
        let source = Source::from_bytes(self.source.path(), text.to_vec());
        let file = syntax::parse(&source);
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for error in &self.file.errors {
            *known.entry(error.kind.to_string()).or_default() += 1;
        }
        for error in &file.errors {
            let message = error.kind.to_string();
            match known.get_mut(&message) {
                Some(count) if *count > 0 => *count -= 1,
                _ => return Err(Why::Breaks(message)),
            }
        }
        let own: Vec<&Edit> = applied
            .iter()
            .filter_map(|i| candidates.get(*i))
            .filter(|(c, _)| c.may_remove_comments)
            .flat_map(|(_, fix)| &fix.edits)
            .collect();
        let is_own = |span: Span| {
            own.iter()
                .any(|e| e.span.start < span.end && span.start < e.span.end)
        };
        for directive in &self.file.directives {
            let stays = file.directives.iter().any(|d| d.name == directive.name);
            if !stays && !is_own(directive.span) {
                return Err(Why::LosesDirective(directive.name.clone()));
            }
        }
        if self.file.comments.is_empty() {
            return Ok(());
        }
        // A comment may become a line of a here-document: lines count, not what they are.
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        for line in source.text().lines() {
            let line = line.trim();
            if line.starts_with('#') {
                *lines.entry(line).or_default() += 1;
            }
        }
        for comment in &self.file.comments {
            if is_own(comment.span) {
                continue;
            }
            let text = self.source.slice(comment.span).trim();
            match lines.get_mut(text) {
                Some(count) if *count > 0 => *count -= 1,
                _ => return Err(Why::LosesComment(text.to_owned())),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
