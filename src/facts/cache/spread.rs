//! From what changed to what runs again.

use super::{Input, Selection, Step, StepKind, Steps};
use crate::facts::cache::Difference;
use crate::path::{clean, file_name};

/// Whether a step runs again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// It is taken from the cache.
    #[default]
    Cached,
    /// It runs again if what another step makes differs from before, or if a variable that is not
    /// known says so.
    May,
    /// It runs again.
    Reruns,
}

/// What happens to a step, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it runs again.
    pub verdict: Verdict,
    /// Why; those of its own first.
    pub reasons: Vec<Reason>,
}

/// Why a step runs again, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It takes in files that changed: their indexes among the changed files.
    Files(Vec<usize>),
    /// It takes in files of the context, but which is hidden by a variable.
    Unknown,
    /// The step below, whose layer it stands on.
    Below(usize),
    /// It takes in files of a stage, and this step there is the last that can have changed them.
    Stage {
        /// The stage.
        stage: usize,
        /// The step.
        step: usize,
    },
    /// The base image changed.
    Base,
    /// It stands otherwise in the Dockerfile, or gets other values.
    Key(Vec<Difference>),
    /// It was not there before.
    New,
    /// It takes its files from elsewhere than before.
    Sources,
    /// What is changed is of a class that it takes in.
    Class,
}

/// What changed for a step by itself.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// Whether it runs again.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Own {
    /// It changed, by its class, or it did not.
    pub fn when(changed: bool) -> Self {
        if changed {
            Own {
                verdict: Verdict::Reruns,
                reasons: vec![Reason::Class],
            }
        } else {
            Own::default()
        }
    }

    /// Adds a reason.
    pub fn add(&mut self, verdict: Verdict, reason: Reason) {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(reason);
    }
}

/// A file of a context that changed, came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// The name of the context; none for that of the build.
    pub context: Option<String>,
    /// The path in it, clean, without a slash before it.
    pub path: String,
    /// Whether it is a directory in which anything may have changed.
    pub is_directory: bool,
}

impl Step {
    /// Which of the changed files it takes in itself, those of other stages left out; the files are
    /// those that the ignore file lets through.
    pub fn own_change(&self, files: &[ChangedFile]) -> Own {
        let mut own = Own::default();
        let mut found = Vec::new();
        for input in &self.inputs {
            let Input::Context {
                name,
                files: selected,
            } = input
            else {
                continue;
            };
            let mut of_context = false;
            for (index, file) in files.iter().enumerate() {
                if file.context != *name {
                    continue;
                }
                of_context = true;
                let takes = match file.is_directory {
                    true => selected.touches(&file.path),
                    false => selected.takes(&file.path),
                };
                if takes && found.last() != Some(&index) {
                    found.push(index);
                }
            }
            if selected.unknown && of_context {
                own.add(Verdict::May, Reason::Unknown);
            }
        }
        if !found.is_empty() {
            own.add(Verdict::Reruns, Reason::Files(found));
        }
        own
    }
}

impl Steps {
    /// What runs again if certain files change.
    pub fn changed_by(&self, files: &[ChangedFile]) -> Vec<Outcome> {
        self.spread_files(files, |step| step.own_change(files))
    }

    /// What runs again if each step changes by itself as `own` says.
    pub fn spread(&self, own: impl FnMut(&Step) -> Own) -> Vec<Outcome> {
        self.spread_files(&[], own)
    }

    /// As [`Steps::spread`]; the files that changed tell what stages hand on to others.
    pub fn spread_files(
        &self,
        files: &[ChangedFile],
        mut own: impl FnMut(&Step) -> Own,
    ) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(self.all.len());
        // Whether the file system after each step is a new one: a linked copy leaves what is below.
        let mut layers: Vec<Verdict> = Vec::with_capacity(self.all.len());
        for step in &self.all {
            let Own {
                mut verdict,
                mut reasons,
            } = own(step);
            for input in &step.inputs {
                let Input::Stage {
                    stage,
                    files: selected,
                } = input
                else {
                    continue;
                };
                let (given, by) = self.given_by(*stage, selected, files, &outcomes);
                if let Some(by) = by {
                    verdict = verdict.max(given);
                    let (stage, step) = (*stage, by);
                    reasons.push(Reason::Stage { stage, step });
                }
            }
            let below = step.below.and_then(|b| layers.get(b)).copied();
            let below = below.unwrap_or_default();
            if let (false, Some(by)) = (step.linked, step.below)
                && below > Verdict::Cached
            {
                verdict = verdict.max(below);
                reasons.push(Reason::Below(by));
            }
            layers.push(verdict.max(below));
            outcomes.push(Outcome { verdict, reasons });
        }
        outcomes
    }

    /// Whether files of a stage differ from before, and which of its steps that is owed to.
    fn given_by(
        &self,
        stage: usize,
        selected: &Selection,
        files: &[ChangedFile],
        outcomes: &[Outcome],
    ) -> (Verdict, Option<usize>) {
        let mut found = (Verdict::Cached, None);
        let Some(last) = self.last_of(stage) else {
            return found;
        };
        for step in self.chain(last.index) {
            let Some(outcome) = outcomes.get(step.index) else {
                continue;
            };
            if outcome.verdict == Verdict::Cached {
                continue;
            }
            let given = match step.kind {
                StepKind::Run => Verdict::May,
                StepKind::Workdir => {
                    let changes = |r: &Reason| matches!(r, Reason::Key(_) | Reason::New);
                    let writes = step.outputs.iter().flatten().any(|p| selected.touches(p));
                    match writes && outcome.reasons.iter().any(changes) {
                        true => Verdict::May,
                        false => Verdict::Cached,
                    }
                }
                StepKind::Copy => step.gives(selected, files, outcome),
            };
            if given > found.0 {
                found = (given, Some(step.index));
            }
        }
        found
    }
}

impl Step {
    /// Whether a copy that ran again wrote other files of a selection than before.
    fn gives(&self, selected: &Selection, files: &[ChangedFile], outcome: &Outcome) -> Verdict {
        let mut given = Verdict::Cached;
        for reason in &outcome.reasons {
            let this = match reason {
                // It writes the same as before on another layer.
                Reason::Below(_) => Verdict::Cached,
                Reason::Files(changed) => {
                    let changed = changed.iter().filter_map(|i| files.get(*i));
                    let written = changed.map(|file| self.written(file));
                    let verdicts = written.map(|path| match path {
                        Some(path) if selected.takes(&path) => Verdict::Reruns,
                        Some(_) if !selected.unknown => Verdict::Cached,
                        _ => Verdict::May,
                    });
                    verdicts.max().unwrap_or_default()
                }
                _ => match &self.outputs {
                    Some(paths) if !paths.iter().any(|p| selected.touches(p)) => Verdict::Cached,
                    _ => Verdict::May,
                },
            };
            given = given.max(this);
        }
        given
    }

    /// Where a copy puts a file of the context.
    fn written(&self, file: &ChangedFile) -> Option<String> {
        let target = self.outputs.as_ref()?.first()?;
        self.inputs.iter().find_map(|input| {
            let Input::Context { name, files } = input else {
                return None;
            };
            if *name != file.context || !files.takes(&file.path) || files.keeps_parents() {
                return None;
            }
            let (_, own) = files.source_of(&file.path)?;
            let parts: Vec<&str> = file.path.split('/').collect();
            let below = parts.get(own..).unwrap_or_default().join("/");
            let path = match below.as_str() {
                // The source is the file itself: its name counts if the target is a directory.
                "" if self.into_directory => format!("{target}/{}", file_name(&file.path)),
                "" => target.clone(),
                below => format!("{target}/{below}"),
            };
            Some(clean(&path).trim_start_matches('/').to_owned())
        })
    }
}
