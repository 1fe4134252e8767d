//! Paths that changed, as those of build contexts.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::repositories::{Asked, Since};
use crate::context::{BuildContext, IgnoreFile, disk};
use crate::facts::Facts;
use crate::facts::cache::{ChangedFile, Input};
use crate::path::is_in;
use crate::rebuild::git::GitError;

/// The most files below a directory that is named.
const MAX_BELOW: usize = 200_000;

/// What changed.
#[derive(Default)]
pub(super) struct Changed {
    /// In a context, and let through by its ignore file.
    pub(super) files: Vec<ChangedFile>,
    /// In a context, and left out of it.
    pub(super) ignored: Vec<String>,
    /// In none.
    pub(super) outside: Vec<String>,
}

impl Changed {
    /// Adds a file of the main context.
    fn add(&mut self, context: &BuildContext, path: String) {
        if context.is_ignored(&path) {
            self.ignored.push(path);
        } else {
            self.files.push(ChangedFile {
                context: None,
                path,
                is_directory: false,
            });
        }
    }
}

/// Where the contexts of a build lie.
pub(super) struct Places<'c> {
    context: Option<&'c BuildContext>,
    /// The main one, links resolved.
    root: Option<PathBuf>,
    /// Those that have a name.
    named: Vec<Named>,
}

struct Named {
    name: String,
    root: PathBuf,
    ignore: IgnoreFile,
}

/// A path from the root with the links of the directories on the way resolved; the file itself need
/// not be there any more.
pub(super) fn real(path: &Path) -> PathBuf {
    let path = disk::absolute(path);
    let mut missing = Vec::new();
    let mut at = path.as_path();
    // The last part is kept as it is: a link that changed is itself what changed.
    while let (Some(parent), Some(name)) = (at.parent(), at.file_name()) {
        missing.push(name.to_owned());
        if let Ok(real) = std::fs::canonicalize(parent) {
            let mut real = real;
            real.extend(missing.iter().rev());
            return real;
        }
        at = parent;
    }
    path
}

fn slashed(path: &Path) -> Option<String> {
    let parts = path.iter().map(|part| part.to_str());
    let parts: Option<Vec<&str>> = parts.collect();
    Some(parts?.join("/"))
}

impl<'c> Places<'c> {
    pub(super) fn new(context: Option<&'c BuildContext>, named: &[String]) -> Self {
        let root = |path: &Path| std::fs::canonicalize(path).ok();
        let named = named.iter().filter_map(|text| {
            let (name, place) = text.split_once('=')?;
            let root = root(Path::new(place)).filter(|root| root.is_dir())?;
            let ignore = disk::read_regular_text(&root.join(".dockerignore"), 1 << 20);
            Some(Named {
                name: name.to_owned(),
                ignore: IgnoreFile::parse(&ignore.unwrap_or_default()),
                root,
            })
        });
        Self {
            context,
            root: context.and_then(|c| root(&c.root)),
            named: named.collect(),
        }
    }

    /// Adds a path, which may be a directory, to what changed.
    pub(super) fn add(&self, path: &Path, changed: &mut Changed) {
        self.add_real(&real(path), changed);
    }

    /// The same of a path whose directories are no links.
    pub(super) fn add_real(&self, path: &Path, changed: &mut Changed) {
        let is_directory = path.is_dir() && !path.is_symlink();
        let mut inside = false;
        let below_main = self
            .root
            .as_ref()
            .and_then(|root| path.strip_prefix(root).ok());
        if let (Some(context), Some(below)) = (self.context, below_main.and_then(slashed)) {
            inside = true;
            if below.is_empty() || is_directory {
                self.add_below(path, changed);
            } else {
                changed.add(context, below);
            }
        }
        for named in &self.named {
            let below = path.strip_prefix(&named.root).ok().and_then(slashed);
            if let Some(below) = below {
                inside = true;
                if !named.ignore.leaves_out(&below) {
                    changed.files.push(ChangedFile {
                        context: Some(named.name.clone()),
                        path: below,
                        is_directory,
                    });
                }
            }
        }
        if !inside {
            let shown = slashed(disk::nearer(path));
            changed.outside.extend(shown);
        }
    }

    /// Adds every file below a directory; of one that has none, as a submodule that is not checked
    /// out, the directory itself.
    fn add_below(&self, directory: &Path, changed: &mut Changed) {
        let (Some(root), Some(context)) = (&self.root, self.context) else {
            return;
        };
        let walk = walkdir::WalkDir::new(directory).min_depth(1).into_iter();
        let walk = walk.filter_entry(|e| e.file_name() != ".git");
        let files = walk.flatten().filter(|e| !e.file_type().is_dir());
        let mut any = false;
        for file in files.take(MAX_BELOW) {
            let below = file.path().strip_prefix(root).ok().and_then(slashed);
            let Some(below) = below else { continue };
            any = true;
            changed.add(context, below);
        }
        let below = directory.strip_prefix(root).ok().and_then(slashed);
        if let (false, Some(path)) = (any, below) {
            changed.files.push(ChangedFile {
                context: None,
                path,
                is_directory: true,
            });
        }
    }

    /// Adds the files that the ignore file of a commit left out and today's lets through, and the
    /// other way round.
    pub(super) fn add_ignored_before(
        &self,
        asked: &Asked,
        since: &Since,
        changed: &mut Changed,
    ) -> Result<(), GitError> {
        let (Some(context), Some(root)) = (self.context, &self.root) else {
            return Ok(());
        };
        let paths = [
            context.ignore_path.clone(),
            Some(root.join(".dockerignore")),
        ];
        let mut stated = paths.iter().flatten();
        if stated.all(|path| asked.is_as_before(since, path)) {
            return Ok(());
        }
        let repository = &asked.repository;
        let at = |path: &PathBuf| {
            let path = repository.path_of(&real(path))?;
            repository.text_at(&since.commit, &path)
        };
        let before = paths.iter().flatten().find_map(at);
        let before = IgnoreFile::parse(&before.unwrap_or_default());
        if before == *context.ignore() {
            return Ok(());
        }
        for path in asked.tracked()? {
            let path = repository.root.join(path);
            let below = path.strip_prefix(root).ok().and_then(slashed);
            let Some(below) = below else { continue };
            if before.leaves_out(&below) != context.is_ignored(&below) {
                changed.files.push(ChangedFile {
                    context: None,
                    path: below,
                    is_directory: false,
                });
            }
        }
        Ok(())
    }
}

impl Changed {
    /// Sorts, and adds the paths under which steps see files that lie behind a link.
    pub(super) fn finish(&mut self, places: &Places<'_>, facts: &Facts<'_>) {
        let mut more = Vec::new();
        if let Some(context) = places.context {
            for (link, place) in links(facts, context) {
                for file in self.files.iter().filter(|f| f.context.is_none()) {
                    if is_in(&file.path, &place) {
                        let rest = file.path.get(place.len()..).unwrap_or_default();
                        more.push(ChangedFile {
                            context: None,
                            path: format!("{link}{rest}"),
                            is_directory: file.is_directory,
                        });
                    }
                }
            }
        }
        self.files.extend(more);
        let key = |f: &ChangedFile| (f.context.clone(), f.path.clone());
        self.files.sort_by(|a, b| {
            (&a.context, &a.path, a.is_directory).cmp(&(&b.context, &b.path, b.is_directory))
        });
        let mut seen = HashSet::new();
        self.files.retain(|f| seen.insert(key(f)));
        self.ignored.sort();
        self.ignored.dedup();
        self.outside.sort();
        self.outside.dedup();
    }
}

/// The sources of the file that lead through links, and where they lead.
fn links(facts: &Facts<'_>, context: &BuildContext) -> Vec<(String, String)> {
    let steps = facts.steps().all.iter();
    let inputs = steps.flat_map(|s| &s.inputs);
    let sources = inputs.filter_map(|input| match input {
        Input::Context { name: None, files } => Some(&files.sources),
        _ => None,
    });
    let mut links: Vec<(String, String)> = sources
        .flatten()
        .filter_map(|source| {
            let place = context.followed(source)?;
            (place != *source).then(|| (source.clone(), place))
        })
        .collect();
    links.sort();
    links.dedup();
    links
}
