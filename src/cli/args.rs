//! The command line as written.

use std::path::PathBuf;

use clap::builder::{Styles, styling::AnsiColor};
use clap::{Args, Parser, Subcommand};

use crate::config::{self, FailOn, LevelSetting, Profile, ScriptChecker};
use crate::date::{self, Date};
use crate::diagnostic::Severity;
use crate::emit::Format;
use crate::emit::terminal::Color;
use crate::facts::platform::{Platform, SPELLING};
use crate::policy::{Golden, LabelFormat};
use crate::rule::Impact;
use crate::rules::RULES;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// A fast Dockerfile linter.
#[derive(Debug, Parser)]
#[command(
    name = "dlint",
    version,
    styles = STYLES,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 no findings at or above --fail-on; 1 findings; 2 wrong usage or \
                  configuration, a file that could not be read, or a fault of dlint."
)]
pub struct Cli {
    /// What to do; without one, lint.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Linting.
    #[command(flatten)]
    pub lint: LintArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint Dockerfiles; what dlint does without a command.
    Lint(Box<LintArgs>),
    /// Explain a rule.
    Explain(ExplainArgs),
    /// List the rules.
    Rules(RulesArgs),
    /// Print the tree of a Dockerfile as JSON.
    Parse(ParseArgs),
    /// Print the JSON Schema of dlint.toml.
    Schema,
    /// Write the configuration of other linters and scanners as a dlint.toml.
    Migrate(MigrateArgs),
    /// Put the SARIF logs of several runs together.
    Merge(MergeArgs),
    /// Write a dlint.toml for a repository, and say how its hooks and pipelines run dlint.
    Init(InitArgs),
    /// Show the configuration that applies.
    Config(ConfigurationArgs),
    /// List the base images of Dockerfiles: who vets them, how exactly they are named, who uses them.
    Bases(Box<BasesArgs>),
    /// Write the list of known findings, which `--baseline` does not show.
    Baseline(Box<BaselineArgs>),
    /// Show, test, list and exchange what the organisation's policy says.
    Policy(PolicyArgs),
    /// Say which steps of a build run again when files change, and why.
    Cache(Box<CacheArgs>),
    /// Print the script with which a shell completes dlint's options.
    Completions(CompletionsArgs),
    /// Print the manual page, for `man -l -`.
    Man,
}

/// Which rules run, and at which level.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
    /// The rules that are on: ids, aliases, families, impacts or `all`.
    #[arg(short, long, value_name = "RULE", value_delimiter = ',')]
    pub select: Option<Vec<String>>,
    /// Rules that are on as well.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub extend_select: Vec<String>,
    /// Rules that are off.
    #[arg(short, long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The level of a rule: `off`, `style`, `info`, `warning` or `error`.
    #[arg(long, value_name = "RULE=LEVEL", value_parser = level)]
    pub level: Vec<(String, LevelSetting)>,
    /// A rule that reports errors.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub error: Vec<String>,
    /// A rule that reports warnings.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub warning: Vec<String>,
    /// A rule that reports what is worth knowing.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub info: Vec<String>,
    /// A rule that reports matters of taste.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub style: Vec<String>,
    /// Do not honour ignore comments.
    #[arg(long)]
    pub disable_ignore_pragma: bool,
    /// Who looks at the shell scripts of RUN: dlint itself, or the program `shellcheck`
    /// [default: native].
    #[arg(long, value_enum, value_name = "WHO")]
    pub shellcheck: Option<ScriptChecker>,
    /// The day that the files are judged for, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Date>,
    /// The set of rules to start from [default: recommended].
    #[arg(short, long, value_enum, value_name = "PROFILE")]
    pub profile: Option<Profile>,
}

/// Options of linting.
#[derive(Debug, Clone, Args)]
pub struct LintArgs {
    /// Dockerfiles, compose and bake files, folders to search, or `-` for standard input
    /// [default: .].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How findings are written; repeat it with --output for several reports at once.
    #[arg(
        short,
        long,
        value_enum,
        value_name = "FORMAT",
        help_heading = "Report"
    )]
    pub format: Vec<Format>,
    /// Write the report of the --format before it to a file.
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub output: Vec<PathBuf>,
    /// When to use colour.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        global = true,
        help_heading = "Report"
    )]
    pub color: Color,
    /// Count the findings per rule instead of listing them; as JSON with `--format json`.
    #[arg(long, help_heading = "Report")]
    pub statistics: bool,
    /// Show every finding with its lines, however many there are; on a terminal more than fit are
    /// a line each otherwise.
    #[arg(long, conflicts_with = "format", help_heading = "Report")]
    pub full: bool,
    /// Which findings people see first.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "ORDER",
        help_heading = "Report"
    )]
    pub sort: SortBy,
    /// Lint again whenever a file changes, until interrupted.
    #[arg(long, conflicts_with_all = ["fix", "diff", "add_ignore"], help_heading = "Report")]
    pub watch: bool,
    /// Only findings, no summary.
    #[arg(short, long, help_heading = "Report")]
    pub quiet: bool,
    /// The lowest level that makes the exit code 1, or `never` [default: warning].
    #[arg(
        short = 't',
        long,
        visible_alias = "failure-threshold",
        value_name = "LEVEL",
        value_parser = fail_on,
        help_heading = "Report"
    )]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 even if there are findings.
    #[arg(long, visible_alias = "no-fail", help_heading = "Report")]
    pub exit_zero: bool,
    /// The path that reports for services give instead of each file's own.
    #[arg(long, value_name = "PATH", help_heading = "Report")]
    pub file_path_in_report: Option<String>,
    /// Show secrets in reports and differences, where they are masked otherwise.
    #[arg(long, help_heading = "Report")]
    pub show_secrets: bool,
    /// Say on standard error which configuration files are read.
    #[arg(long, help_heading = "Report")]
    pub verbose: bool,
    /// No colour, as with `--color never`.
    #[arg(long, hide = true)]
    pub no_color: bool,

    /// Which rules.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// Apply the safe fixes.
    #[arg(long, help_heading = "Fixes")]
    pub fix: bool,
    /// Apply the unsafe fixes too, which may change more of the image than the rule names.
    #[arg(long, help_heading = "Fixes")]
    pub unsafe_fixes: bool,
    /// Show what --fix would change; exit with 1 if that is anything.
    #[arg(long, help_heading = "Fixes")]
    pub diff: bool,

    /// Do not show the findings in a list that `dlint baseline` wrote [default: that of the
    /// configuration].
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    pub baseline: Option<PathBuf>,
    /// Show what the configuration's list hides.
    #[arg(long, conflicts_with = "baseline", help_heading = "Known findings")]
    pub no_baseline: bool,
    /// Only findings that are new since a commit of git, or on lines that changed since; where
    /// branches parted counts.
    #[arg(long, value_name = "REF", help_heading = "Known findings")]
    pub since: Option<String>,
    /// Write comments that ignore what is found, with this reason.
    #[arg(
        long,
        value_name = "REASON",
        value_parser = super::add_ignore::reason,
        conflicts_with = "fix",
        help_heading = "Known findings"
    )]
    pub add_ignore: Option<String>,
    /// Of what is found lint only the files that a list names, one a line; `-` is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    pub changed_files_from: Option<PathBuf>,

    /// A build argument, as `docker build` takes it; without a value, that of the environment.
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Build")]
    pub build_arg: Vec<String>,
    /// The stage that is built [default: the last].
    #[arg(long, value_name = "STAGE", help_heading = "Build")]
    pub target: Option<String>,
    /// The directory of the build context [default: the Dockerfile's or one above it, if what
    /// the file copies is there].
    #[arg(long, value_name = "DIR", help_heading = "Build")]
    pub context: Option<PathBuf>,
    /// The platform that is built for, `os/architecture`.
    #[arg(
        long,
        value_name = "PLATFORM",
        value_delimiter = ',',
        value_parser = platform,
        help_heading = "Build"
    )]
    pub platform: Vec<String>,
    /// The name of a further build context, as `docker build` takes it.
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Build")]
    pub build_context: Vec<String>,

    /// A golden image, and the images it replaces, separated by commas.
    #[arg(long, value_name = "IMAGE[=REPLACES]", value_parser = golden, help_heading = "Policy")]
    pub golden: Vec<Golden>,
    /// A registry that may be used.
    #[arg(
        long,
        value_name = "REGISTRY",
        value_delimiter = ',',
        help_heading = "Policy"
    )]
    pub trusted_registry: Vec<String>,
    /// A label that images need: FORMAT is `text`, `url`, `semver`, `hash`, `rfc3339`, `spdx` or
    /// `email`.
    #[arg(
        long,
        value_name = "NAME[:FORMAT]",
        value_parser = label,
        help_heading = "Policy"
    )]
    pub require_label: Vec<(String, LabelFormat)>,
    /// No other labels.
    #[arg(long, help_heading = "Policy")]
    pub strict_labels: bool,

    /// The configuration file, instead of the nearest dlint.toml.
    #[arg(
        short,
        long,
        value_name = "FILE",
        conflicts_with = "isolated",
        help_heading = "Files"
    )]
    pub config: Option<PathBuf>,
    /// Read Dockerfiles from standard input, one JSON object with `path` and `text` a line, and
    /// write the findings, one object a line, in that order.
    #[arg(long, help_heading = "Files")]
    pub stdin_json: bool,
    /// Of all files lint one of N parts, such as 2/8; `dlint merge` puts their SARIF together.
    #[arg(long, value_name = "I/N", value_parser = shard, help_heading = "Files")]
    pub shard: Option<Shard>,
    /// Exit with 2 if there is nothing to lint.
    #[arg(long, help_heading = "Files")]
    pub require_files: bool,
    /// Read no configuration file.
    #[arg(long, help_heading = "Files")]
    pub isolated: bool,
    /// A configuration that is laid over the repository's; what it locks stays
    /// [default: that of DLINT_POLICY]. One that ends in .rego is a policy of buildx, which is
    /// evaluated beside Dockerfile.rego.
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub policy: Vec<PathBuf>,
    /// Fetch what `extends` and --policy name and what is not in the cache.
    #[arg(long, help_heading = "Policy")]
    pub online: bool,
    /// Files and folders that are not searched.
    #[arg(
        long,
        value_name = "PATTERN",
        value_delimiter = ',',
        help_heading = "Files"
    )]
    pub exclude: Vec<String>,
    /// Leave out what is excluded even where it is named.
    #[arg(long, help_heading = "Files")]
    pub force_exclude: bool,
    /// The path of what comes from standard input.
    #[arg(long, value_name = "PATH", help_heading = "Files")]
    pub stdin_filename: Option<PathBuf>,
    /// Files linted at once [default: the number of processors].
    #[arg(short, long, value_name = "N", help_heading = "Files")]
    pub jobs: Option<usize>,
    /// Keep results in the user's cache folder, or in that of DLINT_CACHE_DIR, and do not lint
    /// again where nothing changed that they depend on.
    #[arg(long, help_heading = "Files")]
    pub result_cache: bool,
}

/// Options of `baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Take out what is fixed, and add nothing.
    #[arg(long)]
    pub prune: bool,
    /// Linting.
    #[command(flatten)]
    pub lint: LintArgs,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Ids, other tools' names for them, codes of ShellCheck, or families.
    #[arg(value_name = "RULE", required = true)]
    pub rules: Vec<String>,
    /// Text, or JSON with the page in it.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Write long pages at once, not through a pager.
    #[arg(long)]
    pub no_pager: bool,
}

/// Options of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// A table, or JSON.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Those of a family.
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', value_parser = family)]
    pub family: Vec<String>,
    /// Those that serve something: security, correctness, speed, size, clarity and so on
    #[arg(long, value_name = "IMPACT", value_delimiter = ',', value_parser = impact)]
    pub impact: Vec<String>,
    /// Those that another tool has too.
    #[arg(long, value_enum, value_name = "TOOL", value_delimiter = ',')]
    pub tool: Vec<OtherTool>,
    /// Those of a level.
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', value_parser = severity)]
    pub level: Vec<Severity>,
    /// Those with a fix.
    #[arg(long)]
    pub fixable: bool,
}

/// A tool whose names rules have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs)]
pub enum OtherTool {
    Hadolint,
    Buildkit,
    Shellcheck,
    Trivy,
    Checkov,
    Kics,
    Sonar,
    Semgrep,
}

fn family(text: &str) -> Result<String, String> {
    let mut families: Vec<&str> = RULES.iter().map(|e| e.meta.family).collect();
    families.sort_unstable();
    families.dedup();
    if families.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(format!("the families are {}", families.join(", ")))
    }
}

fn impact(text: &str) -> Result<String, String> {
    let impacts = Impact::ALL.map(Impact::as_str);
    if impacts.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(format!("the impacts are {}", impacts.join(", ")))
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    let all = Severity::ALL.into_iter();
    let mut named = all.filter(|s| s.as_str() == text);
    named
        .next()
        .ok_or_else(|| "it is `style`, `info`, `warning` or `error`".to_owned())
}

/// Options of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// SARIF logs that dlint wrote.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Write to a file.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Options of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Files of hadolint, tally, droast, trivy, checkov or KICS [default: those that are here].
    #[arg(value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Where to write; a file that is there stays [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not say which rules are kept, renamed, lost and gained.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder [default: .].
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `config`.
#[derive(Debug, Args)]
pub struct ConfigurationArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigurationCommand,
}

/// What to do with configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigurationCommand {
    /// Show what applies to a file: rules, levels, options.
    Show(ConfigurationShowArgs),
    /// List the configuration files that are read for a file or folder, in order.
    Files(ConfigurationShowArgs),
}

/// Options of `config show` and `config files`.
#[derive(Debug, Args)]
pub struct ConfigurationShowArgs {
    /// A Dockerfile, which need not be there.
    #[arg(value_name = "PATH", default_value = "Dockerfile")]
    pub path: PathBuf,
    /// Text, or JSON.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Where configuration comes from, for commands besides linting.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// The configuration file, instead of the nearest dlint.toml.
    #[arg(short, long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long)]
    pub isolated: bool,
    /// A configuration that is laid over the repository's; what it locks stays
    /// [default: that of DLINT_POLICY]. One that ends in .rego is a policy of buildx.
    #[arg(long, value_name = "FILE")]
    pub policy: Vec<PathBuf>,
    /// Fetch what `extends` and --policy name and what is not in the cache.
    #[arg(long)]
    pub online: bool,
    /// The day that the files are judged for, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Date>,
}

/// Options of `bases`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BasesArgs {
    /// A question about one image.
    #[command(subcommand)]
    pub command: Option<BasesCommand>,
    /// Dockerfiles, compose and bake files, or folders to search [default: .].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How they are listed.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: BasesFormat,
    /// Write to a file.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The name of the repository, for reports that are put together.
    #[arg(long, value_name = "NAME")]
    pub repository: Option<String>,
    /// The paths are reports in the format `jsonl`: put them together.
    #[arg(long)]
    pub merge: bool,
    /// A report in the format `jsonl`: say what changed since.
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// The Dockerfiles in the order in which they can be rebuilt.
    #[arg(long, conflicts_with_all = ["format", "since", "impact"])]
    pub order: bool,
    /// What a change of an image rebuilds, in order; all tags of it if none is named.
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["format", "since"])]
    pub impact: Option<String>,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// A question about one image.
#[derive(Debug, Subcommand)]
pub enum BasesCommand {
    /// Say who uses an image, and what is built from those in turn.
    Why(WhyArgs),
    /// List images that do the same in other ways, with what each gives and costs.
    Alternatives(AlternativesArgs),
}

/// Options of `bases alternatives`.
#[derive(Debug, Args)]
pub struct AlternativesArgs {
    /// The image, with the tag that is wanted.
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Text, or JSON.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Configuration: its golden images are named first.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Options of `bases why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// The image; all tags of it if none is named.
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Where to look [default: .].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// How `bases` writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum BasesFormat {
    /// One line for each image, for people.
    #[default]
    Table,
    /// One object.
    Json,
    /// One use in each line, for reports that are put together.
    Jsonl,
    /// One use in each line, for spreadsheets.
    Csv,
    /// The graph for Mermaid.
    Mermaid,
    /// The graph for Graphviz.
    Dot,
    /// One page to look at: a table that can be filtered and sorted, and the graph.
    Html,
    /// Facts about each repository, for Backstage's Tech Insights and the like.
    Backstage,
}

/// Options of `cache`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a change it says what editing a file of each class costs. \
    Exit codes: 0; 1 --compare finds that more runs again; 2 wrong usage, or a file that could \
    not be read."
)]
pub struct CacheArgs {
    /// A Dockerfile [default: Dockerfile]; `-` reads the paths that changed from standard input.
    #[arg(value_name = "DOCKERFILE")]
    pub paths: Vec<PathBuf>,

    /// Files and folders that changed.
    #[arg(
        long,
        value_name = "PATH",
        num_args = 1..,
        conflicts_with = "since",
        help_heading = "Change"
    )]
    pub changed: Vec<PathBuf>,
    /// What changed since a commit, what is not committed among it; the Dockerfile and its ignore
    /// file too.
    #[arg(long, value_name = "REF", help_heading = "Change")]
    pub since: Option<String>,
    /// A build argument that gets another value.
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Change"
    )]
    pub changed_arg: Vec<String>,
    /// What the changes of the last N commits would have run again.
    #[arg(
        long,
        value_name = "N",
        value_parser = commits,
        conflicts_with_all = ["changed", "since"],
        help_heading = "Change"
    )]
    pub history: Option<usize>,
    /// Compare with the Dockerfile of a commit; exit with 1 if more runs again now.
    #[arg(
        long,
        value_name = "REF",
        conflicts_with_all = ["changed", "since"],
        help_heading = "Change"
    )]
    pub compare: Option<String>,
    /// The targets of bake and compose files, and the Dockerfiles that none of them builds, that a
    /// change touches, and those that can be left out.
    #[arg(
        long,
        conflicts_with_all = ["history", "compare", "explain", "log"],
        help_heading = "Change"
    )]
    pub targets: bool,

    /// All that is known of a step: its number, its line as `:12`, or a part of its text.
    #[arg(long, value_name = "STEP", help_heading = "Report")]
    pub explain: Option<String>,
    /// How the answer is written.
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Report"
    )]
    pub format: CacheFormat,
    /// Write to a file.
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// The log of a build, from which seconds are taken: `docker build --progress=rawjson` or
    /// `docker buildx history logs --progress=rawjson`.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub log: Option<PathBuf>,
    /// No notes.
    #[arg(short, long, help_heading = "Report")]
    pub quiet: bool,

    /// A build argument, as `docker build` takes it.
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Build")]
    pub build_arg: Vec<String>,
    /// The stage that is built [default: the last].
    #[arg(long, value_name = "STAGE", help_heading = "Build")]
    pub target: Option<String>,
    /// The directory of the build context [default: the Dockerfile's or one above it, if what
    /// the file copies is there].
    #[arg(long, value_name = "DIR", help_heading = "Build")]
    pub context: Option<PathBuf>,
    /// A further build context, as `docker build` takes it.
    #[arg(long, value_name = "NAME[=DIR]", help_heading = "Build")]
    pub build_context: Vec<String>,
    /// The platform that is built for, `os/architecture`.
    #[arg(
        long,
        value_name = "PLATFORM",
        value_delimiter = ',',
        value_parser = platform,
        help_heading = "Build"
    )]
    pub platform: Vec<String>,

    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// How `cache` writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum CacheFormat {
    /// For people.
    #[default]
    List,
    /// For programs.
    Json,
    /// The graph for Mermaid.
    Mermaid,
    /// The graph for Graphviz.
    Dot,
    /// A page that needs nothing else.
    Html,
}

/// How many commits: one at least.
fn commits(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=100_000).contains(n));
    number.ok_or_else(|| "it is a number from 1 to 100000".to_owned())
}

/// Options of `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// What to do with the policy.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show what the policy says of a file, and where that comes from.
    Show(PolicyShowArgs),
    /// Lint Dockerfiles that say what is expected of them, and list what of the policy no file needed.
    Test(PolicyTestArgs),
    /// List the exceptions and how long they hold.
    Exceptions(PolicyExceptionsArgs),
    /// Say what buildx's policies (Dockerfile.rego) come to for each source of a build.
    Eval(PolicyEvalArgs),
    /// Write the policy as one that buildx evaluates (Dockerfile.rego).
    Export(PolicyExportArgs),
    /// Read a simple policy of buildx as a policy of dlint.
    Import(PolicyImportArgs),
}

/// Options of `policy eval`.
#[derive(Debug, Args)]
pub struct PolicyEvalArgs {
    /// Dockerfiles, or folders to search.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Text, or JSON with the documents that the policies are given.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Options of `policy export`.
#[derive(Debug, Args)]
pub struct PolicyExportArgs {
    /// The Dockerfile whose policy is meant; it need not be there.
    #[arg(value_name = "PATH", default_value = "Dockerfile")]
    pub path: PathBuf,
    /// Write Rego, for Dockerfile.rego.
    #[arg(long, required = true)]
    pub rego: bool,
    /// Where to write [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Options of `policy import`.
#[derive(Debug, Args)]
pub struct PolicyImportArgs {
    /// The policy: a file of Rego.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where to write; a file that is there stays [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `policy show`.
#[derive(Debug, Args)]
pub struct PolicyShowArgs {
    /// A Dockerfile, which need not be there.
    #[arg(value_name = "PATH", default_value = "Dockerfile")]
    pub path: PathBuf,
    /// Text, or JSON.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Options of `policy test`.
#[derive(Debug, Args)]
pub struct PolicyTestArgs {
    /// Dockerfiles, or folders to search. Each says in a comment what is expected:
    /// `# expect: non-golden-base`, or `# expect: nothing`.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Options of `policy exceptions`.
#[derive(Debug, Args)]
pub struct PolicyExceptionsArgs {
    /// The file or folder whose configuration is meant.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Text, or JSON.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TextFormat,
    /// Configuration.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Options of `parse`.
#[derive(Debug, Args)]
pub struct ParseArgs {
    /// A Dockerfile, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A part of all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 0.
    index: usize,
    /// Of how many.
    count: usize,
}

impl Shard {
    /// Whether the file with this number, from 0, is in it.
    pub fn has(self, number: usize) -> bool {
        number % self.count == self.index
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/');
    let parts = parts.and_then(|(i, n)| Some((i.parse::<usize>().ok()?, n.parse::<usize>().ok()?)));
    match parts {
        Some((number, count)) if number >= 1 && number <= count => Ok(Shard {
            index: number - 1,
            count,
        }),
        _ => Err("write `1/4` for the first of four parts".to_owned()),
    }
}

/// The order of findings in reports for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SortBy {
    /// By file and place.
    #[default]
    Place,
    /// The worst first.
    Severity,
}

/// How `explain` and `rules` write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TextFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text)
        .ok_or_else(|| "it is `style`, `info`, `warning`, `error` or `never`".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| date::SPELLING.to_owned())
}

fn label(text: &str) -> Result<(String, LabelFormat), String> {
    let (name, format) = text.split_once(':').unwrap_or((text, ""));
    let format = config::label_format(format).ok_or_else(|| {
        "the format is `text`, `url`, `semver`, `hash`, `rfc3339`, `spdx` or `email`".to_owned()
    })?;
    Ok((name.to_owned(), format))
}

fn level(text: &str) -> Result<(String, LevelSetting), String> {
    let (rule, level) = text
        .split_once('=')
        .ok_or_else(|| "write `RULE=LEVEL`".to_owned())?;
    let level = match level {
        "off" => LevelSetting::Off,
        "style" => LevelSetting::Style,
        "info" => LevelSetting::Info,
        "warning" => LevelSetting::Warning,
        "error" => LevelSetting::Error,
        _ => return Err("the level is `off`, `style`, `info`, `warning` or `error`".to_owned()),
    };
    Ok((rule.to_owned(), level))
}

/// As `docker build` takes one: nothing, or `local`, is the builder's own.
fn platform(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text == "local" || Platform::parse(text).is_some() {
        Ok(text.to_owned())
    } else {
        Err(SPELLING.to_owned())
    }
}

fn golden(text: &str) -> Result<Golden, String> {
    let (image, replaces) = text.split_once('=').unwrap_or((text, ""));
    if image.is_empty() {
        return Err("write `IMAGE` or `IMAGE=REPLACES`".to_owned());
    }
    let replaces = replaces.split(',').filter(|r| !r.is_empty());
    Ok(Golden {
        image: image.to_owned(),
        replaces: replaces.map(str::to_owned).collect(),
        ..Golden::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_platform_is_one_the_builder_would_take() {
        assert_eq!(platform(" linux/arm64").as_deref(), Ok("linux/arm64"));
        for taken in ["", "local", "linux", "aarch64", "windows/amd64"] {
            assert!(platform(taken).is_ok(), "{taken}");
        }
        assert!(platform("foo").is_err() && platform("linux/").is_err());
    }

    #[test]
    fn golden_images_name_what_they_replace() {
        let one = golden("r/golden/python:3.12=python,docker.io/library/python").unwrap();
        assert_eq!(one.image, "r/golden/python:3.12");
        assert_eq!(one.replaces, ["python", "docker.io/library/python"]);
        assert!(golden("r/golden/base").unwrap().replaces.is_empty());
        assert!(golden("=x").is_err());
    }
}
