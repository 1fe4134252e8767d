//! Linting one file: facts, one walk per rule, suppression, order.

mod fold;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use crate::compat::buildkit::{self, Reading};
use crate::compat::hadolint;
use crate::context::{Build, Files, NamedBuild, Nothing};
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Facts, WrittenSecret};
use crate::fix::{self, Applicability, Candidate, Fix, Fixable, Fixed};
use crate::images::DATA_DATE;
use crate::perspective::Perspective;
use crate::policy::exceptions::Granted;
use crate::policy::images::fits_any;
use crate::policy::rego::{self, BuildPolicy, FaultKind};
use crate::policy::{self, Exception, Mode, Policy};
use crate::rule::{Checks, CodeChoice, Context, Level, Rule, RuleMeta};
use crate::rules;
use crate::rules::policy::refused_by_policy::{self, Judged};
use crate::rules::shell::shellcheck::{self, Answers, ExternalScript};
use crate::secrets::{fingerprint, mask};
use crate::span::{Source, Span};
use crate::suppress::{By, Suppressed, Suppressions};
use crate::syntax::{self, File, Keyword};

/// The rule that stands for a fault of dlint.
const INTERNAL_ERROR: &RuleMeta = rules::meta("internal-error");

/// The family of the rules about ignore comments.
const COMMENT_FAMILY: &str = "suppressions";

/// What applies to one file. More may come: start from [`Settings::recommended`] or
/// [`Settings::with_rules`].
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The rules that are on.
    pub rules: Vec<ActiveRule>,
    /// What the organisation demands.
    pub policy: Policy,
    /// The exceptions from it that are for this file.
    pub exceptions: Vec<Arc<Granted>>,
    /// How the file is built, if nothing in `builds` says so.
    pub build: Build,
    /// The builds of the file that compose and bake files describe: a finding that holds in some
    /// of them only says in which.
    pub builds: Vec<NamedBuild>,
    /// The files around the Dockerfile, from which its build context and its ignore files are
    /// read. Without them it is judged by its text.
    pub files: Option<Arc<dyn Files>>,
    /// The tool whose findings are wanted.
    pub perspective: Perspective,
    /// Whether ignore comments do not count.
    pub no_ignores: bool,
    /// The most that rules report at which say less of tests and examples
    /// ([`RuleMeta::yields`]), if the file is one.
    pub most: Option<Severity>,
    /// The day that files are judged for; [`DATA_DATE`] if nobody says.
    pub as_of: Option<Date>,
    /// The key of the fingerprints of secrets; without it they have none.
    pub fingerprint_key: Option<Arc<str>>,
}

/// A rule that is on.
#[derive(Clone)]
pub struct ActiveRule {
    /// What its page says.
    pub meta: &'static RuleMeta,
    /// The rule with its options.
    pub rule: Arc<dyn Rule>,
    /// Which checks it has: the others are not called.
    pub checks: Checks,
    /// The severity it reports at.
    pub severity: Severity,
    /// Whether the user set that severity, so that a rule may not choose its own.
    pub severity_is_set: bool,
    /// Which of its codes are on.
    pub codes: CodeChoice,
    /// Whether no comment silences it, and no tool's perspective changes what it says.
    pub is_locked: bool,
    /// Whether the user asked for it, by a name or by a profile of more rules than the default.
    pub is_asked_for: bool,
}

impl ActiveRule {
    /// A rule of one's own, at its own level.
    pub fn own(meta: &'static RuleMeta, rule: impl Rule) -> Self {
        Self {
            meta,
            rule: Arc::new(rule),
            checks: Checks::ALL,
            severity: meta.level.severity(),
            severity_is_set: false,
            codes: CodeChoice::default(),
            is_locked: false,
            is_asked_for: false,
        }
    }

    /// A rule with its default options at its page's level.
    pub fn new(entry: &'static rules::RuleEntry) -> Self {
        Self {
            meta: &entry.meta,
            rule: Arc::from((entry.make)()),
            checks: entry.checks,
            severity: entry.meta.level.severity(),
            severity_is_set: false,
            codes: CodeChoice::default(),
            is_locked: false,
            is_asked_for: false,
        }
    }
}

impl Settings {
    /// The default: every rule that is on by its page.
    pub fn recommended() -> Self {
        Self {
            rules: rules::RULES
                .iter()
                .filter(|e| !matches!(e.meta.level, Level::Off(_)))
                .map(ActiveRule::new)
                .collect(),
            ..Self::default()
        }
    }

    /// These rules, and for the rest what applies where nothing is configured.
    ///
    /// ```
    /// use dlint::engine::{ActiveRule, Settings, lint};
    /// use dlint::{rules, span::Source};
    ///
    /// let rule = rules::by_id("deprecated-maintainer").map(ActiveRule::new);
    /// let settings = Settings::with_rules(rule);
    /// let report = lint(Source::new("Dockerfile", "FROM scratch\nMAINTAINER me\n"), &settings);
    /// assert_eq!(report.diagnostics.len(), 1);
    /// ```
    pub fn with_rules(rules: impl IntoIterator<Item = ActiveRule>) -> Self {
        Self {
            rules: rules.into_iter().collect(),
            ..Self::default()
        }
    }

    /// With the files around the Dockerfile.
    #[must_use]
    pub fn with_files(mut self, files: impl Files + 'static) -> Self {
        self.files = Some(Arc::new(files));
        self
    }

    /// With a way to build.
    #[must_use]
    pub fn with_build(mut self, build: Build) -> Self {
        self.build = build;
        self
    }

    /// With what an organisation demands.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// As a tool reports.
    #[must_use]
    pub fn seen_by(mut self, perspective: Perspective) -> Self {
        self.perspective = perspective;
        self
    }

    /// These settings with what the program ShellCheck says of scripts in place of dlint's own
    /// checks: see [`scripts`].
    #[must_use]
    pub fn with_answers(&self, answers: &Arc<Answers>) -> Self {
        let mut settings = self.clone();
        for active in &mut settings.rules {
            if let Some(rule) = shellcheck::with_answers(&*active.rule, Arc::clone(answers)) {
                active.rule = Arc::new(rule);
            }
        }
        settings
    }

    /// Whether a policy locks a rule.
    pub fn is_locked(&self, id: &str) -> bool {
        self.locked().any(|rule| rule.id == id)
    }

    /// The rules that a policy locks.
    pub fn locked(&self) -> impl Iterator<Item = &'static RuleMeta> {
        self.rules.iter().filter(|r| r.is_locked).map(|r| r.meta)
    }

    /// The day that the file is judged for.
    pub fn as_of(&self) -> Date {
        self.as_of.unwrap_or(DATA_DATE)
    }

    /// Whether a rule is on and looks for what `name` stands for.
    fn is_on(&self, id: &str, name: &str) -> bool {
        let mut rules = self.rules.iter().filter(|r| r.meta.id == id);
        rules.any(|r| !rules::is_code(name) || r.rule.has_code(&r.codes, name))
    }
}

/// A file's findings.
#[non_exhaustive]
pub struct Report {
    /// The file.
    pub source: Source,
    /// The findings that stand, sorted by place and rule.
    pub diagnostics: Vec<Diagnostic>,
    /// The findings that a comment silenced, sorted likewise.
    pub suppressed: Vec<Suppressed>,
    /// Whether BuildKit would fail for one of these findings, because the file or a build
    /// argument asks it to (`# check=error=true`).
    pub fails: bool,
    /// The secrets that reading the file has told of, if it could be read: reports hide them.
    pub(crate) told: Option<Vec<WrittenSecret>>,
}

impl Report {
    /// Findings in a text that is not linted, such as a configuration file.
    pub fn of(source: Source, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            source,
            diagnostics,
            suppressed: Vec::new(),
            fails: false,
            told: None,
        }
    }
}

impl Report {
    /// Silences the findings of which `by` says by what.
    pub fn silence(&mut self, mut by: impl FnMut(usize, &Diagnostic) -> Option<By>) {
        let mut kept = Vec::with_capacity(self.diagnostics.len());
        for (index, diagnostic) in self.diagnostics.drain(..).enumerate() {
            match by(index, &diagnostic) {
                Some(by) => self.suppressed.push(Suppressed {
                    diagnostic,
                    by,
                    reason: String::new(),
                }),
                None => kept.push(diagnostic),
            }
        }
        self.diagnostics = kept;
    }

    /// Takes back what a baseline silenced.
    pub fn forget_baseline(&mut self) {
        let silenced = std::mem::take(&mut self.suppressed).into_iter();
        let (known, others): (Vec<_>, Vec<_>) =
            silenced.partition(|s| matches!(s.by, By::Baseline));
        self.suppressed = others;
        if !known.is_empty() {
            self.diagnostics
                .extend(known.into_iter().map(|s| s.diagnostic));
            self.diagnostics.sort_by(order);
        }
    }
}

/// Lints a file.
pub fn lint(source: Source, settings: &Settings) -> Report {
    let file = syntax::parse(&source);
    check_builds(&source, &file, settings).of(source)
}

/// Lints a file; a panic, which is always a fault of dlint, becomes an `internal-error`.
pub fn lint_guarded(source: Source, settings: &Settings) -> Report {
    let result = catch_unwind(AssertUnwindSafe(|| {
        let file = syntax::parse(&source);
        check_builds(&source, &file, settings)
    }));
    let found = result.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        let text = without_secrets(text, &source);
        let mut diagnostic = Diagnostic::new(
            INTERNAL_ERROR,
            Severity::Error,
            Span::at(0),
            format!("dlint failed on this file: {text}"),
        );
        diagnostic.help("this is a bug in dlint: please report it with the file");
        Found {
            kept: vec![diagnostic],
            ..Found::default()
        }
    });
    found.of(source)
}

/// What a panic says, without the secrets of the file that it happened on.
fn without_secrets(text: &str, source: &Source) -> String {
    let masked = catch_unwind(AssertUnwindSafe(|| {
        let mut masked = text.to_owned();
        for hidden in mask::find(source.text()) {
            masked = masked.replace(&hidden.value, "****");
        }
        for hidden in mask::find(text) {
            masked = masked.replace(&hidden.value, "****");
        }
        masked
    }));
    // Perhaps it was this that failed.
    masked.unwrap_or_else(|_| "no message".to_owned())
}

/// Applies the fixes of a report that are trusted at least so far and lints again, until nothing
/// changes.
pub fn fix(report: Report, settings: &Settings, least: Applicability) -> Fixed<Report> {
    fix::converge(report, least, &|source| lint_guarded(source, settings))
}

impl Fixable for Report {
    fn source(&self) -> &Source {
        &self.source
    }

    fn candidates(&self) -> Vec<Candidate<'_>> {
        self.diagnostics
            .iter()
            .filter_map(|diagnostic| {
                Some(Candidate {
                    rule: diagnostic.rule.id,
                    span: diagnostic.span,
                    message: &diagnostic.message,
                    fix: diagnostic.fix.as_ref()?,
                    may_remove_comments: diagnostic.rule.family == COMMENT_FAMILY,
                })
            })
            .collect()
    }

    fn has_failed(&self) -> bool {
        let mut findings = self.diagnostics.iter();
        findings.any(|d| d.rule.id == INTERNAL_ERROR.id)
    }
}

/// A report without its source.
#[derive(Default)]
struct Found {
    kept: Vec<Diagnostic>,
    suppressed: Vec<Suppressed>,
    fails: bool,
    /// Stages that the build does not make; filled in only if there are several builds.
    unreachable: Vec<Span>,
    told: Option<Vec<WrittenSecret>>,
}

impl Found {
    fn of(self, source: Source) -> Report {
        Report {
            source,
            diagnostics: self.kept,
            suppressed: self.suppressed,
            fails: self.fails,
            told: self.told,
        }
    }
}

/// Checks the file once per build and puts the findings together.
fn check_builds(source: &Source, file: &File, settings: &Settings) -> Found {
    match settings.builds.as_slice() {
        [] => check(source, file, settings, &settings.build),
        [only] => check(source, file, settings, &only.build),
        builds => merge(
            builds
                .iter()
                .map(|b| (b, check(source, file, settings, &b.build)))
                .collect(),
        ),
    }
}

/// Takes away the fixes that reach into an instruction which another one swallows: its text is read as
/// part of something else, and means another thing when that is mended.
fn keep_out_of_swallowed(facts: &Facts<'_>, found: &mut [Diagnostic]) {
    // Of one instruction there may be thousands of edits.
    let mut known: HashMap<usize, Option<(Span, Keyword)>> = HashMap::new();
    let mut reaches = |fix: &mut Fix| {
        fix.edits.iter().any(|edit| {
            let at = facts
                .nodes
                .partition_point(|n| n.instruction.span.start <= edit.span.start);
            let node = at.checked_sub(1).and_then(|at| facts.nodes.get(at));
            let swallowed = node.and_then(|n| {
                let found = known.entry(n.index).or_insert_with(|| facts.swallowed(n));
                *found
            });
            swallowed.is_some_and(|(word, _)| edit.span.start >= word.start)
        })
    };
    for diagnostic in found {
        diagnostic.fix.take_if(&mut reaches);
    }
}

/// How many builds a message names.
const NAMED_BUILDS: usize = 3;

/// The findings of several builds, equal ones once. One that is missing from a build that makes
/// its stage says which have it, and loses its fix, which that build does not ask for.
fn merge(results: Vec<(&NamedBuild, Found)>) -> Found {
    let mut merged: Vec<(Diagnostic, Vec<usize>)> = Vec::new();
    let mut places: HashMap<(Span, &str, String, usize), usize> = HashMap::new();
    let mut named_places = HashSet::new();
    let mut silenced = HashSet::new();
    let mut all = Found::default();
    let mut builds: Vec<(&NamedBuild, Vec<Span>)> = Vec::new();
    for (number, (build, found)) in results.into_iter().enumerate() {
        all.fails |= found.fails;
        // For each build the command lines are the same, but for variables.
        all.told = found.told;
        builds.push((build, found.unreachable));
        let mut times: HashMap<(Span, &str, String), usize> = HashMap::new();
        for diagnostic in found.kept {
            let (span, rule) = (diagnostic.span, diagnostic.rule.id);
            let message = diagnostic.message.clone();
            let time = times.entry((span, rule, message.clone())).or_default();
            *time += 1;
            if !build.names.is_empty() {
                named_places.insert((span, rule));
            }
            let place = *places
                .entry((span, rule, message, *time))
                .or_insert(merged.len());
            match merged.get_mut(place) {
                Some((known, builds)) => {
                    if known.fix != diagnostic.fix {
                        known.fix = None;
                    }
                    known.severity = known.severity.max(diagnostic.severity);
                    builds.push(number);
                }
                None => merged.push((diagnostic, vec![number])),
            }
        }
        for suppressed in found.suppressed {
            let diagnostic = &suppressed.diagnostic;
            let message = diagnostic.message.clone();
            if silenced.insert((diagnostic.span, diagnostic.rule.id, message)) {
                all.suppressed.push(suppressed);
            }
        }
    }
    let is_unreachable =
        |unreachable: &[Span], at: u32| unreachable.iter().any(|s| s.start <= at && at < s.end);
    let holds_everywhere = |diagnostic: &Diagnostic, having: &[usize]| {
        let at = diagnostic.span.start;
        let mut builds = builds.iter().enumerate();
        builds.all(|(number, (_, unreachable))| {
            having.contains(&number) || is_unreachable(unreachable, at)
        })
    };
    let everywhere: HashSet<(Span, &str)> = merged
        .iter()
        .filter(|(diagnostic, having)| holds_everywhere(diagnostic, having))
        .map(|(diagnostic, _)| (diagnostic.span, diagnostic.rule.id))
        .collect();
    for (mut diagnostic, having) in merged {
        let is_comment = diagnostic.rule.family == COMMENT_FAMILY;
        // A comment that silences something in another build is of use.
        if is_comment && having.len() < builds.len() {
            continue;
        }
        let with: Vec<&NamedBuild> = builds
            .iter()
            .enumerate()
            .filter(|(number, _)| having.contains(number))
            .map(|(_, (build, _))| *build)
            .collect();
        if !holds_everywhere(&diagnostic, &having) {
            // What is said of the same place for the builds that make it, or for one that
            // somebody describes, is said already.
            let place = (diagnostic.span, diagnostic.rule.id);
            let is_plain = with.iter().all(|b| b.names.is_empty());
            if everywhere.contains(&place) || is_plain && named_places.contains(&place) {
                continue;
            }
            diagnostic.fix = None;
            diagnostic.message.push_str(&in_builds(&with));
        }
        all.kept.push(diagnostic);
    }
    all.kept.sort_by(order);
    all.suppressed
        .sort_by(|a, b| order(&a.diagnostic, &b.diagnostic));
    all
}

/// Gives the secrets their fingerprints, and takes out those that are allowed by theirs.
fn give_fingerprints(diagnostics: &mut Vec<Diagnostic>, source: &Source, settings: &Settings) {
    let Some(key) = &settings.fingerprint_key else {
        return;
    };
    for diagnostic in diagnostics.iter_mut().filter(|d| d.secret) {
        let secret = source.slice(diagnostic.span);
        // A variable has its value elsewhere.
        if !secret.starts_with('$') {
            diagnostic.fingerprint = Some(fingerprint::of(key, secret));
        }
    }
    let rules = settings.rules.iter();
    let allowed: Vec<&String> = rules.flat_map(|r| r.rule.allowed_fingerprints()).collect();
    diagnostics.retain(|d| {
        let known = |f: &String| allowed.iter().any(|a| a.eq_ignore_ascii_case(f));
        !d.fingerprint.as_ref().is_some_and(known)
    });
}

/// Where the stages stand that a build does not make.
fn unreachable_stages(facts: &Facts<'_>) -> Vec<Span> {
    let starts = facts.stages.iter().map(|s| s.from.span.start);
    let ends = starts.skip(1).chain([u32::MAX]);
    facts
        .stages
        .iter()
        .zip(ends)
        .filter(|(stage, _)| !stage.is_needed)
        .map(|(stage, end)| Span::new(stage.from.span.start, end))
        .collect()
}

fn in_builds(builds: &[&NamedBuild]) -> String {
    let all: Vec<&String> = builds.iter().flat_map(|b| &b.names).collect();
    let mut names: Vec<String> = all
        .iter()
        .take(NAMED_BUILDS)
        .map(|n| format!("as `{n}`"))
        .collect();
    match all.len().saturating_sub(NAMED_BUILDS) {
        0 => {}
        more => names.push(format!("as {more} more")),
    }
    if builds.iter().any(|b| b.names.is_empty()) {
        names.push("without a target".to_owned());
    }
    format!(" (built {})", names.join(", "))
}

/// The scripts of a file that the program ShellCheck has to be asked about before the file is
/// linted with its answers ([`Settings::with_answers`]); none if the rule `shellcheck` is off.
///
/// On a file that dlint fails on there are none: linting it tells of the fault.
pub fn scripts(source: &Source, settings: &Settings) -> Vec<ExternalScript> {
    if settings
        .rules
        .iter()
        .all(|r| r.meta.id != rules::SHELLCHECK)
    {
        return Vec::new();
    }
    catch_unwind(AssertUnwindSafe(|| scripts_of(source, settings))).unwrap_or_default()
}

fn scripts_of(source: &Source, settings: &Settings) -> Vec<ExternalScript> {
    let file = syntax::parse(source);
    if !is_read(source, &file, settings) {
        return Vec::new();
    }
    let of = |build: &Build| {
        let files = Arc::new(Nothing);
        let as_of = settings.as_of();
        let facts = Facts::seen_by(settings.perspective, source, &file, build, files, as_of);
        shellcheck::scripts(&facts)
    };
    if settings.builds.is_empty() {
        return of(&settings.build);
    }
    let builds = settings.builds.iter();
    builds.flat_map(|b| of(&b.build)).collect()
}

/// What is wrong with the policies that buildx evaluates for a file: findings in those policies.
pub fn policy_faults(source: &Source, settings: &Settings) -> Vec<Report> {
    if !rego::is_available() || settings.perspective != Perspective::Dlint {
        return Vec::new();
    }
    catch_unwind(AssertUnwindSafe(|| policy_faults_of(source, settings))).unwrap_or_default()
}

fn policy_faults_of(source: &Source, settings: &Settings) -> Vec<Report> {
    let mut found: BTreeMap<PathBuf, (Source, Vec<Diagnostic>)> = BTreeMap::new();
    let mut add = |judged: Judged| {
        let BuildPolicy { path, text } = judged.policy;
        let (_, diagnostics) = found
            .entry(path.clone())
            .or_insert_with(|| (Source::new(path, text), Vec::new()));
        for fault in judged.judgement.faults {
            let meta = rules::meta(match fault.kind {
                FaultKind::Broken => "broken-build-policy",
                FaultKind::NoDecision => "policy-without-decision",
                FaultKind::LostMessage => "unheard-denial",
                FaultKind::RefusesLocal => "refused-local-context",
                FaultKind::RefusesFrontend => "refused-frontend",
                FaultKind::IgnoredMessage => "ignored-denial",
            });
            let Some(rule) = settings.rules.iter().find(|r| r.meta.id == meta.id) else {
                continue;
            };
            let span = Span::new(fault.range.start, fault.range.end);
            let is_known = |d: &Diagnostic| d.span == span && d.rule.id == meta.id;
            if diagnostics.iter().any(is_known) {
                continue;
            }
            let mut diagnostic = Diagnostic::new(meta, rule.severity, span, fault.message);
            diagnostic.help(fault.help);
            diagnostics.push(diagnostic);
        }
    };
    for judged in judged(source, settings) {
        add(judged.1);
    }
    let reports = found.into_values().filter(|(_, d)| !d.is_empty());
    let sorted = reports.map(|(source, mut diagnostics)| {
        diagnostics.sort_by(order);
        Report::of(source, diagnostics)
    });
    sorted.collect()
}

/// What the policies that buildx evaluates come to for each build of a file, with the names that
/// the build goes by.
pub fn judged(source: &Source, settings: &Settings) -> Vec<(Vec<String>, Judged)> {
    let files = settings.files.clone().unwrap_or_else(|| Arc::new(Nothing));
    // Most files have none, and are not to pay for it.
    let own = [&settings.build].into_iter();
    let mut builds = own.chain(settings.builds.iter().map(|b| &b.build));
    let is_told = builds.any(|build| !build.policies.files.is_empty());
    if settings.policy.build.is_empty()
        && !is_told
        && !refused_by_policy::is_beside(source.path(), &*files)
    {
        return Vec::new();
    }
    let file = syntax::parse(source);
    if !is_read(source, &file, settings) {
        return Vec::new();
    }
    let as_of = settings.as_of();
    let of = |names: &[String], build: &Build| {
        let files = Arc::clone(&files);
        let facts = Facts::seen_by(settings.perspective, source, &file, build, files, as_of);
        let judged = refused_by_policy::judge(&facts, &settings.policy.build);
        judged
            .into_iter()
            .map(|j| (names.to_vec(), j))
            .collect::<Vec<_>>()
    };
    if settings.builds.is_empty() {
        return of(&[], &settings.build);
    }
    let builds = settings.builds.iter();
    builds.flat_map(|b| of(&b.names, &b.build)).collect()
}

/// Whether more is said of a file than that it is not read: what a template or another frontend's
/// instruction will say is not known.
fn is_read(source: &Source, file: &File, settings: &Settings) -> bool {
    settings.perspective != Perspective::Dlint || file.unread(source).is_none()
}

fn check(source: &Source, file: &File, settings: &Settings, build: &Build) -> Found {
    let no_codes = CodeChoice::default();
    let perspective = settings.perspective;
    let files = settings.files.clone().unwrap_or_else(|| Arc::new(Nothing));
    let as_of = settings.as_of();
    let facts = Facts::seen_by(perspective, source, file, build, files, as_of);
    let mut cx = Context {
        facts: &facts,
        policy: &settings.policy,
        rule: INTERNAL_ERROR,
        codes: &no_codes,
        severity: Severity::Info,
        severity_is_set: false,
        diagnostics: Vec::new(),
        first: 0,
        left_out: None,
    };
    // Rules whose findings are too many to be listed.
    let mut cut: Vec<&str> = Vec::new();
    let is_read = is_read(source, file, settings);
    let rules = settings.rules.iter();
    for active in rules.filter(|r| is_read || r.meta.id == "syntax-error") {
        enter(&mut cx, active);
        let reading = if perspective == Perspective::Buildkit && !active.is_locked {
            buildkit::reading(active.meta.id)
        } else {
            None
        };
        if !matches!(reading, Some(Reading::Instead(_))) {
            walk(&mut cx, active);
        }
        if let Some(Reading::Instead(read) | Reading::Besides(read)) = reading {
            read(&mut cx);
        }
        if tell_left_out(&mut cx) {
            cut.push(active.meta.id);
        }
    }
    if perspective == Perspective::Dlint {
        lower(&mut cx.diagnostics, settings);
    }
    give_fingerprints(&mut cx.diagnostics, source, settings);
    let mut suppressions = Suppressions::of(source, file, build, perspective, settings.as_of());
    suppressions.know(settings.rules.iter().map(|r| r.meta));
    if settings.no_ignores {
        suppressions.disable();
    }
    suppressions.lock(settings.locked().map(|rule| rule.id));
    let found = std::mem::take(&mut cx.diagnostics);
    // What is locked is dlint's, whoever's findings are wanted.
    let (locked, mut found): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|d| perspective != Perspective::Dlint && settings.is_locked(d.rule.id));
    if perspective == Perspective::Buildkit {
        found = buildkit::locate(&facts, found, |d| suppressions.asks_for_experimental(d));
    }
    if perspective == Perspective::Hadolint {
        let active = |id: &str| settings.rules.iter().find(|r| r.meta.id == id);
        found = hadolint::lay_over(&facts, &settings.policy, found, |id| {
            active(id).map(|r| r.severity)
        });
    }
    found.extend(locked);
    let (kept, mut suppressed) = suppressions.apply(found);
    let mut kept = except(kept, &mut suppressed, &facts, settings, as_of);
    if perspective == Perspective::Dlint {
        mute(&mut kept, settings);
    }
    if perspective != Perspective::Hadolint {
        drop_covered(&mut kept);
        drop_behind_failures(&mut kept);
        tell_once(&mut kept);
    }
    for diagnostic in &mut kept {
        judge_by_mode(diagnostic, &settings.policy, as_of);
    }
    keep_out_of_swallowed(&facts, &mut kept);
    if perspective == Perspective::Dlint {
        fold::consequences(&mut kept);
        fold::repeats(file, &mut kept);
    }
    let mut comments = suppressions.comments(source, file);
    if perspective == Perspective::Hadolint {
        comments.retain(|c| hadolint::is_pragma(source.slice(c.span)));
    }
    // Of what is left out nobody knows which comment silences it.
    let unused = suppressions.unused(|id, name| !cut.contains(&id) && settings.is_on(id, name));
    for active in &settings.rules {
        enter(&mut cx, active);
        for comment in &comments {
            active.rule.check_ignore(&mut cx, comment);
        }
        for unused in &unused {
            active.rule.check_unused_ignore(&mut cx, unused);
        }
        for refused in suppressions.refused() {
            active.rule.check_refused_ignore(&mut cx, refused);
        }
        tell_left_out(&mut cx);
    }
    // An ignore comment may cover the complaint about another one.
    let (late, late_suppressed) = suppressions.apply(std::mem::take(&mut cx.diagnostics));
    kept.extend(late);
    suppressed.extend(late_suppressed);
    kept.sort_by(order);
    if perspective != Perspective::Buildkit {
        kept.dedup_by(|a, b| order(a, b).is_eq() && a.message == b.message);
    }
    suppressed.sort_by(|a, b| order(&a.diagnostic, &b.diagnostic));
    let is_check = |d: &Diagnostic| {
        let check = d.rule.buildkit;
        check.is_some_and(|check| check.name.is_some())
    };
    // Who reports nothing hides nothing.
    let is_silent = kept.is_empty() && suppressed.is_empty();
    let fails = suppressions.fails() && kept.iter().any(is_check);
    Found {
        kept,
        suppressed,
        fails,
        told: (is_read && !is_silent).then(|| facts.written_secrets()),
        unreachable: if settings.builds.is_empty() {
            Vec::new()
        } else {
            unreachable_stages(&facts)
        },
    }
}

/// Lowers what is said of tests and examples, but for the levels that the user set.
fn lower(found: &mut [Diagnostic], settings: &Settings) {
    let Some(most) = settings.most else {
        return;
    };
    let set: HashSet<&str> = settings
        .rules
        .iter()
        .filter(|r| r.severity_is_set)
        .map(|r| r.meta.id)
        .collect();
    for diagnostic in found {
        if diagnostic.rule.yields() && !set.contains(diagnostic.rule.id) {
            diagnostic.severity = diagnostic.severity.min(most);
        }
    }
}

/// Takes out what nobody would mend in tests and examples, unless the user asked for it. Comments
/// that silence it are in use all the same.
fn mute(kept: &mut Vec<Diagnostic>, settings: &Settings) {
    if settings.most.is_none_or(|most| most > Severity::Info) {
        return;
    }
    let is_wanted = |id: &str| {
        let mut rules = settings.rules.iter().filter(|r| r.meta.id == id);
        rules.any(|r| r.is_asked_for || r.severity_is_set)
    };
    kept.retain(|d| !d.rule.is_for_shipped_images() || is_wanted(d.rule.id));
}

/// Takes out what an exception allows.
fn except(
    found: Vec<Diagnostic>,
    suppressed: &mut Vec<Suppressed>,
    facts: &Facts<'_>,
    settings: &Settings,
    as_of: Date,
) -> Vec<Diagnostic> {
    if settings.exceptions.is_empty() {
        return found;
    }
    let exceptions = settings.exceptions.iter().filter(|e| e.holds(as_of));
    let mut kept = Vec::with_capacity(found.len());
    for diagnostic in found {
        match exceptions
            .clone()
            .find(|e| allows(&e.exception, &diagnostic, facts))
        {
            Some(exception) => suppressed.push(Suppressed {
                reason: exception.reason(),
                diagnostic,
                by: By::Exception(Arc::clone(exception)),
            }),
            None => kept.push(diagnostic),
        }
    }
    kept
}

/// Whether an exception is for a finding.
fn allows(exception: &Exception, diagnostic: &Diagnostic, facts: &Facts<'_>) -> bool {
    let name = exception.rule.as_str();
    if !diagnostic.rule.is_called(name) && diagnostic.code.as_deref() != Some(name) {
        return false;
    }
    exception.images.is_empty()
        || facts.own_images().any(|used| {
            let place = facts.place(used, 0..used.image.text.len()).span;
            let is_there =
                place.start <= diagnostic.span.start && diagnostic.span.start <= place.end;
            is_there && fits_any(&exception.images, &used.image)
        })
}

/// A base that is not golden is one finding: what else is wrong with it goes when it goes, and is
/// told in the help.
fn tell_once(kept: &mut Vec<Diagnostic>) {
    let wrong: Vec<(usize, Span)> = kept
        .iter()
        .enumerate()
        .filter(|(_, d)| d.rule.id == rules::NON_GOLDEN_BASE)
        .map(|(i, d)| (i, d.span))
        .collect();
    if wrong.is_empty() {
        return;
    }
    let mut also: Vec<(usize, String)> = Vec::new();
    let mut number = 0;
    kept.retain(|d| {
        let own = number;
        number += 1;
        let is_told = rules::TOLD_OF_A_BASE.contains(&d.rule.id);
        let base = wrong.iter().find(|(i, span)| {
            is_told && *i != own && span.start <= d.span.start && d.span.end <= span.end
        });
        also.extend(base.map(|(_, span)| (span.start as usize, d.message.clone())));
        base.is_none()
    });
    for (start, message) in also {
        let base = kept
            .iter_mut()
            .find(|d| d.rule.id == rules::NON_GOLDEN_BASE && d.span.start as usize == start);
        if let Some(help) = base.and_then(|d| d.help.as_mut()) {
            help.push_str("\nbesides, ");
            help.push_str(&message);
        }
    }
}

/// Lowers a finding of a rule that judges by the policy as far as the policy wants it.
fn judge_by_mode(diagnostic: &mut Diagnostic, policy: &Policy, as_of: Date) {
    if !policy::RULES.contains(&diagnostic.rule.id) {
        return;
    }
    let most = match policy.mode {
        Mode::Audit => Severity::Info,
        Mode::Warn => Severity::Warning,
        Mode::Enforce => match policy.effective.filter(|day| as_of < *day) {
            Some(day) if diagnostic.severity > Severity::Warning => {
                let help = diagnostic.help.get_or_insert_default();
                if !help.is_empty() {
                    help.push('\n');
                }
                help.push_str(&format!("this is an error from {day} on"));
                Severity::Warning
            }
            _ => Severity::Error,
        },
    };
    diagnostic.severity = diagnostic.severity.min(most);
}

/// Takes out what another rule says enough of. One that a comment silences says nothing.
fn drop_covered(kept: &mut Vec<Diagnostic>) {
    for (covering, covered) in rules::COVERING {
        let places = kept.iter().filter(|d| d.rule.id == covering);
        let places: HashSet<u32> = places.map(|d| d.span.start).collect();
        // A label is a place of its own.
        kept.retain(|d| {
            let mut own = d.labels.iter().map(|l| l.span).chain([d.span]);
            d.rule.id != covered || !own.all(|span| places.contains(&span.start))
        });
    }
}

/// Takes out what is of no account where a call fails.
fn drop_behind_failures(kept: &mut Vec<Diagnostic>) {
    for (failing, others) in rules::FAILING {
        let calls = kept.iter().filter(|d| d.rule.id == failing);
        let calls: Vec<u32> = calls.map(|d| d.span.start).collect();
        if !calls.is_empty() {
            kept.retain(|d| !others.contains(&d.rule.id) || !calls.contains(&d.span.start));
        }
    }
}

/// Calls a rule for everything in the file.
fn walk(cx: &mut Context<'_>, active: &ActiveRule) {
    let facts = cx.facts;
    let Checks {
        image,
        node,
        command,
        install,
        stage,
    } = active.checks;
    active.rule.check_file(cx);
    for image in facts.own_images().filter(|_| image) {
        active.rule.check_image(cx, image);
    }
    let asks = node || command || install;
    let nodes = if asks { facts.nodes.as_slice() } else { &[] };
    for at in nodes {
        if node {
            active.rule.check_node(cx, at);
        }
        if (command || install) && at.keyword() == Some(Keyword::Run) {
            for command in at.commands().iter().filter(|_| command) {
                active.rule.check_command(cx, at, command);
            }
            for install in at.installs.iter().filter(|_| install) {
                active.rule.check_install(cx, at, install);
            }
        }
    }
    for stage in facts.stages.iter().filter(|_| stage) {
        active.rule.check_stage(cx, stage);
    }
}

/// Says how many findings of the rule that ran are left out, if any are.
fn tell_left_out(cx: &mut Context<'_>) -> bool {
    let Some((number, place)) = cx.left_out.take() else {
        return false;
    };
    let findings = if number == 1 { "finding" } else { "findings" };
    let message = format!("{number} more {findings} of this rule from here on are not listed");
    let note = Diagnostic::new(cx.rule, cx.severity, place, message);
    cx.diagnostics.push(note);
    true
}

fn enter<'a>(cx: &mut Context<'a>, active: &'a ActiveRule) {
    cx.codes = &active.codes;
    cx.rule = active.meta;
    cx.severity = active.severity;
    cx.severity_is_set = active.severity_is_set;
    cx.first = cx.diagnostics.len();
    cx.left_out = None;
}

fn order(a: &Diagnostic, b: &Diagnostic) -> std::cmp::Ordering {
    (a.span.start, a.span.end, a.rule.id).cmp(&(b.span.start, b.span.end, b.rule.id))
}
