//! `dlint config show` and `config files`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::args::{ConfigurationArgs, ConfigurationCommand, ConfigurationShowArgs, TextFormat};
use super::{Status, Trouble, lint, output};
use crate::config::ScriptChecker;
use crate::context::disk;
use crate::emit;
use crate::perspective::Perspective;
use crate::rules::RULES;

pub(super) fn run(args: &ConfigurationArgs) -> Result<Status, Trouble> {
    match &args.command {
        ConfigurationCommand::Show(args) => show(args),
        ConfigurationCommand::Files(args) => files(args),
    }
}

/// The folder whose configuration is meant.
fn folder_of(path: &Path) -> &Path {
    if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(Path::new(""))
    }
}

fn files(args: &ConfigurationShowArgs) -> Result<Status, Trouble> {
    let mut configs = lint::configs(&args.config.lint(&[]))?;
    let files = configs.files_of(folder_of(&args.path))?;
    let files: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
    output::stdout(|out| {
        if args.format == TextFormat::Json {
            serde_json::to_writer_pretty(&mut *out, &files)?;
            return writeln!(out);
        }
        for file in &files {
            writeln!(out, "{}", emit::one_line(file))?;
        }
        Ok(())
    })?;
    Ok(Status::Clean)
}

fn show(args: &ConfigurationShowArgs) -> Result<Status, Trouble> {
    let mut configs = lint::configs(&args.config.lint(&[]))?;
    let path = if args.path.is_dir() {
        args.path.join("Dockerfile")
    } else {
        args.path.clone()
    };
    let effective = configs.of_file(&path)?;
    let files = configs.files_of(folder_of(&args.path))?;
    let files: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
    let settings = &effective.settings;
    let levels: BTreeMap<&str, &str> = settings
        .rules
        .iter()
        .map(|r| (r.meta.id, r.severity.as_str()))
        .collect();
    let off: Vec<&str> = RULES
        .iter()
        .map(|e| e.meta.id)
        .filter(|id| !levels.contains_key(id))
        .collect();
    let locked: Vec<&str> = settings.locked().map(|rule| rule.id).collect();
    let names = match settings.perspective {
        Perspective::Dlint => "dlint",
        Perspective::Hadolint => "hadolint",
        Perspective::Buildkit => "buildkit",
    };
    let shellcheck = match effective.scripts {
        ScriptChecker::Native => "native",
        ScriptChecker::External => "external",
    };
    // Their values may be secrets.
    let arguments = settings.build.arguments.iter();
    let arguments: Vec<&str> = arguments.map(|(name, _)| name.as_str()).collect();
    let baseline = effective.baseline.as_deref();
    let baseline = baseline.map(|path| disk::nearer(path).display().to_string());
    let as_of = settings.as_of().to_string();
    let text = json!({
        "path": path,
        "files": files,
        "names": names,
        "fail-on": effective.fail_on,
        "shellcheck": shellcheck,
        "as-of": as_of,
        "ignore-comments": !settings.no_ignores,
        "baseline": baseline,
        "locked": locked,
        "levels": levels,
        "off": off,
        "build": {
            "args": arguments,
            "target": settings.build.target,
            "platforms": settings.build.platforms,
        },
        "policy": settings.policy,
    });
    output::stdout(|out| {
        if args.format == TextFormat::Json {
            serde_json::to_writer_pretty(&mut *out, &text)?;
            return writeln!(out);
        }
        let shown = path.display().to_string();
        writeln!(out, "# what applies to {}", emit::one_line(&shown))?;
        match files.as_slice() {
            [] => writeln!(out, "# from no file: these are the defaults")?,
            files => writeln!(out, "# from {}", emit::one_line(&files.join(", ")))?,
        }
        if names != "dlint" {
            writeln!(out, "# findings have the names of {names}")?;
        }
        let mut top = toml::Table::new();
        let mut add = |key: &str, value: toml::Value| top.insert(key.to_owned(), value);
        if let Ok(fail_on) = toml::Value::try_from(effective.fail_on) {
            add("fail-on", fail_on);
        }
        add("shellcheck", shellcheck.into());
        add("as-of", as_of.as_str().into());
        add("ignore-comments", (!settings.no_ignores).into());
        if let Some(baseline) = &baseline {
            add("baseline", baseline.as_str().into());
        }
        if !locked.is_empty() {
            add("locked", locked.clone().into());
        }
        add("ignore", off.clone().into());
        let levels = levels
            .iter()
            .map(|(id, level)| ((*id).to_owned(), (*level).into()));
        add("levels", toml::Value::Table(levels.collect()));
        let text = toml::to_string_pretty(&top).unwrap_or_default();
        write!(out, "\n{}", emit::printable(&text))
    })?;
    Ok(Status::Clean)
}
