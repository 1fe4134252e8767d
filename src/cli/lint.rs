//! `dlint [PATH…]`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};
use rayon::prelude::*;

use super::args::{Cli, LintArgs, SortBy};
use super::builders::{self, Builders, Discovery, InlineSource, PassedSecrets};
use super::known::{Known, Past};
use super::progress::Progress;
use super::results::Results;
use super::shellcheck::Program;
use super::{Status, Trouble, add_ignore, output, rewrite, stream, watch};
use crate::config::{
    self, BuildOptions, Configs, Effective, Layer, LevelSetting, Patterns, Place, Remote,
    ScriptChecker,
};
use crate::context::{Build, NamedBuild, Recorded, disk};
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::discover;
use crate::emit::terminal::{Color, Style, Terminal};
use crate::emit::{self, Failure, Format, Linted, Outcome};
use crate::engine::{self, Report, Settings};
use crate::fix::{self, Applicability, Dropped};
use crate::inventory;
use crate::perspective::Perspective;
use crate::policy::Made;
use crate::rules::shell::shellcheck::ExternalScript;
use crate::span::Source;
use crate::suppress::By;

/// Standard input as a path.
const STDIN: &str = "-";

/// A file to lint.
pub(super) struct Task {
    /// Where it is read from; `None` for standard input.
    path: Option<PathBuf>,
    /// What it is called.
    pub(super) name: PathBuf,
    pub(super) effective: Arc<Effective>,
    /// How it is built, if a compose or bake file says so.
    pub(super) builds: Vec<NamedBuild>,
    /// The secrets that other files pass as build arguments.
    passed: Arc<PassedSecrets>,
    /// The images that come of it.
    pub(super) makes: Vec<String>,
    /// A compose or bake file instead of a Dockerfile: those in it are linted.
    pub(super) inline: Option<InlineSource>,
    /// The bytes, if they were read already.
    bytes: Option<Vec<u8>>,
}

impl Task {
    fn needs_shellcheck(&self) -> bool {
        self.effective.scripts == ScriptChecker::External
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, Failure> {
        let most = Source::MAX_BYTES as u64;
        let bytes = match &self.path {
            Some(path) => disk::read_named(path, most),
            None => disk::read_to(io::stdin().lock(), 0, most),
        };
        bytes.map_err(|e| Failure::new(&self.name, discover::reason(&e)))
    }
}

/// A file that was linted.
pub(super) struct Done {
    pub(super) linted: Linted,
    /// What is wrong with the policies that buildx evaluates for it.
    policies: Vec<Report>,
    pub(super) effective: Arc<Effective>,
    /// The bytes it had, if fixing changed them.
    before: Option<Vec<u8>>,
    fixed: usize,
    dropped: Vec<Dropped>,
    from_stdin: bool,
}

pub(super) fn run(args: &LintArgs, matches: &ArgMatches) -> Result<Status, Trouble> {
    if args.stdin_json {
        return stream::run(args);
    }
    if args.watch {
        return watch::run(args, || once(args, matches));
    }
    once(args, matches)
}

fn once(args: &LintArgs, matches: &ArgMatches) -> Result<Status, Trouble> {
    let mut configs = configs(args)?;
    let reporting = configs.of_report()?;
    let mut args = args.clone();
    if args.color == Color::Auto && (args.no_color || reporting.no_color) {
        args.color = Color::Never;
    }
    args.verbose |= reporting.verbose;
    let args = &args;
    let reports = reports(args, matches, reporting.format)?;
    if let Some(path) = &args.config {
        // Wrong configuration is an error even if there is nothing to lint.
        configs.of_folder(path)?;
        let nearest = config::nearest_file(Path::new(""));
        let nearest = nearest.filter(|n| disk::identity(n) != disk::identity(path));
        if let Some(nearest) = nearest.filter(|_| !args.quiet) {
            let (nearest, named) = (disk::nearer(&nearest).display(), path.display());
            output::note(&format!(
                "dlint: {nearest} is not read: --config {named} stands in its place"
            ));
        }
    }
    if args.unsafe_fixes && !args.fix && !args.diff {
        output::note("dlint: --unsafe-fixes does nothing without --fix or --diff");
    }
    let (mut files, mut failures) = lint_paths(args, &mut configs)?;
    if args.verbose {
        for path in configs.paths() {
            output::note(&format!("dlint: configuration {}", path.display()));
        }
    }

    tell_unused_arguments(args, &files);
    let writes = (args.fix || args.add_ignore.is_some()) && !args.diff;
    let fixed_text = writes && files.iter().any(|f| f.from_stdin);
    let mut changed = false;
    if args.diff {
        let exact = output::is_file();
        let mut is_masked = false;
        output::stdout(|out| {
            for file in &files {
                if let Some(before) = &file.before {
                    changed = true;
                    let source = &file.linted.report().source;
                    let terminal = Terminal::stdout(args.color);
                    let after = source.bytes();
                    let difference = rewrite::Difference::new(source.path(), before, after);
                    let difference = if args.show_secrets {
                        difference
                    } else {
                        difference.without_secrets()
                    };
                    is_masked |= difference.is_masked();
                    difference.write(&terminal, exact, out)?;
                }
            }
            Ok(())
        })?;
        if exact && is_masked {
            output::note("dlint: secrets are masked in the difference; --show-secrets writes them");
        }
    } else if writes {
        for file in &mut files {
            let source = &file.linted.report().source;
            if file.from_stdin {
                output::stdout(|out| out.write_all(source.bytes()))?;
            } else if let Some(before) = &file.before
                && let Err(error) = rewrite::replace(source.path(), before, source.bytes())
            {
                failures.push(Failure::new(source.path(), discover::reason(&error)));
                file.fixed = 0;
            }
        }
    }
    for file in &files {
        for dropped in &file.dropped {
            let path = file.linted.report().source.path().display();
            let text = dropped.to_string();
            output::note(&format!("dlint: {path}:{}", file.linted.mask(&text)));
        }
    }
    tell_failures(&failures, args.color);
    failures.extend(config_failures(&configs, args.color));
    let fixed = files.iter().map(|f| f.fixed).sum::<usize>();
    let fixed_files = files.iter().filter(|f| f.fixed > 0).count();
    let policies = policy_reports(&mut files);
    let any_fails = |locked: bool| {
        files.iter().any(|f| {
            let mut diagnostics = f.linted.report().diagnostics.iter();
            diagnostics.any(|d| f.effective.fails(d, locked))
        })
    };
    let attempts = configs.attempts();
    let fails_locked = !attempts.is_empty() || any_fails(true);
    let is_whole = |path: &Path| {
        let folder = path.parent().map(disk::identity);
        folder.is_some_and(|folder| {
            let mut searched = searched(&args.paths).into_iter();
            searched.any(|whole| folder.starts_with(whole))
        })
    };
    let judged = files.iter().map(|f| (&f.effective, f.linted.report()));
    let exceptions = config::exceptions::of_run(judged, is_whole);
    let fails = fails_locked
        || any_fails(false)
        || files.iter().any(|f| f.linted.report().fails)
        || exceptions
            .iter()
            .chain(&policies)
            .any(|(effective, report)| {
                let mut diagnostics = report.diagnostics.iter();
                diagnostics.any(|d| effective.fails(d, false))
            });
    let judged = files.into_iter().map(|mut file| {
        let effective = &file.effective;
        // BuildKit fails for any of its own, if the file asks it to.
        if !file.linted.report().fails {
            file.linted.judge(|d| effective.fails(d, false));
        }
        file.linted
    });
    let mut linted: Vec<Linted> = judged.collect();
    let exceptions = exceptions.into_iter().chain(policies);
    let exceptions = exceptions.map(|(_, report)| report);
    let attempts = attempts.into_iter().chain(exceptions);
    linted.extend(attempts.map(|report| Linted::new(report, Perspective::Dlint, [])));
    let outcome = Outcome {
        files: &linted,
        failures: &failures,
        fixed: args.fix.then_some((fixed, fixed_files)),
        summary: !args.quiet,
        path: args.file_path_in_report.as_deref(),
        worst_first: args.sort == SortBy::Severity,
    };
    let status = match () {
        () if !outcome.is_complete() => Status::Trouble,
        () if fails_locked => Status::Findings,
        () if args.exit_zero => Status::Clean,
        () if args.diff && changed => Status::Findings,
        () if args.diff => Status::Clean,
        () if fails => Status::Findings,
        () => Status::Clean,
    };
    if !args.quiet && args.add_ignore.is_some() {
        let would = if args.diff { "Would add" } else { "Added" };
        let comments = emit::count(fixed, "ignore comment");
        let files = emit::count(fixed_files, "file");
        output::note(&format!("{would} {comments} in {files}"));
    } else if !args.quiet && args.diff {
        let problems = emit::count(fixed, "problem");
        let files = emit::count(fixed_files, "file");
        output::note(&format!("Would fix {problems} in {files}"));
    }
    if args.diff {
        return Ok(status);
    }
    write(args, &reports, &outcome, fixed_text)?;
    Ok(status)
}

/// Lints what a command line names.
pub(super) fn lint_paths(
    args: &LintArgs,
    configs: &mut Configs,
) -> Result<(Vec<Done>, Vec<Failure>), Trouble> {
    let (mut tasks, mut failures, own) = tasks(args, configs)?;
    if tasks.is_empty()
        && failures.is_empty()
        && let Some((_, fault)) = configs.faults().next()
    {
        return Err(fault.clone().into());
    }
    let files = tasks
        .iter()
        .filter(|t| t.path.is_some() || args.stdin_filename.is_some());
    let files = files.map(|t| (t.name.as_path(), &t.effective));
    let mut known = Known::of(args, files)?;
    tasks.retain(|t| !known.is_unchanged(&t.name, &t.effective));
    if let Some(shard) = args.shard {
        let mut number = 0;
        tasks.retain(|_| {
            number += 1;
            shard.has(number - 1)
        });
    }
    let program = Program::default();
    if tasks.iter().any(Task::needs_shellcheck) {
        let all: Vec<Vec<ExternalScript>> = in_parallel(args, tasks.iter_mut().collect(), scripts);
        program.ask(all.into_iter().flatten());
    }
    let count = tasks.len();
    let progress = Progress::of(count, args);
    let results = Results::of(args, &own);
    let run = Run {
        args,
        own,
        program,
        known: &known,
        results: results.as_ref(),
    };
    let done = in_parallel(args, tasks, |task| {
        let done = lint(&run, task);
        progress.step();
        done
    });
    progress.end();
    let program = run.program;
    if let Some(results) = results {
        if args.verbose {
            let held = results.held();
            output::note(&format!(
                "dlint: {held} of {count} results are of earlier runs"
            ));
        }
        if let Err(error) = results.save()
            && args.verbose
        {
            let reason = discover::reason(&error);
            output::note(&format!("dlint: results are not kept: {reason}"));
        }
    }
    let failed = program.error();
    failures.extend(failed.map(|error| Failure::new("shellcheck", error)));
    let mut files: Vec<Done> = Vec::with_capacity(done.len());
    for result in done {
        match result {
            Ok(mut done) => {
                known.silence(&mut done.linted, &done.effective);
                files.push(done);
            }
            Err(failure) => failures.push(failure),
        }
    }
    if !args.quiet {
        known.tell_stale();
    }
    Ok((files, failures))
}

/// What the paths of a command name, for commands that do not lint; what could not be read is said on
/// standard error.
pub(super) fn told_tasks(
    args: &LintArgs,
    configs: &mut Configs,
    color: Color,
) -> Result<(Vec<Task>, Status), Trouble> {
    let (tasks, failures, _) = tasks(args, configs)?;
    if let Some((_, fault)) = configs.faults().next() {
        return Err(fault.clone().into());
    }
    tell_failures(&failures, color);
    let status = if failures.is_empty() {
        Status::Clean
    } else {
        Status::Trouble
    };
    Ok((tasks, status))
}

/// Says on standard error what could not be linted.
pub(super) fn tell_failures(failures: &[Failure], color: Color) {
    for failure in failures {
        output::error(&failure.to_string(), &Terminal::stderr(color));
    }
}

/// Says on standard error what is wrong with configurations.
pub(super) fn config_failures(configs: &Configs, color: Color) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (path, fault) in configs.faults() {
        let terminal = Terminal::stderr(color);
        let _ = emit::write_config_error(fault, &terminal, &mut io::stderr().lock());
        failures.push(Failure::new(path, fault));
    }
    failures
}

/// What is wrong with the policies that buildx evaluates, each once however many files it is for.
fn policy_reports(files: &mut [Done]) -> Vec<(Arc<Effective>, Report)> {
    let mut told = ToldFaults::default();
    let mut all = Vec::new();
    for file in files {
        for report in std::mem::take(&mut file.policies) {
            let untold = told.untold(report);
            all.extend(untold.map(|report| (Arc::clone(&file.effective), report)));
        }
    }
    all
}

/// The faults of policies that are told already: many files share a policy.
#[derive(Default)]
pub(super) struct ToldFaults {
    places: HashSet<(PathBuf, u32, &'static str)>,
}

impl ToldFaults {
    /// What of a report is not told yet, if anything is.
    pub(super) fn untold(&mut self, mut report: Report) -> Option<Report> {
        let path = report.source.path().to_path_buf();
        let is_new = |d: &Diagnostic| {
            let place = (path.clone(), d.span.start, d.rule.id);
            self.places.insert(place)
        };
        report.diagnostics.retain(is_new);
        (!report.diagnostics.is_empty()).then_some(report)
    }
}

/// Where the configuration comes from, by the options of a command line.
pub(super) fn configs(args: &LintArgs) -> Result<Configs, Trouble> {
    let layer = layer(args)?;
    let place = match (&args.config, args.isolated) {
        (_, true) => Place::Isolated,
        (Some(path), _) => Place::File(path.clone()),
        _ => Place::Nearest,
    };
    let mut configs = Configs::new(place, layer);
    configs.set_today(today());
    configs.set_remote(Remote::of_user(args.online));
    if args.result_cache {
        configs.set_digests();
    }
    if let Some(key) = std::env::var("DLINT_FINGERPRINT_KEY")
        .ok()
        .filter(|k| !k.is_empty())
    {
        configs.set_fingerprint_key(&key);
    }
    if !args.isolated {
        configs.read_environment()?;
    }
    let from_environment = || {
        let path = std::env::var_os("DLINT_POLICY");
        path.filter(|p| !p.is_empty()).map(PathBuf::from)
    };
    let is_rego = |path: &PathBuf| path.extension().is_some_and(|e| e == "rego");
    let (of_buildx, own): (Vec<PathBuf>, Vec<PathBuf>) =
        args.policy.iter().cloned().partition(is_rego);
    if let [_, second, ..] = own.as_slice() {
        return Err(Trouble::Usage {
            message: format!("`--policy {}` would be the second", second.display()),
            help: Some(
                "one policy is laid over the others: let it `extends` the second".to_owned(),
            ),
        });
    }
    if let Some(path) = own.into_iter().next().or_else(from_environment) {
        configs.set_policy(&path)?;
    }
    for path in of_buildx {
        configs.set_policy(&path)?;
    }
    Ok(configs)
}

/// A report and the file it goes to.
type Wanted = (Format, Option<PathBuf>);

/// Which reports go where: an --output belongs to the --format before it.
fn reports(
    args: &LintArgs,
    matches: &ArgMatches,
    configured: Option<Format>,
) -> Result<Vec<Wanted>, Trouble> {
    let indices = |id: &str| match matches.value_source(id) {
        Some(ValueSource::CommandLine) => matches.indices_of(id).into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    let mut formats: Vec<(usize, Format)> = indices("format")
        .into_iter()
        .zip(args.format.iter().copied())
        .collect();
    if formats.is_empty() {
        let is_tty = Terminal::stdout(args.color).is_tty && args.output.is_empty();
        let own = if is_tty || args.full {
            Format::Full
        } else {
            Format::Concise
        };
        let configured = configured.filter(|_| !args.full);
        formats.push((0, configured.unwrap_or(own)));
    }
    let mut wanted: Vec<Wanted> = formats.iter().map(|(_, f)| (*f, None)).collect();
    for (index, path) in indices("output").into_iter().zip(&args.output) {
        let before = formats.iter().filter(|(f, _)| *f < index).count();
        // With one format the order does not matter.
        let slot = wanted.get_mut(before.saturating_sub(1));
        match slot {
            Some((_, output @ None)) if before > 0 || formats.len() == 1 => {
                *output = (path != Path::new(STDIN)).then(|| path.clone());
            }
            _ => {
                return Err(Trouble::Usage {
                    message: format!("no report goes to `--output {}`", path.display()),
                    help: Some("write each --output behind the --format it is for".to_owned()),
                });
            }
        }
    }
    if wanted.iter().filter(|(_, output)| output.is_none()).count() > 1 {
        return Err(Trouble::Usage {
            message: "two reports would go to standard output".to_owned(),
            help: Some("give all but one an --output".to_owned()),
        });
    }
    Ok(wanted)
}

/// The platforms but for the builder's own, which is not known here.
fn own_left_out(platforms: &[String]) -> Vec<String> {
    let named = platforms.iter().filter(|p| !p.is_empty() && *p != "local");
    named.cloned().collect()
}

/// The folders that are searched.
fn searched(paths: &[PathBuf]) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let folders = paths.iter().filter(|path| path.is_dir());
    folders.map(|path| disk::identity(path)).collect()
}

/// This day where the sun stands over Greenwich, the same for all who lint at a time.
pub(super) fn today() -> Date {
    const DAY: u64 = 24 * 60 * 60;
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Date::of_days(since.map_or(0, |since| since.as_secs() / DAY))
}

/// Refuses a path that is none and nearly a command.
fn misspelt_command(path: &Path) -> Result<(), Trouble> {
    let Some(word) = path.to_str() else {
        return Ok(());
    };
    let is_word = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    if word.is_empty() || !is_word || path.exists() {
        return Ok(());
    }
    let cli = Cli::command();
    let names: Vec<&str> = cli.get_subcommands().map(|c| c.get_name()).collect();
    match crate::text::nearest(word, names.iter().copied()) {
        Some(near) => Err(Trouble::Usage {
            message: format!("no command or file `{word}`"),
            help: Some(format!("did you mean `dlint {near}`?")),
        }),
        None => Ok(()),
    }
}

/// Whether the builder itself reads an argument.
fn is_of_the_builder(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let is_proxy = upper.ends_with("_PROXY");
    let begins = |word: &str| name.starts_with(word);
    is_proxy
        || name == "SOURCE_DATE_EPOCH"
        || ["BUILDKIT_", "TARGET", "BUILD"].iter().any(|w| begins(w))
}

/// Says which build arguments no file declares: a name that is misspelt changes nothing.
fn tell_unused_arguments(args: &LintArgs, files: &[Done]) {
    if args.build_arg.is_empty() || files.is_empty() || args.quiet {
        return;
    }
    let name_of = |argument: &String| -> String {
        let name = argument
            .split_once('=')
            .map_or(argument.as_str(), |(name, _)| name);
        name.to_owned()
    };
    let mut left: BTreeSet<String> = args.build_arg.iter().map(name_of).collect();
    left.retain(|name| !is_of_the_builder(name));
    for file in files {
        let source = &file.linted.report().source;
        // Dockerfiles within other files are not taken out again: their text has the name.
        let declares = |name: &String| {
            let text = source.text();
            text.contains(name.as_str()) && {
                let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                words.any(|word| word == name)
            }
        };
        left.retain(|name| !declares(name));
    }
    for name in left {
        output::note(&format!(
            "dlint: --build-arg {name}: no file here declares that argument"
        ));
    }
}

/// The command line as a layer of settings.
fn layer(args: &LintArgs) -> Result<Layer, Trouble> {
    if let Some(context) = &args.context
        && !context.to_string_lossy().contains("://")
        && !context.is_dir()
    {
        let context = context.display();
        return Err(Trouble::usage(format!(
            "--context {context}: no such folder"
        )));
    }
    let mut build = BuildOptions {
        target: args.target.clone().filter(|t| !t.is_empty()),
        context: args.context.clone(),
        platforms: own_left_out(&args.platform),
        ..BuildOptions::default()
    };
    for argument in &args.build_arg {
        match argument.split_once('=') {
            Some((name, value)) => build.args.insert(name.to_owned(), value.to_owned()),
            // Without a value it is the environment's; if that has none, it is not given.
            None => std::env::var(argument)
                .ok()
                .and_then(|value| build.args.insert(argument.clone(), value)),
        };
    }
    for context in &args.build_context {
        let name = context.split('=').next().unwrap_or_default();
        build.contexts.push(name.to_owned());
    }
    let mut levels = args.rules.level.clone();
    // The worst one wins.
    for (names, level) in [
        (&args.rules.style, LevelSetting::Style),
        (&args.rules.info, LevelSetting::Info),
        (&args.rules.warning, LevelSetting::Warning),
        (&args.rules.error, LevelSetting::Error),
    ] {
        // As for hadolint, what is ignored stays so.
        let names = names
            .iter()
            .filter(|name| !args.rules.ignore.contains(name));
        levels.extend(names.map(|name| (name.clone(), level)));
    }
    let labels = args.require_label.iter().cloned().collect();
    let mut policy = config::label_policy(labels);
    policy.strict_labels = args.strict_labels.then_some(true);
    let layer = Layer {
        profile: args.rules.profile,
        select: args.rules.select.clone(),
        extend_select: args.rules.extend_select.clone(),
        ignore: args.rules.ignore.clone(),
        fail_on: args.fail_on,
        levels,
        policy,
        ignore_comments: args.rules.disable_ignore_pragma.then_some(false),
        shellcheck: args.rules.shellcheck,
        as_of: args.rules.as_of,
        golden: args.golden.clone(),
        trusted_registries: args.trusted_registry.clone(),
        build,
        ..Layer::default()
    };
    layer.check_names().map_err(|unknown| {
        let has = |names: &[String]| names.contains(&unknown.name);
        let option = match () {
            () if args.rules.select.as_deref().is_some_and(has) => "--select",
            () if has(&args.rules.extend_select) => "--extend-select",
            () if has(&args.rules.ignore) => "--ignore",
            () if has(&args.rules.error) => "--error",
            () if has(&args.rules.warning) => "--warning",
            () if has(&args.rules.info) => "--info",
            () if has(&args.rules.style) => "--style",
            () => "--level",
        };
        Trouble::unknown(option, &unknown)
    })?;
    Ok(layer)
}

/// Whether a Dockerfile is judged without the files around it, as hadolint and `docker build
/// --check` do.
fn is_alone(settings: &Settings) -> bool {
    settings.perspective != Perspective::Dlint
}

/// What is linted, what could not be read, and the images that compose and bake files make.
pub(super) type Found = (Vec<Task>, Vec<Failure>, Arc<Made>);

pub(super) fn tasks(args: &LintArgs, configs: &mut Configs) -> Result<Found, Trouble> {
    let mut paths = args.paths.clone();
    let stdin = paths.iter().any(|p| p == Path::new(STDIN));
    paths.retain(|p| p != Path::new(STDIN));
    if !stdin && args.stdin_filename.is_some() {
        return Err(Trouble::usage("--stdin-filename goes with the path `-`"));
    }
    if stdin && args.changed_files_from.as_deref() == Some(Path::new(STDIN)) {
        return Err(Trouble::usage(
            "standard input is either a Dockerfile or the list of changed files",
        ));
    }
    if paths.is_empty() && !stdin {
        paths.push(PathBuf::from("."));
    }
    let exclude = Patterns::new(Path::new(""), args.exclude.iter().map(String::as_str))
        .map_err(|problem| Trouble::usage(format!("{problem} in --exclude")))?;
    let options = discover::Options {
        exclude,
        force_exclude: args.force_exclude,
    };
    if let Some(first) = paths.first() {
        misspelt_command(first)?;
    }
    let (named, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|p| builders::is_builder(p));
    let found = discover::discover(&paths, &options, configs);
    let mut builders = Builders::default();
    for path in &named {
        let folder = path.parent().unwrap_or(Path::new(""));
        let out = args.force_exclude
            && (options.exclude.fits(path)
                || configs
                    .of_folder(folder)
                    .is_ok_and(|c| configs.exclusion(&c).fits(path)));
        if !out {
            builders.add(path, Discovery::Named);
        }
    }
    for path in &found.builders {
        builders.add(path, Discovery::Searched);
    }
    let mut files: BTreeSet<PathBuf> = found.files.iter().cloned().collect();
    let is_built = !builders.files.is_empty();
    let listed = files.iter().filter(|_| is_built);
    let listed: HashSet<PathBuf> = listed.flat_map(std::fs::canonicalize).collect();
    for path in &builders.files {
        let is_new = std::fs::canonicalize(path).is_ok_and(|p| !listed.contains(&p));
        let folder = path.parent().unwrap_or(Path::new(""));
        let Ok(own) = configs.of_folder(folder) else {
            continue;
        };
        if is_new && !options.exclude.fits(path) && !configs.exclusion(&own).fits(path) {
            files.insert(path.clone());
        }
    }
    for path in &paths {
        if path.is_dir() {
            builders.add_above(path)
        } else {
            builders.add_above(path.parent().unwrap_or(Path::new("")))
        }
    }
    for note in &builders.notes {
        output::note(&format!("dlint: {note}; its builds are left out"));
    }
    for path in &found.outside {
        let path = path.display();
        output::note(&format!(
            "dlint: {path} leads out of the repository; name it to lint it"
        ));
    }
    let mut tasks = Vec::new();
    if stdin {
        let name = args.stdin_filename.clone();
        let path = name.as_deref().unwrap_or(Path::new("Dockerfile"));
        let effective = configs.of_file(path)?;
        let mut builds = Vec::new();
        if let Some(path) = &name {
            builders.add_above(path.parent().unwrap_or(Path::new("")));
            let settings = &effective.settings;
            builds = builders.of(path, &settings.build, is_alone(settings));
        }
        tasks.push(Task {
            path: None,
            name: name.unwrap_or_else(|| PathBuf::from("<stdin>")),
            effective,
            builds,
            passed: Arc::default(),
            makes: Vec::new(),
            inline: None,
            bytes: None,
        });
    }
    // Most trees have no policy of Rego, and are not to pay for it.
    let mut commands: BTreeMap<PathBuf, Vec<NamedBuild>> = if found.rego {
        builders.with_policies()
    } else {
        BTreeMap::new()
    };
    let passed = Arc::new(std::mem::take(&mut builders.passed));
    for path in files {
        // The configurations know what is wrong.
        let Ok(effective) = configs.of_file(&path) else {
            continue;
        };
        let settings = &effective.settings;
        let mut builds = builders.of(&path, &settings.build, is_alone(settings));
        if !is_alone(settings) && !commands.is_empty() {
            let own = commands
                .remove(&disk::identity(&path))
                .into_iter()
                .flatten();
            builds.extend(own.map(|mut named| {
                named.build = super::builders::over(named.build, &settings.build);
                named
            }));
        }
        tasks.push(Task {
            builds,
            passed: Arc::clone(&passed),
            makes: builders.images_of(&path),
            effective,
            name: path.clone(),
            path: Some(path),
            inline: None,
            bytes: None,
        });
    }
    for inline in std::mem::take(&mut builders.inline_sources) {
        let path = inline.source.path().to_path_buf();
        let Ok(effective) = configs.of_file(&path) else {
            continue;
        };
        tasks.push(Task {
            effective,
            builds: Vec::new(),
            passed: Arc::default(),
            makes: Vec::new(),
            name: path.clone(),
            path: Some(path),
            inline: Some(inline),
            bytes: None,
        });
    }
    if let Some(list) = &args.changed_files_from {
        let changed = changed_files(list)?;
        tasks.retain(|task| changed.contains(&disk::identity(&task.name)));
        if tasks.is_empty() {
            // That nothing of these is a Dockerfile is what most changes are like.
            let failures = found.failures.into_iter();
            let failures = failures.map(|(path, message)| Failure::new(path, message));
            if !args.quiet {
                let files = emit::count(changed.len(), "changed file");
                output::note(&format!("dlint: of {files} none is linted"));
            }
            return Ok((
                tasks,
                failures.chain(builders.failures).collect(),
                Arc::default(),
            ));
        }
    }
    let stdin = usize::from(stdin);
    if let Some(files) = tasks.get_mut(stdin..) {
        files.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let is_empty = tasks.is_empty() && found.failures.is_empty() && builders.failures.is_empty();
    if is_empty && configs.faults().next().is_none() {
        let hint = if found.left_out {
            "; .gitignore and the like leave out a part"
        } else {
            ""
        };
        let places: Vec<String> = paths.iter().map(|p| format!("`{}`", p.display())).collect();
        let message = match places.as_slice() {
            [] => "nothing to lint: all that was named is left out".to_owned(),
            places => format!("nothing to lint in {}{hint}", places.join(", ")),
        };
        let help = format!("looked for {}; `include` adds other names", discover::NAMES);
        if args.require_files {
            let help = Some(help);
            return Err(Trouble::Usage { message, help });
        }
        if !args.quiet {
            let terminal = Terminal::stderr(args.color);
            output::warning(&message, &terminal);
            output::note(&format!("  help: {help}"));
        }
    }
    let failures = found.failures.into_iter();
    let failures = failures.map(|(path, message)| Failure::new(path, message));
    let own = Made {
        images: builders.images().cloned().collect(),
        labels: labels(&tasks, &builders),
    };
    let own = Arc::new(own);
    let failures = failures.chain(builders.failures).collect();
    Ok((tasks, failures, own))
}

/// The files that a list names, one a line or each ended by a zero byte.
fn changed_files(list: &Path) -> Result<HashSet<PathBuf>, Trouble> {
    const MOST: u64 = 1 << 28;
    let bytes = if list == Path::new(STDIN) {
        disk::read_to(io::stdin().lock(), 0, MOST)
    } else {
        disk::read_named(list, MOST)
    };
    let bytes = bytes.map_err(|e| {
        let reason = discover::reason(&e);
        Trouble::usage(format!("{}: {reason}", list.display()))
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let end = if text.contains('\0') { '\0' } else { '\n' };
    let names = text.split(end).map(|line| line.trim_end_matches('\r'));
    let names = names.filter(|name| !name.is_empty());
    Ok(names.map(|name| disk::identity(Path::new(name))).collect())
}

/// The labels of the images that the tree makes, if a policy asks for any.
fn labels(
    tasks: &[Task],
    builders: &Builders,
) -> BTreeMap<String, BTreeMap<String, Option<String>>> {
    let mut all = BTreeMap::new();
    let golden = tasks
        .iter()
        .flat_map(|t| &t.effective.settings.policy.golden);
    let mut by_label = golden.filter(|g| !g.labels.is_empty()).peekable();
    if by_label.peek().is_none() {
        return all;
    }
    let settings = Settings::default();
    let labels = |path: &Path, build: &Build| {
        let bytes = disk::read_regular(path, Source::MAX_BYTES as u64).ok()?;
        let source = Source::from_bytes(path, bytes);
        Some(inventory::labels(&source, &settings, build))
    };
    for (path, build, images) in builders.makers() {
        if let Some(labels) = labels(path, build) {
            all.extend(images.iter().map(|made| (made.clone(), labels.clone())));
        }
    }
    let defined = by_label.filter_map(|g| Some((g.image.as_str(), g.dockerfile.as_deref()?)));
    for (image, path) in defined.collect::<BTreeMap<_, _>>() {
        let labels = labels(Path::new(path), &settings.build);
        all.extend(labels.map(|labels| (image.to_owned(), labels)));
    }
    all
}

/// What comes of every task, in their order whatever the number of threads.
pub(super) fn in_parallel<T: Send, R: Send>(
    args: &LintArgs,
    tasks: Vec<T>,
    work: impl Fn(T) -> R + Sync + Send,
) -> Vec<R> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.filter(|n| *n > 0).unwrap_or_else(cores);
    // Starting threads takes longer than linting a few files.
    let jobs = jobs.min(tasks.len() / 4);
    let pool = (jobs > 1).then(|| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            // As much as the main thread has: shell text may nest deeply.
            .stack_size(8 << 20)
            .build()
    });
    match pool {
        Some(Ok(pool)) => pool.install(|| tasks.into_par_iter().map(work).collect()),
        _ => tasks.into_iter().map(work).collect(),
    }
}

/// Lints the Dockerfiles in a compose or bake file. What is found points into that file; fixes,
/// which do not know how it is written, are left out.
fn lint_inline(
    args: &LintArgs,
    inline: InlineSource,
    effective: Arc<Effective>,
    settings: &Settings,
    past: &Past,
) -> Done {
    let mut report = Report {
        diagnostics: Vec::new(),
        suppressed: Vec::new(),
        fails: false,
        told: None,
        source: inline.source,
    };
    for (build, inline) in inline.inlines {
        let settings = Settings {
            builds: vec![build],
            ..settings.clone()
        };
        let path = report.source.path();
        let found = engine::lint_guarded(Source::new(path, inline.text.as_str()), &settings);
        let place = |diagnostic: &mut Diagnostic| {
            diagnostic.span = inline.place(diagnostic.span);
            diagnostic.line = None;
            diagnostic.fix = None;
            for label in &mut diagnostic.labels {
                label.span = inline.place(label.span);
            }
        };
        report.fails |= found.fails;
        for mut diagnostic in found.diagnostics {
            if !inline.is_unknown(diagnostic.span) {
                place(&mut diagnostic);
                report.diagnostics.push(diagnostic);
            }
        }
        for mut suppressed in found.suppressed {
            place(&mut suppressed.diagnostic);
            if let By::Comment(comment) = &mut suppressed.by {
                *comment = inline.place(*comment);
            }
            report.suppressed.push(suppressed);
        }
    }
    report
        .diagnostics
        .sort_by_key(|d| (d.span.start, d.span.end, d.rule.id));
    Known::silence_past(past, &mut report, &effective, settings);
    Done {
        policies: Vec::new(),
        effective,
        before: None,
        fixed: 0,
        dropped: Vec::new(),
        from_stdin: false,
        linted: shown(args, report, settings),
    }
}

/// A report as it may be shown.
pub(super) fn shown(args: &LintArgs, report: Report, settings: &Settings) -> Linted {
    if args.show_secrets {
        return Linted::with_secrets(report, settings.perspective);
    }
    let builds = settings.builds.iter().map(|b| &b.build);
    let arguments = builds.chain([&settings.build]).flat_map(|b| &b.arguments);
    Linted::new(report, settings.perspective, arguments)
}

/// The scripts of a file that the program `shellcheck` is to look at. The file is read and its bytes
/// are kept.
fn scripts(task: &mut Task) -> Vec<ExternalScript> {
    if !task.needs_shellcheck() {
        return Vec::new();
    }
    let settings = |builds: Vec<NamedBuild>| Settings {
        builds,
        ..task.effective.settings.clone()
    };
    if let Some(inline) = &task.inline {
        let inlines = inline.inlines.iter().flat_map(|(build, inline)| {
            let text = Source::new(&task.name, inline.text.as_str());
            engine::scripts(&text, &settings(vec![build.clone()]))
        });
        return inlines.collect();
    }
    // A file that cannot be read is said when it is linted.
    let Ok(bytes) = task.read() else {
        return Vec::new();
    };
    let source = Source::from_bytes(&task.name, bytes.clone());
    let scripts = engine::scripts(&source, &settings(task.builds.clone()));
    task.bytes = Some(bytes);
    scripts
}

/// Whether a file may declare build arguments, as far as a glance tells.
fn has_arguments(text: &str) -> bool {
    let begins = |line: &str, keyword: &str| {
        let start = line.get(..keyword.len());
        start.is_some_and(|s| s.eq_ignore_ascii_case(keyword))
    };
    text.lines().any(|line| {
        let line = line.trim_start();
        begins(line, "ARG") || begins(line, "ONBUILD")
    })
}

/// What all files of a run share.
struct Run<'a> {
    args: &'a LintArgs,
    /// What the tree makes.
    own: Arc<Made>,
    program: Program,
    known: &'a Known,
    /// What earlier runs found.
    results: Option<&'a Results>,
}

fn lint(run: &Run<'_>, mut task: Task) -> Result<Done, Failure> {
    let Run {
        args,
        own,
        program,
        known,
        results,
    } = run;
    let effective = Arc::clone(&task.effective);
    let mut settings = Cow::Borrowed(&effective.settings);
    if **own != Made::default() {
        settings.to_mut().policy.own = Arc::clone(own);
    }
    if !task.builds.is_empty() {
        settings.to_mut().builds = std::mem::take(&mut task.builds);
    }
    if task.needs_shellcheck() {
        settings = Cow::Owned(program.answer(&settings));
    }
    if let Some(inline) = task.inline.take() {
        let past = known.past(&task.name, |_| None);
        return Ok(lint_inline(
            args,
            inline,
            Arc::clone(&effective),
            &settings,
            &past,
        ));
    }
    let bytes = match task.bytes.take() {
        Some(bytes) => bytes,
        None => task.read()?,
    };
    let asks = task.needs_shellcheck();
    let source = Source::from_bytes(&task.name, bytes);
    // A fix may declare the argument.
    if let Some(path) = &task.path
        && (args.fix || args.diff || has_arguments(source.text()))
    {
        let given = task.passed.to(path);
        if !given.is_empty() {
            let settings = settings.to_mut();
            given.add_to(&mut settings.build);
            for build in &mut settings.builds {
                given.add_to(&mut build.build);
            }
        }
    }
    let mut source = source;
    let mut asked = None;
    let key = results
        .filter(|_| task.path.is_some())
        .and_then(|r| Some((r, r.key(&source, &settings, &effective)?)));
    if let Some((results, key)) = &key {
        match results.get(key, source, &settings) {
            Ok(linted) => {
                return Ok(Done {
                    policies: Vec::new(),
                    linted,
                    effective: Arc::clone(&effective),
                    before: None,
                    fixed: 0,
                    dropped: Vec::new(),
                    from_stdin: false,
                });
            }
            Err(unknown) => source = unknown,
        }
        if let Some(files) = &settings.files {
            let recorded = Recorded::new(Arc::clone(files));
            settings.to_mut().files = Some(Arc::new(recorded.clone()));
            asked = Some(recorded);
        }
    }
    let past = known.past(&task.name, |text| {
        let source = Source::from_bytes(&task.name, text);
        if asks {
            program.ask(engine::scripts(&source, &settings));
            return Some(engine::lint_guarded(source, &program.answer(&settings)));
        }
        Some(engine::lint_guarded(source, &settings))
    });
    let fixes = args.fix || args.diff || args.add_ignore.is_some();
    let silence = |mut report: Report| {
        Known::silence_past(&past, &mut report, &effective, &settings);
        if fixes {
            known.silence_listed(&mut report, &effective, &settings);
        }
        report
    };
    let lint_again = |source: Source| {
        if !asks {
            return silence(engine::lint_guarded(source, &settings));
        }
        program.ask(engine::scripts(&source, &settings));
        silence(engine::lint_guarded(source, &program.answer(&settings)))
    };
    let policies = engine::policy_faults(&source, &settings);
    let mut report = silence(engine::lint_guarded(source, &settings));
    let (mut before, mut fixed, mut dropped) = (None, 0, Vec::new());
    let least = if args.unsafe_fixes {
        Applicability::Unsafe
    } else {
        Applicability::Safe
    };
    if let Some(reason) = &args.add_ignore {
        let may = |d: &Diagnostic| !effective.settings.is_locked(d.rule.id);
        if let Some(commented) = add_ignore::add(&report, reason, may) {
            let old = report.source.bytes().to_vec();
            let source = Source::from_bytes(report.source.path(), commented.bytes);
            let after = lint_again(source);
            if add_ignore::is_well(&report, &after) {
                fixed = commented.comments;
                before = Some(old);
                report = after;
            }
        }
    }
    let mut offered = report.diagnostics.iter().filter_map(|d| d.fix.as_ref());
    if (args.fix || args.diff)
        && args.add_ignore.is_none()
        && offered.any(|f| f.applicability >= least)
    {
        let old = report.source.bytes().to_vec();
        let result = fix::converge(report, least, &lint_again);
        before = result.changed.then_some(old);
        fixed = result.fixed.values().sum();
        dropped = result.dropped;
        report = result.report;
    }
    let linted = shown(args, report, &settings);
    if let Some(((results, key), asked)) = key.zip(asked)
        && policies.is_empty()
    {
        results.put(key, &linted, &asked);
    }
    Ok(Done {
        policies,
        linted,
        effective: Arc::clone(&effective),
        before,
        fixed,
        dropped,
        from_stdin: task.path.is_none(),
    })
}

/// Writes the reports; those for standard output to standard error if the fixed text is there.
fn write(
    args: &LintArgs,
    reports: &[Wanted],
    outcome: &Outcome<'_>,
    stdout_taken: bool,
) -> Result<(), Trouble> {
    let mut on_stdout = None;
    let mut lost = None;
    for (format, path) in reports {
        let Some(path) = path else {
            on_stdout = Some(*format);
            continue;
        };
        let result = output::file(path, |out| {
            emit::write(*format, outcome, &Terminal::file(), out)
        });
        if let Err(trouble) = result {
            lost.get_or_insert((*format, trouble));
        }
    }
    // What could not be written is not lost.
    if let (None, Some((format, _))) = (on_stdout, &lost) {
        on_stdout = Some(*format);
    }
    // Counts stand in the place of the findings; reports that go to files are whole.
    let report = |format: Format, terminal: &Terminal, out: &mut dyn Write| {
        if args.statistics {
            emit::statistics::write(format, outcome, terminal, out)
        } else {
            emit::write(format, outcome, terminal, out)
        }
    };
    match on_stdout {
        Some(format) if stdout_taken => {
            let terminal = Terminal::stderr(args.color);
            let mut err = io::BufWriter::new(io::stderr().lock());
            let _ = report(format, &terminal, &mut err).and_then(|()| err.flush());
        }
        Some(format) => {
            let terminal = Terminal::stdout(args.color);
            let is_long = |full: &[u8]| {
                let lines = full.iter().filter(|b| **b == b'\n').count();
                lines > terminal.height.unwrap_or(0).max(SCREEN)
            };
            // Nobody asked for all of them.
            let may_shorten = format == Format::Full && terminal.is_tty && !args.full;
            output::stdout(|out| {
                if args.statistics || !may_shorten {
                    return report(format, &terminal, out);
                }
                let mut full = Vec::new();
                emit::write(format, outcome, &terminal, &mut full)?;
                if !is_long(&full) {
                    return out.write_all(&full);
                }
                emit::write(Format::Compact, outcome, &terminal, out)?;
                let text = "--full shows them with their lines";
                writeln!(out, "{}", terminal.paint(Style::Dim, text))
            })?;
        }
        None if args.statistics => {
            let _ = report(
                Format::Concise,
                &Terminal::stderr(args.color),
                &mut io::stderr().lock(),
            );
        }
        None => {}
    }
    // These end with their own summary.
    let has_summary = !args.statistics
        && match on_stdout {
            Some(Format::Full | Format::Compact) => true,
            Some(Format::Concise) => Terminal::stdout(args.color).is_tty,
            _ => false,
        };
    let is_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    let is_read = Terminal::stderr(args.color).is_tty || is_ci;
    let is_counted = on_stdout == Some(Format::Concise) && is_read && !args.statistics;
    if (args.fix || is_counted) && !args.quiet && !has_summary {
        output::note(&outcome.summary_line());
    }
    match lost {
        Some((_, trouble)) => Err(trouble),
        None => Ok(()),
    }
}

/// The most lines of a full report that are shown unasked where the terminal has fewer.
const SCREEN: usize = 50;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::FailOn;
    use crate::engine::ActiveRule;
    use crate::rule::{Checks, Context, Rule};
    use crate::rules;

    /// A fault of dlint that shows on some files.
    struct Faulty;

    impl Rule for Faulty {
        #[allow(clippy::panic)]
        fn check_file(&self, cx: &mut Context<'_>) {
            if cx.source().text().contains("fault") {
                panic!("a fault");
            }
        }
    }

    #[test]
    fn a_fault_on_one_file_is_a_finding_and_the_others_are_linted() {
        let folder = tempfile::tempdir().unwrap();
        let mut rules = Settings::recommended().rules;
        rules.retain(|r| r.meta.id == "syntax-error");
        rules.push(ActiveRule {
            rule: Arc::new(Faulty),
            checks: Checks::ALL,
            ..ActiveRule::new(rules::by_id("internal-error").unwrap())
        });
        let effective = Arc::new(Effective {
            settings: Settings {
                rules,
                ..Settings::default()
            },
            fail_on: FailOn::Warning,
            locked_fail_on: None,
            baseline: None,
            baseline_hides_locked: false,
            scripts: ScriptChecker::Native,
            digest: None,
        });
        let tasks = ["a", "b", "c"].map(|name| {
            let path = folder.path().join(name);
            let text = if name == "b" {
                "FROM fault\n"
            } else {
                "RUNN\n"
            };
            std::fs::write(&path, text).unwrap();
            Task {
                name: path.clone(),
                path: Some(path),
                effective: Arc::clone(&effective),
                builds: Vec::new(),
                passed: Arc::default(),
                makes: Vec::new(),
                inline: None,
                bytes: None,
            }
        });
        let cli = Cli::parse_from(["dlint", "--fix"]);
        let run = Run {
            args: &cli.lint,
            own: Arc::default(),
            program: Program::default(),
            known: &Known::default(),
            results: None,
        };
        let linted: Vec<Linted> = in_parallel(&cli.lint, tasks.into(), |task| lint(&run, task))
            .into_iter()
            .map(|done| done.unwrap().linted)
            .collect();
        let outcome = Outcome {
            files: &linted,
            failures: &[],
            fixed: None,
            summary: true,
            path: None,
            worst_first: false,
        };
        assert!(!outcome.is_complete());
        let rules: Vec<&str> = outcome.findings().map(|(_, d)| d.rule.id).collect();
        let syntax = rules.iter().filter(|r| **r == "syntax-error").count();
        assert!(
            syntax >= 2 && rules.contains(&"internal-error"),
            "{rules:?}"
        );
        let mut sarif = Vec::new();
        emit::write(Format::Sarif, &outcome, &Terminal::plain(), &mut sarif).unwrap();
        let sarif = String::from_utf8(sarif).unwrap();
        assert!(sarif.contains("\"executionSuccessful\": false"));
        assert!(
            sarif.contains("b: dlint failed on this file: a fault"),
            "{sarif}"
        );
    }
}
