//! What `.gitignore`, `.ignore` and git's own lists leave out of a search, by git's rules: nothing
//! above the root of a repository counts, and outside of one nothing above the searched folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use crate::context::{Files, disk, is_repository};

/// The largest list that is read.
const MAX_BYTES: u64 = 1 << 20;

/// The lists in force below a folder.
pub(super) struct Ignored {
    /// The searched folder as it was named, and where that is.
    root: (PathBuf, PathBuf),
    /// Whether a repository lies around it.
    in_repository: bool,
    /// The user's own list.
    global: Gitignore,
    files: Arc<dyn Files>,
    /// The lists that count in a folder, its own first.
    folders: HashMap<PathBuf, Chain>,
}

/// Lists that count together, the nearest first.
type Chain = Arc<[Arc<Lists>]>;

/// The lists of one folder, the strongest first.
struct Lists {
    ignore: Option<Gitignore>,
    gitignore: Option<Gitignore>,
    exclude: Option<Gitignore>,
    is_repository: bool,
}

impl Ignored {
    /// For a search that starts at a folder.
    pub(super) fn new(root: &Path, files: Arc<dyn Files>) -> Self {
        let there = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        Self {
            in_repository: disk::repository(root).is_some(),
            root: (root.to_path_buf(), there),
            global: Gitignore::global().0,
            files,
            folders: HashMap::new(),
        }
    }

    /// Whether the lists leave out something that the search came to.
    pub(super) fn has(&mut self, path: &Path, is_folder: bool) -> bool {
        let (root, there) = &self.root;
        let path = match path.strip_prefix(root) {
            Ok(below) => there.join(below),
            Err(_) => return false,
        };
        let mut found = [Match::None, Match::None, Match::None];
        let chain = path.parent().map(|folder| self.chain(folder));
        for lists in chain.iter().flat_map(|chain| chain.iter()) {
            let own = [&lists.ignore, &lists.gitignore, &lists.exclude];
            for (found, list) in found.iter_mut().zip(own) {
                if let (Match::None, Some(list)) = (&found, list) {
                    *found = decided(list.matched(&path, is_folder));
                }
            }
        }
        let global = decided(self.global.matched(&path, is_folder));
        let mut all = found.into_iter().chain([global]);
        all.find(|m| !m.is_none()).is_some_and(|m| m.is_ignore())
    }

    /// The lists that count in a folder.
    fn chain(&mut self, folder: &Path) -> Chain {
        if let Some(known) = self.folders.get(folder) {
            return Arc::clone(known);
        }
        let own = self.lists(folder);
        let (_, top) = &self.root;
        let ends = own.is_repository || folder == top && !self.in_repository;
        let above = folder.parent().filter(|_| !ends);
        let above = above.map(|above| self.chain(above));
        let says = own.ignore.is_some() || own.gitignore.is_some() || own.exclude.is_some();
        // Most folders have no list of their own and share the chain of the one above.
        let chain: Chain = match (says, above) {
            (false, Some(above)) => above,
            (false, None) => Arc::new([]),
            (true, above) => {
                let above = above.iter().flat_map(|above| above.iter()).cloned();
                std::iter::once(Arc::new(own)).chain(above).collect()
            }
        };
        self.folders
            .insert(folder.to_path_buf(), Arc::clone(&chain));
        chain
    }

    fn lists(&self, folder: &Path) -> Lists {
        let git = folder.join(".git");
        let is_repository = is_repository(&*self.files, folder);
        let exclude = is_repository.then(|| common(&git).join("info/exclude"));
        let list_in = |name: &str| {
            let path = folder.join(name);
            self.files.kind(&path).and_then(|_| list(folder, &path))
        };
        Lists {
            ignore: list_in(".ignore"),
            gitignore: list_in(".gitignore"),
            exclude: exclude.and_then(|path| list(folder, &path)),
            is_repository,
        }
    }
}

/// What a list says, without the line that says it.
fn decided(found: Match<&Glob>) -> Match<()> {
    found.map(|_| ())
}

fn list(folder: &Path, path: &Path) -> Option<Gitignore> {
    let bytes = disk::read_regular(path, MAX_BYTES).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.lines() {
        // As for git, a line that is no pattern fits nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

/// The folder that all work trees of a repository share.
fn common(git: &Path) -> PathBuf {
    let text = |path: &Path| disk::read_regular_text(path, MAX_BYTES).ok();
    let Some(own) = text(git) else {
        return git.to_path_buf();
    };
    let own = own
        .trim()
        .strip_prefix("gitdir:")
        .unwrap_or_default()
        .trim();
    let own = git.with_file_name(own);
    match text(&own.join("commondir")) {
        Some(common) => own.join(common.trim()),
        None => own,
    }
}
