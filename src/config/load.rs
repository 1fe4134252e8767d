//! Reading a configuration file and what it extends, every fault at its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Problem, reason};
use super::layer::{Layer, check_rule, check_selector};
use super::{ConfigError, File, Override, Patterns};
use crate::context::disk;
use crate::policy::Policy;
use crate::rules;
use crate::span::{Source, Span};

/// The largest configuration file that is read.
const MAX_BYTES: u64 = 1 << 20;
/// How many files may extend each other in a row.
const MAX_EXTENDED: usize = 32;

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
}

impl Config {
    /// Reads a file that was found and what it extends, all of it within its repository: whoever
    /// wrote the file may not be whoever lints it, and must not make dlint show other files.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if !disk::leads_out(folder, path) {
            return Self::read(path, Trust::Found);
        }
        let name = nearer(path).to_path_buf();
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
        let reader = Reader { source: &source };
        let file = reader.read()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        chain.push(identity(path));
        if let Some(extends) = &file.extends {
            let target = folder.join(extends);
            let place = [Step::Key("extends")];
            let again = identity(&target);
            if chain.contains(&again) {
                let names = chain.iter().chain([&again]).map(|p| nearer(p));
                let names: Vec<String> = names.map(|p| p.display().to_string()).collect();
                let problem = Problem::Circle(names.join(" → "));
                return Err(reader.fault(problem, &place));
            }
            if chain.len() > MAX_EXTENDED {
                return Err(reader.fault(Problem::TooMany(MAX_EXTENDED), &place));
            }
            let is_outside = trust == Trust::Found && disk::leads_out(folder, &target);
            if is_outside && disk::repository(folder).is_some() {
                let path = extends.into();
                return Err(reader.fault(Problem::Outside { path }, &place));
            }
            self.add(&target, trust, chain)
                .map_err(|e| match *e.problem {
                    Problem::Unreadable { path, reason } => {
                        let path = nearer(&path).to_path_buf();
                        reader.fault(Problem::Extends { path, reason }, &place)
                    }
                    // Without a repository nobody knows whose file it is: it is not shown.
                    _ if is_outside => {
                        let path = extends.into();
                        reader.fault(Problem::Hidden { path }, &place)
                    }
                    _ => e,
                })?;
        }
        self.exclude
            .push(reader.patterns(folder, &file.exclude, &[Step::Key("exclude")])?);
        self.include
            .push(reader.patterns(folder, &file.include, &[Step::Key("include")])?);
        for (i, over) in file.overrides.iter().enumerate() {
            let place = [Step::Key("overrides"), Step::Index(i), Step::Key("files")];
            let patterns = reader.patterns(folder, &over.files, &place)?;
            self.overrides.push((patterns, over.clone().into()));
        }
        self.base.push(file.into());
        Ok(())
    }

    /// Which of the overrides apply to a file.
    pub(super) fn matching(&self, path: &Path) -> Vec<bool> {
        self.overrides.iter().map(|(p, _)| p.fits(path)).collect()
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
    Ok(Source::new(nearer(path), text))
}

/// What makes two paths the same file.
fn identity(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| super::pattern::absolute(path))
}

/// The path from the current folder, if it is below that.
fn nearer(path: &Path) -> &Path {
    std::env::current_dir()
        .ok()
        .and_then(|current| path.strip_prefix(current).ok())
        .unwrap_or(path)
}

/// A step on the way to a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// One file being read. Places are looked up only once something is wrong.
struct Reader<'a> {
    source: &'a Source,
}

impl Reader<'_> {
    fn read(&self) -> Result<File, ConfigError> {
        let text = self.source.text();
        let file: File = toml::from_str(text).map_err(|e| self.toml_error(&e))?;
        self.check(&Top::of(&file), &[])?;
        for (i, over) in file.overrides.iter().enumerate() {
            self.check(
                &Top::of_override(over),
                &[Step::Key("overrides"), Step::Index(i)],
            )?;
        }
        Ok(file)
    }

    /// Checks what serde does not know.
    fn check(&self, top: &Top<'_>, at: &[Step<'_>]) -> Result<(), ConfigError> {
        for (key, names) in top.selectors {
            for (i, name) in names.iter().enumerate() {
                let place = [at, &[Step::Key(key), Step::Index(i)]].concat();
                check_selector(name).map_err(|e| self.fault(e.into(), &place))?;
            }
        }
        for name in top.levels.keys() {
            let place = [at, &[Step::Key("levels"), Step::Key(name)]].concat();
            check_rule(name).map_err(|e| self.fault_at_key(e.into(), &place))?;
        }
        let policy = [at, &[Step::Key("policy")]].concat();
        self.check_table(top.policy, &policy, |t| t.try_into::<Policy>().map(drop))?;
        for (name, options) in top.rules {
            let place = [at, &[Step::Key("rules"), Step::Key(name)]].concat();
            check_rule(name).map_err(|e| self.fault_at_key(e.into(), &place))?;
            for entry in rules::by_name(name) {
                self.check_table(options, &place, |t| (entry.configure)(t).map(drop))
                    .map_err(|mut e| {
                        if let Problem::Toml(reason) = e.problem.as_ref() {
                            *e.problem = Problem::RuleOption {
                                rule: entry.meta.id.to_owned(),
                                reason: reason.clone(),
                            };
                        }
                        e
                    })?;
            }
        }
        Ok(())
    }

    /// Checks a table whose values have no places: what is wrong with the whole is found by
    /// trying each key, then each element, alone.
    fn check_table(
        &self,
        table: &toml::Table,
        at: &[Step<'_>],
        check: impl Fn(toml::Table) -> Result<(), toml::de::Error>,
    ) -> Result<(), ConfigError> {
        let Err(whole) = check(table.clone()) else {
            return Ok(());
        };
        let alone = |key: &str, value: toml::Value| {
            check(toml::Table::from_iter([(key.to_owned(), value)])).err()
        };
        for (key, value) in table {
            let Some(error) = alone(key, value.clone()) else {
                continue;
            };
            let mut place = vec![Step::Key(key.as_str())];
            let mut message = error.message().to_owned();
            // One element of an array, then one key of a table, as long as it stays wrong.
            let mut wrap: Box<dyn Fn(toml::Value) -> toml::Value> = Box::new(|v| v);
            let mut inner = value;
            if let Some(array) = value.as_array() {
                wrap = Box::new(|v| toml::Value::Array(vec![v]));
                let wrong = array.iter().enumerate().find_map(|(i, element)| {
                    Some((i, element, alone(key, wrap(element.clone()))?))
                });
                if let Some((i, element, error)) = wrong {
                    place.push(Step::Index(i));
                    inner = element;
                    message = error.message().to_owned();
                }
            }
            for (key2, value2) in inner.as_table().into_iter().flatten() {
                let pair = toml::Table::from_iter([(key2.clone(), value2.clone())]);
                if let Some(error) = alone(key, wrap(toml::Value::Table(pair))) {
                    place.push(Step::Key(key2));
                    message = error.message().to_owned();
                    break;
                }
            }
            let place = [at, &place].concat();
            let problem = problem_of(&message);
            return Err(match &problem {
                Problem::UnknownKey { .. } => self.fault_at_key(problem, &place),
                _ => self.fault(problem, &place),
            });
        }
        Err(self.fault(problem_of(whole.message()), at))
    }

    fn patterns(
        &self,
        folder: &Path,
        patterns: &[String],
        at: &[Step<'_>],
    ) -> Result<Patterns, ConfigError> {
        Patterns::new(folder, patterns.iter().map(String::as_str)).map_err(|problem| {
            let index = match &problem {
                Problem::Pattern { pattern, .. } => patterns.iter().position(|p| p == pattern),
                _ => None,
            };
            let place = [at, &[Step::Index(index.unwrap_or(0))]].concat();
            self.fault(problem, &place)
        })
    }

    fn toml_error(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span().unwrap_or(0..0);
        ConfigError::at(problem_of(error.message()), self.source, span_of(span))
    }

    /// Something wrong with a value.
    fn fault(&self, problem: Problem, place: &[Step<'_>]) -> ConfigError {
        ConfigError::at(problem, self.source, self.find(place, false))
    }

    /// Something wrong with a key.
    fn fault_at_key(&self, problem: Problem, place: &[Step<'_>]) -> ConfigError {
        ConfigError::at(problem, self.source, self.find(place, true))
    }

    fn find(&self, place: &[Step<'_>], key: bool) -> Span {
        let Ok(document) = DeTable::parse(self.source.text()) else {
            return Span::default();
        };
        let mut span = Span::default();
        let root = document.into_inner();
        let mut table = Some(&root);
        let mut value: Option<&Spanned<DeValue<'_>>> = None;
        for step in place {
            let next = match step {
                Step::Key(name) => {
                    let found = table.and_then(|t| t.iter().find(|(k, _)| k.get_ref() == name));
                    if let Some((k, _)) = found
                        && key
                    {
                        span = span_of(k.span());
                    }
                    found.map(|(_, v)| v)
                }
                Step::Index(i) => value
                    .and_then(|v| v.get_ref().as_array())
                    .and_then(|a| a.get(*i)),
            };
            let Some(next) = next else {
                break;
            };
            if !key {
                span = span_of(next.span());
            }
            value = Some(next);
            table = next.get_ref().as_table();
        }
        span
    }
}

fn span_of(range: Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

/// What a message of serde means. Its wording has been the same for ten years; should it change,
/// the message is shown as it is.
pub(super) fn problem_of(message: &str) -> Problem {
    let unknown = |what: &str| {
        let rest = message.strip_prefix(what)?;
        let (name, rest) = rest.split_once('`')?;
        let known = rest.split('`').skip(1).step_by(2).map(str::to_owned);
        let known: Vec<String> = known.collect();
        let nearest = known
            .iter()
            .map(|k| (crate::text::edit_distance(name, k), k))
            .filter(|(d, k)| *d <= (k.len() / 3).max(2))
            .min()
            .map(|(_, k)| k.clone());
        Some((name.to_owned(), nearest, known))
    };
    if let Some((key, nearest, known)) = unknown("unknown field `") {
        return Problem::UnknownKey {
            key,
            nearest,
            known,
        };
    }
    if let Some((value, nearest, known)) = unknown("unknown variant `") {
        return Problem::UnknownValue {
            value,
            nearest,
            known,
        };
    }
    Problem::Toml(match message.strip_prefix("missing field ") {
        Some(key) => format!("missing key {key}"),
        None => message.to_owned(),
    })
}

/// The keys a file and an override share.
struct Top<'f> {
    selectors: [(&'static str, &'f [String]); 3],
    levels: &'f std::collections::BTreeMap<String, super::LevelSetting>,
    policy: &'f toml::Table,
    rules: &'f std::collections::BTreeMap<String, toml::Table>,
}

impl<'f> Top<'f> {
    fn of(file: &'f File) -> Self {
        Self {
            selectors: [
                ("select", file.select.as_deref().unwrap_or_default()),
                ("extend-select", &file.extend_select),
                ("ignore", &file.ignore),
            ],
            levels: &file.levels,
            policy: &file.policy,
            rules: &file.rules,
        }
    }

    fn of_override(over: &'f Override) -> Self {
        Self {
            selectors: [
                ("select", over.select.as_deref().unwrap_or_default()),
                ("extend-select", &over.extend_select),
                ("ignore", &over.ignore),
            ],
            levels: &over.levels,
            policy: &over.policy,
            rules: &over.rules,
        }
    }
}
