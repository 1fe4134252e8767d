//! The configuration file as written → what applies to one path.
//!
//! [`File`] is `dlint.toml` as written. [`Config`] is a file with everything it extends, in
//! layers. [`Configs`] finds the one for a path, lays the command line over it and gives
//! [`Effective`] settings, the same object for all files that share them.

mod error;
mod file;
mod layer;
mod load;
mod pattern;
mod schema;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{ConfigError, Problem, reason};
pub use file::{BuildOptions, File, LevelSetting, Override, Profile};
pub use layer::{Codes, Layer, UnknownRule};
pub use load::Config;
pub use pattern::Patterns;
pub use schema::schema;

use crate::diagnostic::Severity;
use crate::engine::Settings;
use layer::Selection;

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
    /// None at all.
    Isolated,
}

/// What applies to one path.
#[derive(Clone)]
pub struct Effective {
    /// What the engine needs.
    pub settings: Settings,
    /// The least severity that makes a run fail.
    pub fail_on: Severity,
    /// Whose names stand in a report's `code`.
    pub codes: Codes,
}

/// Finds what applies to each path, reading every file once.
pub struct Configs {
    place: Place,
    command_line: Layer,
    /// Read files, and what a folder's nearest file is.
    folders: HashMap<PathBuf, Arc<Config>>,
    /// By configuration and the overrides that match.
    effective: HashMap<(PathBuf, Vec<bool>), Arc<Effective>>,
}

impl Configs {
    /// With the options of a command line, which win over every file.
    pub fn new(place: Place, command_line: Layer) -> Self {
        Self {
            place,
            command_line,
            folders: HashMap::new(),
            effective: HashMap::new(),
        }
    }

    /// The configuration for what stands in a folder.
    pub fn of_folder(&mut self, folder: &Path) -> Result<Arc<Config>, ConfigError> {
        let folder = match &self.place {
            Place::Isolated => PathBuf::new(),
            Place::File(path) => path.clone(),
            Place::Nearest => pattern::absolute(folder),
        };
        if let Some(known) = self.folders.get(&folder) {
            return Ok(Arc::clone(known));
        }
        let config = match &self.place {
            Place::Isolated => Arc::new(Config::default()),
            Place::File(path) => Arc::new(Config::load(path)?),
            Place::Nearest if folder.join(FILE_NAME).is_file() => {
                Arc::new(Config::load(&folder.join(FILE_NAME))?)
            }
            // A repository ends the search.
            Place::Nearest => match folder.parent() {
                Some(parent) if !folder.join(".git").exists() => self.of_folder(parent)?,
                _ => Arc::new(Config::default()),
            },
        };
        self.folders.insert(folder, Arc::clone(&config));
        Ok(config)
    }

    /// What applies to a file.
    pub fn of_file(&mut self, path: &Path) -> Result<Arc<Effective>, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let config = self.of_folder(folder)?;
        let key = (config.path.clone(), config.matching(path));
        if let Some(known) = self.effective.get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut layers: Vec<&Layer> = config.layers(&key.1).collect();
        layers.push(&self.command_line);
        let effective = Selection::of(&layers).finish();
        let effective = Arc::new(effective.map_err(ConfigError::new)?);
        self.effective.insert(key, Arc::clone(&effective));
        Ok(effective)
    }
}
