//! Reading a configuration file and what it extends, every fault at its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Problem;
use super::layer::{Layer, check_rule, check_selector};
use super::{ConfigError, File, Override, Patterns};
use crate::policy::Policy;
use crate::rules;
use crate::span::{Source, Span};

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
    /// Reads a file and what it extends.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let mut config = Self {
            path: path.to_path_buf(),
            ..Self::default()
        };
        config.add(path, &mut Vec::new())?;
        Ok(config)
    }

    fn add(&mut self, path: &Path, chain: &mut Vec<PathBuf>) -> Result<(), ConfigError> {
        let read = |path: &Path| {
            let bytes = std::fs::read(path)?;
            String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8"))
        };
        let text = read(path).map_err(|e| {
            ConfigError::new(Problem::Unreadable {
                path: path.to_path_buf(),
                reason: e.to_string(),
            })
        })?;
        let source = Source::new(path, text);
        let reader = Reader { source: &source };
        let file = reader.read()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        chain.push(identity(path));
        if let Some(extends) = &file.extends {
            let target = folder.join(extends);
            let place = [Step::Key("extends")];
            let again = identity(&target);
            if chain.contains(&again) {
                let names = chain.iter().chain([&again]);
                let names: Vec<String> = names.map(|p| p.display().to_string()).collect();
                let problem = Problem::Circle {
                    path: path.to_path_buf(),
                    chain: names.join(" → "),
                };
                return Err(reader.fault(problem, &place));
            }
            self.add(&target, chain).map_err(|e| match *e.problem {
                Problem::Unreadable { path, reason } => {
                    reader.fault(Problem::Extends { path, reason }, &place)
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

    pub(super) fn explain(&self, problem: Problem) -> ConfigError {
        ConfigError::new(problem)
    }
}

/// What makes two paths the same file.
fn identity(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| super::pattern::absolute(path))
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
        let one = |key: &str, value: &toml::Value| {
            let pair = (key.to_owned(), value.clone());
            check(toml::Table::from_iter([pair])).err()
        };
        for (key, value) in table {
            let Some(error) = one(key, value) else {
                continue;
            };
            let place = [at, &[Step::Key(key)]].concat();
            let problem = problem_of(error.message());
            // Of a nested table another key may be the unknown one.
            if matches!(&problem, Problem::UnknownKey { key: k, .. } if k == key) {
                return Err(self.fault_at_key(problem, &place));
            }
            for (i, element) in value.as_array().into_iter().flatten().enumerate() {
                let Some(error) = one(key, &toml::Value::Array(vec![element.clone()])) else {
                    continue;
                };
                let problem = problem_of(error.message());
                let place = [place.as_slice(), &[Step::Index(i)]].concat();
                return Err(match &problem {
                    Problem::UnknownKey { key, .. } => {
                        let place = [place.as_slice(), &[Step::Key(key)]].concat();
                        self.fault_at_key(problem.clone(), &place)
                    }
                    _ => self.fault(problem, &place),
                });
            }
            return Err(match &problem {
                Problem::UnknownKey { key, .. } => {
                    let place = [place.as_slice(), &[Step::Key(key)]].concat();
                    self.fault_at_key(problem.clone(), &place)
                }
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

/// What a message of serde means. Its wording for unknown keys has been the same for ten years;
/// should it change, the message is shown as it is.
fn problem_of(message: &str) -> Problem {
    let unknown = || {
        let rest = message.strip_prefix("unknown field `")?;
        let (key, rest) = rest.split_once('`')?;
        let known: Vec<String> = rest
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        let nearest = known
            .iter()
            .map(|k| (crate::syntax::distance(key, k), k))
            .filter(|(d, k)| *d <= (k.len() / 3).max(2))
            .min()
            .map(|(_, k)| k.clone());
        Some(Problem::UnknownKey {
            key: key.to_owned(),
            nearest,
            known,
        })
    };
    unknown().unwrap_or_else(|| Problem::Toml(message.to_owned()))
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
