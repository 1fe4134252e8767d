//! `dlint cache --targets`: of the targets of bake and compose files those whose inputs a change
//! touches. Whatever is not certain is built.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::changed::{Changed, Places};
use super::repositories::{Asked, Repositories};
use super::{lint_args, stdin};
use crate::builds::{Recipe, bake, compose};
use crate::cli::args::{CacheArgs, CacheFormat};
use crate::cli::{Status, Trouble, builders, lint, output};
use crate::config::Patterns;
use crate::context::{Build, BuildContext, Disk, Files, disk, within_repository};
use crate::date::Date;
use crate::discover;
use crate::emit::terminal::{Color, Style, Terminal};
use crate::emit::{self, Failure, Secrets};
use crate::facts::Facts;
use crate::facts::cache::{Input, Verdict};
use crate::images::ImageRef;
use crate::inventory;
use crate::perspective::Perspective;
use crate::rebuild::write::cut;
use crate::rebuild::{self, Describer};
use crate::span::Source;
use crate::syntax::{self, File, Keyword};

/// What is built by one name.
struct Target {
    name: String,
    /// The bake or compose file that says so; none for a Dockerfile that none of them builds.
    file: Option<PathBuf>,
    /// Its Dockerfile; none if it stands in `file`.
    dockerfile: Option<PathBuf>,
    build: Build,
    contexts: Vec<(String, Option<String>)>,
    images: Vec<String>,
}

/// What is to be done with a target.
#[derive(Serialize)]
struct Decision {
    target: String,
    /// The bake or compose file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dockerfile: Option<String>,
    /// The directory of its context, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    /// Its stage, if it is not the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    /// Why it is built, or why it need not be.
    reason: String,
    #[serde(skip)]
    build: bool,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer<'d> {
    build: Vec<&'d Decision>,
    skip: Vec<&'d Decision>,
    /// What a matrix of jobs takes.
    matrix: Matrix<'d>,
}

#[derive(Serialize)]
struct Matrix<'d> {
    include: Vec<Job<'d>>,
}

#[derive(Serialize)]
struct Job<'d> {
    target: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dockerfile: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'d str>,
}

/// What changed in the repository.
struct Change {
    /// Paths from the root of the file system.
    paths: Vec<PathBuf>,
    known: HashSet<PathBuf>,
    /// Whence the state before can be had.
    before: Option<(Arc<Asked>, String)>,
}

pub(super) fn run(args: &CacheArgs, color: Color) -> Result<Status, Trouble> {
    if !matches!(args.format, CacheFormat::List | CacheFormat::Json) {
        return Err(Trouble::usage("--targets is written as `list` or `json`"));
    }
    let change = change(args)?;
    let (targets, failures) = targets(args)?;
    for failure in &failures {
        output::error(&failure.to_string(), &Terminal::stderr(color));
    }
    let as_of = args.config.as_of.unwrap_or_else(lint::today);
    let lint_args = lint_args(args);
    let mut decided = lint::in_parallel(&lint_args, targets.iter().collect(), |target| {
        (target, decide(target, args, &change, as_of))
    });
    spread(&mut decided);
    let decisions: Vec<Decision> = decided
        .into_iter()
        .map(|(_, judged)| judged.decision)
        .collect();
    let terminal = Terminal::stdout(color);
    let write = |out: &mut dyn Write| match args.format {
        CacheFormat::Json => {
            let text = serde_json::to_string_pretty(&Answer::of(&decisions))?;
            writeln!(out, "{}", emit::escaped(&text))
        }
        _ => list(&decisions, &terminal, out),
    };
    match &args.output {
        Some(path) => output::file(path, write)?,
        None => output::stdout(write)?,
    }
    // What could not be read may have said more.
    Ok(match failures.is_empty() {
        true => Status::Clean,
        false => Status::Trouble,
    })
}

fn change(args: &CacheArgs) -> Result<Change, Trouble> {
    let named = args.changed.iter().filter(|p| *p != Path::new("-"));
    let mut paths: Vec<PathBuf> = named.map(|p| disk::absolute(p)).collect();
    let listed = stdin(args)?;
    let asked = !args.changed.is_empty() || listed.is_some();
    paths.extend(listed.into_iter().flatten().map(|p| disk::absolute(&p)));
    let mut before = None;
    if let Some(reference) = &args.since {
        let first = args.paths.iter().find(|p| *p != Path::new("-"));
        let folder = match first {
            Some(path) if path.is_dir() => path.as_path(),
            Some(path) => path.parent().unwrap_or(Path::new("")),
            None => Path::new("."),
        };
        let asked = Repositories::default().of(folder)?;
        paths.extend(asked.since(reference)?.paths.iter().cloned());
        before = Some((asked, reference.clone()));
    } else if !asked {
        return Err(Trouble::Usage {
            message: "--targets needs to know what changed".to_owned(),
            help: Some("give --since REF, --changed PATH or `-`".to_owned()),
        });
    }
    Ok(Change {
        known: paths.iter().cloned().collect(),
        paths,
        before,
    })
}

impl Change {
    fn has(&self, path: &Path) -> bool {
        self.known.contains(&disk::absolute(path))
            || std::fs::canonicalize(path).is_ok_and(|real| self.known.contains(&real))
    }
}

fn targets(args: &CacheArgs) -> Result<(Vec<Target>, Vec<Failure>), Trouble> {
    let mut paths = args.paths.clone();
    paths.retain(|path| path != Path::new("-"));
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let mut configs = lint::configs(&args.config.lint(&paths))?;
    let (named, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|p| builders::is_builder(p));
    let options = discover::Options {
        exclude: Patterns::default(),
        force_exclude: false,
    };
    let found = discover::discover(&paths, &options, &mut configs);
    let failures = found.failures.into_iter();
    let mut failures: Vec<Failure> = failures
        .map(|(path, message)| Failure::new(path, message))
        .collect();
    let mut targets: Vec<Target> = Vec::new();
    let mut seen = BTreeSet::new();
    for path in named.iter().chain(&found.builders) {
        if !seen.insert(disk::identity(path)) {
            continue;
        }
        let text = match builders::text_of(path) {
            Ok(text) => text,
            Err(message) => {
                failures.push(Failure::new(path, message));
                continue;
            }
        };
        let mut faults = Vec::new();
        let invocations = builders::of_file(path, &text, &mut faults).unwrap_or_else(|fault| {
            faults.push(fault);
            Vec::new()
        });
        if let Some(fault) = faults.first() {
            let place = Source::new(path, text.as_str()).position(fault.span.start);
            let (line, column) = (place.line, place.column);
            let message = format!("line {line}, column {column}: {fault}");
            failures.push(Failure::new(path, message));
        }
        for invocation in invocations {
            targets.push(Target {
                name: invocation.name,
                file: Some(path.clone()),
                dockerfile: match invocation.recipe {
                    Recipe::File(file) => Some(discover::shown(&file)),
                    Recipe::Inline(_) => None,
                },
                build: invocation.build,
                contexts: invocation.contexts,
                images: invocation.images,
            });
        }
    }
    let built: BTreeSet<PathBuf> = targets
        .iter()
        .filter_map(|t| t.dockerfile.as_deref().map(disk::identity))
        .collect();
    for path in found.files {
        if !built.contains(&disk::identity(&path)) {
            targets.push(Target {
                name: emit::shown_path(&path),
                file: None,
                build: Build {
                    context: args.context.clone(),
                    ..Build::default()
                },
                dockerfile: Some(path),
                contexts: Vec::new(),
                images: Vec::new(),
            });
        }
    }
    Ok((targets, failures))
}

/// A decision, and what it may yet depend on.
struct Judged {
    decision: Decision,
    /// Other targets whose result it takes in.
    targets: Vec<String>,
    /// The images that it takes, in full.
    takes: Vec<String>,
}

impl Judged {
    fn new(target: &Target) -> Self {
        Judged {
            decision: Decision {
                target: target.name.clone(),
                file: target.file.as_deref().map(emit::shown_path),
                dockerfile: target.dockerfile.as_deref().map(emit::shown_path),
                context: target.build.context.as_deref().map(emit::shown_path),
                stage: target.build.target.clone(),
                reason: String::new(),
                build: false,
            },
            targets: Vec::new(),
            takes: Vec::new(),
        }
    }
}

fn decide(target: &Target, args: &CacheArgs, change: &Change, as_of: Date) -> Judged {
    let mut judged = Judged::new(target);
    let own = reason(target, args, change, as_of, &mut judged);
    match own.or_else(|| reason_elsewhere(target, args, change, as_of)) {
        Some(reason) => {
            judged.decision.build = true;
            judged.decision.reason = reason;
        }
        None => judged.decision.reason = "nothing that it takes in changed".to_owned(),
    }
    judged
}

/// Why a target is to be built if its context, which nobody states, is another folder that fits.
fn reason_elsewhere(
    target: &Target,
    args: &CacheArgs,
    change: &Change,
    as_of: Date,
) -> Option<String> {
    let dockerfile = target.dockerfile.as_deref()?;
    if target.file.is_some() || target.build.context.is_some() || change.paths.is_empty() {
        return None;
    }
    let text = disk::read_regular(dockerfile, Source::MAX_BYTES as u64).ok()?;
    let source = Source::from_bytes(dockerfile, text);
    let file = syntax::parse(&source);
    let files: Arc<dyn Files> = Arc::new(Disk);
    let build = &target.build;
    let around = Arc::clone(&files);
    let facts = Facts::seen_by(Perspective::Dlint, &source, &file, build, around, as_of);
    let inputs = facts.steps().all.iter().flat_map(|step| &step.inputs);
    let taken: Vec<&String> = inputs
        .filter_map(|input| match input {
            Input::Context { name: None, files } => Some(&files.sources),
            _ => None,
        })
        .flatten()
        .filter(|source| *source != ".")
        .collect();
    let own = facts.context().map(|context| disk::identity(&context.root));
    let start = disk::identity(dockerfile.parent()?);
    within_repository(&start, &Disk).find_map(|folder| {
        let stated = Target {
            name: target.name.clone(),
            file: None,
            dockerfile: target.dockerfile.clone(),
            build: Build {
                context: Some(folder.to_path_buf()),
                ..build.clone()
            },
            contexts: Vec::new(),
            images: Vec::new(),
        };
        let context = BuildContext::of(dockerfile, &stated.build, &[], &files)?;
        let fits = own.as_deref() != Some(folder) && taken.iter().all(|s| context.exists(s));
        if !fits {
            return None;
        }
        let mut unused = Judged::new(&stated);
        let reason = reason(&stated, args, change, as_of, &mut unused)?;
        let folder = emit::shown_path(disk::nearer(folder));
        let folder = if folder.is_empty() { "." } else { &folder };
        Some(format!("{reason} (if its context is {folder})"))
    })
}

/// Why a target is to be built, if it is.
fn reason(
    target: &Target,
    args: &CacheArgs,
    change: &Change,
    as_of: Date,
    judged: &mut Judged,
) -> Option<String> {
    if let Some(path) = target
        .file
        .as_deref()
        .and_then(|file| changed_builder(file, change))
    {
        return Some(format!("{} changed", emit::shown_path(disk::nearer(&path))));
    }
    let Some(dockerfile) = &target.dockerfile else {
        // The file that it stands in is the same; what it copies is not looked into.
        return (!change.paths.is_empty())
            .then(|| "its Dockerfile stands in another file and is not looked into".to_owned());
    };
    let bytes = match disk::read_regular(dockerfile, Source::MAX_BYTES as u64) {
        Ok(bytes) => bytes,
        Err(error) => {
            let error = discover::reason(&error);
            return Some(format!("{}: {error}", emit::shown_path(dockerfile)));
        }
    };
    let source = Source::from_bytes(dockerfile, bytes);
    let file = syntax::parse(&source);
    if !file.errors.is_empty() {
        return Some("its Dockerfile cannot be read".to_owned());
    }
    let files: Arc<dyn Files> = Arc::new(Disk);
    let seen = |source, file| {
        Facts::seen_by(
            Perspective::Dlint,
            source,
            file,
            &target.build,
            Arc::clone(&files),
            as_of,
        )
    };
    let facts: Facts<'_> = seen(&source, &file);
    for used in facts.own_images() {
        judged.takes.push(inventory::name_of(&used.image));
    }
    // Further contexts: folders, other targets, images.
    let folder = target
        .file
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let mut named: Vec<String> = args.build_context.clone();
    for (name, value) in &target.contexts {
        let Some(value) = value else {
            if change.paths.is_empty() {
                continue;
            }
            return Some(format!("what its context `{name}` is, is not known"));
        };
        if let Some(other) = value
            .strip_prefix("target:")
            .or(value.strip_prefix("service:"))
        {
            judged.targets.push(other.to_owned());
        } else if let Some(image) = value.strip_prefix("docker-image://") {
            judged
                .takes
                .push(inventory::name_of(&ImageRef::parse(image)));
        } else if !value.contains("://") {
            named.push(format!("{name}={}", folder.join(value).display()));
        }
    }
    let context = match (&target.build.context, facts.context()) {
        (_, Some(context)) => Some(context.clone()),
        (Some(stated), None) => {
            return Some(format!(
                "its context {} is no folder",
                emit::shown_path(stated)
            ));
        }
        (None, None) if target.file.is_some() => {
            return Some("its context lies elsewhere".to_owned());
        }
        (None, None) => {
            let none = takes_no_context(&facts);
            if !none {
                return Some("which folder is its context, is not known".to_owned());
            }
            BuildContext::beside(dockerfile, &files)
        }
    };
    if let Some(context) = &context {
        let root = emit::shown_path(disk::nearer(&context.root));
        judged.decision.context = Some(if root.is_empty() {
            ".".to_owned()
        } else {
            root
        });
    }
    if change.paths.is_empty() {
        return None;
    }
    let places = Places::new(context.as_ref(), &named);
    let mut changed = Changed::default();
    for path in &change.paths {
        places.add(path, &mut changed);
    }
    let ignore_changed = context.as_ref().is_some_and(|context| {
        let mut own = dockerfile.as_os_str().to_owned();
        own.push(".dockerignore");
        change.has(Path::new(&own)) || change.has(&context.root.join(".dockerignore"))
    });
    if ignore_changed {
        match &change.before {
            Some((asked, reference)) => {
                let told = asked.since(reference);
                let told = told.and_then(|s| places.add_ignored_before(asked, s, &mut changed));
                if told.is_err() {
                    return Some("its ignore file changed".to_owned());
                }
            }
            None => return Some("its ignore file changed".to_owned()),
        }
    }
    changed.finish(&places, &facts);
    let mut old_source = None;
    if change.has(dockerfile) {
        let before = change.before.as_ref();
        let text = before.and_then(|(asked, reference)| {
            let since = asked.since(reference).ok()?;
            super::text_at(&asked.repository, &since.commit, dockerfile)
        });
        match text {
            Some(text) => old_source = Some(Source::new(dockerfile, text)),
            None => return Some("its Dockerfile changed".to_owned()),
        }
    }
    let old_file = old_source.as_ref().map(syntax::parse);
    let old = old_source.as_ref().zip(old_file.as_ref());
    let old = old.map(|(source, file)| seen(source, file));
    let outcomes = rebuild::compare(old.as_ref(), &facts, &changed.files);
    let secrets = Secrets::of([source.text()]);
    let mask = |text: &str| emit::one_line(&secrets.mask(text)).into_owned();
    let describer = Describer {
        facts: &facts,
        files: &changed.files,
        outcomes: &outcomes,
        mask: &mask,
    };
    // Where the target's stage is not known, it may be any.
    let needs = |stage: usize| {
        let stage = facts.stages.get(stage);
        target.build.targets.any || stage.is_some_and(|s| s.is_needed)
    };
    let all = facts.steps().all.iter().zip(&outcomes);
    let touched = all.filter(|(step, _)| needs(step.stage));
    // One that is certain says more than one that is not.
    let worst = touched.fold(None::<(_, Verdict)>, |worst, (step, outcome)| match worst {
        Some((_, verdict)) if verdict >= outcome.verdict => worst,
        _ if outcome.verdict == Verdict::Cached => worst,
        _ => Some((step, outcome.verdict)),
    });
    if let Some((step, _)) = worst {
        return Some(describer.chain(step).join(" → "));
    }
    match (old.as_ref(), old_file.as_ref()) {
        (Some(old), Some(old_file)) => (said(&facts, &file) != said(old, old_file))
            .then(|| "its Dockerfile says otherwise".to_owned()),
        _ => None,
    }
}

/// Every instruction that goes into the target, comments and layout left out.
fn said(facts: &Facts<'_>, file: &File) -> Vec<String> {
    let directives = file.syntax.iter().map(|s| s.image.clone());
    let nodes = facts.nodes.iter().filter(|node| {
        let stage = node.stage.and_then(|s| facts.stages.get(s));
        facts.build.targets.any || stage.is_none_or(|s| s.is_needed)
    });
    let nodes = nodes.map(|node| {
        let mut text = node.instruction.logical.text().to_owned();
        for heredoc in facts.heredocs_of(node) {
            text.push('\n');
            text.push_str(facts.source.slice(heredoc.body));
        }
        text
    });
    directives.chain(nodes).collect()
}

/// Whether nothing comes from the context of the build.
fn takes_no_context(facts: &Facts<'_>) -> bool {
    let triggers = facts.nodes.iter().filter(|n| n.onbuild);
    let mut triggers = triggers.map(|n| n.instruction.keyword);
    let takes = |input: &Input| matches!(input, Input::Context { name: None, .. });
    let mut all = facts.steps().all.iter().flat_map(|s| &s.inputs);
    !all.any(takes) && !triggers.any(|k| matches!(k, Some(Keyword::Copy | Keyword::Add)))
}

/// A file that says how a target is built and that changed: the bake or compose file, those beside
/// it that it may read, and those that it names.
fn changed_builder(file: &Path, change: &Change) -> Option<PathBuf> {
    if change.has(file) {
        return Some(file.to_path_buf());
    }
    let folder = disk::identity(file.parent().unwrap_or(Path::new("")));
    let text = std::cell::OnceCell::new();
    let text = || text.get_or_init(|| builders::text_of(file).unwrap_or_default());
    let found = change.paths.iter().find(|path| {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            return false;
        };
        let ending = path.extension().and_then(|e| e.to_str());
        let is_settings = name.starts_with(".env")
            || name.ends_with(".env")
            || matches!(ending, Some("yml" | "yaml" | "hcl"))
            || name.contains("bake");
        if !is_settings {
            return false;
        }
        let beside = path.parent() == Some(&folder);
        let usual = bake::is_bake_file(path) || compose::is_compose_file(path) || name == ".env";
        let overlays = bake::OVERRIDES.contains(&name) || compose::OVERRIDES.contains(&name);
        (beside && (usual || overlays)) || text().contains(name)
    });
    found.cloned()
}

/// What takes in the result of a target that is built is built too.
fn spread(decided: &mut [(&Target, Judged)]) {
    let made: BTreeMap<String, Vec<usize>> = {
        let mut made: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, (target, _)) in decided.iter().enumerate() {
            for image in &target.images {
                let name = inventory::name_of(&ImageRef::parse(image));
                made.entry(name).or_default().push(index);
            }
        }
        made
    };
    loop {
        let mut more = Vec::new();
        for (index, (target, judged)) in decided.iter().enumerate() {
            if judged.decision.build {
                continue;
            }
            let by_name = decided.iter().enumerate().filter(|(_, (other, _))| {
                other.file == target.file && judged.targets.contains(&other.name)
            });
            let by_image = judged
                .takes
                .iter()
                .filter_map(|name| made.get(name))
                .flatten();
            let mut needs = by_name.map(|(i, _)| i).chain(by_image.copied());
            let built = needs
                .find(|i| *i != index && decided.get(*i).is_some_and(|(_, j)| j.decision.build));
            if let Some((other, _)) = built.and_then(|i| decided.get(i)) {
                more.push((index, format!("it is built on `{}`", other.name)));
            }
        }
        if more.is_empty() {
            return;
        }
        for (index, reason) in more {
            if let Some((_, judged)) = decided.get_mut(index) {
                judged.decision.build = true;
                judged.decision.reason = reason;
            }
        }
    }
}

impl<'d> Answer<'d> {
    fn of(decisions: &'d [Decision]) -> Self {
        let (build, skip): (Vec<&Decision>, Vec<&Decision>) =
            decisions.iter().partition(|d| d.build);
        let jobs = build.iter().map(|decision| Job {
            target: &decision.target,
            file: decision.file.as_deref(),
            dockerfile: decision.dockerfile.as_deref(),
            context: decision.context.as_deref(),
        });
        Self {
            matrix: Matrix {
                include: jobs.collect(),
            },
            build,
            skip,
        }
    }
}

fn list(decisions: &[Decision], terminal: &Terminal, out: &mut dyn Write) -> std::io::Result<()> {
    let names = decisions.iter().map(|d| d.target.chars().count());
    let width = names.max().unwrap_or(0).min(30);
    for decision in decisions {
        let (word, style) = match decision.build {
            true => ("build", Style::Bold),
            false => ("skip", Style::Dim),
        };
        let word = terminal.paint(style, &format!("{word:<6}"));
        let name = emit::one_line(&cut(&decision.target, width)).into_owned();
        let rest = terminal.width.saturating_sub(width + 8).max(20);
        let reason = cut(&decision.reason, rest);
        writeln!(
            out,
            "{word}{name:<width$}  {}",
            terminal.paint(Style::Dim, &reason)
        )?;
    }
    let built = decisions.iter().filter(|d| d.build).count();
    let targets = emit::count(decisions.len(), "target");
    writeln!(out, "{built} of {targets} to build")
}
