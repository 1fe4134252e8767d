//! What must hold for any text at all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use dlint::engine::{self, Settings};
use dlint::span::{Source, Span};
use dlint::syntax::{self, File, Instruction, Kind, Word};
use proptest::prelude::*;

/// Text that looks like a Dockerfile often enough to reach every part of the reader.
fn dockerfile() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        8 => prop::sample::select(vec![
            "FROM ", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "LABEL ", "CMD ", "ENTRYPOINT ",
            "EXPOSE ", "USER ", "WORKDIR ", "VOLUME ", "SHELL ", "HEALTHCHECK ", "ONBUILD ",
            "STOPSIGNAL ", "MAINTAINER ", "FOO ", "from ", "run ",
        ]).prop_map(str::to_owned),
        8 => prop::sample::select(vec![
            "\n", "\n", "\n", " \\\n", "\\\n", "`\n", "\r\n", "\\\r\n", "# x\n", "#\n", "\n\n", "\t",
            " ", "<<EOF", "<<-EOF", "<<'EOF'", "EOF\n", "\nEOF\n", "[\"", "\"]", "\", \"", "'", "\"",
            "$", "${", "}", ":-", "\\", "=", "--from=", "--mount=type=cache,target=/x ", "--link ",
            "--", ",", ":", "@sha256:", "AS ", "NONE", "CMD ", "# escape=`\n", "# syntax=a\n",
            "# check=skip=all\n", "# dlint: ignore[", "]\n", "# hadolint ignore=", "\u{feff}",
            "\u{a0}", "é", "\0", "&& ", "| ", "; ", "$(", ")", "apt-get install -y curl ",
            "apt-get update ", "latest", "alpine", "python:3.12", "root", "/app ", ". ",
            "package.json ", "npm ci ", "password=hunter22 ", "80", "99999",
        ]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9./_-]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(token, 0..40).prop_map(|t| t.concat())
}

fn check_tiling(source: &Source, file: &File) {
    let mut at = 0;
    let mut text = String::new();
    for piece in &file.pieces {
        assert_eq!(piece.span.start, at, "a gap or an overlap before {piece:?}");
        assert!(!piece.span.is_empty(), "an empty piece {piece:?}");
        text.push_str(source.slice(piece.span));
        at = piece.span.end;
    }
    assert_eq!(text, source.text());
}

fn check_span(source: &Source, span: Span) {
    assert!(span.end as usize <= source.text().len(), "{span:?}");
    assert!(
        source.text().is_char_boundary(span.start as usize),
        "{span:?}"
    );
    assert!(
        source.text().is_char_boundary(span.end as usize),
        "{span:?}"
    );
}

fn check_word(source: &Source, word: &Word) {
    check_span(source, word.span);
    let whole = word.span_of(0..word.as_str().len());
    check_span(source, whole);
    assert!(word.span.covers(whole) || whole.is_empty(), "{word:?}");
}

fn check_instruction(source: &Source, i: &Instruction) {
    check_span(source, i.span);
    check_span(source, i.head);
    assert!(i.span.covers(i.head));
    check_word(source, &i.name);
    for flag in &i.flags {
        check_span(source, flag.span);
        assert!(i.head.covers(flag.span));
        assert!(flag.span.covers(flag.name_span), "{flag:?}");
        flag.value.iter().for_each(|v| check_word(source, v));
    }
    for heredoc in &i.heredocs {
        check_span(source, heredoc.body);
        check_span(source, heredoc.word_span);
        heredoc
            .terminator
            .iter()
            .for_each(|t| check_span(source, *t));
    }
    let mut words: Vec<&Word> = Vec::new();
    match &i.kind {
        Kind::From(f) => {
            words.push(&f.image);
            words.extend(f.alias.iter().flat_map(|(a, b)| [a, b]));
        }
        Kind::Copy(t) | Kind::Add(t) => {
            words.extend(t.sources.iter().map(|s| &s.word));
            words.push(&t.destination);
        }
        Kind::Env(p) | Kind::Label(p) => {
            words.extend(p.pairs.iter().flat_map(|p| [&p.name, &p.value]));
        }
        Kind::Arg(a) => words.extend(a.iter().flat_map(|a| [&a.word, &a.name])),
        Kind::Onbuild(inner) => check_instruction(source, inner),
        Kind::Invalid(w) | Kind::Expose(w) | Kind::Shell(w) => words.extend(w),
        Kind::Workdir(w) | Kind::User(w) | Kind::Stopsignal(w) | Kind::Maintainer(w) => {
            words.push(w);
        }
        _ => {}
    }
    for word in words {
        check_word(source, word);
        assert!(i.head.covers(word.span), "{word:?} outside {:?}", i.head);
    }
}

fn check(source: &Source) {
    let file = syntax::parse(source);
    check_tiling(source, &file);
    for instruction in &file.instructions {
        check_instruction(source, instruction);
    }
    for error in &file.errors {
        check_span(source, error.span);
    }
    for comment in &file.comments {
        assert!(source.slice(comment.span).starts_with('#'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_its_spans_tile_it(text in dockerfile()) {
        check(&Source::new("Dockerfile", text));
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&Source::from_bytes("Dockerfile", bytes));
    }

    #[test]
    fn any_text_is_linted_with_findings_inside_it(text in dockerfile()) {
        let mut settings = Settings::recommended();
        settings.rules = dlint::rules::RULES.iter().map(engine::ActiveRule::new).collect();
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        for d in &report.diagnostics {
            check_span(&report.source, d.span);
            d.labels.iter().for_each(|l| check_span(&report.source, l.span));
            for edit in d.fix.iter().flat_map(|f| &f.edits) {
                check_span(&report.source, edit.span);
            }
        }
    }
}
