//! `dlint bases [PATH…]`.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use serde_json::json;

use super::args::{
    AlternativesArgs, BasesArgs, BasesCommand, BasesFormat, Cli, ConfigArgs, LintArgs, TextFormat,
    WhyArgs,
};
use super::{Status, Trouble, lint, output};
use crate::config::Configs;
use crate::context::disk;
use crate::date::Date;
use crate::discover;
use crate::emit::terminal::{Color, Terminal};
use crate::emit::{self, Failure};
use crate::images::{self, ImageRef};
use crate::inventory::graph::{Circle, Graph, file_of};
use crate::inventory::{self, BaseUse, page, write};
use crate::policy::images::{Fit, Pattern};
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
    match &args.command {
        Some(BasesCommand::Why(args)) => return why(args, color),
        Some(BasesCommand::Alternatives(args)) => return alternatives(args, color),
        None => {}
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
            BasesFormat::Table => write::table(&uses, width, as_of, out),
            BasesFormat::Json => write::json(&uses, as_of, out),
            BasesFormat::Jsonl => write::json_lines(&uses, out),
            BasesFormat::Csv => write::csv(&uses, out),
            BasesFormat::Mermaid => write::mermaid(&uses, out),
            BasesFormat::Dot => write::dot(&uses, out),
            BasesFormat::Html => page::html(&uses, as_of, out),
            BasesFormat::Backstage => page::facts(&uses, &here(), as_of, out),
        }
    };
    if args.order || args.impact.is_some() {
        let graph = Graph::of(&uses);
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

/// What a repository is called that nobody names: the folder that dlint runs in.
fn here() -> String {
    let folder = disk::absolute(Path::new(""));
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "repository".to_owned())
}

/// Lists what does the same as an image.
fn alternatives(args: &AlternativesArgs, color: Color) -> Result<Status, Trouble> {
    let image = ImageRef::parse(&args.image);
    let mut configs = args.config.configs(&args.config.lint(&[]))?;
    let effective = configs.of_file(Path::new("Dockerfile"))?;
    let golden = effective.settings.policy.golden.iter().filter(|golden| {
        let mut replaced = golden.replaces.iter();
        golden.deprecated.is_none() && replaced.any(|r| Pattern::of(r).fit(&image) == Fit::Yes)
    });
    let golden: Vec<&str> = golden.map(|g| g.image.as_str()).collect();
    let Some((what, all)) = images::alternatives(&image) else {
        if golden.is_empty() {
            return Err(Trouble::usage(format!(
                "nothing is known that does the same as `{}`",
                args.image
            )));
        }
        output::stdout(|out| {
            golden
                .iter()
                .try_for_each(|image| writeln!(out, "golden: {}", emit::one_line(image)))
        })?;
        return Ok(Status::Clean);
    };
    let own = image.familiar_name();
    let is_own = |other: &str| {
        let other = ImageRef::parse(other);
        other.familiar_name() == own && other.effective_tag() == image.effective_tag()
    };
    let width = Terminal::stdout(color).width.min(200);
    output::stdout(|out| {
        if args.format == TextFormat::Json {
            let all: Vec<_> = all
                .iter()
                .map(|a| {
                    json!({
                        "kind": a.kind.name,
                        "image": a.image,
                        "only_versions": a.only,
                        "note": a.note,
                        "size": a.size,
                        "gives": a.kind.gives,
                        "costs": a.kind.costs,
                        "system": a.kind.system,
                        "user": a.kind.user,
                        "source": a.kind.source,
                        "read": a.kind.read,
                    })
                })
                .collect();
            let all =
                json!({"image": args.image, "what": what, "golden": golden, "alternatives": all});
            serde_json::to_writer_pretty(&mut *out, &all)?;
            return writeln!(out);
        }
        writeln!(out, "{}: {what}", emit::one_line(&args.image))?;
        for image in &golden {
            writeln!(
                out,
                "\ngolden: {}\n  the policy replaces it by this",
                emit::one_line(image)
            )?;
        }
        for a in &all {
            let here = if is_own(&a.image) {
                "  (asked for)"
            } else {
                ""
            };
            writeln!(out, "\n{}: {}{here}", a.kind.name, emit::one_line(&a.image))?;
            let mut say = |label: &str, text: &str| {
                let indent = " ".repeat(label.len() + 2);
                for (i, part) in crate::text::wrapped(text, width.saturating_sub(indent.len()))
                    .iter()
                    .enumerate()
                {
                    let before = if i == 0 {
                        format!("  {label}")
                    } else {
                        indent.clone()
                    };
                    writeln!(out, "{before}{part}")?;
                }
                Ok::<(), io::Error>(())
            };
            let only = (!a.only.is_empty()).then(|| format!("published for {}", a.only.join(", ")));
            let note = (!a.note.is_empty()).then(|| a.note.to_owned());
            let size = (!a.size.is_empty()).then(|| format!("size: {}", a.size));
            for line in only.into_iter().chain(note).chain(size) {
                say("", &line)?;
            }
            say("gives: ", a.kind.gives)?;
            say("costs: ", a.kind.costs)?;
            say("system: ", a.kind.system)?;
            say("user: ", a.kind.user)?;
            say("see ", &format!("{} ({})", a.kind.source, a.kind.read))?;
        }
        Ok(())
    })?;
    Ok(Status::Clean)
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
