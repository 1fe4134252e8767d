//! `dlint cache [DOCKERFILE]`.

mod changed;
mod history;
mod list;
mod repositories;
mod targets;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::args::{CacheArgs, CacheFormat, LintArgs};
use super::{Status, Trouble, lint, output};
use crate::Linter;
use crate::context::{Build, BuildContext, Disk, Files, disk};
use crate::date::Date;
use crate::emit::terminal::{Color, Terminal};
use crate::emit::{self, Secrets};
use crate::facts::cache::{ChangedFile, Outcome};
use crate::facts::{Facts, Origin};
use crate::fix::Applicability;
use crate::perspective::Perspective;
use crate::rebuild::git::{GitError, Repository};
use crate::rebuild::log::Log;
use crate::rebuild::{self, ClassSummary, Describer, Report, summary, write};
use crate::span::Source;
use crate::syntax;
use changed::{Changed, Places};
use history::StepHistory;
use repositories::{Asked, Repositories};

/// The largest log or list of paths that is read.
const MAX_BYTES: u64 = 1 << 28;
/// The most files of a context that are sorted by what they cost.
const MAX_FILES: usize = 300_000;
/// What makes a better order of a file.
const FIXES: &str = "select = ['layers', 'copy-without-link']";

impl From<GitError> for Trouble {
    fn from(error: GitError) -> Self {
        let help = match &error {
            GitError::UnknownCommit(_) => {
                Some("a shallow clone may not have it: `git fetch` brings it".to_owned())
            }
            GitError::NoRepository(_) => Some("name what changed with --changed".to_owned()),
            _ => None,
        };
        Trouble::Usage {
            message: error.to_string(),
            help,
        }
    }
}

/// What is said of one Dockerfile.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    report: Report,
    /// What changes of each class cost; only where nothing is said to have changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    summary: Vec<ClassSummary>,
    /// The same after dlint's fixes, if they change anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixed: Vec<ClassSummary>,
    /// The rules that change it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<&'static str>,
    /// What the last commits cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<StepHistory>,
    /// The file as it was at another commit, and what it cost then.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Compared>,
}

/// What a file cost at another commit.
#[derive(Serialize)]
struct Compared {
    base: String,
    summary: Vec<ClassSummary>,
    history: Option<StepHistory>,
}

pub(super) fn run(args: &CacheArgs, color: Color) -> Result<Status, Trouble> {
    if args.targets {
        return targets::run(args, color);
    }
    let log = args.log.as_deref().map(read_log).transpose()?;
    let mut configs = lint::configs(&lint_args(args))?;
    let (tasks, mut status) = lint::told_tasks(&lint_args(args), &mut configs, color)?;
    let terminal = Terminal::stdout(color);
    let listed = stdin(args)?;
    let mut answers = Vec::new();
    let mut explained = Vec::new();
    let repositories = Repositories::default();
    for task in tasks {
        // A Dockerfile in a compose file has no path that git would know.
        if task.inline.is_some() {
            continue;
        }
        let bytes = match task.read() {
            Ok(bytes) => bytes,
            Err(failure) => {
                output::error(&failure.to_string(), &Terminal::stderr(color));
                status = Status::Trouble;
                continue;
            }
        };
        let settings = &task.effective.settings;
        let build = match task.builds.as_slice() {
            [] => settings.build.clone(),
            [only] => only.build.clone(),
            [first, ..] => {
                if !args.quiet {
                    let (file, name) = (task.name.display(), first.names.join(", "));
                    output::note(&format!(
                        "dlint: {file} is built in several ways; this is {name} (`--targets` has all)"
                    ));
                }
                first.build.clone()
            }
        };
        let mut build_before = build.clone();
        for name in &args.changed_arg {
            build_before.arguments.retain(|(n, _)| n != name);
            // No value that anybody gives.
            let other = (name.clone(), "\u{1}".to_owned());
            build_before.arguments.push(other);
        }
        let file = OneFile {
            args,
            source: Source::from_bytes(&task.name, bytes),
            build,
            build_before,
            as_of: settings.as_of(),
            listed: listed.as_deref(),
            log: log.as_ref(),
            repositories: &repositories,
        };
        answers.push(file.answer(&mut explained)?);
    }
    if answers.is_empty() {
        return Ok(status.max(Status::Trouble));
    }
    let worse = answers.iter().any(Answer::is_worse);
    let write = |out: &mut dyn Write| match args.format {
        CacheFormat::List if !explained.is_empty() => {
            explained.iter().try_for_each(|text| write!(out, "{text}"))
        }
        CacheFormat::List => list::write(&answers, &terminal, out),
        CacheFormat::Json => {
            let text = serde_json::to_string_pretty(&answers)?;
            writeln!(out, "{}", emit::escaped(&text))
        }
        format => {
            let reports: Vec<Report> = answers.iter().map(|a| a.report.clone()).collect();
            let summaries: Vec<Vec<ClassSummary>> =
                answers.iter().map(|a| a.summary.clone()).collect();
            match format {
                CacheFormat::Mermaid => write::mermaid(&reports, out),
                CacheFormat::Dot => write::dot(&reports, out),
                _ => write::html(&reports, &summaries, out),
            }
        }
    };
    match &args.output {
        Some(path) => output::file(path, write)?,
        None => output::stdout(write)?,
    }
    if worse {
        status = status.max(Status::Findings);
    }
    Ok(status)
}

/// The options as those of linting.
fn lint_args(args: &CacheArgs) -> LintArgs {
    let mut paths = args.paths.clone();
    paths.retain(|path| path != Path::new("-"));
    if paths.is_empty() {
        let usual = ["Dockerfile", "Containerfile"].map(PathBuf::from);
        let mut there = usual.into_iter().filter(|path| path.is_file());
        paths.push(there.next().unwrap_or_else(|| PathBuf::from(".")));
    }
    let mut lint = args.config.lint(&paths);
    lint.context.clone_from(&args.context);
    lint.target.clone_from(&args.target);
    lint.build_arg.clone_from(&args.build_arg);
    lint.build_context.clone_from(&args.build_context);
    lint.platform.clone_from(&args.platform);
    lint
}

/// The paths on standard input, if they are to be read.
fn stdin(args: &CacheArgs) -> Result<Option<Vec<PathBuf>>, Trouble> {
    let asks = |path: &PathBuf| path == Path::new("-");
    if !args.paths.iter().any(asks) && !args.changed.iter().any(asks) {
        return Ok(None);
    }
    let mut paths = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Trouble::usage(format!("standard input: {error}")))?;
        let parts = line.split('\0').map(|part| part.trim_end_matches('\r'));
        paths.extend(parts.filter(|p| !p.is_empty()).map(PathBuf::from));
    }
    Ok(Some(paths))
}

fn read_log(path: &Path) -> Result<Log, Trouble> {
    let bytes = disk::read_named(path, MAX_BYTES).map_err(|error| {
        let reason = crate::discover::reason(&error);
        Trouble::usage(format!("{}: {reason}", path.display()))
    })?;
    Log::read(&String::from_utf8_lossy(&bytes)).ok_or_else(|| Trouble::Usage {
        message: format!("{}: no line of it is a build's log", path.display()),
        help: Some("`docker build --progress=rawjson . 2> FILE` writes one".to_owned()),
    })
}

/// Reads a Dockerfile at a commit.
fn text_at(repository: &Repository, commit: &str, path: &Path) -> Option<String> {
    let place = std::fs::canonicalize(path).unwrap_or_else(|_| disk::absolute(path));
    repository.text_at(commit, &repository.path_of(&place)?)
}

/// A Dockerfile and the question about it.
struct OneFile<'q> {
    args: &'q CacheArgs,
    source: Source,
    build: Build,
    /// How it was built before.
    build_before: Build,
    as_of: Date,
    listed: Option<&'q [PathBuf]>,
    log: Option<&'q Log>,
    repositories: &'q Repositories,
}

impl OneFile<'_> {
    fn answer(&self, explained: &mut Vec<String>) -> Result<Answer, Trouble> {
        let args = self.args;
        let files: Arc<dyn Files> = Arc::new(Disk);
        let file = syntax::parse(&self.source);
        let facts = self.facts(&self.source, &file, &self.build);
        self.check_names(&facts)?;
        let context = self.context(&facts, &files)?;
        let places = Places::new(context.as_ref(), &args.build_context);
        let asked_of = || -> Result<Arc<Asked>, Trouble> {
            let root = context.as_ref().map(|c| c.root.as_path());
            let folder = root
                .or(self.source.path().parent())
                .unwrap_or(Path::new("."));
            Ok(self.repositories.of(folder)?)
        };
        let repository = || asked_of().map(|asked| asked.repository.clone());

        // What changed.
        let mut changed = Changed::default();
        let mut before = None;
        let mut asked = false;
        if !args.changed.is_empty() || self.listed.is_some() {
            asked = true;
            let named = args.changed.iter().filter(|p| *p != Path::new("-"));
            for path in named.chain(self.listed.into_iter().flatten()) {
                places.add(&disk::absolute(path), &mut changed);
            }
        }
        if let Some(reference) = &args.since {
            asked = true;
            let asked = asked_of()?;
            let since = asked.since(reference)?;
            for path in &since.paths {
                places.add_real(path, &mut changed);
            }
            places.add_ignored_before(&asked, since, &mut changed)?;
            if !asked.is_as_before(since, self.source.path()) {
                let text = text_at(&asked.repository, &since.commit, self.source.path());
                let text = text.unwrap_or_default();
                if text != self.source.text() {
                    before = Some(Source::new(self.source.path(), text));
                }
            }
        }
        changed.finish(&places, &facts);
        if !args.changed_arg.is_empty() {
            asked = true;
            before = before.or_else(|| Some(Source::new(self.source.path(), self.source.text())));
        }

        let old_file = before.as_ref().map(syntax::parse);
        let old = before.as_ref().zip(old_file.as_ref());
        let old = old.map(|(source, file)| self.facts(source, file, &self.build_before));
        let outcomes = rebuild::compare(old.as_ref(), &facts, &changed.files);
        let secrets = Secrets::of([self.source.text()]);
        let mask = |text: &str| emit::one_line(&secrets.mask(text)).into_owned();
        let describer = Describer {
            facts: &facts,
            files: &changed.files,
            outcomes: &outcomes,
            mask: &mask,
        };
        let mut steps = describer.steps();
        if let Some(log) = self.log {
            let found = log.of(steps.iter().map(|step| step.stage.as_str()));
            for (step, ran) in steps.iter_mut().zip(found) {
                step.seconds = ran.and_then(|r| r.seconds);
            }
        }
        if let Some(wanted) = &args.explain {
            explained.push(self.explain(wanted, &describer)?);
        }
        let shown = |path: &Path| emit::shown_path(path);
        let report = Report {
            file: shown(self.source.path()),
            context: context.as_ref().map(|c| shown(disk::nearer(&c.root))),
            changed: changed.files.iter().map(|f| mask(&f.path)).collect(),
            ignored: changed.ignored.iter().map(|p| mask(p)).collect(),
            outside: changed.outside.iter().map(|p| mask(p)).collect(),
            steps,
        };
        let mut answer = Answer {
            report,
            summary: Vec::new(),
            fixed: Vec::new(),
            rules: Vec::new(),
            history: None,
            compared: None,
        };
        if asked && args.history.is_none() && args.compare.is_none() {
            return Ok(answer);
        }
        let paths = self.paths(context.as_ref());
        let of = |facts: &Facts<'_>| summary(facts, paths.as_deref(), &mask);
        answer.summary = of(&facts);
        // What dlint's own fixes would save.
        let (fixed_text, rules) = self.fixed();
        let fixed_source = fixed_text.map(|text| Source::new(self.source.path(), text));
        let fixed_file = fixed_source.as_ref().map(syntax::parse);
        let fixed = fixed_source.as_ref().zip(fixed_file.as_ref());
        let fixed = fixed.map(|(source, file)| self.facts(source, file, &self.build));
        if let Some(fixed) = &fixed {
            answer.fixed = of(fixed);
            answer.rules = rules;
        }
        let base = match &args.compare {
            None => None,
            Some(reference) => {
                let repository = repository()?;
                let commit = repository.commit(reference)?;
                let text = text_at(&repository, &commit, self.source.path());
                let text = text.ok_or_else(|| {
                    let file = shown(self.source.path());
                    Trouble::usage(format!("{file} is not there at `{reference}`"))
                })?;
                Some((reference.clone(), Source::new(self.source.path(), text)))
            }
        };
        let base_file = base.as_ref().map(|(_, source)| syntax::parse(source));
        let base = base.as_ref().zip(base_file.as_ref());
        let base = base.map(|((name, source), file)| (name, self.facts(source, file, &self.build)));
        let mut commits = Vec::new();
        if let Some(number) = args.history {
            let repository = repository()?;
            for paths in repository.history(number)? {
                let mut changed = Changed::default();
                for path in paths {
                    places.add(&repository.root.join(path), &mut changed);
                }
                changed.finish(&places, &facts);
                commits.push(changed);
            }
            answer.history = Some(history::replay(&facts, fixed.as_ref(), &commits, &mask));
        }
        if let Some((name, base)) = base {
            let history = args.history.is_some();
            answer.compared = Some(Compared {
                base: name.clone(),
                summary: of(&base),
                history: history.then(|| history::replay(&base, None, &commits, &mask)),
            });
        }
        Ok(answer)
    }

    fn facts<'f>(&self, source: &'f Source, file: &'f syntax::File, build: &'f Build) -> Facts<'f> {
        let files: Arc<dyn Files> = Arc::new(Disk);
        Facts::seen_by(Perspective::Dlint, source, file, build, files, self.as_of)
    }

    /// A target or an argument that is not there is a mistake of the command line.
    fn check_names(&self, facts: &Facts<'_>) -> Result<(), Trouble> {
        let scopes = (0..facts.stages.len()).map(Some).chain([None]);
        let declared: Vec<&str> = scopes
            .flat_map(|scope| facts.declarations(scope))
            .filter(|v| v.origin != Origin::Environment)
            .map(|v| v.name.as_str())
            .collect();
        for name in &self.args.changed_arg {
            // A build gives this one without a declaration.
            if !declared.contains(&name.as_str()) && name != "SOURCE_DATE_EPOCH" {
                let nearest = crate::text::nearest(name, declared.iter().copied());
                return Err(Trouble::Usage {
                    message: format!("no ARG is called `{name}`"),
                    help: nearest.map(|name| format!("did you mean `{name}`?")),
                });
            }
        }
        let Some(target) = &self.args.target else {
            return Ok(());
        };
        let is_there = !facts.stages_named(target).is_empty()
            || target
                .parse::<usize>()
                .is_ok_and(|n| n < facts.stages.len());
        if is_there {
            return Ok(());
        }
        let names = facts.stages.iter().filter_map(|s| s.name.as_deref());
        let nearest = crate::text::nearest(target, names);
        Err(Trouble::Usage {
            message: format!("no stage is called `{target}`"),
            help: nearest.map(|name| format!("did you mean `{name}`?")),
        })
    }

    /// The context: that which someone states, one that fits, or the Dockerfile's own folder.
    fn context(
        &self,
        facts: &Facts<'_>,
        files: &Arc<dyn Files>,
    ) -> Result<Option<BuildContext>, Trouble> {
        if let Some(context) = facts.context() {
            return Ok(Some(context.clone()));
        }
        if let Some(stated) = &self.build.context {
            return Err(Trouble::usage(format!(
                "the context {} is no directory",
                stated.display()
            )));
        }
        Ok(BuildContext::beside(self.source.path(), files))
    }

    /// The files of the context, if they can be had: those that git tracks, else those on disk.
    fn paths(&self, context: Option<&BuildContext>) -> Option<Vec<String>> {
        let context = context?;
        let root = std::fs::canonicalize(&context.root).ok()?;
        let tracked = self.repositories.of(&root).ok().and_then(|asked| {
            let below = asked.repository.path_of(&root)?;
            let paths = asked.tracked_below(&below).ok()?;
            (!paths.is_empty()).then_some(paths)
        });
        let mut paths = tracked.unwrap_or_else(|| {
            let walk = walkdir::WalkDir::new(&root).into_iter();
            let walk = walk.filter_entry(|e| e.file_name() != ".git");
            let files = walk.flatten().filter(|e| !e.file_type().is_dir());
            let paths = files.filter_map(|e| {
                let below = e.path().strip_prefix(&root).ok()?;
                below.to_str().map(|p| p.replace('\\', "/"))
            });
            paths.take(MAX_FILES).collect()
        });
        paths.retain(|path| !context.is_ignored(path));
        Some(paths)
    }

    /// The text that dlint's fixes make of the file, and whose they are; nothing if it stays.
    fn fixed(&self) -> (Option<String>, Vec<&'static str>) {
        let Ok(linter) = Linter::from_toml(FIXES) else {
            return (None, Vec::new());
        };
        let linter = linter
            .with_files(Disk)
            .with_build(self.build.clone())
            .with_as_of(self.as_of);
        let report = linter.lint(self.source.path(), self.source.text());
        let fixed = linter.fix(report, Applicability::Unsafe);
        let rules = fixed.fixed.keys().copied().collect();
        let text = fixed.report.source.text();
        let changed = text != self.source.text();
        (changed.then(|| text.to_owned()), rules)
    }

    /// All that is known of a step.
    fn explain(&self, wanted: &str, describer: &Describer<'_, '_>) -> Result<String, Trouble> {
        let needed = describer.needed();
        let steps = describer.steps();
        let number = wanted.parse::<usize>().ok();
        let line = wanted.strip_prefix(':').and_then(|l| l.parse::<u32>().ok());
        let found = steps.iter().zip(&needed).find(|(report, _)| {
            Some(report.number) == number
                || Some(report.line) == line
                || (number.is_none() && line.is_none() && report.text.contains(wanted))
        });
        let Some((report, step)) = found else {
            let count = steps.len();
            return Err(Trouble::Usage {
                message: format!("no step is `{wanted}`"),
                help: Some(format!(
                    "name a step by its number (1 to {count}), its line (`:12`) or a part of its text"
                )),
            });
        };
        Ok(list::explanation(
            report,
            &describer.facts.step_key(step),
            describer,
        ))
    }
}

impl Answer {
    /// Whether a change makes the common path rerun more.
    fn is_worse(&self) -> bool {
        let Some(compared) = &self.compared else {
            return false;
        };
        match (&self.history, &compared.history) {
            (Some(now), Some(then)) => now.mean > then.mean + 1e-9,
            // Edits of source are the common path; a step more for a manifest may be the better order.
            _ => {
                let differences = list::differences(&self.summary, &compared.summary);
                let source = differences
                    .iter()
                    .find(|(class, _)| *class == "source file");
                match source {
                    Some((_, steps)) => *steps > 0,
                    None => differences.iter().any(|(_, steps)| *steps > 0),
                }
            }
        }
    }
}

/// What happens to each step if files changed.
fn outcomes(facts: &Facts<'_>, files: &[ChangedFile]) -> Vec<Outcome> {
    facts.steps().changed_by(files)
}
