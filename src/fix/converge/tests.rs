use std::sync::Arc;

use super::*;
use crate::diagnostic::Severity;
use crate::engine::{self, ActiveRule, Report, Settings, lint_guarded};
use crate::rule::{Checks, Context, Rule};
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
        checks: Checks::ALL,
        severity: Severity::Warning,
        severity_is_set: false,
        codes: Default::default(),
        is_locked: false,
        is_asked_for: false,
    });
    Settings {
        rules: rules.collect(),
        ..Settings::default()
    }
}

fn run(text: &[u8], rules: Vec<Swap>) -> Fixed<Report> {
    let source = Source::from_bytes("Dockerfile", text.to_vec());
    fixed(source, &settings(rules), Applicability::Safe)
}

fn fixed(source: Source, settings: &Settings, least: Applicability) -> Fixed<Report> {
    engine::fix(lint_guarded(source, settings), settings, least)
}

#[test]
fn fixes_are_made_until_nothing_changes() {
    let done = run(
        b"FROM a\nRUN one one\n",
        vec![Swap("one", "two"), Swap("two", "three")],
    );
    assert_eq!(done.report.source.text(), "FROM a\nRUN three three\n");
    assert_eq!(done.fixed.values().sum::<usize>(), 4);
    assert!(done.dropped.is_empty() && done.changed);
}

#[test]
fn a_fix_that_breaks_the_file_is_dropped_and_the_others_made() {
    let done = run(
        b"FROM a\nRUN one\nWORKDIR /x\n",
        vec![Swap("one", "two"), Swap("WORKDIR", "WURKDIR")],
    );
    assert_eq!(done.report.source.text(), "FROM a\nRUN two\nWORKDIR /x\n");
    assert_eq!(done.dropped.len(), 1);
    assert_eq!(
        done.dropped[0].why,
        Why::Breaks("unknown instruction `WURKDIR`".into())
    );
    assert_eq!((done.dropped[0].line, done.dropped[0].column), (3, 1));
}

#[test]
fn a_fix_that_loses_a_comment_is_dropped() {
    let done = run(
        b"FROM a\nRUN x \\\n# keep me\n  y\n",
        vec![Swap("\\\n# keep me\n  y", "y")],
    );
    assert!(!done.changed);
    assert_eq!(done.dropped[0].why, Why::LosesComment("# keep me".into()));
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
    let done = run(text, vec![Swap("# syntax", "#\n# syntax")]);
    assert!(!done.changed);
    assert_eq!(done.dropped[0].why, Why::LosesDirective("syntax".into()));
}

#[test]
fn fixes_that_are_bad_only_together_go_in_one_by_one() {
    // Each may turn its heredoc end away; without both of them the file cannot be read.
    let done = run(b"FROM a\nRUN <<A\nx\nA\nA\n", vec![Swap("x\nA", "x\nB")]);
    assert!(done.changed);
    assert_eq!(done.report.source.text(), "FROM a\nRUN <<A\nx\nB\nA\n");
}

#[test]
fn fixes_that_undo_each_other_end() {
    let done = run(
        b"FROM a\nRUN one\n",
        vec![Swap("one", "two"), Swap("two", "one")],
    );
    assert!(done.dropped.iter().any(|d| d.why == Why::Endless));
}

#[test]
fn a_fix_that_only_grows_the_file_ends() {
    let done = run(b"FROM a\nRUN a\n", vec![Swap("RUN a", "RUN a\nRUN a")]);
    assert_eq!(done.dropped.len(), 1);
    assert_eq!(done.dropped[0].why, Why::Endless);
    assert!(!done.changed);
}

#[test]
fn one_that_never_ends_is_left_out_and_the_others_are_made() {
    let endless = Swap("RUN a", "RUN ab");
    let mut settings = settings(vec![endless, Swap("one", "two")]);
    settings.rules[0].meta = &rules::by_id("latest-tag").unwrap().meta;
    let source = Source::new("Dockerfile", "FROM x\nRUN a\nRUN one\n");
    let done = fixed(source, &settings, Applicability::Safe);
    assert_eq!(done.report.source.text(), "FROM x\nRUN a\nRUN two\n");
    assert_eq!(done.dropped.len(), 1);
}

#[test]
fn line_breaks_byte_order_mark_and_foreign_bytes_stay() {
    let done = run(
        b"\xef\xbb\xbfFROM a\r\nRUN one \xff\r\n",
        vec![Swap("RUN one", "RUN two \\\n  three")],
    );
    assert_eq!(
        done.report.source.bytes(),
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
    let done = fixed(source, &settings, Applicability::Safe);
    assert!(!done.changed);
    assert_eq!(done.dropped[0].why, Why::Fails);
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
    let done = fixed(source, &settings, Applicability::DisplayOnly);
    assert!(!done.changed);
}

#[test]
fn an_unused_ignore_comment_may_go() {
    let source = Source::new("f", "# dlint: ignore[syntax-error] x\nFROM a\n");
    let done = fixed(source, &Settings::recommended(), Applicability::Safe);
    assert_eq!(done.report.source.text(), "FROM a\n");
}
