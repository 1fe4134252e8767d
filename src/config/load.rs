//! Reading a configuration file and what it extends, every fault at its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::error::{Problem, nearest, reason};
use super::layer::{Layer, RuleOptions, Selection, check_rule, check_selector};
use super::lock::{self, Claim, EXCLUDE};
use super::{ConfigError, Effective, File, Patterns, unshipped};
use crate::context::{Files, Nothing, disk};
use crate::diagnostic::Severity;
use crate::policy::Exception;
use crate::policy::exceptions::Granted;
use crate::policy::rego::BuildPolicy;
use crate::rule::{Level, RuleMeta};
use crate::rules;
use crate::span::{Source, Span};
use crate::values::{self, Kind, Located, Mismatch, Step, Value};

/// The largest configuration file that is read.
const MAX_BYTES: u64 = 1 << 20;
/// How many files may extend each other in a row.
const MAX_EXTENDED: usize = 32;
/// How many files a file may extend in all.
const MAX_FILES: usize = 200;

/// A configuration file with everything it extends.
#[derive(Default)]
pub struct Config {
    /// The file; empty if there is none.
    pub path: PathBuf,
    /// From the file that is extended last to the file itself.
    base: Vec<Layer>,
    overrides: Vec<(Patterns, Layer)>,
    exclude: Vec<Patterns>,
    include: Vec<Patterns>,
    /// Tests and examples, if a file says which.
    unshipped: Option<Patterns>,
    /// The most that is said of them, if a file says it.
    unshipped_level: Option<Severity>,
    /// The exceptions from the policy, and the files they are for.
    exceptions: Vec<(Option<Patterns>, Arc<Granted>)>,
    /// What each of the files says that a policy may lock.
    claims: Vec<(Source, Vec<Claim>)>,
}

impl Config {
    /// Reads a file that was found and what it extends, all of it within its repository: whoever
    /// wrote the file may not be whoever lints it, and must not make dlint show other files.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if !disk::leads_out(folder, path) {
            return Self::read(path, Trust::Found);
        }
        let name = disk::nearer(path).to_path_buf();
        if disk::repository(folder).is_some() {
            return Err(ConfigError::new(Problem::Outside { path: name }));
        }
        Self::read(path, Trust::Found).map_err(|_| ConfigError::new(Problem::Hidden { path: name }))
    }

    /// Reads a file that the user named and what it extends, wherever that is.
    pub fn load_named(path: &Path) -> Result<Self, ConfigError> {
        Self::read(path, Trust::Named)
    }

    fn read(path: &Path, trust: Trust) -> Result<Self, ConfigError> {
        let mut config = Self {
            path: path.to_path_buf(),
            ..Self::default()
        };
        config.add(path, trust, &mut Vec::new())?;
        Ok(config)
    }

    /// Reads a text of TOML, whose patterns and `extends` are relative to the current folder.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let source = Source::new(super::FILE_NAME, text);
        let mut config = Self::default();
        let path = Path::new(super::FILE_NAME);
        config.add_source(path, &source, Trust::Named, &mut Vec::new())?;
        Ok(config)
    }

    fn add(
        &mut self,
        path: &Path,
        trust: Trust,
        chain: &mut Vec<PathBuf>,
    ) -> Result<(), ConfigError> {
        let source = source(path, trust)?;
        if super::hadolint::is_yaml(path) {
            self.base.push(super::hadolint::read(&source)?.layer);
            return Ok(());
        }
        self.add_source(path, &source, trust, chain)
    }

    fn add_source(
        &mut self,
        path: &Path,
        source: &Source,
        trust: Trust,
        chain: &mut Vec<PathBuf>,
    ) -> Result<(), ConfigError> {
        let reader = Reader { source, own: &[] };
        let (file, rules, of_overrides) = reader.read()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        chain.push(disk::identity(path));
        for extends in &file.extends.0 {
            let target = folder.join(&extends.value);
            let place = extends.span;
            let again = disk::identity(&target);
            if chain.contains(&again) {
                let names = chain.iter().chain([&again]).map(|p| disk::nearer(p));
                let names: Vec<String> = names.map(|p| p.display().to_string()).collect();
                let problem = Problem::Circle(names.join(" → "));
                return Err(reader.fault(problem, place));
            }
            // A list may name files that name lists.
            if self.base.len() > MAX_FILES {
                return Err(reader.fault(Problem::TooMany(MAX_FILES), place));
            }
            if chain.len() > MAX_EXTENDED {
                return Err(reader.fault(Problem::TooMany(MAX_EXTENDED), place));
            }
            let is_outside = trust == Trust::Found && disk::leads_out(folder, &target);
            if is_outside && disk::repository(folder).is_some() {
                let path = extends.value.as_str().into();
                return Err(reader.fault(Problem::Outside { path }, place));
            }
            self.add(&target, trust, chain)
                .map_err(|e| match *e.problem {
                    Problem::Unreadable { path, reason } => {
                        let path = disk::nearer(&path).to_path_buf();
                        reader.fault(Problem::Extends { path, reason }, place)
                    }
                    // Without a repository nobody knows whose file it is: it is not shown.
                    _ if is_outside => {
                        let path = extends.value.as_str().into();
                        reader.fault(Problem::Hidden { path }, place)
                    }
                    _ => e,
                })?;
        }
        chain.pop();
        self.lay_over(&reader, folder, (file, rules, of_overrides))
    }

    /// Reads the text of a `dlint.toml` that is no file. It extends nothing.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::parse_with(text, &[])
    }

    /// As [`Config::parse`], of a text that may select rules that are not dlint's, and set their
    /// levels; `own` are their ids.
    pub fn parse_with(text: &str, own: &[&str]) -> Result<Self, ConfigError> {
        let source = Source::new("dlint.toml", text);
        let reader = Reader {
            source: &source,
            own,
        };
        let read = reader.read()?;
        if let Some(extends) = read.0.extends.0.first() {
            let problem = Problem::Extends {
                path: (&extends.value).into(),
                reason: "this configuration is no file".to_owned(),
            };
            return Err(reader.fault(problem, extends.span));
        }
        let mut config = Self::default();
        config.lay_over(&reader, Path::new(""), read)?;
        Ok(config)
    }

    /// Lays a file over those that it extends.
    fn lay_over(
        &mut self,
        reader: &Reader<'_>,
        folder: &Path,
        (file, rules, of_overrides): (File, Rules, Vec<Rules>),
    ) -> Result<(), ConfigError> {
        self.exclude.push(reader.patterns(folder, &file.exclude)?);
        self.include.push(reader.patterns(folder, &file.include)?);
        let unshipped = &file.tests_and_examples;
        if let Some(files) = &unshipped.files {
            self.unshipped = Some(reader.patterns(folder, files)?);
        }
        self.unshipped_level = unshipped.level.or(self.unshipped_level);
        for (over, rules) in file.overrides.iter().zip(of_overrides) {
            let patterns = reader.patterns(folder, &over.files)?;
            let layer = Layer::of_override(over.clone(), rules);
            self.overrides.push((patterns, layer));
        }
        self.base.push(Layer::of_file(file, rules));
        let root = Value::parse(reader.source.text()).map_err(|e| reader.misfit(e, &[]))?;
        self.add_exceptions(reader, folder, &root)?;
        self.claims
            .push((reader.source.clone(), lock::claims(&root)));
        Ok(())
    }

    /// Reads the exceptions of a file, which is known to be well formed.
    fn add_exceptions(
        &mut self,
        reader: &Reader<'_>,
        folder: &Path,
        root: &Value,
    ) -> Result<(), ConfigError> {
        let of = |table: &Value| {
            table
                .get("policy")
                .and_then(|p| p.get("exceptions"))
                .cloned()
        };
        for over in root.get("overrides").map_or(&[][..], Value::elements) {
            if let Some(exceptions) = of(over) {
                let problem = "exceptions have `files` of their own: write `[[policy.exceptions]]`";
                let problem = Problem::Other(problem.to_owned());
                return Err(reader.fault(problem, exceptions.span));
            }
        }
        for value in of(root).iter().flat_map(Value::elements) {
            let exception = Exception::deserialize(value).map_err(|e| reader.misfit(e, &[]))?;
            let place = |key: &str| value.get(key).map_or(value.span, |v| v.span);
            check_rule(&exception.rule).map_err(|e| reader.fault(e.into(), place("rule")))?;
            if exception.reason.trim().is_empty() {
                let problem = Problem::Other("an exception needs a reason".to_owned());
                return Err(reader.fault(problem, place("reason")));
            }
            let patterns = (!exception.files.is_empty()).then(|| {
                let files = exception.files.iter().map(String::as_str);
                Patterns::new(folder, files).map_err(|e| reader.fault(e, place("files")))
            });
            let granted = Granted {
                source: reader.source.clone(),
                span: place("rule"),
                exception,
            };
            self.exceptions
                .push((patterns.transpose()?, Arc::new(granted)));
        }
        Ok(())
    }

    /// The exceptions that are for a file, by what [`Config::matching`] says of it.
    pub(super) fn exceptions<'c>(
        &'c self,
        matching: &'c [bool],
    ) -> impl Iterator<Item = &'c Arc<Granted>> {
        let matching = matching.iter().skip(self.overrides.len());
        let exceptions = self.exceptions.iter().zip(matching);
        exceptions.filter(|(_, fits)| **fits).map(|((_, e), _)| e)
    }

    /// All exceptions.
    pub fn all_exceptions(&self) -> impl Iterator<Item = &Arc<Granted>> {
        self.exceptions.iter().map(|(_, granted)| granted)
    }

    /// What the files say that a policy may lock.
    pub(super) fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().flat_map(|(_, claims)| claims)
    }

    /// The same by file.
    pub(super) fn claims_by_file(&self) -> &[(Source, Vec<Claim>)] {
        &self.claims
    }

    /// What the configuration says of a file of that name, and nothing else: no command line and
    /// no environment. With `all` every override is taken to apply.
    pub fn effective(&self, name: &Path, all: bool) -> Result<Effective, ConfigError> {
        let matching = if all {
            vec![true; self.overrides.len() + self.exceptions.len()]
        } else {
            self.matching(name)
        };
        let layers: Vec<&Layer> = self.layers(&matching).collect();
        let selection = Selection::of(&layers);
        let mut effective = selection.finish().map_err(ConfigError::new)?;
        effective.settings.most = self.most(name, &Nothing);
        effective.settings.exceptions = self.exceptions(&matching).cloned().collect();
        Ok(effective)
    }

    /// What the configuration says of a rule that is not dlint's, for a file of that name: whether it
    /// is on, and the severity it is given.
    pub fn own_rule(&self, name: &Path, rule: &RuleMeta) -> (bool, Option<Severity>) {
        let matching = self.matching(name);
        let mut on = !matches!(rule.level, Level::Off(_));
        let mut severity = None;
        let means = |name: &String| name == rule.id || name.eq_ignore_ascii_case("all");
        for layer in self.layers(&matching) {
            if let Some(select) = &layer.select {
                on = select.iter().any(means);
            }
            on |= layer.extend_select.iter().any(means);
            on &= !layer.ignore.iter().any(|name| name == rule.id);
            for (_, level) in layer.levels.iter().filter(|(name, _)| name == rule.id) {
                on = level.severity().is_some();
                severity = level.severity().or(severity);
            }
        }
        (on, severity)
    }

    /// Whether it says what tests and examples are, or how much is said of them.
    pub(super) fn says_what_is_unshipped(&self) -> bool {
        self.unshipped.is_some() || self.unshipped_level.is_some()
    }

    /// The most that rules which say less of tests and examples report of a file, if it is one.
    pub(super) fn most(&self, path: &Path, files: &dyn Files) -> Option<Severity> {
        let is_unshipped = match &self.unshipped {
            Some(patterns) => patterns.fits(path),
            None => unshipped::is_likely(path, files),
        };
        is_unshipped.then(|| self.unshipped_level.unwrap_or(Severity::Info))
    }

    /// Which of the overrides apply to a file, and behind them which of the exceptions.
    pub(super) fn matching(&self, path: &Path) -> Vec<bool> {
        let overrides = self.overrides.iter().map(|(p, _)| p.fits(path));
        let exceptions = self.exceptions.iter();
        let exceptions = exceptions.map(|(p, _)| p.as_ref().is_none_or(|p| p.fits(path)));
        overrides.chain(exceptions).collect()
    }

    /// The layers, the overrides that apply among them.
    pub(super) fn layers<'c>(&'c self, matching: &'c [bool]) -> impl Iterator<Item = &'c Layer> {
        let overrides = self.overrides.iter().zip(matching);
        let overrides = overrides.filter(|(_, fits)| **fits).map(|((_, l), _)| l);
        self.base.iter().chain(overrides)
    }

    /// Whether a file or folder is left out of a search.
    pub fn excludes(&self, path: &Path) -> bool {
        self.exclude.iter().any(|p| p.fits(path))
    }

    /// Whether a file is a Dockerfile whatever its name.
    pub fn includes(&self, path: &Path) -> bool {
        self.include.iter().any(|p| p.fits(path))
    }
}

/// Who says that a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The user, on the command line.
    Named,
    /// It lies where configuration is looked for, or such a file extends it.
    Found,
}

/// Reads a policy of Rego that a user names.
pub(super) fn build_policy(path: &Path) -> Result<BuildPolicy, ConfigError> {
    let source = source(path, Trust::Named)?;
    Ok(BuildPolicy {
        path: source.path().to_path_buf(),
        text: source.text().to_owned(),
    })
}

/// Reads the text of a file.
pub(super) fn source(path: &Path, trust: Trust) -> Result<Source, ConfigError> {
    let bytes = match trust {
        // It may be a pipe.
        Trust::Named => disk::read_named(path, MAX_BYTES),
        Trust::Found => disk::read_regular(path, MAX_BYTES),
    };
    let text =
        bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| disk::Refused::NotUtf8.into()));
    let text = text.map_err(|e| {
        ConfigError::new(Problem::Unreadable {
            path: path.to_path_buf(),
            reason: reason(&e),
        })
    })?;
    Ok(Source::new(disk::nearer(path), text))
}

/// The options of rules by the names they are given under.
type Rules = BTreeMap<String, RuleOptions>;

/// One file being read.
struct Reader<'a> {
    source: &'a Source,
    /// The ids of rules that are not dlint's.
    own: &'a [&'a str],
}

impl Reader<'_> {
    /// The file as written, the options of its rules and those of each of its overrides.
    fn read(&self) -> Result<(File, Rules, Vec<Rules>), ConfigError> {
        let root = Value::parse(self.source.text()).map_err(|e| self.misfit(e, &[]))?;
        let file = File::deserialize(&root).map_err(|e| self.misfit(e, &[]))?;
        self.check_names(
            [
                file.select.as_deref(),
                Some(&file.extend_select),
                Some(&file.ignore),
            ],
            file.levels.keys().chain(file.rules.keys()),
        )?;
        for name in file.locked.iter().filter(|n| n.value != EXCLUDE) {
            check_selector(&name.value).map_err(|e| self.fault(e.into(), name.span))?;
        }
        let rules = self.rules(&root, &[])?;
        let mut of_overrides = Vec::new();
        let overrides = root.get("overrides").map_or(&[][..], Value::elements);
        for (i, (over, value)) in file.overrides.iter().zip(overrides).enumerate() {
            self.check_names(
                [
                    over.select.as_deref(),
                    Some(&over.extend_select),
                    Some(&over.ignore),
                ],
                over.levels.keys().chain(over.rules.keys()),
            )?;
            let at = [Step::Key("overrides".to_owned()), Step::Index(i)];
            of_overrides.push(self.rules(value, &at)?);
        }
        Ok((file, rules, of_overrides))
    }

    /// Checks the names that select rules and those that are keys.
    fn check_names<'n>(
        &self,
        selectors: [Option<&[Located<String>]>; 3],
        keys: impl Iterator<Item = &'n Located<String>>,
    ) -> Result<(), ConfigError> {
        let is_own = |name: &&Located<String>| self.own.contains(&name.value.as_str());
        let names = selectors.into_iter().flatten().flatten();
        for name in names.filter(|name| !is_own(name)) {
            check_selector(&name.value).map_err(|e| self.fault(e.into(), name.span))?;
        }
        for name in keys.filter(|name| !is_own(name)) {
            check_rule(&name.value).map_err(|e| self.fault(e.into(), name.span))?;
        }
        Ok(())
    }

    /// Has the rules read their options.
    fn rules(&self, top: &Value, at: &[Step]) -> Result<Rules, ConfigError> {
        let mut rules = Rules::new();
        for (name, (_, options)) in top
            .get("rules")
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            let mut configured = Vec::new();
            for entry in rules::by_name(name) {
                let rule = (entry.configure)(options).map_err(|e| {
                    let rules = Step::Key("rules".to_owned());
                    let path = [at, &[rules, Step::Key(name.clone())]].concat();
                    self.misfit(e, &path)
                })?;
                configured.push((entry.meta.id, Arc::from(rule)));
            }
            let table = options.as_table().cloned().unwrap_or_default();
            rules.insert(name.clone(), RuleOptions::new(table, configured));
        }
        Ok(rules)
    }

    fn patterns(
        &self,
        folder: &Path,
        patterns: &[Located<String>],
    ) -> Result<Patterns, ConfigError> {
        Patterns::new(folder, patterns.iter().map(|p| p.value.as_str())).map_err(|problem| {
            let wrong = match &problem {
                Problem::Pattern { pattern, .. } => patterns.iter().find(|p| p.value == *pattern),
                _ => None,
            };
            let span = wrong.or(patterns.first()).map(|p| p.span);
            self.fault(problem, span.unwrap_or_default())
        })
    }

    fn fault(&self, problem: Problem, span: Span) -> ConfigError {
        ConfigError::at(problem, self.source, span)
    }

    /// A value that does not fit, read from what `at` leads to.
    fn misfit(&self, error: values::Error, at: &[Step]) -> ConfigError {
        let span = error.span.unwrap_or_default();
        let text = self.source.slice(span);
        let path = [at, &error.path].concat();
        let problem = match *error.mismatch {
            Mismatch::Type { wanted, found } => {
                let mut keys = path.iter().rev().filter_map(Step::as_key);
                Problem::Type {
                    key: keys.next().map(str::to_owned),
                    is_element: matches!(path.last(), Some(Step::Index(_))),
                    wanted,
                    found,
                    instead: instead(text, &path, wanted, found),
                }
            }
            Mismatch::UnknownKey { key, known } => {
                let (nearest, known) = nearest(&key, known);
                Problem::UnknownKey {
                    key,
                    nearest,
                    known,
                }
            }
            Mismatch::UnknownValue { value, known } => {
                let (nearest, known) = nearest(&value, known);
                Problem::UnknownValue {
                    value,
                    nearest,
                    known,
                }
            }
            Mismatch::Range { least, most } => {
                Problem::Other(format!("`{text}` is not between {least} and {most}"))
            }
            Mismatch::TooLarge => Problem::Other(format!("`{text}` is too large a number")),
            Mismatch::MissingKey(key) => Problem::Other(format!("missing key `{key}`")),
            Mismatch::Other(message) => Problem::Other(message),
        };
        self.fault(problem, span)
    }
}

/// What may be written instead of a value of the wrong type, in backticks.
fn instead(text: &str, path: &[Step], wanted: Kind, found: Kind) -> Option<String> {
    const LONGEST: usize = 60;
    let key = path.iter().rev().find_map(Step::as_key)?;
    let is_element = matches!(path.last(), Some(Step::Index(_)));
    let whole: Vec<String> = path.iter().filter_map(Step::as_key).map(bare).collect();
    let whole = whole.join(".");
    let is_inline = text.len() <= LONGEST && !text.contains('\n');
    let set = |value: &str| {
        if is_element {
            format!("`{value}`")
        } else {
            format!("`{} = {value}`", bare(key))
        }
    };
    let content = text.trim_matches(['"', '\'']);
    Some(match (wanted, found) {
        (Kind::Array, Kind::Table) if !text.starts_with('{') => format!("`[[{whole}]]`"),
        (Kind::Table, _) if !is_element => {
            format!("`[{whole}]`, and below it a line for each key")
        }
        _ if !is_inline => return None,
        (Kind::Array, Kind::String) => {
            let elements = content.split(',').map(str::trim).filter(|e| !e.is_empty());
            let elements: Vec<String> = elements.map(|e| format!("\"{e}\"")).collect();
            set(&format!("[{}]", elements.join(", ")))
        }
        (Kind::Array, _) => set(&format!("[{text}]")),
        (Kind::String, Kind::Boolean | Kind::Integer | Kind::Float | Kind::Datetime) => {
            set(&format!("\"{text}\""))
        }
        (Kind::Boolean, _) => match content.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => set("true"),
            "false" | "no" | "off" | "0" => set("false"),
            _ => return None,
        },
        (Kind::Integer, Kind::String) => set(&content.parse::<i64>().ok()?.to_string()),
        _ => return None,
    })
}

/// A key as it is written: in quotes if it needs them.
fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(plain) {
        key.to_owned()
    } else {
        format!("\"{key}\"")
    }
}
