//! `--stdin-json`: a Dockerfile in each line that comes in, a finding in each line that goes out.
//!
//! So an engine for very many files can run dlint as a filter: a process per partition, none per
//! file. A part of the input is held at a time, and the order stays.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::args::LintArgs;
use super::lint::{self, ToldFaults, in_parallel};
use super::{Status, Trouble, output};
use crate::config::{self, Effective};
use crate::emit::{Finding, Linted};
use crate::engine::{self, Report};
use crate::perspective::Perspective;
use crate::span::Source;

/// The most lines that are held at a time.
const LINES: usize = 256;
/// The most bytes that are, but for a longer line.
const BYTES: usize = 16 << 20;
/// The longest line: escapes may make a text six times as long.
const LONGEST: u64 = 6 * Source::MAX_BYTES as u64;

/// A line that comes in. Other keys are the caller's.
#[derive(Deserialize)]
struct Input {
    path: PathBuf,
    text: String,
}

/// A line that goes out for one that could not be read.
#[derive(Serialize)]
struct Refused {
    /// The 1-based line of the input.
    line: u64,
    error: String,
}

/// What became of a line.
enum Output {
    Linted(Box<File>),
    Refused(Refused),
}

/// A Dockerfile that is linted.
struct File {
    linted: Linted,
    fails: bool,
    /// What is wrong with the policies of `--policy x.rego`.
    policies: Vec<Report>,
    effective: Arc<Effective>,
}

pub(super) fn run(args: &LintArgs) -> Result<Status, Trouble> {
    for (is_given, option) in [
        (!args.paths.is_empty(), "paths"),
        (args.fix || args.diff, "--fix"),
        (args.add_ignore.is_some(), "--add-ignore"),
        (
            !args.format.is_empty() || !args.output.is_empty(),
            "--format",
        ),
        (args.since.is_some(), "--since"),
        (args.baseline.is_some(), "--baseline"),
        (args.watch, "--watch"),
        (args.statistics, "--statistics"),
    ] {
        if is_given {
            return Err(Trouble::usage(format!("--stdin-json takes no {option}")));
        }
    }
    // One configuration for all: what a file is called says nothing of this machine's folders.
    let mut args = args.clone();
    if args.config.is_none() && !args.isolated {
        args.config = config::nearest_file(Path::new(""));
        args.isolated = args.config.is_none();
    }
    let args = &args;
    let mut configs = lint::configs(args)?;
    let mut input = io::stdin().lock();
    let mut status = Status::Clean;
    let mut told = ToldFaults::default();
    let mut number = 0;
    let mut is_over = false;
    while !is_over {
        let mut lines: Vec<(u64, Result<Vec<u8>, String>)> = Vec::new();
        let mut held = 0;
        while lines.len() < LINES && held < BYTES {
            let Some(line) = next_line(&mut input).map_err(|error| Trouble::Output {
                place: "standard input".to_owned(),
                error,
            })?
            else {
                is_over = true;
                break;
            };
            number += 1;
            let is_mine = args
                .shard
                .is_none_or(|shard| shard.has(number as usize - 1));
            let is_empty = line.as_ref().is_ok_and(|l| l.trim_ascii().is_empty());
            if is_mine && !is_empty {
                held += line.as_ref().map_or(0, Vec::len);
                lines.push((number, line));
            }
        }
        type Read = Result<(Input, Arc<Effective>), Refused>;
        let mut tasks: Vec<Read> = Vec::with_capacity(lines.len());
        for (line, bytes) in lines {
            let input: Result<Input, String> =
                bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|e| e.to_string()));
            tasks.push(match input {
                Ok(input) => {
                    let effective = configs.of_file(&input.path)?;
                    Ok((input, effective))
                }
                Err(error) => Err(Refused { line, error }),
            });
        }
        let mut done = in_parallel(args, tasks, |task| match task {
            Ok((input, effective)) => lint_one(args, input, effective),
            Err(refused) => Output::Refused(refused),
        });
        for one in &mut done {
            status = status.max(match one {
                Output::Refused(_) => Status::Trouble,
                Output::Linted(file) => file.judge(&mut told),
            });
        }
        let is_read = output::is_read(|out| {
            for one in &mut done {
                match one {
                    Output::Refused(refused) => {
                        serde_json::to_writer(&mut *out, refused)?;
                        out.write_all(b"\n")?;
                    }
                    Output::Linted(file) => {
                        write(&file.linted, out)?;
                        for report in std::mem::take(&mut file.policies) {
                            write(&Linted::new(report, Perspective::Dlint, []), out)?;
                        }
                    }
                }
            }
            Ok(())
        })?;
        if !is_read {
            break;
        }
    }
    if args.exit_zero && status == Status::Findings {
        status = Status::Clean;
    }
    Ok(status)
}

fn lint_one(args: &LintArgs, input: Input, effective: Arc<Effective>) -> Output {
    let mut settings = effective.settings.clone();
    // The texts are not of this machine: nothing lies around them.
    settings.files = None;
    let source = Source::new(input.path, input.text);
    let policies = engine::policy_faults(&source, &settings);
    let report = engine::lint_guarded(source, &settings);
    let mut diagnostics = report.diagnostics.iter();
    let fails = report.fails || diagnostics.any(|d| effective.fails(d, false));
    Output::Linted(Box::new(File {
        linted: lint::shown(args, report, &settings),
        fails,
        policies,
        effective,
    }))
}

impl File {
    /// What the file comes to, with what is wrong with its policies and nobody was told.
    fn judge(&mut self, told: &mut ToldFaults) -> Status {
        let policies = std::mem::take(&mut self.policies).into_iter();
        self.policies = policies.filter_map(|report| told.untold(report)).collect();
        let mut faults = self.policies.iter().flat_map(|r| &r.diagnostics);
        if self.fails || faults.any(|d| self.effective.fails(d, false)) {
            Status::Findings
        } else {
            Status::Clean
        }
    }
}

/// Writes the findings of a file, one a line.
fn write(linted: &Linted, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in &linted.report().diagnostics {
        serde_json::to_writer(&mut *out, &Finding::of(linted, diagnostic))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A line without its end, or why it is none; nothing at the end of the input.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, String>>> {
    let mut line = Vec::new();
    input.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.ends_with(b"\n") || (line.len() as u64) < LONGEST {
        return Ok(Some(Ok(line)));
    }
    // The rest is passed over, a part at a time.
    loop {
        let part = input.fill_buf()?;
        let end = part.iter().position(|b| *b == b'\n');
        let length = end.map_or(part.len(), |end| end + 1);
        input.consume(length);
        if length == 0 || end.is_some() {
            return Ok(Some(Err("the line is too long".to_owned())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_they_end() {
        let mut input: &[u8] = b"a\n\nb";
        let mut next = || next_line(&mut input).unwrap().map(Result::unwrap);
        assert_eq!(next().as_deref(), Some(&b"a\n"[..]));
        assert_eq!(next().as_deref(), Some(&b"\n"[..]));
        assert_eq!(next().as_deref(), Some(&b"b"[..]));
        assert_eq!(next(), None);
    }
}
