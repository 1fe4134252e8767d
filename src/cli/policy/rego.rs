//! `dlint policy eval`, `export` and `import`: the policies that buildx evaluates.

use serde_json::json;

use super::toml;
use crate::cli::args::{PolicyEvalArgs, PolicyExportArgs, PolicyImportArgs, TextFormat};
use crate::cli::{Status, Trouble, lint, output};
use crate::context::disk;
use crate::emit;
use crate::emit::terminal::Color;
use crate::engine;
use crate::policy::rego::{self, Verdict};
use crate::span::Source;

/// What a policy comes to for each source of a build.
pub(super) fn eval(args: &PolicyEvalArgs, color: Color) -> Result<Status, Trouble> {
    needs_feature()?;
    let lint_args = args.config.lint(&args.paths);
    let mut configs = lint::configs(&lint_args)?;
    let (tasks, mut status) = lint::told_tasks(&lint_args, &mut configs, color)?;
    let mut lines: Vec<String> = Vec::new();
    let mut documents = Vec::new();
    let mut any = false;
    for task in tasks.iter().filter(|t| t.inline.is_none()) {
        let Ok(bytes) = task.read() else {
            continue;
        };
        let source = Source::from_bytes(&task.name, bytes);
        let mut settings = task.effective.settings.clone();
        settings.builds.clone_from(&task.builds);
        for (names, judged) in engine::judged(&source, &settings) {
            any = true;
            let policy = disk::nearer(&judged.policy.path).display().to_string();
            let names = names.join(", ");
            let of = match names.as_str() {
                "" => String::new(),
                names => format!(" (built as {names})"),
            };
            let name = task.name.display();
            lines.push(format!("{name}{of}: {policy}"));
            for (fetched, known) in judged.verdicts() {
                let place = fetched.map(|f| source.position(f.span.start));
                let place = place.map_or("-".to_owned(), |p| format!("{}:{}", p.line, p.column));
                let (shown, word, reason) = match known {
                    None => (
                        "…".to_owned(),
                        "unknown",
                        "a variable hides what is fetched".to_owned(),
                    ),
                    Some((source, verdict)) => {
                        let (word, reason) = said(verdict);
                        (source.shown(), word, reason)
                    }
                };
                if matches!(word, "refused" | "fails") && status == Status::Clean {
                    status = Status::Findings;
                }
                if args.format == TextFormat::Json {
                    let inputs = known.map(|(source, _)| {
                        let env = rego::Env {
                            platforms: fetched
                                .and_then(|f| f.platform.clone())
                                .map_or(judged.env.platforms.clone(), |p| vec![p]),
                            ..judged.env.clone()
                        };
                        let inputs = env.inputs(source).into_iter();
                        inputs
                            .map(|i| json!({ "input": i.document, "unknown": i.unknown }))
                            .collect::<Vec<_>>()
                    });
                    documents.push(json!({
                        "file": task.name,
                        "build": names,
                        "policy": policy,
                        "place": place,
                        "source": shown,
                        "verdict": word,
                        "reason": reason,
                        "inputs": inputs,
                    }));
                }
                let line = format!("  {place:<7} {word:<8}  {shown}");
                let end = if reason.is_empty() { "" } else { ": " };
                lines.push(format!("{line}{end}{reason}"));
            }
            for fault in &judged.judgement.faults {
                let text = Source::new(&judged.policy.path, judged.policy.text.as_str());
                let place = text.position(fault.range.start);
                let (line, column) = (place.line, place.column);
                lines.push(format!("  {policy}:{line}:{column}: {}", fault.message));
            }
        }
    }
    output::stdout(|out| {
        if args.format == TextFormat::Json {
            serde_json::to_writer_pretty(&mut *out, &documents)?;
            return writeln!(out);
        }
        if !any {
            return writeln!(out, "no policy of buildx applies");
        }
        lines
            .iter()
            .try_for_each(|line| writeln!(out, "{}", emit::one_line(line)))
    })?;
    Ok(status)
}

/// A verdict in a word, and why.
fn said(verdict: &Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Allowed => ("allowed", String::new()),
        Verdict::Refused(messages) => ("refused", messages.join("; ")),
        Verdict::Asks(reasons) => {
            // A function asks about what it is given, most often an image.
            let who = match reasons.first().map(String::as_str) {
                Some(field) if field.starts_with("input.http") => "the server",
                Some(field) if field.starts_with("input.git") => "the repository",
                Some(field) if field.starts_with("input.env") => "the build",
                _ => "the registry",
            };
            ("asks", format!("needs {who} ({})", reasons.join(", ")))
        }
        Verdict::Undecided => ("fails", "there is no decision".to_owned()),
        Verdict::Malformed(why) => ("fails", why.clone()),
        Verdict::Unjudged(why) => ("unjudged", why.clone()),
    }
}

fn needs_feature() -> Result<(), Trouble> {
    if rego::is_available() {
        return Ok(());
    }
    Err(Trouble::Usage {
        message: "this dlint cannot read Rego".to_owned(),
        help: Some("build it with the feature `rego`".to_owned()),
    })
}

/// Writes what applies to a file as a policy of buildx.
pub(super) fn export(args: &PolicyExportArgs) -> Result<Status, Trouble> {
    let lint_args = args.config.lint(&[]);
    let mut configs = lint::configs(&lint_args)?;
    let effective = configs.of_file(&args.path)?;
    let text = rego::export::write(&effective.settings.policy);
    match &args.output {
        Some(path) => output::file(path, |out| out.write_all(text.as_bytes()))?,
        None => output::stdout(|out| out.write_all(text.as_bytes()))?,
    }
    Ok(Status::Clean)
}

/// Reads a simple policy of buildx.
pub(super) fn import(args: &PolicyImportArgs) -> Result<Status, Trouble> {
    needs_feature()?;
    let bytes = disk::read_named(&args.file, rego::MOST_BYTES);
    let bytes = bytes.map_err(|error| Trouble::Usage {
        message: format!("{}: {error}", args.file.display()),
        help: None,
    })?;
    let name = args.file.to_string_lossy();
    let text = String::from_utf8_lossy(&bytes);
    let imported = rego::import(&name, &text).map_err(|fault| Trouble::Usage {
        message: fault,
        help: Some("only policies that list registries and images can be read back".to_owned()),
    })?;
    let mut out = String::new();
    for left in &imported.left_out {
        out.push_str(&format!("# not taken over: {left}\n"));
    }
    out.push_str(&toml(&imported.policy));
    match &args.output {
        Some(path) => {
            if path.exists() {
                return Err(Trouble::Usage {
                    message: format!("{} is there already", path.display()),
                    help: None,
                });
            }
            output::file(path, |file| file.write_all(out.as_bytes()))?;
        }
        None => output::stdout(|stdout| stdout.write_all(out.as_bytes()))?,
    }
    Ok(Status::Clean)
}
