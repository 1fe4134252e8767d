//! What must hold for any text, shared by the property tests, the regression tests and the fuzz
//! targets.

#![allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "each of those that include it uses a part, and a test fails by panicking"
)]

use std::ops::Range;
use std::path::Path;

use dlint::engine::{self, ActiveRule, Report, Settings};
use dlint::fix::{Applicability, Why};
use dlint::images::HIDDEN;
use dlint::shell::{self, Command, Dialect, Script};
use dlint::span::{MappedText, Source, Span};
use dlint::syntax::{self, File, Instruction, Kind, Word};

/// Any bytes are read without loss: the pieces tile the file, and every span lies in it.
pub fn read(bytes: &[u8]) {
    let source = Source::from_bytes("Dockerfile", bytes.to_vec());
    assert_eq!(source.bytes(), bytes, "bytes were lost");
    assert_eq!(source.text().len(), bytes.len(), "offsets moved");
    let file = syntax::parse(&source);
    check_tiling(&source, &file);
    for instruction in &file.instructions {
        check_instruction(&source, instruction);
    }
    for error in &file.errors {
        check_span(&source, error.span);
    }
    for comment in &file.comments {
        check_span(&source, comment.span);
        assert!(source.slice(comment.span).starts_with('#'));
    }
    for directive in &file.directives {
        check_span(&source, directive.span);
    }
}

/// Any text is linted with findings inside it, and fixing it, however little the fixes are
/// trusted, breaks nothing, loses no comment and comes to an end.
pub fn fix(bytes: &[u8]) {
    let settings = every_rule();
    let source = Source::from_bytes("Dockerfile", bytes.to_vec());
    let report = engine::lint(source.clone(), &settings);
    check_report(&report);
    let before = syntax::parse(&source);
    let fixed = engine::fix(report, &settings, Applicability::Unsafe);
    for dropped in &fixed.dropped {
        let fault = matches!(dropped.why, Why::Fails | Why::Endless);
        assert!(!fault, "{dropped}");
    }
    check_report(&fixed.report);
    let after_source = fixed.report.source.clone();
    let text = after_source.text().to_owned();
    let after = syntax::parse(&after_source);
    check_tiling(&after_source, &after);
    for error in &after.errors {
        let message = error.kind.to_string();
        let count = |f: &File| {
            let errors = f.errors.iter();
            errors.filter(|e| e.kind.to_string() == message).count()
        };
        assert!(
            count(&after) <= count(&before),
            "fixing brought `{message}`:\n{text}"
        );
    }
    for comment in &before.comments {
        let comment = source.slice(comment.span).trim();
        // What silences findings may go with them.
        let words = comment.trim_start_matches('#').trim_start();
        let ignores = ["dlint", "hadolint", "check"];
        if !ignores.iter().any(|w| words.starts_with(w)) {
            assert!(text.contains(comment), "lost `{comment}`:\n{text}");
        }
    }
    let again = engine::lint(after_source, &settings);
    let again = engine::fix(again, &settings, Applicability::Unsafe);
    assert!(
        !again.changed,
        "fixing again changes the text\n--- from\n{text}\n--- to\n{}",
        again.report.source.text()
    );
}

/// Any text is read as a shell script with spans inside it, by itself and as the body of a RUN.
pub fn shell(bytes: &[u8]) {
    let source = Source::from_bytes("script", bytes.to_vec());
    let text = MappedText::verbatim(source.text(), 0);
    for dialect in [Dialect::Sh, Dialect::Bash, Dialect::Zsh] {
        check_script(&source, &shell::parse(&text, &dialect));
    }
    let settings = every_rule();
    let plain = format!(
        "FROM debian\nRUN {}\n",
        source.text().replace('\n', " \\\n")
    );
    check_report(&engine::lint(Source::new("Dockerfile", plain), &settings));
    let heredoc = format!("FROM debian\nRUN <<_eof_\n{}\n_eof_\n", source.text());
    check_report(&engine::lint(Source::new("Dockerfile", heredoc), &settings));
}

/// Any text is read as configuration, in dlint's form and in hadolint's, or refused with a place in it.
pub fn configuration(bytes: &[u8]) {
    let source = Source::from_bytes("dlint.toml", bytes.to_vec());
    match dlint::config::Config::parse(source.text()) {
        Ok(config) => {
            let _ = config.effective(Path::new("Dockerfile"), true);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if let Some((file, span)) = error.place() {
                check_span(file, span);
            }
        }
    }
}

/// Any text is read as a compose file, or refused with a place in it.
pub fn compose(bytes: &[u8]) {
    let source = Source::from_bytes("compose.yaml", bytes.to_vec());
    let text = source.text();
    let mut faults = Vec::new();
    let again = |path: &Path| path.ends_with("other.yaml").then(|| text.to_owned());
    let path = Path::new("compose.yaml");
    let read = dlint::builds::compose::read(path, text, &again, &mut faults);
    for fault in faults.iter().chain(read.as_ref().err()) {
        check_span(&source, fault.span);
    }
}

/// Any text is read as a bake file, in HCL and in JSON, or refused with a place in it.
pub fn bake(bytes: &[u8]) {
    let source = Source::from_bytes("docker-bake.hcl", bytes.to_vec());
    for name in ["docker-bake.hcl", "docker-bake.json"] {
        if let Err(fault) = dlint::builds::bake::read(Path::new(""), Path::new(name), source.text())
        {
            check_span(&source, fault.span);
        }
    }
}

/// Any text is read as an ignore file, and what it says of a folder holds for what is in it.
pub fn ignore(bytes: &[u8]) {
    let source = Source::from_bytes(".dockerignore", bytes.to_vec());
    let ignored = dlint::context::IgnoreFile::parse(source.text());
    let paths = [
        "a",
        "a/b.c",
        "a/b/c",
        "node_modules/x/y.js",
        ".git/config",
        ".env",
    ];
    for path in paths {
        let (folder, _) = path.split_once('/').unwrap_or((path, ""));
        if ignored.ignores_all_of(folder) && folder != path {
            assert!(ignored.is_ignored(path), "`{path}` of an ignored folder");
        }
        let _ = ignored.leaves_out(path);
    }
    let _ = ignored.is_allow_list();
}

/// Any text is read as a workflow, a GitLab pipeline, a script and a Quadlet unit that start builds.
pub fn callers(bytes: &[u8]) {
    use dlint::builds::{callers, quadlet};
    let source = Source::from_bytes("file", bytes.to_vec());
    let (text, root) = (source.text(), Path::new(""));
    let _ = callers::github(root, text);
    let _ = callers::gitlab(root, text);
    let _ = callers::plain(root, text);
    let _ = quadlet::read(Path::new("x.build"), text, &|_| true);
}

/// Any word is evaluated as BuildKit does it: what asks for nothing gives the same whatever is set,
/// what is refused is refused at a place in the word.
pub fn expand(bytes: &[u8]) {
    use dlint::syntax::word::{Syntax, Var, expand};
    let text = String::from_utf8_lossy(bytes);
    let words = [
        Syntax::Word { escape: '\\' },
        Syntax::Word { escape: '`' },
        Syntax::HeredocBody,
    ];
    for syntax in words {
        let set = expand(&text, syntax, &mut |_| Var::Set("a*b".into()));
        let unset = expand(&text, syntax, &mut |_| Var::Unset);
        let unknown = expand(&text, syntax, &mut |_| Var::Unknown);
        for expansion in [&set, &unset, &unknown] {
            if let Err(error) = &expansion.result {
                let Range { start, end } = error.range;
                assert!(start <= end && end <= text.len(), "{error:?}");
                assert!(
                    text.is_char_boundary(start) && text.is_char_boundary(end),
                    "{error:?}"
                );
            }
        }
        if set.usage.matched.is_empty() && set.usage.unmatched.is_empty() {
            assert_eq!(set.result, unset.result);
            assert_eq!(set.result, unknown.result);
        }
    }
}

/// Any text is linted as users do it, with findings inside it, the same in every run.
pub fn lint(bytes: &[u8]) {
    let settings = Settings::recommended();
    let source = Source::from_bytes("Dockerfile", bytes.to_vec());
    let report = engine::lint(source.clone(), &settings);
    check_report(&report);
    let again = engine::lint(source, &settings);
    let lines = |r: &Report| -> Vec<(Span, String)> {
        r.diagnostics
            .iter()
            .map(|d| (d.span, d.message.clone()))
            .collect()
    };
    assert_eq!(lines(&report), lines(&again));
}

/// Any comments are read for what they silence: they add no finding but those about comments, and
/// take none away that is not listed as silenced.
pub fn suppressions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace(['\r', '\0'], " ");
    let comment = |line: &str| format!("# {line}\n");
    let comments: Vec<String> = text.lines().take(40).map(comment).collect();
    let (first, second) = comments.split_at(comments.len() / 2);
    let text = format!(
        "{}FROM debian\n{}RUN apt-get install curl\nRUN cd /x && \\\n{}  sudo make\nUSER root\n",
        first.concat(),
        second.concat(),
        second.concat()
    );
    let report = engine::lint(Source::new("Dockerfile", text), &every_rule());
    check_report(&report);
    for suppressed in &report.suppressed {
        check_span(&report.source, suppressed.diagnostic.span);
    }
}

/// Any text is read as what other tools say of registries, as a range of tags and as a list of
/// known findings, or refused with a place in it; what is written again is the same.
pub fn policy(bytes: &[u8]) {
    use dlint::policy::{Tags, sources::PolicySource};
    let source = Source::from_bytes("policy", bytes.to_vec());
    let text = source.text();
    let image = dlint::images::ImageRef::parse("ghcr.io/acme/app:1.2.3");
    for name in ["policy.json", "registries.conf"] {
        match PolicySource::read(name, text) {
            Ok(read) => {
                let _ = (read.refusal(&image), read.plain_http(&image));
            }
            Err(error) => error.span.into_iter().for_each(|s| check_span(&source, s)),
        }
    }
    let _ = Tags::parse(text);
    let _ = dlint::images::ImageRef::parse(text);
}

/// Any text is read as a list of known findings or as the log of a build.
pub fn lists(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(mut known) = dlint::baseline::Baseline::parse(&text) {
        let _ = known.know("Dockerfile", &[], |_| true);
    }
    if let Some(log) = dlint::rebuild::log::Log::read(&text) {
        let _ = log.of(["0", "build", "build"].into_iter());
    }
}

/// Any text is evaluated as a build policy, or refused with a place in it, in bounded time.
#[cfg(feature = "rego")]
pub fn rego(bytes: &[u8]) {
    use dlint::context::{Files, Memory};
    use dlint::policy::rego::{BuildPolicy, Env, Source as Fetched, import, judge};
    let text = String::from_utf8_lossy(bytes).into_owned();
    let source = Source::new("Dockerfile.rego", text.clone());
    let policy = BuildPolicy {
        path: "Dockerfile.rego".into(),
        text: text.clone(),
    };
    let sources = [
        Fetched::Image("docker.io/library/alpine:3.22".to_owned()),
        Fetched::Local("context".to_owned()),
    ];
    let files: std::sync::Arc<dyn Files> = std::sync::Arc::new(Memory::new());
    let judgement = judge(&policy, &Env::default(), &sources, &files, Path::new(""));
    for fault in judgement.faults {
        let span = Span::new(fault.range.start, fault.range.end);
        check_span(&source, span);
    }
    let _ = import("Dockerfile.rego", &text);
}

fn every_rule() -> Settings {
    Settings::with_rules(dlint::rules::RULES.iter().map(ActiveRule::new))
}

fn check_report(report: &Report) {
    let source = &report.source;
    for d in &report.diagnostics {
        assert_ne!(d.rule.id, "internal-error", "{}", d.message);
        check_span(source, d.span);
        d.labels.iter().for_each(|l| check_span(source, l.span));
        for edit in d.fix.iter().flat_map(|f| &f.edits) {
            check_span(source, edit.span);
        }
        // What stands within dlint for what is not known is no word for people, nor for files.
        let edits = d
            .fix
            .iter()
            .flat_map(|f| f.edits.iter().map(|e| &e.content));
        let texts = std::iter::once(&d.message).chain(&d.help).chain(edits);
        let mut texts = texts.chain(d.labels.iter().map(|l| &l.message));
        let is_told = texts.any(|text| text.contains(HIDDEN));
        assert!(!is_told || source.text().contains(HIDDEN), "{d:?}");
    }
}

fn check_script(source: &Source, script: &Script) {
    for command in &script.commands {
        check_command(source, script, command);
    }
    for pipeline in &script.pipelines {
        check_span(source, pipeline.span);
        for part in &pipeline.parts {
            check_span(source, part.span);
            assert!(script.commands.get(part.commands.clone()).is_some());
        }
    }
    for frame in &script.frames {
        check_span(source, frame.span);
        assert!(script.commands.get(frame.commands.clone()).is_some());
    }
    for error in &script.errors {
        check_span(source, error.span);
    }
}

fn check_command(source: &Source, script: &Script, command: &Command) {
    check_span(source, command.span);
    for word in &command.words {
        check_span(source, word.span);
    }
    for assignment in &command.assignments {
        check_span(source, assignment.span);
        check_span(source, assignment.value.span);
    }
    for redirect in &command.redirects {
        check_span(source, redirect.span);
    }
    assert!(script.frames.get(command.frame).is_some());
    if let Some(range) = &command.script {
        assert!(script.commands.get(range.clone()).is_some());
    }
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
