//! `dlint bases [PATH…]`.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;

use super::args::{BasesArgs, BasesCommand, BasesFormat, Cli, ConfigArgs, LintArgs, WhyArgs};
use super::{Status, Trouble, lint, output};
use crate::config::Configs;
use crate::context::disk;
use crate::date::Date;
use crate::discover;
use crate::emit::terminal::{Color, Terminal};
use crate::emit::{self, Failure};
use crate::images::ImageRef;
use crate::inventory::graph::{Circle, Graph, file_of};
use crate::inventory::{self, BaseUse, write};
use crate::span::Source;

/// The largest report that is read.
const MAX_BYTES: u64 = 1 << 30;

impl ConfigArgs {
    /// As options of linting.
    pub(super) fn lint(&self, paths: &[PathBuf]) -> LintArgs {
        let mut args = Cli::parse_from(["dlint"]).lint;
        args.paths = paths.to_vec();
        args.config.clone_from(&self.config);
        args.isolated = self.isolated;
        args.policy.clone_from(&self.policy);
        args.online = self.online;
        args.rules.as_of = self.as_of;
        args
    }

    /// The configurations that these options ask for. What only lists or tries out may be asked of
    /// any day, whatever a policy locks.
    pub(super) fn configs(&self, args: &LintArgs) -> Result<Configs, Trouble> {
        let mut configs = lint::configs(args)?;
        if let Some(day) = self.as_of {
            configs.set_today(day);
        }
        Ok(configs)
    }
}

pub(super) fn run(args: &BasesArgs, color: Color) -> Result<Status, Trouble> {
    if let Some(BasesCommand::Why(why)) = &args.command {
        return self::why(why, color);
    }
    let (mut uses, as_of, status) = if args.merge {
        let today = args.config.as_of.unwrap_or_else(lint::today);
        (merged(&args.paths)?, today, Status::Clean)
    } else {
        collect(&args.config, &args.paths, color)?
    };
    if let Some(repository) = &args.repository {
        for used in &mut uses {
            used.repository = Some(repository.clone());
        }
    }
    let width = Terminal::stdout(color).width.min(200);
    let before = args.since.as_deref().map(report).transpose()?;
    let write = |out: &mut dyn Write| -> io::Result<()> {
        if let Some(before) = &before {
            return write::difference(before, &uses, out);
        }
        match args.format {
            BasesFormat::Table => write::table(&uses, width, out),
            BasesFormat::Json => write::json(&uses, as_of, out),
            BasesFormat::Jsonl => write::json_lines(&uses, out),
            BasesFormat::Csv => write::csv(&uses, out),
            BasesFormat::Mermaid => write::mermaid(&uses, out),
            BasesFormat::Dot => write::dot(&uses, out),
        }
    };
    let graph = Graph::of(&uses);
    if args.order || args.impact.is_some() {
        let files = match &args.impact {
            Some(image) => graph.impact(image),
            None => graph.order(),
        };
        let files = files.map_err(|Circle(files)| {
            Trouble::usage(format!(
                "these are built from each other: {}",
                files.join(", ")
            ))
        })?;
        output::stdout(|out| {
            files
                .iter()
                .try_for_each(|file| writeln!(out, "{}", emit::one_line(file)))
        })?;
        return Ok(status);
    }
    match &args.output {
        Some(path) => output::file(path, write)?,
        None => output::stdout(write)?,
    }
    Ok(status)
}

/// Says who uses an image, and what is built from those.
fn why(args: &WhyArgs, color: Color) -> Result<Status, Trouble> {
    let (uses, _, status) = collect(&args.config, &args.paths, color)?;
    let graph = Graph::of(&uses);
    let found = graph.uses_of(&args.image);
    if found.is_empty() {
        let names: BTreeSet<String> = uses.iter().map(|u| u.image.familiar()).collect();
        let wanted = ImageRef::parse(&args.image).familiar_name();
        let nearest = crate::text::nearest(&wanted, names.iter().map(String::as_str));
        return Err(Trouble::Usage {
            message: format!("no file uses `{}`", args.image),
            help: nearest.map(|name| format!("did you mean `{name}`?")),
        });
    }
    output::stdout(|out| {
        for used in found {
            let by = match used.by {
                inventory::By::From if used.is_final => "the final image is built on it",
                inventory::By::From => "a build stage is built on it",
                inventory::By::Copy => "files are copied from it",
                inventory::By::Mount => "it is mounted in a RUN",
                inventory::By::Syntax => "it reads the Dockerfile",
            };
            let (file, line, column) = (file_of(used), used.line, used.column);
            let image = used.image.reference();
            let stage = match used.stage.as_str() {
                "" => String::new(),
                stage => format!(" (stage {stage})"),
            };
            let text = format!("{file}:{line}:{column}: {image}: {by}{stage}");
            writeln!(out, "{}", emit::one_line(&text))?;
            for made in &used.makes {
                for next in graph.uses_of(made) {
                    let text = format!("  {made} is used by {}:{}", file_of(next), next.line);
                    writeln!(out, "{}", emit::one_line(&text))?;
                }
            }
        }
        Ok(())
    })?;
    Ok(status)
}

/// The base images of what the paths name, and the day they are judged for.
fn collect(
    config: &ConfigArgs,
    paths: &[PathBuf],
    color: Color,
) -> Result<(Vec<BaseUse>, Date, Status), Trouble> {
    let args = config.lint(paths);
    let mut configs = config.configs(&args)?;
    let (tasks, mut failures, own) = lint::tasks(&args, &mut configs)?;
    if let Some((_, fault)) = configs.faults().next() {
        return Err(fault.clone().into());
    }
    let made = own;
    let own: BTreeSet<String> = made
        .images
        .iter()
        .map(|made| inventory::name_of(&ImageRef::parse(made)))
        .collect();
    let mut uses = Vec::new();
    for task in tasks {
        let mut settings = task.effective.settings.clone();
        settings.builds.clone_from(&task.builds);
        settings.policy.own = Arc::clone(&made);
        if let Some(inline) = &task.inline {
            let around = &inline.source;
            for (build, inline) in &inline.inlines {
                settings.builds = vec![build.clone()];
                let source = Source::new(&task.name, inline.text.as_str());
                let mut found = inventory::of_file(&source, &settings, &[], &own);
                for used in &mut found {
                    let place = inline.place(crate::span::Span::at(used.offset));
                    let place = around.position(place.start);
                    (used.line, used.column) = (place.line, place.column);
                }
                uses.extend(found);
            }
            continue;
        }
        match task.read() {
            Ok(bytes) => {
                let source = Source::from_bytes(&task.name, bytes);
                uses.extend(inventory::of_file(&source, &settings, &task.makes, &own));
            }
            Err(failure) => failures.push(failure),
        }
    }
    for failure in &failures {
        output::error(&failure.to_string(), &Terminal::stderr(color));
    }
    let as_of = config.as_of.unwrap_or_else(lint::today);
    let status = if failures.is_empty() {
        Status::Clean
    } else {
        Status::Trouble
    };
    Ok((uses, as_of, status))
}

/// The uses of several reports in one.
fn merged(paths: &[PathBuf]) -> Result<Vec<BaseUse>, Trouble> {
    let mut all = Vec::new();
    for path in paths {
        all.extend(report(path)?);
    }
    Ok(all)
}

/// Reads a report in the format `jsonl`.
fn report(path: &Path) -> Result<Vec<BaseUse>, Trouble> {
    let wrong = |message: String| Trouble::usage(Failure::new(path, message).to_string());
    let bytes = disk::read_named(path, MAX_BYTES).map_err(|e| wrong(discover::reason(&e)))?;
    let mut uses = Vec::new();
    for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let used = serde_json::from_slice(line).map_err(|e| {
            let column = e.column();
            let number = number + 1;
            wrong(format!(
                "line {number}, column {column}: no line of `dlint bases --format jsonl`"
            ))
        })?;
        uses.push(used);
    }
    Ok(uses)
}
