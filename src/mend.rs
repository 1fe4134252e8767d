//! Fixing a file: lint, apply, read again, until nothing changes. A fix that would break the file
//! or lose a comment is dropped, and said so.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::engine::{Report, Settings, lint_guarded};
use crate::fix::{self, Applicability, Edit, Fix};
use crate::span::{Source, Span};
use crate::syntax::{self, File};

/// Rounds after which a file that still changes is left as it is.
const MOST_ROUNDS: usize = 100;
/// The family whose fixes remove comments: their own.
const COMMENT_FAMILY: &str = "suppressions";

/// A file after fixing.
pub struct Mended {
    /// What remains, with the new text.
    pub report: Report,
    /// How many findings of each rule were mended.
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
    Unsettled,
}

/// What tells a fix from others across rounds: its place moves.
type Identity = (&'static str, String, Vec<(String, String)>);

/// Fixes a linted file until nothing changes, with fixes of at least `least` trust. The fixes of a
/// rule that never come to an end are not made at all.
pub fn mend(report: Report, settings: &Settings, least: Applicability) -> Mended {
    mend_by(report, least, &|source| lint_guarded(source, settings))
}

/// As [`mend()`], with texts linted by somebody else.
pub fn mend_by(report: Report, least: Applicability, lint: &dyn Fn(Source) -> Report) -> Mended {
    let least = least.max(Applicability::Unsafe);
    let path = report.source.path().to_owned();
    let before = report.source.bytes().to_vec();
    let mut endless: BTreeSet<&'static str> = BTreeSet::new();
    let mut report = report;
    loop {
        match settle(report, lint, least, &endless) {
            Ok(mended) => return mended,
            Err(rules) => endless.extend(rules),
        }
        let source = Source::from_bytes(&path, before.clone());
        report = lint(source);
    }
}

/// One try. The error names rules whose fixes would go on for ever, at least one that `endless`
/// does not hold.
fn settle(
    report: Report,
    lint: &dyn Fn(Source) -> Report,
    least: Applicability,
    endless: &BTreeSet<&'static str>,
) -> Result<Mended, BTreeSet<&'static str>> {
    let before = report.source.bytes().to_vec();
    let size = before.len();
    let mut seen = BTreeSet::from([before.clone()]);
    let mut mended = Mended {
        report,
        fixed: BTreeMap::new(),
        dropped: Vec::new(),
        changed: false,
    };
    let of_endless = |d: &&Diagnostic| {
        let fix = d.fix.as_ref().filter(|f| f.applicability >= least);
        fix.is_some() && endless.contains(d.rule.id)
    };
    let of_endless = mended.report.diagnostics.iter().filter(of_endless);
    mended.dropped = of_endless
        .map(|d| dropped(&mended.report.source, d, Why::Unsettled))
        .collect();
    let mut refused: BTreeSet<Identity> = BTreeSet::new();
    for round in 0..=MOST_ROUNDS {
        let source = &mended.report.source;
        let file = syntax::parse(source);
        let trial = Trial {
            source,
            file: &file,
            newline: source.newline(),
        };
        let candidates: Vec<(&Diagnostic, Fix)> = mended
            .report
            .diagnostics
            .iter()
            .filter_map(|d| {
                let fix = d.fix.as_ref().filter(|f| f.applicability >= least)?;
                let skip = fix.edits.is_empty()
                    || endless.contains(d.rule.id)
                    || refused.contains(&identity(source, d, fix));
                (!skip).then(|| (d, trial.localized(fix)))
            })
            .collect();
        if candidates.is_empty() {
            break;
        }
        if round == MOST_ROUNDS {
            return Err(candidates.iter().map(|(d, _)| d.rule.id).collect());
        }
        let tried = trial.best(&candidates);
        for (index, why) in &tried.refused {
            let Some((diagnostic, _)) = candidates.get(*index) else {
                continue;
            };
            if let Some(fix) = &diagnostic.fix {
                refused.insert(identity(source, diagnostic, fix));
            }
            mended
                .dropped
                .push(dropped(source, diagnostic, why.clone()));
        }
        if tried.applied.is_empty() {
            match tried.refused.is_empty() {
                // Edits that fit nowhere: nothing will come of them.
                true => break,
                false => continue,
            }
        }
        let made = |i: &usize| candidates.get(*i).map(|(d, _)| *d);
        let made: Vec<&Diagnostic> = tried.applied.iter().filter_map(made).collect();
        let next = Source::from_bytes(source.path(), tried.text.clone());
        let too_big = tried.text.len() > 2 * size + 64 * 1024;
        if too_big {
            return Err(made.iter().map(|d| d.rule.id).collect());
        }
        let again = !seen.insert(tried.text);
        let report = (!again).then(|| lint(next));
        let fails = |r: &Report| r.diagnostics.iter().any(|d| d.rule.id == "internal-error");
        let why = match &report {
            None => Some(Why::Unsettled),
            Some(report) if fails(report) => Some(Why::Fails),
            Some(_) => None,
        };
        if let Some(why) = why {
            for diagnostic in made {
                if let Some(fix) = &diagnostic.fix {
                    refused.insert(identity(source, diagnostic, fix));
                }
                mended
                    .dropped
                    .push(dropped(source, diagnostic, why.clone()));
            }
            continue;
        }
        for diagnostic in made {
            *mended.fixed.entry(diagnostic.rule.id).or_default() += 1;
        }
        if let Some(report) = report {
            mended.report = report;
        }
    }
    mended.changed = mended.report.source.bytes() != before.as_slice();
    Ok(mended)
}

fn dropped(source: &Source, diagnostic: &Diagnostic, why: Why) -> Dropped {
    let place = source.position(diagnostic.span.start);
    Dropped {
        rule: diagnostic.rule.id,
        line: place.line,
        column: place.column,
        why,
    }
}

fn identity(source: &Source, diagnostic: &Diagnostic, fix: &Fix) -> Identity {
    let edits = fix
        .edits
        .iter()
        .map(|e| (source.slice(e.span).to_owned(), e.content.clone()))
        .collect();
    (diagnostic.rule.id, diagnostic.message.clone(), edits)
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
    fn best(&self, candidates: &[(&Diagnostic, Fix)]) -> Tried {
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

    fn apply(&self, candidates: &[(&Diagnostic, Fix)], wanted: &[usize]) -> (Vec<u8>, Vec<usize>) {
        let fixes = wanted.iter().filter_map(|i| candidates.get(*i));
        let (text, applied) = fix::apply(self.source.bytes(), fixes.map(|(_, fix)| fix));
        let applied = applied.iter().filter_map(|i| wanted.get(*i).copied());
        (text, applied.collect())
    }

    /// Whether a result may be kept.
    fn accept(
        &self,
        text: &[u8],
        candidates: &[(&Diagnostic, Fix)],
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
            .filter(|(d, _)| d.rule.family == COMMENT_FAMILY)
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
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::Severity;
    use crate::engine::ActiveRule;
    use crate::rule::{Context, Rule};
    use crate::rules;

    /// Replaces one text by another wherever it stands.
    struct Swap(&'static str, &'static str);

    impl Rule for Swap {
        fn check_file(&self, cx: &mut Context<'_>) {
            let Swap(from, to) = *self;
            let text = cx.source().text();
            for (at, _) in text.match_indices(from) {
                let span = Span::new(at as u32, (at + from.len()) as u32);
                cx.report(span, "swap")
                    .fix(Fix::safe("swap", vec![Edit::replace(span, to)]));
            }
        }
    }

    fn settings(rules: Vec<Swap>) -> Settings {
        let entry = rules::by_id("syntax-error").unwrap();
        let rules = rules.into_iter().map(|rule| ActiveRule {
            meta: &entry.meta,
            rule: Arc::new(rule),
            severity: Severity::Warning,
            severity_is_set: false,
            codes: Default::default(),
        });
        Settings {
            rules: rules.collect(),
            ..Settings::default()
        }
    }

    fn run(text: &[u8], rules: Vec<Swap>) -> Mended {
        let source = Source::from_bytes("Dockerfile", text.to_vec());
        fixed(source, &settings(rules), Applicability::Safe)
    }

    fn fixed(source: Source, settings: &Settings, least: Applicability) -> Mended {
        mend(lint_guarded(source, settings), settings, least)
    }

    #[test]
    fn fixes_are_made_until_nothing_changes() {
        let mended = run(
            b"FROM a\nRUN one one\n",
            vec![Swap("one", "two"), Swap("two", "three")],
        );
        assert_eq!(mended.report.source.text(), "FROM a\nRUN three three\n");
        assert_eq!(mended.fixed.values().sum::<usize>(), 4);
        assert!(mended.dropped.is_empty() && mended.changed);
    }

    #[test]
    fn a_fix_that_breaks_the_file_is_dropped_and_the_others_made() {
        let mended = run(
            b"FROM a\nRUN one\nWORKDIR /x\n",
            vec![Swap("one", "two"), Swap("WORKDIR", "WURKDIR")],
        );
        assert_eq!(mended.report.source.text(), "FROM a\nRUN two\nWORKDIR /x\n");
        assert_eq!(mended.dropped.len(), 1);
        assert_eq!(
            mended.dropped[0].why,
            Why::Breaks("unknown instruction `WURKDIR`".into())
        );
        assert_eq!((mended.dropped[0].line, mended.dropped[0].column), (3, 1));
    }

    #[test]
    fn a_fix_that_loses_a_comment_is_dropped() {
        let mended = run(
            b"FROM a\nRUN x \\\n# keep me\n  y\n",
            vec![Swap("\\\n# keep me\n  y", "y")],
        );
        assert!(!mended.changed);
        assert_eq!(mended.dropped[0].why, Why::LosesComment("# keep me".into()));
        let moved = run(
            b"FROM a\nRUN x \\\n# keep me\n  y\n",
            vec![Swap("RUN x \\\n# keep me\n  y", "# keep me\nRUN x y")],
        );
        assert!(moved.changed);
        let heredoc = run(
            b"FROM a\nRUN x && \\\n# keep me\n  y\n",
            vec![Swap(
                "RUN x && \\\n# keep me\n  y",
                "RUN <<EOF\nx\n# keep me\ny\nEOF",
            )],
        );
        assert!(heredoc.changed);
    }

    #[test]
    fn a_fix_that_loses_a_directive_is_dropped() {
        let text = b"# syntax=docker/dockerfile:1\nFROM a\n";
        let mended = run(text, vec![Swap("# syntax", "#\n# syntax")]);
        assert!(!mended.changed);
        assert_eq!(mended.dropped[0].why, Why::LosesDirective("syntax".into()));
    }

    #[test]
    fn fixes_that_are_bad_only_together_go_in_one_by_one() {
        // Each may turn its heredoc end away; without both of them the file cannot be read.
        let mended = run(b"FROM a\nRUN <<A\nx\nA\nA\n", vec![Swap("x\nA", "x\nB")]);
        assert!(mended.changed);
        assert_eq!(mended.report.source.text(), "FROM a\nRUN <<A\nx\nB\nA\n");
    }

    #[test]
    fn fixes_that_undo_each_other_end() {
        let mended = run(
            b"FROM a\nRUN one\n",
            vec![Swap("one", "two"), Swap("two", "one")],
        );
        assert!(mended.dropped.iter().any(|d| d.why == Why::Unsettled));
    }

    #[test]
    fn a_fix_that_only_grows_the_file_ends() {
        let mended = run(b"FROM a\nRUN a\n", vec![Swap("RUN a", "RUN a\nRUN a")]);
        assert_eq!(mended.dropped.len(), 1);
        assert_eq!(mended.dropped[0].why, Why::Unsettled);
        assert!(!mended.changed);
    }

    #[test]
    fn one_that_never_ends_is_left_out_and_the_others_are_made() {
        let endless = Swap("RUN a", "RUN ab");
        let mut settings = settings(vec![endless, Swap("one", "two")]);
        settings.rules[0].meta = &rules::by_id("latest-tag").unwrap().meta;
        let source = Source::new("Dockerfile", "FROM x\nRUN a\nRUN one\n");
        let mended = fixed(source, &settings, Applicability::Safe);
        assert_eq!(mended.report.source.text(), "FROM x\nRUN a\nRUN two\n");
        assert_eq!(mended.dropped.len(), 1);
    }

    #[test]
    fn line_breaks_byte_order_mark_and_foreign_bytes_stay() {
        let mended = run(
            b"\xef\xbb\xbfFROM a\r\nRUN one \xff\r\n",
            vec![Swap("RUN one", "RUN two \\\n  three")],
        );
        assert_eq!(
            mended.report.source.bytes(),
            b"\xef\xbb\xbfFROM a\r\nRUN two \\\r\n  three \xff\r\n"
        );
    }

    #[test]
    fn a_fix_on_whose_result_dlint_fails_is_dropped() {
        struct Faulty;
        impl Rule for Faulty {
            fn check_file(&self, cx: &mut Context<'_>) {
                assert!(!cx.source().text().contains("fault"));
            }
        }
        let mut settings = settings(vec![Swap("one", "fault"), Swap("", "")]);
        settings.rules[1].rule = Arc::new(Faulty);
        let source = Source::new("Dockerfile", "FROM a\nRUN one\n");
        let mended = fixed(source, &settings, Applicability::Safe);
        assert!(!mended.changed);
        assert_eq!(mended.dropped[0].why, Why::Fails);
    }

    #[test]
    fn a_fix_below_the_wanted_trust_is_not_made() {
        struct Sketch;
        impl Rule for Sketch {
            fn check_file(&self, cx: &mut Context<'_>) {
                let edits = vec![Edit::insert(0, "# x\n")];
                let fix = Fix::new("sketch", edits, Applicability::DisplayOnly);
                cx.report(Span::at(0), "m").fix(fix);
            }
        }
        let mut settings = settings(vec![Swap("", "")]);
        settings.rules[0].rule = Arc::new(Sketch);
        let source = Source::new("Dockerfile", "FROM a\n");
        let mended = fixed(source, &settings, Applicability::DisplayOnly);
        assert!(!mended.changed);
    }

    #[test]
    fn an_unused_ignore_comment_may_go() {
        let source = Source::new("f", "# dlint: ignore[syntax-error] x\nFROM a\n");
        let mended = fixed(source, &Settings::recommended(), Applicability::Safe);
        assert_eq!(mended.report.source.text(), "FROM a\n");
    }
}
