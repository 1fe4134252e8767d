//! `dlint policy show`, `test` and `exceptions`; those about buildx's policies are in `rego`.

mod rego;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::args::{
    PolicyArgs, PolicyCommand, PolicyExceptionsArgs, PolicyShowArgs, PolicyTestArgs, TextFormat,
};
use super::{Status, Trouble, lint, output};
use crate::config;
use crate::context::disk;
use crate::date::Date;
use crate::emit::terminal::{Color, Terminal};
use crate::emit::{self, Linted};
use crate::engine;
use crate::images::ImageRef;
use crate::inventory;
use crate::perspective::Perspective;
use crate::policy::exceptions::{Granted, State};
use crate::policy::images::{Fit, Pattern};
use crate::policy::{self, Policy};
use crate::span::Source;

pub(super) fn run(args: &PolicyArgs, color: Color) -> Result<Status, Trouble> {
    match &args.command {
        PolicyCommand::Show(args) => show(args),
        PolicyCommand::Test(args) => test(args, color),
        PolicyCommand::Exceptions(args) => exceptions(args),
        PolicyCommand::Eval(args) => rego::eval(args, color),
        PolicyCommand::Export(args) => rego::export(args),
        PolicyCommand::Import(args) => rego::import(args),
    }
}

/// What applies to one file, and where it comes from.
fn show(args: &PolicyShowArgs) -> Result<Status, Trouble> {
    let lint_args = args.config.lint(&[]);
    let mut configs = args.config.configs(&lint_args)?;
    let effective = configs.of_file(&args.path)?;
    let settings = &effective.settings;
    let files: Vec<String> = configs
        .paths()
        .iter()
        .map(|path| disk::nearer(path).display().to_string())
        .collect();
    let mut locked: Vec<&str> = settings.locked().map(|rule| rule.id).collect();
    if configs.locks_exclude() {
        locked.push(config::EXCLUDE);
    }
    let levels: Vec<(&str, &str)> = settings
        .rules
        .iter()
        .filter(|r| policy::RULES.contains(&r.meta.id))
        .map(|r| (r.meta.id, r.severity.as_str()))
        .collect();
    output::stdout(|out| {
        if args.format == TextFormat::Json {
            let all = json!({
                "path": args.path,
                "files": files,
                "locked": locked,
                "levels": levels.iter().copied().collect::<std::collections::BTreeMap<_, _>>(),
                "policy": settings.policy,
            });
            serde_json::to_writer_pretty(&mut *out, &all)?;
            return writeln!(out);
        }
        writeln!(
            out,
            "# what applies to {}",
            emit::one_line(&args.path.display().to_string())
        )?;
        match files.as_slice() {
            [] => writeln!(out, "# from no file: these are the defaults")?,
            files => writeln!(out, "# from {}", emit::one_line(&files.join(", ")))?,
        }
        if !locked.is_empty() {
            writeln!(out, "locked = {}", json!(locked))?;
        }
        for source in &settings.policy.read {
            let text = format!("# {} says: {}", source.name, source.summary());
            writeln!(out, "{}", emit::one_line(&text))?;
        }
        if settings.policy.golden.iter().any(|g| !g.labels.is_empty()) {
            writeln!(
                out,
                "# golden by labels: known of images whose Dockerfile lies in the tree; of others it is\n\
                 # unknown whether they have the labels, and nothing is reported"
            )?;
        }
        writeln!(out, "\n[levels]")?;
        for (id, level) in &levels {
            writeln!(out, "{id} = \"{level}\"")?;
        }
        writeln!(out)?;
        let text = toml(&settings.policy);
        out.write_all(text.as_bytes())
    })?;
    Ok(Status::Clean)
}

/// A policy as it could be written.
pub(super) fn toml(policy: &Policy) -> String {
    let value = serde_json::to_value(policy).unwrap_or_default();
    let mut text = String::from("[policy]\n");
    let Some(table) = value.as_object() else {
        return text;
    };
    let is_table = |v: &serde_json::Value| {
        v.as_array()
            .is_some_and(|a| a.first().is_some_and(serde_json::Value::is_object))
    };
    let is_empty = |v: &serde_json::Value| {
        v.is_null()
            || *v == json!(false)
            || v.as_array().is_some_and(Vec::is_empty)
            || v.as_object().is_some_and(serde_json::Map::is_empty)
    };
    let pairs = |table: &serde_json::Map<String, serde_json::Value>| -> Vec<String> {
        let set = table.iter().filter(|(_, v)| !is_empty(v));
        set.map(|(key, v)| format!("{} = {}", toml_key(key), toml_value(v)))
            .collect()
    };
    for (key, value) in table.iter().filter(|(_, v)| !is_table(v) && !is_empty(v)) {
        text.push_str(&format!("{key} = {}\n", toml_value(value)));
    }
    for (key, value) in table.iter().filter(|(_, v)| is_table(v)) {
        for entry in value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_object())
        {
            text.push_str(&format!("\n[[policy.{key}]]\n"));
            for pair in pairs(entry) {
                text.push_str(&pair);
                text.push('\n');
            }
        }
    }
    text
}

/// A key, in quotes if it needs them.
fn toml_key(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(plain) {
        key.to_owned()
    } else {
        json!(key).to_string()
    }
}

/// A value of JSON as TOML writes it; days are days there.
fn toml_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(table) => {
            let set = table.iter().filter(|(_, v)| !v.is_null());
            let pairs: Vec<String> = set
                .map(|(k, v)| format!("{} = {}", toml_key(k), toml_value(v)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        serde_json::Value::Array(all) => {
            let all: Vec<String> = all.iter().map(toml_value).collect();
            format!("[{}]", all.join(", "))
        }
        serde_json::Value::String(text) if Date::parse(text).is_some() => text.clone(),
        other => other.to_string(),
    }
}

/// What a Dockerfile says is expected of it.
fn expected(source: &Source) -> Option<BTreeSet<String>> {
    let mut lines = source.text().lines();
    let expectation = lines.find_map(|line| {
        let comment = line.trim().strip_prefix('#')?.trim_start();
        comment.strip_prefix("expect:")
    })?;
    let names = expectation
        .split(',')
        .map(str::trim)
        .filter(|n| !n.is_empty() && *n != "nothing");
    Some(names.map(str::to_owned).collect())
}

/// Lints Dockerfiles that say what is expected of them.
fn test(args: &PolicyTestArgs, color: Color) -> Result<Status, Trouble> {
    let lint_args = args.config.lint(&args.paths);
    let mut configs = args.config.configs(&lint_args)?;
    let (tasks, failures, _) = lint::tasks(&lint_args, &mut configs)?;
    if let Some((_, fault)) = configs.faults().next() {
        return Err(fault.clone().into());
    }
    for failure in &failures {
        output::error(&failure.to_string(), &Terminal::stderr(color));
    }
    let mut lines: Vec<String> = Vec::new();
    let (mut wrong, mut right) = (0, 0);
    let mut policies: Vec<Policy> = Vec::new();
    let mut images: Vec<ImageRef> = Vec::new();
    for task in tasks.iter().filter(|t| t.inline.is_none()) {
        let name = task.name.display().to_string();
        let Ok(bytes) = task.read() else {
            lines.push(format!("FAIL {name}: it cannot be read"));
            wrong += 1;
            continue;
        };
        let source = Source::from_bytes(&task.name, bytes);
        let settings = &task.effective.settings;
        for used in inventory::of_file(&source, settings, &[], &BTreeSet::new()) {
            images.push(ImageRef::parse(&used.image.written));
        }
        if !policies.contains(&settings.policy) {
            policies.push(settings.policy.clone());
        }
        let Some(expected) = expected(&source) else {
            lines.push(format!(
                "FAIL {name}: no comment `# expect: …` says what is expected"
            ));
            wrong += 1;
            continue;
        };
        let known: BTreeSet<&str> = settings.rules.iter().map(|r| r.meta.id).collect();
        let unknown: Vec<&String> = expected
            .iter()
            .filter(|n| !known.contains(n.as_str()))
            .collect();
        if let Some(unknown) = unknown.first() {
            lines.push(format!("FAIL {name}: `{unknown}` is no rule that is on"));
            wrong += 1;
            continue;
        }
        let report = engine::lint_guarded(source, settings);
        let linted = Linted::new(report, Perspective::Dlint, []);
        let counts = |id: &str| {
            policy::RULES.contains(&id) || settings.is_locked(id) || expected.contains(id)
        };
        let diagnostics = &linted.report().diagnostics;
        let found: Vec<_> = diagnostics.iter().filter(|d| counts(d.rule.id)).collect();
        let ids: BTreeSet<String> = found.iter().map(|d| d.rule.id.to_owned()).collect();
        if ids == expected {
            lines.push(format!("ok   {name}"));
            right += 1;
            continue;
        }
        wrong += 1;
        let list = |ids: &BTreeSet<String>| match ids.len() {
            0 => "nothing".to_owned(),
            _ => ids.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        let (wanted, ids) = (list(&expected), list(&ids));
        lines.push(format!("FAIL {name}: expected {wanted}, found {ids}"));
        for d in found {
            let line = linted.report().source.position(d.span.start).line;
            lines.push(format!("     line {line}: {}: {}", d.rule.id, d.message));
        }
    }
    for unused in unused_entries(&policies, &images) {
        lines.push(format!("note {unused}"));
    }
    output::stdout(|out| {
        for line in &lines {
            writeln!(out, "{}", emit::one_line(line))?;
        }
        writeln!(out, "{right} as expected, {wrong} not")
    })?;
    Ok(match () {
        () if !failures.is_empty() || right + wrong == 0 => Status::Trouble,
        () if wrong > 0 => Status::Findings,
        () => Status::Clean,
    })
}

/// The entries of policies that no image of the test cases is about.
fn unused_entries(policies: &[Policy], images: &[ImageRef]) -> Vec<String> {
    let mut out = BTreeSet::new();
    for golden in policies.iter().flat_map(|p| &p.golden) {
        let is_used = images.iter().any(|image| golden.fit(image) == Fit::Yes);
        if !is_used {
            out.insert(format!("no case builds on `{}`", golden.image));
        }
        for replaced in &golden.replaces {
            let fits = |image: &ImageRef| Pattern::of(replaced).fit(image) == Fit::Yes;
            if !images.iter().any(fits) {
                let image = &golden.image;
                out.insert(format!(
                    "no case uses `{replaced}`, which `{image}` replaces"
                ));
            }
        }
    }
    out.into_iter().collect()
}

/// Lists the exceptions.
fn exceptions(args: &PolicyExceptionsArgs) -> Result<Status, Trouble> {
    let lint_args = args.config.lint(&[]);
    let mut configs = args.config.configs(&lint_args)?;
    let folder = if args.path.is_dir() {
        args.path.clone()
    } else {
        args.path
            .parent()
            .unwrap_or(std::path::Path::new(""))
            .to_path_buf()
    };
    let all: Vec<Arc<Granted>> = configs.all_exceptions(&folder)?;
    let as_of = args.config.as_of.unwrap_or_else(lint::today);
    let state = |granted: &Granted| match granted.state(as_of) {
        State::Holds => "holds".to_owned(),
        State::Ends(0) => "ends today".to_owned(),
        State::Ends(days) => format!("{days} days left"),
        State::Expired(_) => "expired".to_owned(),
    };
    output::stdout(|out| {
        if args.format == TextFormat::Json {
            let all: Vec<_> = all
                .iter()
                .map(|granted| {
                    let place = granted.source.position(granted.span.start);
                    json!({
                        "exception": granted.exception,
                        "state": state(granted),
                        "file": disk::nearer(granted.source.path()),
                        "line": place.line,
                    })
                })
                .collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            return writeln!(out);
        }
        if all.is_empty() {
            return writeln!(out, "no exceptions");
        }
        for granted in &all {
            let exception = &granted.exception;
            let until = exception
                .until
                .map_or_else(|| "no end".to_owned(), |u| u.to_string());
            let place = granted.source.position(granted.span.start);
            let file = disk::nearer(granted.source.path()).display();
            let text = format!(
                "{until:<10}  {:<12}  {}  {file}:{}",
                state(granted),
                exception.rule,
                place.line
            );
            writeln!(out, "{}", emit::one_line(&text))?;
            let mut about = vec![granted.exception.reason.clone()];
            about.extend(exception.owner.iter().map(|o| format!("owner: {o}")));
            let files = exception.files.join(", ");
            about.extend((!files.is_empty()).then(|| format!("files: {files}")));
            let images = exception.images.join(", ");
            about.extend((!images.is_empty()).then(|| format!("images: {images}")));
            writeln!(out, "            {}", emit::one_line(&about.join("; ")))?;
        }
        Ok(())
    })?;
    let has_expired = all.iter().any(|g| !g.holds(as_of));
    Ok(if has_expired {
        Status::Findings
    } else {
        Status::Clean
    })
}
