//! Reading a configuration file and what it extends, every fault at its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::error::{Problem, nearest, reason};
use super::layer::{Layer, RuleOptions, Selection, check_rule, check_selector};
use super::lock::{self, Claim, EXCLUDE};
use super::remote::{self, Location, Remote};
use super::{ConfigError, Effective, File, Patterns, unshipped};
use crate::context::{Files, Nothing, disk};
use crate::diagnostic::Severity;
use crate::policy::Exception;
use crate::policy::exceptions::Granted;
use crate::policy::sources::PolicySource;
use crate::rule::{Level, RuleMeta};
use crate::rules;
use crate::span::{Source, Span};
use crate::values::{self, Data, Kind, Located, Mismatch, Step, Value};

/// The largest configuration file that is read.
pub(super) const MAX_BYTES: u64 = 1 << 20;
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
    pub fn load(path: &Path, remote: &Remote) -> Result<Self, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if !disk::leads_out(folder, path) {
            return Self::read(path, Trust::Found, remote);
        }
        let name = disk::nearer(path).to_path_buf();
        if disk::repository(folder).is_some() {
            return Err(ConfigError::new(Problem::Outside { path: name }));
        }
        Self::read(path, Trust::Found, remote)
            .map_err(|_| ConfigError::new(Problem::Hidden { path: name }))
    }

    /// Reads a file that the user named and what it extends, wherever that is: a path, or what
    /// `extends` may name.
    pub fn load_named(path: &Path, remote: &Remote) -> Result<Self, ConfigError> {
        let Some(text) = remote::named(path.as_os_str()) else {
            return Self::read(path, Trust::Named, remote);
        };
        let wrong = |wrong| ConfigError::new(remote::problem(text, wrong));
        let origin = match Location::parse(text).map_err(wrong)? {
            Location::Path => return Self::read(path, Trust::Named, remote),
            location => Origin::Elsewhere(location),
        };
        let mut config = Self {
            path: path.to_path_buf(),
            ..Self::default()
        };
        let trust = Trust::Named;
        let place = Place {
            origin,
            folder: PathBuf::new(),
            trust,
        };
        let source = place.source(remote).map_err(wrong)?;
        config.add_source(&place, &source, &mut Chain::new(remote))?;
        Ok(config)
    }

    fn read(path: &Path, trust: Trust, remote: &Remote) -> Result<Self, ConfigError> {
        let mut config = Self {
            path: path.to_path_buf(),
            ..Self::default()
        };
        config.add(path, trust, &mut Chain::new(remote))?;
        Ok(config)
    }

    /// Reads a text of TOML, whose patterns and `extends` are relative to the current folder.
    pub fn from_toml(text: &str, remote: &Remote) -> Result<Self, ConfigError> {
        let source = Source::new(super::FILE_NAME, text);
        let mut config = Self::default();
        let place = Place::of_file(Path::new(super::FILE_NAME), Trust::Named);
        config.add_source(&place, &source, &mut Chain::new(remote))?;
        Ok(config)
    }

    fn add(&mut self, path: &Path, trust: Trust, chain: &mut Chain<'_>) -> Result<(), ConfigError> {
        let source = source(path, trust)?;
        if super::hadolint::is_yaml(path) {
            self.base.push(super::hadolint::read(&source)?.layer);
            return Ok(());
        }
        self.add_source(&Place::of_file(path, trust), &source, chain)
    }

    fn add_source(
        &mut self,
        place: &Place,
        source: &Source,
        chain: &mut Chain<'_>,
    ) -> Result<(), ConfigError> {
        let reader = Reader { source, own: &[] };
        let (file, rules, of_overrides) = reader.read()?;
        chain.names.push(place.identity());
        for extends in &file.extends.0 {
            self.extend(place, &reader, extends, chain)?;
        }
        chain.names.pop();
        self.lay_over(&reader, place, (file, rules, of_overrides), chain.remote)
    }

    /// Reads what a file extends.
    fn extend(
        &mut self,
        place: &Place,
        reader: &Reader<'_>,
        extends: &Located<String>,
        chain: &mut Chain<'_>,
    ) -> Result<(), ConfigError> {
        let at = extends.span;
        let named = &extends.value;
        let wrong = |wrong| reader.fault(remote::problem(named, wrong), at);
        let next = place.beside(named).map_err(wrong)?;
        let again = next.identity();
        if chain.names.contains(&again) {
            let names: Vec<&str> = chain.names.iter().chain([&again]).map(shown).collect();
            return Err(reader.fault(Problem::Circle(names.join(" → ")), at));
        }
        // A list may name files that name lists.
        if self.base.len() > MAX_FILES {
            return Err(reader.fault(Problem::TooMany(MAX_FILES), at));
        }
        if chain.names.len() > MAX_EXTENDED {
            return Err(reader.fault(Problem::TooMany(MAX_EXTENDED), at));
        }
        let is_outside = next.trust == Trust::Found
            && next
                .local()
                .is_some_and(|path| disk::leads_out(&place.folder, path));
        if is_outside && disk::repository(&place.folder).is_some() {
            let path = named.into();
            return Err(reader.fault(Problem::Outside { path }, at));
        }
        let Origin::File(target) = &next.origin else {
            let source = next.source(chain.remote).map_err(wrong)?;
            return self.add_source(&next, &source, chain);
        };
        self.add(target, next.trust, chain)
            .map_err(|e| match *e.problem {
                Problem::Unreadable { path, reason } => {
                    let path = disk::nearer(&path).to_path_buf();
                    reader.fault(Problem::Extends { path, reason }, at)
                }
                // Without a repository nobody knows whose file it is: it is not shown.
                _ if is_outside => {
                    let path = named.into();
                    reader.fault(Problem::Hidden { path }, at)
                }
                _ => e,
            })
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
        if let Some(named) = read.0.policy.sources.first() {
            let problem = format!("`{named}` is not read: this configuration is no file");
            let at = text.find(named.as_str()).unwrap_or_default() as u32;
            let span = Span::new(at, at + named.len() as u32);
            return Err(reader.fault(Problem::Other(problem), span));
        }
        let place = Place::of_file(Path::new(""), Trust::Found);
        config.lay_over(&reader, &place, read, &Remote::default())?;
        Ok(config)
    }

    /// Lays a file over those that it extends.
    fn lay_over(
        &mut self,
        reader: &Reader<'_>,
        place: &Place,
        (mut file, rules, of_overrides): (File, Rules, Vec<Rules>),
        remote: &Remote,
    ) -> Result<(), ConfigError> {
        let folder = place.folder.as_path();
        let of_overrides_too = file.overrides.iter_mut().map(|over| &mut over.policy);
        let policies = of_overrides_too.chain([&mut file.policy]);
        for golden in policies.flat_map(|p| p.golden.iter_mut().flatten()) {
            if let Some(path) = &mut golden.dockerfile {
                let place = disk::absolute(&folder.join(&*path));
                *path = place.to_string_lossy().into_owned();
            }
        }
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
        let mut layer = Layer::of_file(file, rules);
        let root = Value::parse(reader.source.text()).map_err(|e| reader.misfit(e, &[]))?;
        layer.policy.read = sources(reader, place, &root, remote)?;
        self.base.push(layer);
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

/// The files that say of registries and images what a policy could say, read.
fn sources(
    reader: &Reader<'_>,
    place: &Place,
    root: &Value,
    remote: &Remote,
) -> Result<Vec<Arc<PolicySource>>, ConfigError> {
    let of = |table: &Value| table.get("policy").and_then(|p| p.get("sources")).cloned();
    for over in root.get("overrides").map_or(&[][..], Value::elements) {
        if let Some(sources) = of(over) {
            let problem = "`sources` speak of all files: write them into `[policy]`";
            return Err(reader.fault(Problem::Other(problem.to_owned()), sources.span));
        }
    }
    let named = of(root);
    let named = named.iter().flat_map(Value::elements);
    let named = named.filter_map(|value| match &value.data {
        Data::String(name) => Some((name, value.span)),
        _ => None,
    });
    named
        .map(|(name, at)| {
            let wrong = |wrong| reader.fault(remote::problem(name, wrong), at);
            let file = place.beside(name).map_err(wrong)?;
            let text = match &file.origin {
                Origin::File(path) => {
                    if file.trust == Trust::Found && disk::leads_out(&place.folder, path) {
                        let path = name.into();
                        return Err(reader.fault(Problem::Outside { path }, at));
                    }
                    source(path, file.trust).map_err(|e| match *e.problem {
                        Problem::Unreadable { path, reason } => {
                            let path = disk::nearer(&path).to_path_buf();
                            reader.fault(Problem::Unreadable { path, reason }, at)
                        }
                        _ => e,
                    })?
                }
                Origin::Elsewhere(_) => file.source(remote).map_err(wrong)?,
            };
            // Named as it is in the configuration, which whoever reads a finding can look up.
            let read = PolicySource::read(name, text.text());
            let read = read.map_err(|e| {
                let span = e.span.unwrap_or_default();
                ConfigError::at(Problem::Other(e.message), &text, span)
            })?;
            Ok(Arc::new(read))
        })
        .collect()
}

/// A path that was made absolute, as it is seen from here.
fn shown(name: &String) -> &str {
    disk::nearer(Path::new(name)).to_str().unwrap_or(name)
}

/// The files that extend each other, from the first to the one that is read.
struct Chain<'r> {
    names: Vec<String>,
    remote: &'r Remote,
}

impl<'r> Chain<'r> {
    fn new(remote: &'r Remote) -> Self {
        Self {
            names: Vec::new(),
            remote,
        }
    }
}

/// Where a file is.
enum Origin {
    /// On this machine.
    File(PathBuf),
    /// At an address or in a git repository.
    Elsewhere(Location),
}

/// A file, what its patterns are relative to, and who says that it is to be read.
struct Place {
    origin: Origin,
    /// Of a file that lies elsewhere, the folder of the one that extends it.
    folder: PathBuf,
    trust: Trust,
}

impl Place {
    fn of_file(path: &Path, trust: Trust) -> Self {
        Self {
            origin: Origin::File(path.to_path_buf()),
            folder: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            trust,
        }
    }

    /// What a name in the file means.
    fn beside(&self, name: &str) -> Result<Self, (String, Option<String>)> {
        let at = |origin| Self {
            origin,
            folder: self.folder.clone(),
            trust: self.trust,
        };
        let location = match (Location::parse(name)?, &self.origin) {
            (Location::Path, Origin::File(_)) => {
                return Ok(Self::of_file(&self.folder.join(name), self.trust));
            }
            // Whoever wrote it does not know this machine.
            (Location::Git(file), Origin::Elsewhere(_)) if !file.is_remote() => None,
            (Location::Git(mut file), Origin::File(_)) if !file.is_remote() => {
                let repository = self.folder.join(&file.repository);
                file.repository = repository.to_string_lossy().into_owned();
                Some(Location::Git(file))
            }
            (Location::Path, Origin::Elsewhere(Location::Git(file))) => {
                file.beside(name).map(Location::Git)
            }
            (Location::Path, Origin::Elsewhere(_)) => None,
            (location, _) => Some(location),
        };
        let location = location.ok_or_else(|| {
            let reason = "a file that lies elsewhere names nothing of this machine";
            let help = "write `https://…#sha256=…` or `git::https://…//policy.toml?ref=<commit>`";
            (reason.to_owned(), Some(help.to_owned()))
        })?;
        Ok(at(Origin::Elsewhere(location)))
    }

    /// The path that has to lie in the repository of a file that was found.
    fn local(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Elsewhere(Location::Git(file)) if !file.is_remote() => {
                Some(Path::new(&file.repository))
            }
            Origin::Elsewhere(_) => None,
        }
    }

    /// What makes two of them the same file.
    fn identity(&self) -> String {
        match &self.origin {
            Origin::File(path) => disk::identity(path).to_string_lossy().into_owned(),
            Origin::Elsewhere(location) => location.to_string(),
        }
    }

    /// The text of a file that lies elsewhere.
    fn source(&self, remote: &Remote) -> Result<Source, (String, Option<String>)> {
        let Origin::Elsewhere(location) = &self.origin else {
            return Err(("it is a path".to_owned(), None));
        };
        let text = String::from_utf8(remote.read(location)?);
        let text = text.map_err(|_| (disk::Refused::NotUtf8.to_string(), None))?;
        Ok(Source::new(location.to_string(), text))
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
