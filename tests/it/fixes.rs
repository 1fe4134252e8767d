//! Fixes hold on real files: whatever is fixed still parses, comes to an end, loses no comment,
//! changes nothing outside of what its edits say, brings no worse finding and stays out of
//! instructions that another one swallows.
//!
//! The Dockerfiles of `testdata/` and the examples of the pages are always tried; `cargo xtask fixes
//! FOLDER` tries those of any folder and shows the numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dlint::context::{Build, Disk};
use dlint::diagnostic::Severity;
use dlint::engine::{self, ActiveRule, Report, Settings};
use dlint::facts::Facts;
use dlint::fix::{Applicability, Edit, Fix, Why};
use dlint::span::{Source, Span};
use dlint::syntax::{self, File, Keyword};

/// What was found out about many files.
#[derive(Default)]
struct Count {
    files: AtomicUsize,
    changed: AtomicUsize,
    fixes: AtomicUsize,
    broken: Mutex<Vec<String>>,
}

/// How the files are fixed.
struct Run {
    name: &'static str,
    settings: Settings,
    least: Applicability,
}

fn runs() -> [Run; 4] {
    let every = || Settings::with_rules(dlint::rules::RULES.iter().map(ActiveRule::new));
    let run = |name, settings: Settings, least| Run {
        name,
        settings: settings.with_files(Disk),
        least,
    };
    [
        run("--fix", Settings::recommended(), Applicability::Safe),
        run(
            "--fix --unsafe-fixes",
            Settings::recommended(),
            Applicability::Unsafe,
        ),
        run("every rule, --fix", every(), Applicability::Safe),
        run(
            "every rule, --fix --unsafe-fixes",
            every(),
            Applicability::Unsafe,
        ),
    ]
}

#[test]
fn fixes_hold_on_real_files() {
    let folder = std::env::var("DLINT_FIXES_FOLDER").ok();
    let files = match &folder {
        Some(folder) => dockerfiles(Path::new(folder)),
        None => dockerfiles(Path::new("testdata")),
    };
    assert!(!files.is_empty(), "no Dockerfiles in {folder:?}");
    let mut broken = 0;
    for run in runs() {
        let count = Count::default();
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        try_file(path, &run, &count);
                    }
                });
            }
        });
        let bad = count.broken.into_inner().unwrap();
        let names = bad.iter().filter_map(|b| b.split(": ").next());
        let names: BTreeSet<&str> = names.collect();
        println!(
            "{}: {} files parsed, {} changed by {} fixes, {} broken",
            run.name,
            count.files.into_inner(),
            count.changed.into_inner(),
            count.fixes.into_inner(),
            names.len(),
        );
        bad.iter().take(40).for_each(|b| println!("  {b}"));
        broken += names.len();
    }
    assert_eq!(broken, 0, "fixes break files: see above");
}

/// The Dockerfiles of a folder, by their names.
pub(crate) fn dockerfiles(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if entry.file_name() != ".git" {
                    open.push(path);
                }
            } else if kind.is_file() && dlint::discover::is_dockerfile(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn try_file(path: &Path, run: &Run, count: &Count) {
    let Ok(bytes) = std::fs::read(path) else {
        return;
    };
    let source = Source::from_bytes(path, bytes);
    let before = syntax::parse(&source);
    let parsed = before.errors.is_empty()
        && before
            .instructions
            .iter()
            .any(|i| i.keyword == Some(Keyword::From));
    if !parsed {
        return;
    }
    count.files.fetch_add(1, Ordering::Relaxed);
    let say = |what: String| {
        let text = format!("{}: {what}", path.display());
        count.broken.lock().unwrap().push(text);
    };
    let report = engine::lint(source.clone(), &run.settings);
    let edits = edits_of(&report, run.least);
    for edit in &edits {
        if let Some(line) = swallowed_at(&source, &before, *edit) {
            say(format!(
                "an edit in line {line}, which another instruction swallows"
            ));
        }
    }
    check_bytes(&source, &report, run.least, &say);
    let levels = levels(&report);
    let worst_fixed = report
        .diagnostics
        .iter()
        .filter(|d| d.fix.as_ref().is_some_and(|f| f.applicability >= run.least))
        .map(|d| d.severity)
        .max();
    let fixed = engine::fix(report, &run.settings, run.least);
    for dropped in &fixed.dropped {
        if matches!(dropped.why, Why::Fails | Why::Endless) {
            say(dropped.to_string());
        }
    }
    if !fixed.changed {
        return;
    }
    count.changed.fetch_add(1, Ordering::Relaxed);
    let made: usize = fixed.fixed.values().sum();
    count.fixes.fetch_add(made, Ordering::Relaxed);
    let text = fixed.report.source.text().to_owned();
    let after = syntax::parse(&fixed.report.source);
    for error in &after.errors {
        say(format!("does not parse any more: {}", error.kind));
    }
    for comment in &before.comments {
        let comment = source.slice(comment.span).trim();
        let words = comment.trim_start_matches('#').trim_start();
        // What silences findings may go with them.
        let ignores = ["dlint", "hadolint", "check"];
        if !ignores.iter().any(|w| words.starts_with(w)) && !text.contains(comment) {
            say(format!("lost `{comment}`"));
        }
    }
    for (rule, level) in worse(&levels, &self::levels(&fixed.report), worst_fixed) {
        say(format!("brings {}[{rule}]", level.as_str()));
    }
    let again = engine::lint(fixed.report.source.clone(), &run.settings);
    if engine::fix(again, &run.settings, run.least).changed {
        say("fixing again changes the text".to_owned());
    }
}

fn edits_of(report: &Report, least: Applicability) -> Vec<Span> {
    let fixes = report.diagnostics.iter().filter_map(|d| d.fix.as_ref());
    fixes
        .filter(|f| f.applicability >= least)
        .flat_map(|f| f.edits.iter().map(|e| e.span))
        .collect()
}

/// The line of an edit that lies behind the place where an instruction swallows another.
fn swallowed_at(source: &Source, file: &File, edit: Span) -> Option<u32> {
    let build = Build::default();
    let facts = Facts::of(source, file, &build);
    let node = facts.nodes.iter().find(|n| {
        let span = n.instruction.span;
        span.start <= edit.start && edit.start < span.end
    })?;
    let (swallowed, _) = facts.swallowed(node)?;
    (edit.start >= swallowed.start).then(|| source.line(edit.start))
}

/// What the first round makes of a text is what the edits of its fixes say, byte for byte, and
/// nothing else.
fn check_bytes(source: &Source, report: &Report, least: Applicability, say: &impl Fn(String)) {
    let fixes = report.diagnostics.iter().filter_map(|d| d.fix.as_ref());
    let fixes: Vec<&Fix> = fixes.filter(|f| f.applicability >= least).collect();
    let (made, applied) = dlint::fix::apply(source.bytes(), fixes.iter().copied());
    let edits = applied.iter().filter_map(|i| fixes.get(*i));
    let edits: BTreeSet<&Edit> = edits.flat_map(|f| &f.edits).collect();
    let mut wanted = source.bytes().to_vec();
    for edit in edits.iter().rev() {
        wanted.splice(edit.span.range(), edit.content.bytes());
    }
    if made != wanted {
        say("bytes outside of the edits were changed".to_owned());
    }
}

/// How many findings of each rule and level a report has.
fn levels(report: &Report) -> BTreeMap<(&'static str, Severity), usize> {
    let mut levels = BTreeMap::new();
    for d in &report.diagnostics {
        *levels.entry((d.rule.id, d.severity)).or_default() += 1;
    }
    levels
}

/// The rules that say more than before, at a higher level than anything that was fixed.
fn worse(
    before: &BTreeMap<(&'static str, Severity), usize>,
    after: &BTreeMap<(&'static str, Severity), usize>,
    fixed: Option<Severity>,
) -> Vec<(&'static str, Severity)> {
    let grown = after
        .iter()
        .filter(|(key, count)| before.get(*key).is_none_or(|b| b < *count));
    grown
        .filter(|((_, level), _)| fixed.is_none_or(|fixed| *level > fixed))
        .map(|(key, _)| *key)
        .collect()
}
