//! The configuration file as written → what applies to one path.
//!
//! [`File`] is `dlint.toml` as written. [`Config`] is a file with everything it extends, in
//! layers. [`Configs`] finds the one for a path, lays the command line over it and gives
//! [`Effective`] settings, the same object for all files that share them.

mod error;
mod file;
mod hadolint;
mod layer;
mod load;
mod migrate;
mod pattern;
mod report;
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
pub use migrate::migrate;
pub use pattern::Patterns;
pub use report::Format;
pub use schema::schema;

use crate::context::{Disk, is_repository};
use crate::date::Date;
use crate::diagnostic::Severity;
use crate::engine::Settings;
use crate::policy::LabelFormat;
use layer::Selection;

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
    let near = folder.ancestors().find_map(hadolint::in_folder);
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
    /// Who looks at shell scripts.
    pub scripts: ScriptChecker,
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

/// Finds what applies to each path, reading every file once.
pub struct Configs {
    place: Place,
    /// The day that files are judged for where no configuration names one.
    today: Option<Date>,
    /// What the environment says, below every file.
    environment: Layer,
    command_line: Layer,
    /// Read files, and what a folder's nearest file is.
    folders: HashMap<PathBuf, Result<Arc<Config>, ConfigError>>,
    /// What is wrong with which file.
    faults: BTreeMap<PathBuf, ConfigError>,
    /// By configuration, the overrides that match, and what is said of tests at most.
    effective: HashMap<(PathBuf, Vec<bool>, Option<Severity>), Arc<Effective>>,
}

impl Configs {
    /// With the options of a command line, which win over every file.
    pub fn new(place: Place, command_line: Layer) -> Self {
        Self {
            place,
            today: None,
            environment: Layer::default(),
            command_line,
            folders: HashMap::new(),
            faults: BTreeMap::new(),
            effective: HashMap::new(),
        }
    }

    /// With the day that files are judged for where no configuration names one.
    pub fn set_today(&mut self, today: Date) {
        self.today = Some(today);
    }

    /// Reads the variables `HADOLINT_*`.
    pub fn read_environment(&mut self) -> Result<(), ConfigError> {
        self.environment = hadolint::environment()?;
        Ok(())
    }

    /// The configuration files that were read.
    pub fn paths(&self) -> Vec<PathBuf> {
        let read = self.folders.values().flatten();
        let mut paths: Vec<PathBuf> = read.map(|c| c.path.clone()).collect();
        paths.retain(|p| !p.as_os_str().is_empty());
        paths.sort();
        paths.dedup();
        paths
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
            Place::File(path) => Config::load_named(path).map(Arc::new),
            Place::Text(text) => Config::from_toml(text).map(Arc::new),
            Place::Nearest => match file_in(&folder) {
                Some(path) => self.load(&path),
                // A repository ends the search.
                None => match folder.parent() {
                    Some(parent) if !is_repository(&Disk, &folder) => self.of_folder(parent),
                    _ => self.of_nowhere(),
                },
            },
        };
        self.folders.insert(folder, config.clone());
        config
    }

    fn load(&mut self, path: &Path) -> Result<Arc<Config>, ConfigError> {
        let config = Config::load(path).map(Arc::new);
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
            Config::load_named(&path).map(Arc::new)
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
        let most = config.most(path, &Disk);
        let key = (config.path.clone(), config.matching(path), most);
        if let Some(known) = self.effective.get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut layers = vec![&self.environment];
        layers.extend(config.layers(&key.1));
        layers.push(&self.command_line);
        let selection = Selection::of(&layers);
        let mut effective = selection.finish().map_err(|problem| {
            let error = ConfigError::new(problem);
            self.faults.insert(config.path.clone(), error.clone());
            error
        })?;
        effective.settings.files = Some(Arc::new(Disk));
        effective.settings.most = most;
        effective.settings.as_of = effective.settings.as_of.or(self.today);
        let effective = Arc::new(effective);
        self.effective.insert(key, Arc::clone(&effective));
        Ok(effective)
    }
}

/// The configuration file of a folder: dlint's, else hadolint's.
fn file_in(folder: &Path) -> Option<PathBuf> {
    let own = folder.join(FILE_NAME);
    if own.is_file() {
        Some(own)
    } else {
        hadolint::in_folder(folder)
    }
}
