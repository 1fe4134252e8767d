//! What is known of findings while files are linted: by lists (`--baseline`), and by what stood in
//! the files before (`--since`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::LintArgs;
use super::since::{Before, Since};
use super::{Trouble, output};
use crate::baseline::{self, Baseline, Entry};
use crate::config::Effective;
use crate::context::disk;
use crate::emit::{self, Linted};
use crate::engine::{Report, Settings};
use crate::suppress::By;

/// The largest list that is read.
const MAX_BYTES: u64 = 1 << 28;

/// A list, and where it lies.
pub(super) struct List {
    pub(super) path: PathBuf,
    /// What its paths are relative to.
    root: PathBuf,
    pub(super) findings: Baseline,
}

impl List {
    /// Reads a list; `None` if there is no such file.
    pub(super) fn load(path: &Path, is_named: bool) -> Result<Option<Self>, Trouble> {
        let root = disk::absolute(path.parent().unwrap_or(Path::new("")));
        let trouble = |reason: String| Trouble::Usage {
            message: format!("{}: {reason}", disk::nearer(path).display()),
            help: None,
        };
        // Whoever wrote the configuration may not be whoever lints.
        if !is_named && disk::leads_out(&root, path) {
            return Err(trouble("leads out of the repository".to_owned()));
        }
        let bytes = match disk::read_regular(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(trouble(crate::discover::reason(&error))),
        };
        let text = String::from_utf8(bytes).map_err(|_| trouble("not UTF-8".to_owned()))?;
        let findings = Baseline::parse(&text).map_err(|error| Trouble::Usage {
            message: format!("{}: {error}", disk::nearer(path).display()),
            help: Some("`dlint baseline` writes it anew".to_owned()),
        })?;
        Ok(Some(Self {
            path: path.to_path_buf(),
            root,
            findings,
        }))
    }

    /// A list of nothing, to be written.
    pub(super) fn empty(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            root: disk::absolute(path.parent().unwrap_or(Path::new(""))),
            findings: Baseline::default(),
        }
    }

    /// What a file is called in the list.
    pub(super) fn name_of(&self, path: &Path) -> String {
        baseline::path_from(&self.root, &disk::absolute(path))
    }

    /// Whether a file of the list is there.
    pub(super) fn has(root: &Path, name: &str) -> bool {
        root.join(name).is_file()
    }

    pub(super) fn root(&self) -> PathBuf {
        self.root.clone()
    }

    /// Silences what is known of a file.
    fn silence(&mut self, linted: &mut Linted, effective: &Effective) {
        let name = self.name_of(linted.report().source.path());
        linted.forget_baseline();
        let prints = linted.fingerprints().kept;
        let root = &self.root;
        let known = self
            .findings
            .know(&name, &prints, |path| Self::has(root, path));
        linted.silence(|index, diagnostic| {
            let is_known = known.get(index).is_some_and(|known| *known);
            (is_known && effective.may_hide(diagnostic)).then_some(By::Baseline)
        });
    }
}

/// What is known.
#[derive(Default)]
pub(super) struct Known {
    lists: BTreeMap<PathBuf, List>,
    /// The list that the command line names.
    named: Option<PathBuf>,
    since: Option<Since>,
}

impl Known {
    /// Reads the lists that are for some files, and asks git about those files.
    pub(super) fn of<'t>(
        args: &LintArgs,
        files: impl Iterator<Item = (&'t Path, &'t Arc<Effective>)>,
    ) -> Result<Self, Trouble> {
        let mut known = Self {
            named: args.baseline.clone(),
            ..Self::default()
        };
        let mut wanted: BTreeSet<&Path> = args.baseline.iter().map(PathBuf::as_path).collect();
        let mut paths: Vec<&Path> = Vec::new();
        for (path, effective) in files {
            if known.named.is_none() && !args.no_baseline {
                wanted.extend(effective.baseline.as_deref());
            }
            paths.push(path);
        }
        for path in wanted {
            let Some(list) = List::load(path, known.named.is_some())? else {
                return Err(Trouble::Usage {
                    message: format!("{}: no such file", disk::nearer(path).display()),
                    help: Some("`dlint baseline` writes it".to_owned()),
                });
            };
            known.lists.insert(path.to_path_buf(), list);
        }
        if let Some(reference) = &args.since {
            known.since = Some(Since::of(reference, &paths)?);
        }
        Ok(known)
    }

    fn list_of<'a>(&'a self, effective: &'a Effective) -> Option<&'a List> {
        let path = self.named.as_ref().or(effective.baseline.as_ref())?;
        self.lists.get(path)
    }

    /// Whether nothing of a file will be shown, so that it need not be linted.
    pub(super) fn is_unchanged(&self, path: &Path, effective: &Effective) -> bool {
        let is_locked = effective.settings.locked().next().is_some();
        !is_locked
            && self
                .since
                .as_ref()
                .is_some_and(|since| matches!(since.before(path), Before::Same))
    }

    /// What was in a file at the time that is asked about, linted as it is now.
    pub(super) fn past(&self, path: &Path, lint: impl Fn(Vec<u8>) -> Option<Report>) -> Past {
        match self.since.as_ref().map(|since| since.before(path)) {
            None | Some(Before::Nothing) => Past::Unknown,
            Some(Before::Same) => Past::Same,
            Some(Before::Text(text)) => {
                let report = lint(text.clone());
                Past::Was(Box::new((text.clone(), report)))
            }
        }
    }

    /// Silences what is known of a file by what it was.
    pub(super) fn silence_past(
        past: &Past,
        report: &mut Report,
        effective: &Effective,
        settings: &Settings,
    ) {
        let (before, old) = match past {
            Past::Unknown => return,
            Past::Same => {
                report.silence(|_, d| effective.may_hide(d).then_some(By::Unchanged));
                return;
            }
            Past::Was(was) => &**was,
        };
        let known = old.as_ref().map(|old| {
            let arguments = || arguments(settings);
            let entries = emit::fingerprints(old, arguments()).kept;
            let entries = entries.into_iter().map(|print| Entry {
                print,
                path: String::new(),
            });
            let mut all = Baseline::of(entries.collect());
            let prints = emit::fingerprints(report, arguments()).kept;
            all.know("", &prints, |_| true)
        });
        let changed = super::since::changed_lines(before, report.source.bytes());
        let lines = |d: &crate::diagnostic::Diagnostic| {
            let source = &report.source;
            source.line(d.span.start)..=source.line(d.span.end)
        };
        let touched: Vec<bool> = report
            .diagnostics
            .iter()
            .map(|d| changed.range(lines(d)).next().is_some())
            .collect();
        report.silence(|index, diagnostic| {
            let is_known = known
                .as_ref()
                .is_none_or(|known| known.get(index).is_some_and(|known| *known));
            let is_touched = touched.get(index).is_some_and(|touched| *touched);
            (is_known && !is_touched && effective.may_hide(diagnostic)).then_some(By::Unchanged)
        });
    }

    /// Silences what a list says of a file that is to be fixed: that stays as it is.
    pub(super) fn silence_listed(
        &self,
        report: &mut Report,
        effective: &Effective,
        settings: &Settings,
    ) {
        let Some(list) = self.list_of(effective) else {
            return;
        };
        let name = list.name_of(report.source.path());
        let exists = |path: &str| List::has(&list.root, path);
        let mut part = list.findings.part(&name, exists);
        let prints = emit::fingerprints(report, arguments(settings)).kept;
        let known = part.know(&name, &prints, exists);
        report.silence(|index, diagnostic| {
            let is_known = known.get(index).is_some_and(|known| *known);
            (is_known && effective.may_hide(diagnostic)).then_some(By::Baseline)
        });
    }

    /// Silences what the lists say of a file; of files that moved, in the order in which they come.
    pub(super) fn silence(&mut self, linted: &mut Linted, effective: &Effective) {
        let path = self.named.as_ref().or(effective.baseline.as_ref());
        if let Some(list) = path.and_then(|path| self.lists.get_mut(path)) {
            list.silence(linted, effective);
        }
    }

    /// Says how much of the lists is out of date.
    pub(super) fn tell_stale(&self) {
        for list in self.lists.values() {
            let root = list.root();
            let stale = list.findings.stale(|path| List::has(&root, path)).count();
            if stale > 0 {
                let path = disk::nearer(&list.path).display();
                let are = if stale == 1 { "is" } else { "are" };
                let findings = emit::count(stale, "finding");
                output::note(&format!(
                    "dlint: {findings} of {path} {are} no more; `dlint baseline --prune` takes \
                     {} out",
                    if stale == 1 { "it" } else { "them" }
                ));
            }
        }
    }
}

fn arguments(settings: &Settings) -> impl Iterator<Item = &(String, String)> {
    let builds = settings.builds.iter().map(|b| &b.build);
    let builds = builds.chain([&settings.build]);
    builds.flat_map(|b| &b.arguments)
}

/// What a file was.
pub(super) enum Past {
    /// Nobody asked, or there was no such file.
    Unknown,
    /// What it is.
    Same,
    /// Another text, and its findings. Without them every finding is an old one where its lines are.
    Was(Box<(Vec<u8>, Option<Report>)>),
}
