//! Time of each step on real and made-up Dockerfiles: reading, facts, linting, every report.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use dlint::context::Build;
use dlint::emit::terminal::Terminal;
use dlint::emit::{self, Format, Linted, Outcome};
use dlint::engine::{self, Settings};
use dlint::facts::Facts;
use dlint::perspective::Perspective;
use dlint::span::Source;
use dlint::syntax;

fn main() {
    divan::main();
}

/// What is measured.
const INPUTS: [&str; 3] = ["small", "testdata", "big"];

const SMALL: &str = "\
# syntax=docker/dockerfile:1
FROM python:3 AS build
WORKDIR /src
RUN apt-get update && apt-get install -y curl \\
    git
COPY . .
RUN pip install -r requirements.txt
FROM python:latest
COPY --from=build /src /app
ENV API_TOKEN=abc
CMD python /app/main.py
";

/// The files of an input.
fn sources(input: &str) -> Vec<Source> {
    match input {
        "small" => vec![Source::new("Dockerfile", SMALL)],
        // One file of about a megabyte.
        "big" => vec![Source::new("Dockerfile", SMALL.repeat(3000))],
        _ => {
            let mut found = Vec::new();
            let mut folders = vec![PathBuf::from("testdata")];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                    let path = entry.path();
                    if path.is_dir() {
                        folders.push(path);
                    } else if dlint::discover::is_dockerfile(&path) {
                        let bytes = std::fs::read(&path).expect("a file of testdata");
                        found.push(Source::from_bytes(path, bytes));
                    }
                }
            }
            found.sort_by(|a, b| a.path().cmp(b.path()));
            found
        }
    }
}

fn size(sources: &[Source]) -> BytesCount {
    BytesCount::new(sources.iter().map(|s| s.text().len()).sum::<usize>())
}

#[divan::bench(args = INPUTS)]
fn parse(bencher: Bencher<'_, '_>, input: &str) {
    let sources = sources(input);
    bencher.counter(size(&sources)).bench(|| {
        for source in &sources {
            black_box(syntax::parse(source));
        }
    });
}

#[divan::bench(args = INPUTS)]
fn facts(bencher: Bencher<'_, '_>, input: &str) {
    let sources = sources(input);
    let files: Vec<_> = sources.iter().map(syntax::parse).collect();
    let build = Build::default();
    bencher.counter(size(&sources)).bench(|| {
        for (source, file) in sources.iter().zip(&files) {
            black_box(Facts::of(source, file, &build));
        }
    });
}

#[divan::bench(args = INPUTS)]
fn lint(bencher: Bencher<'_, '_>, input: &str) {
    let sources = sources(input);
    let settings = Settings::recommended();
    bencher
        .counter(size(&sources))
        .with_inputs(|| sources.clone())
        .bench_values(|sources| {
            for source in sources {
                black_box(engine::lint(source, &settings));
            }
        });
}

/// What the rules of secrets ask for: every text of a file, looked through for what is written there.
#[divan::bench(args = INPUTS)]
fn secrets(bencher: Bencher<'_, '_>, input: &str) {
    let sources = sources(input);
    let files: Vec<_> = sources.iter().map(syntax::parse).collect();
    let build = Build::default();
    bencher
        .counter(divan::counter::ItemsCount::new(sources.len()))
        .with_inputs(|| {
            let pairs = sources.iter().zip(&files);
            pairs
                .map(|(source, file)| Facts::of(source, file, &build))
                .collect::<Vec<_>>()
        })
        .bench_refs(|all| {
            for facts in all {
                black_box(facts.credentials());
            }
        });
}

/// The first scan, with what is made on first use: there is one such, so one sample.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn first_scan() {
    black_box(dlint::secrets::scan::scan(SMALL));
}

/// What every report does with the text of a file and with each message.
#[divan::bench(args = INPUTS)]
fn mask(bencher: Bencher<'_, '_>, input: &str) {
    let sources = sources(input);
    bencher.counter(size(&sources)).bench(|| {
        for source in &sources {
            black_box(dlint::secrets::mask::find(source.text()));
        }
    });
}

#[divan::bench(args = [Format::Full, Format::Concise, Format::Json, Format::Sarif, Format::Github])]
fn report(bencher: Bencher<'_, '_>, format: Format) {
    let settings = Settings::recommended();
    // A finding on every line, whatever the rules are.
    let text = format!("FROM scratch\n{}", "RUNN make\n".repeat(1000));
    let report = engine::lint(Source::new("Dockerfile", text), &settings);
    let files = [Linted::new(report, Perspective::default(), [])];
    let outcome = Outcome {
        files: &files,
        failures: &[],
        fixed: None,
        summary: true,
        path: None,
        worst_first: false,
    };
    bencher
        .counter(divan::counter::ItemsCount::new(1000_usize))
        .bench(|| {
            let mut out = Vec::new();
            emit::write(format, &outcome, &Terminal::plain(), &mut out).expect("memory");
            black_box(out)
        });
}
