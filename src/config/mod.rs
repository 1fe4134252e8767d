//! The configuration file as written → what applies to one path.
//!
//! [`File`] is `dlint.toml` as written. [`Config`] is a file with everything it extends, in
//! layers. [`Configs`] finds the one for a path, lays the command line over it and gives
//! [`Effective`] settings, the same object for all files that share them.

mod error;
pub mod exceptions;
mod file;
mod hadolint;
pub mod import;
mod layer;
mod load;
mod lock;
mod migrate;
mod pattern;
mod remote;
mod report;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
mod unshipped;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{ConfigError, Problem, reason};
pub use file::{
    BuildOptions, FailOn, File, LevelSetting, Override, PolicyKeys, Profile, RuleTable,
    ScriptChecker, TestsAndExamples,
};
pub use layer::{Layer, RuleOptions, UnknownRule};
pub use load::Config;
pub use lock::EXCLUDE;
pub use migrate::migrate;
pub use pattern::Patterns;
pub use remote::{Remote, cache_folder};
pub use report::Format;

use crate::context::{Disk, FileKind, Files, Remembered, is_repository};
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Severity};
use crate::digest::{Digest, Hasher};
use crate::engine::{Report, Settings};
use crate::policy::LabelFormat;
use crate::policy::exceptions::Granted;
use crate::policy::rego::BuildPolicy;
use layer::Selection;
use lock::Lock;

/// The JSON Schema of `dlint.toml`.
pub const SCHEMA: &str = include_str!("../../dlint.schema.json");

/// The keys of a policy that ask for labels.
pub fn label_policy(labels: BTreeMap<String, LabelFormat>) -> PolicyKeys {
    PolicyKeys {
        label_schema: labels,
        ..PolicyKeys::default()
    }
}

/// The file that hadolint would read for what stands in a folder, those upwards included.
pub fn hadolint_file(folder: &Path) -> Option<PathBuf> {
    let folder = crate::context::disk::absolute(folder);
    let near = folder
        .ancestors()
        .find_map(|folder| hadolint::in_folder(&Disk, folder));
    near.or_else(hadolint::elsewhere)
}

/// A label format by its name; the empty one is any text.
pub fn label_format(name: &str) -> Option<LabelFormat> {
    hadolint::label_format(name)
}

/// The name of the configuration file.
pub const FILE_NAME: &str = "dlint.toml";

/// Where configuration comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// The nearest file upwards from each Dockerfile.
    #[default]
    Nearest,
    /// One file for all.
    File(PathBuf),
    /// The text of one for all, with no file of its own.
    Text(String),
    /// None at all.
    Isolated,
}

/// What applies to one path.
#[derive(Clone)]
pub struct Effective {
    /// What the engine needs.
    pub settings: Settings,
    /// The least severity that makes a run fail.
    pub fail_on: FailOn,
    /// The same for the findings of rules that a policy locks, which nothing else decides.
    pub locked_fail_on: Option<FailOn>,
    /// The list of known findings.
    pub baseline: Option<PathBuf>,
    /// Whether it may hide what a policy locks.
    pub baseline_hides_locked: bool,
    /// Who looks at shell scripts.
    pub scripts: ScriptChecker,
    /// By what all of this is known again, if the configurations were asked for it: see
    /// [`Configs::set_digests`].
    pub digest: Option<Digest>,
}

impl Effective {
    /// Whether a finding may be hidden by what is known: what a policy locks may not, but where it
    /// allows that.
    pub fn may_hide(&self, diagnostic: &Diagnostic) -> bool {
        self.baseline_hides_locked || !self.settings.is_locked(diagnostic.rule.id)
    }

    /// Whether a finding makes a run fail; of those that a policy locks only with `locked`.
    pub fn fails(&self, diagnostic: &Diagnostic, locked: bool) -> bool {
        let is_locked = self.settings.is_locked(diagnostic.rule.id);
        let severity = diagnostic.severity;
        if is_locked && self.locked_fail_on.is_some_and(|f| f.fails(severity)) {
            return true;
        }
        !locked && self.fail_on.fails(severity)
    }
}

/// How to report, where the command line does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reporting {
    /// How findings are written.
    pub format: Option<Format>,
    /// Whether colour is unwanted.
    pub no_color: bool,
    /// Whether more is said than findings.
    pub verbose: bool,
}

/// The configurations that leave files and folders out of a search.
pub struct Exclusion(Vec<Arc<Config>>);

impl Exclusion {
    /// Whether a file or folder is left out.
    pub fn fits(&self, path: &Path) -> bool {
        self.0.iter().any(|config| config.excludes(path))
    }
}

/// What decides about settings: see [`Configs`].
type EffectiveKey = (PathBuf, Vec<bool>, Vec<bool>, Option<Severity>);

/// Finds what applies to each path, reading every file once.
pub struct Configs {
    place: Place,
    /// How what lies elsewhere is got.
    remote: Remote,
    /// What is laid over the repository's files.
    policy: Option<Arc<Config>>,
    /// The policies that buildx is to evaluate as well.
    build_policies: Vec<Arc<BuildPolicy>>,
    /// The day that files are judged for where no configuration names one.
    today: Option<Date>,
    fingerprint_key: Option<Arc<str>>,
    /// Whether what applies to a file has a digest.
    digests: bool,
    /// What the environment says, below every file.
    environment: Layer,
    command_line: Layer,
    /// What lies around the files: many of them may lie in one folder.
    files: Arc<dyn Files>,
    /// Read files, and what a folder's nearest file is.
    folders: HashMap<PathBuf, Result<Arc<Config>, ConfigError>>,
    /// What is wrong with which file.
    faults: BTreeMap<PathBuf, ConfigError>,
    /// By configuration, what matches of its overrides and of the policy's, and what is said of
    /// tests at most.
    effective: HashMap<EffectiveKey, Arc<Effective>>,
}

impl Configs {
    /// With the options of a command line, which win over every file.
    pub fn new(place: Place, command_line: Layer) -> Self {
        Self {
            place,
            remote: Remote::default(),
            policy: None,
            build_policies: Vec::new(),
            today: None,
            fingerprint_key: None,
            digests: false,
            environment: Layer::default(),
            command_line,
            files: Arc::new(Remembered::new(Disk)),
            folders: HashMap::new(),
            faults: BTreeMap::new(),
            effective: HashMap::new(),
        }
    }

    /// With the day that files are judged for where no configuration names one.
    pub fn set_today(&mut self, today: Date) {
        self.today = Some(today);
    }

    /// With a way to get what `extends` names and what is no file of this machine.
    pub fn set_remote(&mut self, remote: Remote) {
        self.remote = remote;
    }

    /// With the key of the fingerprints of secrets.
    pub fn set_fingerprint_key(&mut self, key: &str) {
        self.fingerprint_key = Some(key.into());
    }

    /// With a digest of what applies to each file: of all that is said, by whomever.
    pub fn set_digests(&mut self) {
        self.digests = true;
    }

    /// Reads the variables `HADOLINT_*`.
    pub fn read_environment(&mut self) -> Result<(), ConfigError> {
        self.environment = hadolint::environment()?;
        Ok(())
    }

    /// Lays a file over those of the repository; one of Rego is a policy that buildx evaluates.
    pub fn set_policy(&mut self, path: &Path) -> Result<(), ConfigError> {
        if path.extension().is_some_and(|e| e == "rego") {
            let policy = load::build_policy(path)?;
            self.build_policies.push(Arc::new(policy));
            return Ok(());
        }
        self.policy = Some(Arc::new(Config::load_named(path, &self.remote)?));
        Ok(())
    }

    /// The exceptions of the policy and of the configuration for what stands in a folder.
    pub fn all_exceptions(&mut self, folder: &Path) -> Result<Vec<Arc<Granted>>, ConfigError> {
        let own = self.of_folder(folder)?;
        let both = [Some(own), self.policy.clone()].into_iter().flatten();
        Ok(both
            .flat_map(|c| c.all_exceptions().cloned().collect::<Vec<_>>())
            .collect())
    }

    /// What the repository, the command line and the environment tried to lift of what the policy
    /// locks: findings in their own words.
    pub fn attempts(&self) -> Vec<Report> {
        let Some(policy) = &self.policy else {
            return Vec::new();
        };
        let none = vec![false; policy.matching(Path::new("")).len()];
        let Some(lock) = Lock::of(policy, &none) else {
            return Vec::new();
        };
        let mut read: BTreeMap<&Path, &Arc<Config>> = BTreeMap::new();
        for config in self.folders.values().flatten() {
            read.insert(&config.path, config);
        }
        // A file that many extend is told of once.
        let mut sources: BTreeMap<PathBuf, Report> = BTreeMap::new();
        for (source, claims) in read.values().flat_map(|c| c.claims_by_file()) {
            if let Some(report) = lock.attempts(source, claims) {
                sources.insert(source.path().to_path_buf(), report);
            }
        }
        let mut all: Vec<Report> = sources.into_values().collect();
        let day = self.locked_day(&lock);
        all.extend(lock.attempts_of("<environment>", &self.environment, day));
        all.extend(lock.attempts_of("<command line>", &self.command_line, day));
        all
    }

    /// The day that a policy which locks anything is judged for: its own, else today.
    fn locked_day(&self, lock: &Lock) -> Option<Date> {
        lock.own.as_of.or(self.today)
    }

    /// What is left out of a search where a configuration applies.
    pub fn exclusion(&self, own: &Arc<Config>) -> Exclusion {
        let own = (!self.locks_exclude()).then_some(own);
        let policy = self.policy.as_ref();
        Exclusion(policy.into_iter().chain(own).map(Arc::clone).collect())
    }

    /// Whether the policy lets no repository leave files out.
    pub fn locks_exclude(&self) -> bool {
        self.policy.as_ref().is_some_and(|p| Lock::has_exclude(p))
    }

    /// The configuration files that were read.
    pub fn paths(&self) -> Vec<PathBuf> {
        let read = self.folders.values().flatten();
        let mut paths: Vec<PathBuf> = read.map(|c| c.path.clone()).collect();
        paths.extend(self.policy.as_ref().map(|p| p.path.clone()));
        paths.retain(|p| !p.as_os_str().is_empty());
        paths.sort();
        paths.dedup();
        paths
    }

    /// The files that are read for what stands in a folder, those first over which others are laid:
    /// what a file extends stands before it.
    pub fn files_of(&mut self, folder: &Path) -> Result<Vec<PathBuf>, ConfigError> {
        let own = self.of_folder(folder)?;
        let both = [Some(own), self.policy.clone()].into_iter().flatten();
        let mut files: Vec<PathBuf> = Vec::new();
        for config in both {
            let read = config.claims_by_file().iter();
            files.extend(read.map(|(source, _)| source.path().to_path_buf()));
            // hadolint's file makes no claims.
            let own = crate::context::disk::nearer(&config.path).to_path_buf();
            if !own.as_os_str().is_empty() && !files.contains(&own) {
                files.push(own);
            }
        }
        Ok(files)
    }

    /// How to report, by the configuration of the folder dlint runs in.
    pub fn of_report(&mut self) -> Result<Reporting, ConfigError> {
        let config = self.of_folder(Path::new(""))?;
        let mut reporting = Reporting::default();
        for layer in [&self.environment].into_iter().chain(config.layers(&[])) {
            reporting.format = layer.format.or(reporting.format);
            reporting.no_color = layer.no_color.unwrap_or(reporting.no_color);
            reporting.verbose = layer.verbose.unwrap_or(reporting.verbose);
        }
        Ok(reporting)
    }

    /// The files that the configurations are read from, each question asked once.
    pub fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    /// The configuration for what stands in a folder.
    pub fn of_folder(&mut self, folder: &Path) -> Result<Arc<Config>, ConfigError> {
        let folder = match &self.place {
            Place::Isolated | Place::Text(_) => PathBuf::new(),
            Place::File(path) => path.clone(),
            Place::Nearest => crate::context::disk::absolute(folder),
        };
        if let Some(known) = self.folders.get(&folder) {
            return known.clone();
        }
        let config = match &self.place {
            Place::Isolated => Ok(Arc::default()),
            Place::File(path) => Config::load_named(path, &self.remote).map(Arc::new),
            Place::Text(text) => Config::from_toml(text, &self.remote).map(Arc::new),
            Place::Nearest => match file_in(&*self.files, &folder) {
                Some(path) => self.load(&path),
                // A repository ends the search.
                None => match folder.parent() {
                    Some(parent) if !is_repository(&*self.files, &folder) => self.of_folder(parent),
                    _ => self.of_nowhere(),
                },
            },
        };
        self.folders.insert(folder, config.clone());
        config
    }

    fn load(&mut self, path: &Path) -> Result<Arc<Config>, ConfigError> {
        let config = Config::load(path, &self.remote).map(Arc::new);
        if let Err(error) = &config {
            self.faults.insert(path.to_path_buf(), error.clone());
        }
        config
    }

    /// The files that are wrong among those that were needed so far, and what is wrong with them.
    pub fn faults(&self) -> impl Iterator<Item = (&Path, &ConfigError)> {
        self.faults.iter().map(|(path, e)| (path.as_path(), e))
    }

    /// The configuration where no folder has any: that of hadolint's other places.
    fn of_nowhere(&mut self) -> Result<Arc<Config>, ConfigError> {
        let Some(path) = hadolint::elsewhere() else {
            return Ok(Arc::default());
        };
        if let Some(known) = self.folders.get(&path) {
            return known.clone();
        }
        // In the home folder it may be a link to anywhere.
        let is_here = path.parent() == Some(&crate::context::disk::absolute(Path::new("")));
        let config = if is_here {
            self.load(&path)
        } else {
            Config::load_named(&path, &self.remote).map(Arc::new)
        };
        if let Err(error) = &config {
            self.faults.insert(path.clone(), error.clone());
        }
        self.folders.insert(path, config.clone());
        config
    }

    /// What applies to a file.
    pub fn of_file(&mut self, path: &Path) -> Result<Arc<Effective>, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let config = self.of_folder(folder)?;
        let of_policy = self.policy.as_ref().map(|p| p.matching(path));
        let of_policy = of_policy.unwrap_or_default();
        let policy = self
            .policy
            .as_deref()
            .filter(|p| p.says_what_is_unshipped());
        let most = policy.unwrap_or(&config).most(path, &*self.files);
        let matching = config.matching(path);
        let key = (config.path.clone(), matching, of_policy, most);
        if let Some(known) = self.effective.get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut layers = vec![&self.environment];
        layers.extend(config.layers(&key.1));
        let own_layers = layers.len();
        let policy = self.policy.as_ref();
        layers.extend(policy.into_iter().flat_map(|p| p.layers(&key.2)));
        layers.push(&self.command_line);
        let mut selection = Selection::of(&layers);
        let lock = policy.and_then(|p| Lock::of(p, &key.2));
        if let Some(lock) = &lock {
            let mut asked = layers.clone();
            asked.truncate(own_layers);
            asked.push(&self.command_line);
            selection.keep(lock, &Selection::of(&asked));
            // A later day asks for more, an earlier one would lift what has begun or has ended.
            selection.as_of = match (self.command_line.as_of, self.locked_day(lock)) {
                (Some(asked), Some(day)) => Some(asked.max(day)),
                (asked, day) => day.or(asked),
            };
        }
        let mut effective = selection.finish().map_err(|problem| {
            let error = ConfigError::new(problem);
            self.faults.insert(config.path.clone(), error.clone());
            error
        })?;
        if let Some(lock) = &lock {
            lock::mark(lock, &mut effective);
        }
        let is_locked = lock.as_ref().is_some_and(|lock| lock.has_key("exceptions"));
        let own = (!is_locked).then(|| config.exceptions(&key.1));
        let exceptions = own.into_iter().flatten();
        let of_policy = policy.into_iter().flat_map(|p| p.exceptions(&key.2));
        effective.settings.exceptions = exceptions.chain(of_policy).cloned().collect();
        effective.baseline.clone_from(&config.baseline);
        effective.settings.files = Some(Arc::clone(&self.files));
        effective
            .settings
            .policy
            .build
            .clone_from(&self.build_policies);
        effective.settings.most = most;
        effective.settings.as_of = effective.settings.as_of.or(self.today);
        effective
            .settings
            .fingerprint_key
            .clone_from(&self.fingerprint_key);
        if self.digests {
            let mut hasher = Hasher::new();
            hasher.add_described(&layers).add_described(&own_layers);
            let settings = &effective.settings;
            hasher
                .add_described(&settings.exceptions)
                .add_described(&settings.policy.build)
                .add_described(&settings.most)
                .add_described(&settings.as_of)
                .add_described(&settings.fingerprint_key);
            effective.digest = Some(hasher.finish());
        }
        let effective = Arc::new(effective);
        self.effective.insert(key, Arc::clone(&effective));
        Ok(effective)
    }
}

/// The configuration file that is nearest upwards from a folder, within its repository.
pub fn nearest_file(folder: &Path) -> Option<PathBuf> {
    let folder = crate::context::disk::absolute(folder);
    for folder in folder.ancestors() {
        if let Some(path) = file_in(&Disk, folder) {
            return Some(path);
        }
        if is_repository(&Disk, folder) {
            break;
        }
    }
    None
}

/// The configuration file of a folder: dlint's, else hadolint's.
fn file_in(files: &dyn Files, folder: &Path) -> Option<PathBuf> {
    let own = folder.join(FILE_NAME);
    if files.kind(&own) == Some(FileKind::File) {
        Some(own)
    } else {
        hadolint::in_folder(files, folder)
    }
}
