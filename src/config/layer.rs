//! Layers of settings: a file that is extended, the file, an override, the command line.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::Problem;
use super::lock::Lock;
use super::{
    BuildOptions, Effective, FailOn, File, Format, LevelSetting, Override, PolicyKeys, Profile,
    ScriptChecker,
};
use crate::compat::{hadolint, scanners};
use crate::date::Date;
use crate::diagnostic::Severity;
use crate::engine::{ActiveRule, Settings};
use crate::perspective::Perspective;
use crate::policy::{Golden, Policy};
use crate::rule::{CodeChoice, Impact, Level, OtherCodes, Rule, RuleMeta};
use crate::rules::{self, RULES, RuleEntry};
use crate::values::{Located, Table, Value};

/// The settings one place makes. What it does not say stays as the layers below have it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    /// The set of rules to start from.
    pub profile: Option<Profile>,
    /// The rules that are on, instead of those that were.
    pub select: Option<Vec<String>>,
    /// Rules that are on besides.
    pub extend_select: Vec<String>,
    /// Rules that are off.
    pub ignore: Vec<String>,
    /// The least severity that makes a run fail.
    pub fail_on: Option<FailOn>,
    /// The levels of rules, in order.
    pub levels: Vec<(String, LevelSetting)>,
    /// The rules that nothing else lifts, if the file is a policy.
    pub locked: Vec<String>,
    /// Whether a baseline may hide what is locked; likewise.
    pub allow_baseline: Option<bool>,
    /// Keys of [`Policy`] that replace those below.
    pub policy: PolicyKeys,
    /// Golden images besides.
    pub golden: Vec<Golden>,
    /// Trusted registries besides.
    pub trusted_registries: Vec<String>,
    /// How files are built.
    pub build: BuildOptions,
    /// Options of rules.
    pub rules: BTreeMap<String, RuleOptions>,
    /// Whether ignore comments count.
    pub ignore_comments: Option<bool>,
    /// How findings are written; of the layers of the current folder.
    pub format: Option<Format>,
    /// Whether colour is unwanted; likewise.
    pub no_color: Option<bool>,
    /// Whether more is said than findings; likewise.
    pub verbose: Option<bool>,
    /// Who looks at shell scripts.
    pub shellcheck: Option<ScriptChecker>,
    /// The day that files are judged for.
    pub as_of: Option<Date>,
}

impl Layer {
    /// What a file says, with the options its rules have read.
    pub(super) fn of_file(file: File, rules: BTreeMap<String, RuleOptions>) -> Self {
        Self {
            profile: file.profile,
            select: file.select.map(values),
            extend_select: values(file.extend_select),
            ignore: values(file.ignore),
            fail_on: file.fail_on,
            levels: file.levels.into_iter().map(|(k, v)| (k.value, v)).collect(),
            locked: values(file.locked),
            allow_baseline: file.allow_baseline,
            policy: file.policy,
            build: file.build,
            rules,
            ignore_comments: file.ignore_comments,
            format: file.format,
            shellcheck: file.shellcheck,
            as_of: file.as_of,
            ..Self::default()
        }
    }

    /// What an override says, likewise.
    pub(super) fn of_override(over: Override, rules: BTreeMap<String, RuleOptions>) -> Self {
        Self {
            profile: over.profile,
            select: over.select.map(values),
            extend_select: values(over.extend_select),
            ignore: values(over.ignore),
            fail_on: over.fail_on,
            levels: over.levels.into_iter().map(|(k, v)| (k.value, v)).collect(),
            policy: over.policy,
            build: over.build,
            rules,
            ..Self::default()
        }
    }
}

fn values(located: Vec<Located<String>>) -> Vec<String> {
    located.into_iter().map(|l| l.value).collect()
}

/// The options one file gives under one name.
#[derive(Clone)]
pub struct RuleOptions {
    table: Table,
    /// The rules of that name, which have read them.
    rules: Vec<(&'static str, Arc<dyn Rule>)>,
}

impl RuleOptions {
    pub(super) fn new(table: Table, rules: Vec<(&'static str, Arc<dyn Rule>)>) -> Self {
        Self { table, rules }
    }
}

impl std::fmt::Debug for RuleOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.table.fmt(f)
    }
}

impl PartialEq for RuleOptions {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
    }
}

/// The options a rule has so far.
#[derive(Clone, Default)]
struct Options {
    table: Table,
    /// The rule with them, as long as one file alone gives any.
    rule: Option<Arc<dyn Rule>>,
}

/// A name that no rule, alias, family or impact has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{name}`")]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// The name it may stand for.
    pub nearest: Option<String>,
}

impl UnknownRule {
    /// What to do.
    pub fn help(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`dlint rules` lists them".to_owned(),
        }
    }

    /// Checks the name of a rule: an id or an alias.
    pub fn check(name: &str) -> Result<(), UnknownRule> {
        if rules::by_name(name).is_empty() {
            Err(UnknownRule::new(name, false))
        } else {
            Ok(())
        }
    }

    fn new(name: &str, selector: bool) -> Self {
        let lower = name.to_lowercase();
        let distance = |known: &str| crate::text::edit_distance(&lower, &known.to_lowercase());
        let words = Impact::ALL.map(Impact::as_str).into_iter().chain(["all"]);
        let words = words.filter(|w| selector && distance(w) <= 2);
        // A family is no rule: where only rules fit, it is no help.
        let nearest = rules::nearest_name(name).into_iter();
        let nearest = nearest.filter(|n| selector || !rules::by_name(n).is_empty());
        Self {
            name: name.to_owned(),
            nearest: nearest
                .chain(words)
                .min_by_key(|n| distance(n))
                .map(str::to_owned),
        }
    }
}

/// How wide a name in a selection is; of two that disagree the narrower one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    All,
    Impact,
    Family,
    Rule,
    Code,
}

impl Width {
    const WIDEST_FIRST: [Width; 5] = [
        Width::All,
        Width::Impact,
        Width::Family,
        Width::Rule,
        Width::Code,
    ];
}

/// Whether a name fits a rule, and how narrowly. A family or impact wins over an alias.
fn width_of(name: &str) -> Option<Width> {
    if name.eq_ignore_ascii_case("all") {
        return Some(Width::All);
    }
    if rules::by_id(name).is_some() {
        return Some(Width::Rule);
    }
    if rules::is_code(name) {
        return Some(Width::Code);
    }
    if RULES.iter().any(|e| e.meta.family == name) {
        return Some(Width::Family);
    }
    if Impact::ALL.iter().any(|i| i.as_str() == name) {
        return Some(Width::Impact);
    }
    (!rules::by_name(name).is_empty()).then_some(Width::Rule)
}

/// Whether a name selects a rule; `named` is what it means as the name of a rule.
fn selects(name: &str, width: Width, named: &[&RuleEntry], meta: &RuleMeta) -> bool {
    match width {
        Width::All => true,
        Width::Impact => meta.impact.iter().any(|i| i.as_str() == name),
        Width::Family => meta.family == name,
        Width::Rule | Width::Code => named.iter().any(|e| e.meta.id == meta.id),
    }
}

/// Checks a name in a selection. A code that hadolint had once, or a check of a scanner that no rule
/// makes, means nothing and is no mistake.
pub(super) fn check_selector(name: &str) -> Result<(), UnknownRule> {
    match width_of(name) {
        Some(_) => Ok(()),
        None if hadolint::is_known(name) || scanners::declined(name).is_some() => Ok(()),
        None => Err(UnknownRule::new(name, true)),
    }
}

/// Which of [`RULES`] a name in a selection means.
pub(super) fn selected_rules(name: &str) -> Vec<bool> {
    let named = rules::by_name(name);
    let width = width_of(name);
    let selected = |entry: &RuleEntry| width.is_some_and(|w| selects(name, w, &named, &entry.meta));
    RULES.iter().map(selected).collect()
}

/// Which of [`RULES`] the name of a rule means.
pub(super) fn rules_of(name: &str) -> Vec<bool> {
    let named = rules::by_name(name);
    let is_named = |entry: &RuleEntry| named.iter().any(|e| e.meta.id == entry.meta.id);
    RULES.iter().map(is_named).collect()
}

/// Checks the name of a rule.
pub(super) fn check_rule(name: &str) -> Result<(), UnknownRule> {
    if hadolint::is_known(name) || scanners::declined(name).is_some() {
        return Ok(());
    }
    UnknownRule::check(name)
}

impl Layer {
    /// Checks the names that a command line gives; those of a file are checked when it is read.
    pub fn check_names(&self) -> Result<(), UnknownRule> {
        let selectors = self.select.iter().flatten();
        let mut selectors = selectors.chain(&self.extend_select).chain(&self.ignore);
        selectors.try_for_each(|name| check_selector(name))?;
        self.levels
            .iter()
            .try_for_each(|(name, _)| check_rule(name))
    }
}

impl Profile {
    fn has(self, meta: &RuleMeta) -> bool {
        match self {
            Profile::Recommended => !matches!(meta.level, Level::Off(_)),
            Profile::Strict => true,
            Profile::Security => meta.impact.contains(&Impact::Security),
            Profile::Hadolint => {
                meta.id == rules::SHELLCHECK || meta.hadolint.is_some_and(|h| h.is_on)
            }
            Profile::Buildkit => meta.buildkit.is_some(),
        }
    }

    /// What it does with the codes of ShellCheck.
    fn shell_codes(self) -> OtherCodes {
        match self {
            Profile::Strict | Profile::Hadolint => OtherCodes::All,
            _ => OtherCodes::Recommended,
        }
    }

    /// The severity a rule has here, if that is not its own.
    fn severity(self, meta: &RuleMeta) -> Option<Severity> {
        match self {
            Profile::Hadolint => meta.hadolint.map(|h| h.severity),
            _ => None,
        }
    }

    /// The least severity that makes a run fail.
    fn fail_on(self) -> FailOn {
        match self {
            Profile::Hadolint => FailOn::Info,
            // `docker build --check` fails on whatever it says.
            Profile::Buildkit => FailOn::Style,
            _ => FailOn::Warning,
        }
    }

    fn perspective(self) -> Perspective {
        match self {
            Profile::Hadolint => Perspective::Hadolint,
            Profile::Buildkit => Perspective::Buildkit,
            _ => Perspective::Dlint,
        }
    }
}

/// Layers laid over one another.
pub(super) struct Selection {
    profile: Profile,
    /// Per rule of [`RULES`].
    on: Vec<bool>,
    /// Per rule, whether a selection named it.
    asked_for: Vec<bool>,
    severities: Vec<Option<Severity>>,
    options: Vec<Options>,
    pub(super) fail_on: FailOn,
    ignore_comments: bool,
    pub(super) allow_baseline: bool,
    pub(super) shellcheck: ScriptChecker,
    pub(super) as_of: Option<Date>,
    /// The codes that are on, for the rule that has any.
    codes: CodeChoice,
    policy: Policy,
    golden: Vec<Golden>,
    trusted_registries: Vec<String>,
    build: BuildOptions,
}

impl Selection {
    /// Lays layers over one another, the lowest first.
    pub(super) fn of(layers: &[&Layer]) -> Self {
        // The topmost profile is the set that all start from; a selection below it is void.
        let base = layers.iter().rposition(|l| l.profile.is_some());
        let profile = base.and_then(|i| layers.get(i)).and_then(|l| l.profile);
        let profile = profile.unwrap_or_default();
        let mut selection = Self {
            profile,
            on: RULES.iter().map(|e| profile.has(&e.meta)).collect(),
            asked_for: vec![profile != Profile::Recommended; RULES.len()],
            severities: RULES.iter().map(|e| profile.severity(&e.meta)).collect(),
            options: vec![Options::default(); RULES.len()],
            codes: CodeChoice {
                others: profile.shell_codes(),
                ..CodeChoice::default()
            },
            fail_on: profile.fail_on(),
            ignore_comments: true,
            allow_baseline: false,
            shellcheck: ScriptChecker::default(),
            as_of: None,
            policy: Policy::default(),
            golden: Vec::new(),
            trusted_registries: Vec::new(),
            build: BuildOptions::default(),
        };
        for (i, layer) in layers.iter().enumerate() {
            let select = layer
                .select
                .as_deref()
                .filter(|_| base.is_none_or(|b| i >= b));
            selection.lay(layer, select);
        }
        selection
    }

    fn lay(&mut self, layer: &Layer, select: Option<&[String]>) {
        if select.is_some() {
            self.on.fill(false);
            self.codes.named.clear();
        }
        let selected = select.into_iter().flatten().chain(&layer.extend_select);
        let selected = selected.map(|n| (n, width_of(n), true));
        let ignored = layer.ignore.iter().map(|n| (n, width_of(n), false));
        // Of two equally narrow names the one that ignores wins.
        let names: Vec<_> = selected.chain(ignored).collect();
        for width in Width::WIDEST_FIRST {
            for (name, _, wanted) in names.iter().filter(|(_, w, _)| *w == Some(width)) {
                let named = rules::by_name(name);
                let slots = self.on.iter_mut().zip(&mut self.asked_for);
                for ((on, asked_for), entry) in slots.zip(&RULES) {
                    if !selects(name, width, &named, &entry.meta) {
                        continue;
                    }
                    *asked_for |= *wanted;
                    if width == Width::Code {
                        self.codes.set(name, *wanted, on);
                    } else {
                        *on = *wanted;
                        if entry.meta.id == rules::SHELLCHECK && *wanted {
                            self.codes.others = self.profile.shell_codes();
                        }
                    }
                }
            }
        }
        for (name, level) in &layer.levels {
            let named = rules::by_name(name);
            let slots = self.on.iter_mut().zip(&mut self.severities);
            for ((on, severity), entry) in slots.zip(&RULES) {
                if !named.iter().any(|e| e.meta.id == entry.meta.id) {
                    continue;
                }
                if rules::is_code(name) {
                    self.codes.set(name, *level != LevelSetting::Off, on);
                    let code = name.to_ascii_uppercase();
                    let severity = level.severity().map(|s| (code, s));
                    self.codes.severities.extend(severity);
                } else {
                    *on = *level != LevelSetting::Off;
                    *severity = level.severity().or(*severity);
                }
            }
        }
        for options in layer.rules.values() {
            for (id, rule) in &options.rules {
                let slots = self.options.iter_mut().zip(&RULES);
                for (slot, _) in slots.filter(|(_, entry)| entry.meta.id == *id) {
                    slot.rule = slot.table.is_empty().then(|| Arc::clone(rule));
                    slot.table.extend(options.table.clone());
                }
            }
        }
        self.fail_on = layer.fail_on.unwrap_or(self.fail_on);
        self.ignore_comments = layer.ignore_comments.unwrap_or(self.ignore_comments);
        self.allow_baseline = layer.allow_baseline.unwrap_or(self.allow_baseline);
        self.shellcheck = layer.shellcheck.unwrap_or(self.shellcheck);
        self.as_of = layer.as_of.or(self.as_of);
        layer.policy.lay_over(&mut self.policy);
        self.golden.extend(layer.golden.iter().cloned());
        let registries = layer.trusted_registries.iter().cloned();
        self.trusted_registries.extend(registries);
        let args = layer.build.args.clone();
        self.build.args.extend(args);
        if layer.build.target.is_some() {
            self.build.target.clone_from(&layer.build.target);
        }
        let contexts = layer.build.contexts.iter().cloned();
        self.build.contexts.extend(contexts);
        if layer.build.context.is_some() {
            self.build.context.clone_from(&layer.build.context);
        }
        if !layer.build.platforms.is_empty() {
            self.build.platforms.clone_from(&layer.build.platforms);
        }
    }

    /// The level that a rule reports at; `None` if it is off.
    pub(super) fn severity_of(&self, id: &str) -> Option<Severity> {
        let state = RULES.iter().zip(&self.on).zip(&self.severities);
        let mut state = state.filter(|((entry, on), _)| **on && entry.meta.id == id);
        let ((entry, _), severity) = state.next()?;
        Some(severity.unwrap_or(entry.meta.level.severity()))
    }

    /// Puts what a policy locks over what everybody says. `asked` is what applies without the
    /// policy: who asks for more gets it.
    pub(super) fn keep(&mut self, lock: &Lock, asked: &Selection) {
        let own = &lock.own;
        for (i, entry) in RULES.iter().enumerate() {
            if !lock.rules.get(i).is_some_and(|locked| *locked) {
                continue;
            }
            if let (Some(on), Some(wanted)) = (self.on.get_mut(i), own.on.get(i)) {
                *on |= wanted;
            }
            let least = own.severities.get(i).copied().flatten();
            let more = asked.severities.get(i).copied().flatten();
            let more = more.filter(|s| *s > least.unwrap_or(entry.meta.level.severity()));
            if let Some(severity) = self.severities.get_mut(i) {
                *severity = more.or(least);
            }
            if let (Some(options), Some(wanted)) = (self.options.get_mut(i), own.options.get(i)) {
                options.clone_from(wanted);
            }
            if entry.meta.id == rules::SHELLCHECK {
                self.codes.clone_from(&own.codes);
            }
        }
        if let Some(i) = RULES.iter().position(|e| e.meta.id == "weakened-policy") {
            self.on.iter_mut().skip(i).take(1).for_each(|on| *on = true);
        }
        if lock.has_key("mode") {
            own.policy.keep(&mut self.policy);
        }
        if lock.has_key("golden") {
            self.golden.clear();
        }
        if lock.has_key("trusted-registries") {
            self.trusted_registries.clear();
        }
    }

    pub(super) fn finish(self) -> Result<Effective, Problem> {
        let mut active = Vec::new();
        let state = self.on.iter().zip(&self.severities).zip(self.options);
        let state = state.zip(self.asked_for);
        for (entry, (((on, severity), options), asked_for)) in RULES.iter().zip(state) {
            if !on {
                continue;
            }
            let mut rule = ActiveRule::new(entry);
            rule.is_asked_for = asked_for;
            if let Some(configured) = options.rule {
                rule.rule = configured;
            } else if !options.table.is_empty() {
                // Each file's own were read before; here those of several meet.
                let options = Value::of_table(options.table);
                let configured = (entry.configure)(&options);
                let configured = configured.map_err(|e| Problem::Other(e.to_string()))?;
                rule.rule = Arc::from(configured);
            }
            if entry.meta.id == rules::SHELLCHECK {
                rule.codes.clone_from(&self.codes);
            }
            if let Some(severity) = severity {
                rule.severity = *severity;
                rule.severity_is_set = true;
            }
            active.push(rule);
        }
        let mut policy = self.policy;
        policy.golden.extend(self.golden);
        policy.trusted_registries.extend(self.trusted_registries);
        Ok(Effective {
            locked_fail_on: None,
            baseline: None,
            baseline_hides_locked: false,
            scripts: self.shellcheck,
            digest: None,
            settings: Settings {
                perspective: self.profile.perspective(),
                builds: Vec::new(),
                files: None,
                no_ignores: !self.ignore_comments,
                most: None,
                fingerprint_key: None,
                as_of: self.as_of,
                rules: active,
                policy,
                exceptions: Vec::new(),
                build: crate::context::Build {
                    arguments: self.build.args.into_iter().collect(),
                    target: self.build.target,
                    contexts: self.build.contexts,
                    context: self.build.context,
                    platforms: self.build.platforms,
                    ..crate::context::Build::default()
                },
            },
            fail_on: self.fail_on,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_rules_is_known_and_others_are_not() {
        for name in [
            "all",
            "security",
            "syntax",
            "syntax-error",
            "DL1000",
            "dl1000",
        ] {
            assert_eq!(check_selector(name), Ok(()), "{name}");
        }
        assert!(check_selector("").is_err());
        let family = check_rule("sintax").unwrap_err();
        assert_ne!(family.nearest.as_deref(), Some("syntax"));
    }

    #[test]
    fn later_layers_win_and_options_of_rules_are_kept_key_by_key() {
        let low = Layer {
            profile: Some(Profile::Strict),
            select: Some(vec!["all".into()]),
            ignore: vec!["syntax-error".into()],
            levels: vec![("unused-ignore".into(), LevelSetting::Error)],
            policy: PolicyKeys {
                trusted_registries: Some(vec!["a".into()]),
                insecure_registries: Some(vec!["b".into()]),
                ..PolicyKeys::default()
            },
            ..Layer::default()
        };
        let high = Layer {
            extend_select: vec!["syntax-error".into()],
            policy: PolicyKeys {
                trusted_registries: Some(vec!["c".into()]),
                ..PolicyKeys::default()
            },
            trusted_registries: vec!["d".into()],
            ..Layer::default()
        };
        let effective = Selection::of(&[&low, &high]).finish().unwrap();
        let rule = |id: &str| {
            let mut rules = effective.settings.rules.iter();
            rules.find(|r| r.meta.id == id).map(|r| r.severity)
        };
        assert_eq!(rule("syntax-error"), Some(Severity::Error));
        assert_eq!(rule("unused-ignore"), Some(Severity::Error));
        assert_eq!(effective.settings.policy.trusted_registries, ["c", "d"]);
        assert_eq!(effective.settings.policy.insecure_registries, ["b"]);
    }
}
