//! What a policy locks, and who tries to lift it.
//!
//! A policy is a configuration file that `--policy` lays over those of the repository. The rules
//! that it locks stay on, at its level and with its options, whatever anybody else says.

use std::path::PathBuf;

use super::file::LevelSetting;
use super::layer::{Layer, Selection, rules_of, selected_rules};
use super::{Config, Effective};
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::Report;
use crate::policy;
use crate::rules::{self, RULES};
use crate::span::{Source, Span};
use crate::text;
use crate::values::{Data, Value};

/// The word that locks `exclude`, among the names of rules.
pub const EXCLUDE: &str = "exclude";

/// The keys of `[policy]` that a locked rule takes from the policy alone, even if it leaves them out:
/// those that [`policy::Policy::keep`] copies, and the exceptions.
const ALWAYS: [&str; 7] = [
    "build-stages",
    "defines-golden",
    "effective",
    "exceptions",
    "final-digest",
    "final-runtime",
    "mode",
];

/// Something that a configuration says and that would lift a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    what: What,
    /// Where in the file.
    span: Span,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    /// A name in `ignore`.
    Ignore(String),
    /// A name in `levels`, and the level.
    Level(String, Option<LevelSetting>),
    /// A table in `rules`.
    Options(String),
    /// A key of `[policy]`.
    Policy(String),
    /// `exclude`.
    Exclude,
    /// `as-of`: dates of the policy would be judged for another day.
    AsOf,
    /// `--as-of` with a day before the one that the policy is judged for.
    Earlier,
}

/// What a file says that a policy may have locked.
pub(super) fn claims(root: &Value) -> Vec<Claim> {
    let mut claims = Vec::new();
    claims_of(root, &mut claims);
    for over in root.get("overrides").map_or(&[][..], Value::elements) {
        claims_of(over, &mut claims);
    }
    claims
}

fn claims_of(table: &Value, claims: &mut Vec<Claim>) {
    for ignored in table.get("ignore").map_or(&[][..], Value::elements) {
        if let Data::String(name) = &ignored.data {
            let what = What::Ignore(name.clone());
            let span = ignored.span;
            claims.push(Claim { what, span });
        }
    }
    let keys = |key: &str| {
        let table = table.get(key).and_then(Value::as_table);
        table
            .into_iter()
            .flatten()
            .map(|(key, (span, value))| (key.clone(), *span, value))
    };
    for (name, span, value) in keys("levels") {
        let level = match &value.data {
            Data::String(level) => LevelSetting::parse(level),
            _ => None,
        };
        let what = What::Level(name, level);
        claims.push(Claim { what, span });
    }
    for (name, span, _) in keys("rules") {
        let what = What::Options(name);
        claims.push(Claim { what, span });
    }
    for (name, span, _) in keys("policy") {
        let what = What::Policy(name);
        claims.push(Claim { what, span });
    }
    if let Some((span, _)) = table.as_table().and_then(|t| t.get("as-of")) {
        let (what, span) = (What::AsOf, *span);
        claims.push(Claim { what, span });
    }
    if let Some(exclude) = table.get("exclude").filter(|e| !e.elements().is_empty()) {
        let what = What::Exclude;
        let span = exclude.span;
        claims.push(Claim { what, span });
    }
}

/// What a policy locks.
pub(super) struct Lock {
    /// The policy's file.
    pub path: PathBuf,
    /// Which of [`RULES`] are locked.
    pub rules: Vec<bool>,
    /// Whether the repository may exclude nothing.
    pub exclude: bool,
    /// What the policy says by itself.
    pub own: Selection,
    /// The keys of `[policy]` that it alone sets.
    keys: Vec<String>,
}

impl Lock {
    /// What a policy locks for files to which these of its overrides apply; `None` if nothing.
    pub fn of(file: &Config, matching: &[bool]) -> Option<Self> {
        let layers: Vec<&Layer> = file.layers(matching).collect();
        let names: Vec<&str> = layers
            .iter()
            .flat_map(|l| &l.locked)
            .map(String::as_str)
            .collect();
        if names.is_empty() {
            return None;
        }
        let mut rules = vec![false; RULES.len()];
        for name in names.iter().filter(|n| **n != EXCLUDE) {
            for (locked, selected) in rules.iter_mut().zip(selected_rules(name)) {
                *locked |= selected;
            }
        }
        // It tells of the attempts.
        let told = rules_of("weakened-policy");
        for (locked, told) in rules.iter_mut().zip(told) {
            *locked |= told;
        }
        let mut keys: Vec<String> = file
            .claims()
            .filter_map(|claim| match &claim.what {
                // What others read besides only forbids more.
                What::Policy(key) if key != "sources" => Some(key.clone()),
                _ => None,
            })
            .collect();
        let is_locked = |id: &str| {
            let mut locked = RULES.iter().zip(&rules).filter(|(_, locked)| **locked);
            locked.any(|(entry, _)| entry.meta.id == id)
        };
        if policy::RULES.iter().any(|id| is_locked(id)) {
            keys.extend(ALWAYS.map(str::to_owned));
        } else {
            keys.clear();
        }
        Some(Self {
            path: file.path.clone(),
            exclude: names.contains(&EXCLUDE),
            own: Selection::of(&layers),
            rules,
            keys,
        })
    }

    /// Whether a policy lets no repository leave files out.
    pub fn has_exclude(policy: &Config) -> bool {
        policy
            .layers(&[])
            .flat_map(|l| &l.locked)
            .any(|n| n == EXCLUDE)
    }

    /// Whether the policy alone sets a key of `[policy]`.
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.iter().any(|k| k == key)
    }

    /// The locked rules that a name means.
    fn named(&self, selected: &[bool]) -> Vec<&'static str> {
        let all = RULES.iter().zip(&self.rules).zip(selected);
        all.filter(|((_, locked), selected)| **locked && **selected)
            .map(|((entry, _), _)| entry.meta.id)
            .collect()
    }

    /// What of a claim the policy does not let count, in words.
    fn refuses(&self, what: &What) -> Option<String> {
        let has_no_effect = |rules: Vec<&'static str>, on: &str| {
            (!rules.is_empty()).then(|| {
                let rules = text::list_of_names(rules.into_iter());
                format!("the policy locks {rules}: {on} has no effect")
            })
        };
        match what {
            What::Ignore(name) => {
                let on = format!("ignoring `{name}`");
                has_no_effect(self.named(&selected_rules(name)), &on)
            }
            What::Level(name, level) => {
                let mut rules = self.named(&rules_of(name));
                let wanted = level.and_then(LevelSetting::severity);
                rules.retain(|id| wanted < self.own.severity_of(id));
                has_no_effect(rules, "this level")
            }
            What::Options(name) => has_no_effect(self.named(&rules_of(name)), "this table"),
            What::Policy(key) => self
                .has_key(key)
                .then(|| format!("the policy sets `{key}`: this has no effect")),
            What::AsOf => {
                Some("the policy is judged for today: `as-of` has no effect here".to_owned())
            }
            What::Earlier => {
                Some("the policy is judged for no earlier day: `--as-of` has no effect".to_owned())
            }
            What::Exclude => self
                .exclude
                .then(|| "the policy locks `exclude`: nothing is left out".to_owned()),
        }
    }

    fn finding(&self, span: Span, message: String) -> Diagnostic {
        let meta = rules::meta("weakened-policy");
        let severity = self.own.severity_of(meta.id).unwrap_or(Severity::Error);
        let mut diagnostic = Diagnostic::new(meta, severity, span, message);
        let path = crate::context::disk::nearer(&self.path)
            .display()
            .to_string();
        diagnostic.help(format!(
            "delete it, or ask whoever keeps `{path}` for an exception"
        ));
        diagnostic
    }

    /// What a configuration tries to lift.
    pub fn attempts(&self, source: &Source, claims: &[Claim]) -> Option<Report> {
        let refused = claims.iter().filter_map(|claim| {
            let message = self.refuses(&claim.what)?;
            Some(self.finding(claim.span, message))
        });
        let mut diagnostics: Vec<Diagnostic> = refused.collect();
        diagnostics.sort_by_key(|d| (d.span.start, d.span.end));
        (!diagnostics.is_empty()).then(|| Report::of(source.clone(), diagnostics))
    }

    /// What a command line or the environment tries to lift: `name` says which; `day` is the one the
    /// policy is judged for.
    pub fn attempts_of(&self, name: &str, layer: &Layer, day: Option<Date>) -> Option<Report> {
        let mut text = String::new();
        let mut claims = Vec::new();
        let mut add = |line: String, what: What| {
            let start = text.len() as u32;
            text.push_str(&line);
            let span = Span::new(start, text.len() as u32);
            text.push('\n');
            claims.push(Claim { what, span });
        };
        for name in &layer.ignore {
            add(format!("--ignore {name}"), What::Ignore(name.clone()));
        }
        for (name, level) in &layer.levels {
            let line = format!("--level {name}={}", level.as_str());
            add(line, What::Level(name.clone(), Some(*level)));
        }
        for golden in &layer.golden {
            let line = format!("--golden {}", golden.image);
            add(line, What::Policy("golden".to_owned()));
        }
        for registry in &layer.trusted_registries {
            let line = format!("--trusted-registry {registry}");
            add(line, What::Policy("trusted-registries".to_owned()));
        }
        let earlier = layer
            .as_of
            .filter(|asked| day.is_some_and(|day| *asked < day));
        if let Some(asked) = earlier {
            add(format!("--as-of {asked}"), What::Earlier);
        }
        self.attempts(&Source::new(name, text), &claims)
    }
}

/// Puts what is locked over what applies.
pub(super) fn mark(lock: &Lock, effective: &mut Effective) {
    effective.locked_fail_on = Some(lock.own.fail_on);
    effective.baseline_hides_locked = lock.own.allow_baseline;
    for rule in &mut effective.settings.rules {
        let mut known = RULES.iter().zip(&lock.rules);
        rule.is_locked = known.any(|(entry, locked)| *locked && entry.meta.id == rule.meta.id);
    }
}
