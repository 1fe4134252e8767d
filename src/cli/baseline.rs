//! `dlint baseline`.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::BaselineArgs;
use super::known::List;
use super::lint::Done;
use super::{Status, Trouble, lint, output, rewrite};
use crate::baseline::{Baseline, Entry};
use crate::context::disk;
use crate::emit;

/// The list where nothing says another name.
const FILE_NAME: &str = "dlint-baseline.txt";

pub(super) fn run(args: &BaselineArgs) -> Result<Status, Trouble> {
    let mut lint_args = args.lint.clone();
    for (is_given, option) in [
        (lint_args.fix || lint_args.diff, "--fix"),
        (lint_args.since.is_some(), "--since"),
        (lint_args.no_baseline, "--no-baseline"),
    ] {
        if is_given {
            return Err(Trouble::usage(format!(
                "`dlint baseline` takes no {option}: the list is of all findings"
            )));
        }
    }
    let named = lint_args.baseline.take();
    // What is known is to be found again.
    lint_args.no_baseline = true;
    let mut configs = lint::configs(&lint_args)?;
    let (done, mut failures) = lint::lint_paths(&lint_args, &mut configs)?;
    let mut by_list: BTreeMap<PathBuf, Vec<Done>> = BTreeMap::new();
    for file in done {
        let path = named.clone().or_else(|| file.effective.baseline.clone());
        let path = path.unwrap_or_else(|| PathBuf::from(FILE_NAME));
        by_list.entry(path).or_default().push(file);
    }
    failures.extend(lint::config_failures(&configs, lint_args.color));
    lint::tell_failures(&failures, lint_args.color);
    for (path, files) in by_list {
        list(args, &path, files, named.is_some())?;
    }
    Ok(if failures.is_empty() {
        Status::Clean
    } else {
        Status::Trouble
    })
}

/// Writes one list.
fn list(args: &BaselineArgs, path: &Path, files: Vec<Done>, is_named: bool) -> Result<(), Trouble> {
    let shown = disk::nearer(path).display().to_string();
    let old = match List::load(path, is_named) {
        // A merge may have left marks; written anew it is whole again.
        Err(_) if !args.prune && path.is_file() => None,
        old => old?,
    };
    let is_new = !path.is_file();
    if args.prune && old.is_none() {
        return Err(Trouble::usage(format!("{shown}: no such file")));
    }
    let mut list = old.unwrap_or_else(|| List::empty(path));
    let root = list.root();
    let exists = |name: &str| List::has(&root, name);
    let mut entries: Vec<Entry> = Vec::new();
    let mut locked = 0;
    for file in files {
        let linted = &file.linted;
        let name = list.name_of(linted.report().source.path());
        let prints = linted.fingerprints().kept;
        let (mut mine, mut own) = (Vec::new(), Vec::new());
        for (print, diagnostic) in prints.into_iter().zip(&linted.report().diagnostics) {
            if file.effective.may_hide(diagnostic) {
                own.push(Entry {
                    print: print.clone(),
                    path: name.clone(),
                });
                mine.push(print);
            } else {
                locked += 1;
            }
        }
        list.findings.know(&name, &mine, exists);
        entries.extend(own);
    }
    let before = list.findings.len();
    let kept = list.findings.met().count();
    let unseen: Vec<Entry> = list.findings.unseen(exists).cloned().collect();
    let gone = before - kept - unseen.len();
    if args.prune {
        entries = list.findings.met().cloned().collect();
    }
    let new = entries.len() - kept;
    entries.extend(unseen);
    let total = entries.len();
    write(path, &Baseline::text(entries))?;
    if !args.lint.quiet {
        let mut text = format!("{shown}: {}", emit::count(total, "finding"));
        let changes: Vec<String> = [(new, "new"), (gone, "gone")]
            .into_iter()
            .filter(|(number, _)| !is_new && *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        if !changes.is_empty() {
            text.push_str(&format!(" ({})", changes.join(", ")));
        }
        output::stdout(|out| writeln!(out, "{}", emit::one_line(&text)))?;
        if locked > 0 {
            let findings = emit::count(locked, "finding");
            output::note(&format!(
                "dlint: {findings} of rules that the policy locks cannot be put on the list"
            ));
        }
    }
    if is_new {
        merge_by_lines(path, args.lint.quiet);
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let written = match std::fs::read(path) {
        Ok(before) if before == text.as_bytes() => Ok(()),
        Ok(before) => rewrite::replace(path, &before, text.as_bytes()),
        Err(_) => std::fs::write(path, text),
    };
    written.map_err(|error| Trouble::Output {
        place: path.display().to_string(),
        error,
    })
}

/// Has git merge the list line by line: two people who add findings at the same place of it are in
/// no conflict.
fn merge_by_lines(path: &Path, quiet: bool) {
    let folder = disk::absolute(path.parent().unwrap_or(Path::new("")));
    let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else {
        return;
    };
    if disk::repository(&folder).is_none() || name.contains(char::is_whitespace) {
        return;
    }
    let attributes = folder.join(".gitattributes");
    let old = match std::fs::symlink_metadata(&attributes) {
        Ok(meta) if !meta.is_file() => return,
        Ok(_) => match std::fs::read_to_string(&attributes) {
            Ok(old) => old,
            Err(_) => return,
        },
        Err(_) => String::new(),
    };
    let is_listed = |line: &str| line.split_whitespace().next() == Some(name.as_str());
    if old.lines().any(is_listed) {
        return;
    }
    let end = if old.is_empty() || old.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let line = format!("{name} merge=union");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&attributes);
    let written = file.and_then(|mut file| file.write_all(format!("{end}{line}\n").as_bytes()));
    if written.is_ok() && !quiet {
        let attributes = disk::nearer(&attributes).display();
        output::note(&format!(
            "dlint: `{line}` was added to {attributes}: so it merges without conflicts"
        ));
    }
}
