//! What a run says of the exceptions from the policy: those that end, and those that allow nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Effective;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::Report;
use crate::policy::exceptions::{Granted, State};
use crate::rule::RuleMeta;
use crate::rules;
use crate::span::Source;
use crate::suppress::By;

/// An exception that was for a file of the run.
struct Seen {
    granted: Arc<Granted>,
    effective: Arc<Effective>,
    is_used: bool,
}

/// The findings about the exceptions of a run: about each of the files that were linted, what
/// applied to it and what was found. They stand in the configuration files. `is_whole` says whether
/// all was linted that a configuration file is about.
pub fn of_run<'r>(
    files: impl Iterator<Item = (&'r Arc<Effective>, &'r Report)>,
    is_whole: impl Fn(&Path) -> bool,
) -> Vec<(Arc<Effective>, Report)> {
    let mut seen: BTreeMap<(PathBuf, u32), Seen> = BTreeMap::new();
    let place = |granted: &Granted| (granted.source.path().to_path_buf(), granted.span.start);
    for (effective, report) in files {
        for granted in &effective.settings.exceptions {
            seen.entry(place(granted)).or_insert_with(|| Seen {
                granted: Arc::clone(granted),
                effective: Arc::clone(effective),
                is_used: false,
            });
        }
        for suppressed in &report.suppressed {
            if let By::Exception(granted) = &suppressed.by
                && let Some(seen) = seen.get_mut(&place(granted))
            {
                seen.is_used = true;
            }
        }
    }
    let mut found: BTreeMap<PathBuf, (Arc<Effective>, Source, Vec<Diagnostic>)> = BTreeMap::new();
    for ((path, _), seen) in seen {
        // One for whatever file may be for one that this run has nothing to do with.
        let exception = &seen.granted.exception;
        let may_be_elsewhere = exception.files.is_empty() && !seen.is_used && !is_whole(&path);
        let Some(diagnostic) = judge(&seen, may_be_elsewhere) else {
            continue;
        };
        let source = &seen.granted.source;
        found
            .entry(path)
            .or_insert_with(|| (seen.effective, source.clone(), Vec::new()))
            .2
            .push(diagnostic);
    }
    found
        .into_values()
        .map(|(effective, source, diagnostics)| (effective, Report::of(source, diagnostics)))
        .collect()
}

fn judge(seen: &Seen, may_be_elsewhere: bool) -> Option<Diagnostic> {
    let settings = &seen.effective.settings;
    let exception = &seen.granted.exception;
    let rule = format!("`{}`", exception.rule);
    let owner = exception.owner.as_deref();
    let owner = owner.map(|o| format!(" ({o})")).unwrap_or_default();
    let (meta, least, message, help) = match seen.granted.state(settings.as_of()) {
        State::Expired(until) => (
            rules::meta("expired-exception"),
            None,
            format!("the exception from {rule} ended on {until}"),
            format!("mend what it allowed and delete it{owner}"),
        ),
        _ if may_be_elsewhere => return None,
        // What allows nothing needs no warning that it ends.
        _ if !seen.is_used => (
            rules::meta("unused-exception"),
            None,
            format!("the exception from {rule} allows nothing"),
            format!("delete it{owner}"),
        ),
        State::Ends(days) => {
            let when = match days {
                0 => "ends today".to_owned(),
                1 => "ends tomorrow".to_owned(),
                days => format!("ends in {days} days"),
            };
            (
                rules::meta("expired-exception"),
                Some(Severity::Info),
                format!("the exception from {rule} {when}"),
                format!("mend what it allows, or have it prolonged{owner}"),
            )
        }
        State::Holds => return None,
    };
    let severity = severity(settings.rules.iter().map(|r| (r.meta, r.severity)), meta)?;
    let severity = least.map_or(severity, |least| severity.min(least));
    let mut diagnostic = Diagnostic::new(meta, severity, seen.granted.span, message);
    diagnostic.help(help);
    Some(diagnostic)
}

/// The severity a rule reports at, if it is on.
fn severity(
    mut active: impl Iterator<Item = (&'static RuleMeta, Severity)>,
    meta: &RuleMeta,
) -> Option<Severity> {
    active.find(|(rule, _)| rule.id == meta.id).map(|(_, s)| s)
}
