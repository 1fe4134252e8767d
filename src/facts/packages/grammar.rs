//! What each package manager's words mean: its names, verbs, and the options that take a value.

use super::{Action, Manager, Operand, ReadFlag};

/// The manager that a program is.
pub(super) fn manager(name: &str) -> Option<Manager> {
    let listed = PROGRAMS.binary_search_by(|(program, _)| program.cmp(&name));
    match listed.ok().and_then(|at| PROGRAMS.get(at)) {
        Some((_, manager)) => Some(*manager),
        None if is_versioned(name, "pip") || is_versioned(name, "pip-") => Some(Manager::Pip),
        None => None,
    }
}

/// The manager that `python -m` runs.
pub(super) fn python_module(name: &str) -> Option<Manager> {
    manager(name).filter(|m| {
        use Manager::*;
        matches!(m, Pip | Pipx | Uv | Poetry | Pdm | Pipenv)
    })
}

/// `pip`, `pip3`, `pip3.11`.
fn is_versioned(name: &str, program: &str) -> bool {
    name.strip_prefix(program)
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// What the verb of a call means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    pub action: Action,
    /// How many operands it takes.
    pub words: usize,
    /// Whether the operands behind it are packages.
    pub packages: bool,
    /// Whether it installs from the manifest if no package is named.
    pub restores: bool,
}

impl Verb {
    fn new(action: Action, words: usize) -> Self {
        Self {
            action,
            words,
            packages: matches!(action, Action::Install | Action::Remove),
            restores: false,
        }
    }
}

/// Reads the verb of a call.
pub(super) fn verb(manager: Manager, operands: &[Operand], flags: &[ReadFlag]) -> Verb {
    use Action::*;
    let word = |i: usize| operands.get(i).map_or("", |o| o.text.as_str());
    let (first, second) = (word(0), word(1));
    let has = |names: &[&str]| flags.iter().any(|f| names.contains(&f.flag.name.as_str()));
    if has(&["--help", "--version"]) && operands.is_empty() {
        return Verb::new(Other, 0);
    }
    let one = |action| Verb::new(action, 1);
    match manager {
        Manager::Yarn | Manager::Bundler if first.is_empty() && !has(&["-v", "-h"]) => {
            Verb::new(Restore, 0)
        }
        Manager::Pacman => {
            let mut verb = Verb::new(Other, 0);
            verb.action = match () {
                () if has(&["-R", "--remove"]) => Remove,
                () if has(&["-U", "--upgrade"]) => Install,
                () if !has(&["-S", "--sync"]) => Other,
                () if has(&["-c", "--clean"]) => Clean,
                () if !operands.is_empty() => Install,
                () if has(&["-u", "--sysupgrade"]) => Upgrade,
                () if has(&["-y", "--refresh"]) => Update,
                () => Other,
            };
            verb.packages = matches!(verb.action, Install | Remove);
            verb
        }
        Manager::Go => match (first, second) {
            ("get", "" | "." | "./...") => one(Restore),
            ("install", package) if !package.contains('@') => one(Build),
            _ => listed_verb(manager, first, second),
        },
        Manager::Cargo => {
            // `cargo +nightly build`
            let skip = usize::from(first.starts_with('+'));
            let mut verb = match (word(skip), word(skip + 1)) {
                ("install", "") if has(&["--path"]) => one(Build),
                (first, second) => listed_verb(manager, first, second),
            };
            verb.words += skip;
            verb
        }
        Manager::Maven => {
            let goals = || operands.iter().map(|o| o.text.as_str());
            let resolves = |goal: &str| {
                goal.starts_with("dependency:")
                    || goal.contains("maven-dependency-plugin")
                    || goal.starts_with("de.qaware.maven:go-offline")
                    || goal == "validate"
            };
            match operands.is_empty() {
                true => Verb::new(Other, 0),
                false if goals().all(|g| resolves(g) || g == "clean") => {
                    Verb::new(Restore, operands.len())
                }
                false => Verb::new(Build, operands.len()),
            }
        }
        Manager::Gradle => {
            let tasks = || operands.iter().map(|o| o.text.as_str());
            let resolves = |task: &str| {
                let task = task.rsplit(':').next().unwrap_or(task).to_lowercase();
                task.contains("dependencies")
            };
            match operands.is_empty() {
                true => Verb::new(Other, 0),
                false if tasks().all(resolves) => Verb::new(Restore, operands.len()),
                false => Verb::new(Build, operands.len()),
            }
        }
        // `mix do deps.get, compile`
        Manager::Mix if first == "do" => {
            let restores = operands.iter().any(|o| o.text.starts_with("deps.get"));
            one(if restores { Restore } else { Other })
        }
        Manager::Cabal | Manager::Stack
            if has(&["--only-dependencies", "--dependencies-only", "--only-dep"]) =>
        {
            Verb {
                packages: false,
                ..one(Restore)
            }
        }
        Manager::Cpanm => {
            if has(&["--installdeps"]) {
                Verb::new(Restore, 0)
            } else {
                Verb::new(Install, 0)
            }
        }
        _ => listed_verb(manager, first, second),
    }
}

/// The verb that the first words of a call are, by the manager's list.
fn listed_verb(manager: Manager, first: &str, second: &str) -> Verb {
    let verbs = words(manager).verbs;
    let find = |first: &str, second: &str| {
        let at = verbs.binary_search_by(|verb| (verb.0, verb.1).cmp(&(first, second)));
        at.ok().and_then(|at| verbs.get(at))
    };
    let two = || Some((find(first, second)?, 2)).filter(|_| !second.is_empty());
    match two().or_else(|| Some((find(first, "")?, 1))) {
        Some(((.., action, restores), count)) => Verb {
            restores: *restores,
            ..Verb::new(*action, count)
        },
        None => Verb::new(Action::Other, 1),
    }
}

/// The options that name a file of packages, and whether it only limits versions.
pub(super) fn list_flags(manager: Manager) -> &'static [(&'static str, bool)] {
    words(manager).files
}

/// Whether an option's value is a package in editable mode.
pub(super) fn is_editable(manager: Manager, name: &str) -> bool {
    let manager = matches!(
        manager,
        Manager::Pip | Manager::Uv | Manager::Pipenv | Manager::Pdm
    );
    manager && matches!(name, "-e" | "--editable")
}

/// Whether options with one dash are words (`-modfile`) and not letters.
pub(super) fn has_long_single_dash(manager: Manager) -> bool {
    use Manager::*;
    matches!(manager, Go | Maven | Gradle | Nuget)
}

/// The options that take the next word as their value.
pub(super) fn valued(manager: Manager) -> &'static [&'static str] {
    words(manager).valued
}

/// What a manager's words mean, but for those that take more than a list.
struct Words {
    valued: &'static [&'static str],
    files: &'static [(&'static str, bool)],
    /// First word, second word, action, and whether it restores if no package is named; sorted.
    verbs: &'static [(&'static str, &'static str, Action, bool)],
}

// From `data/managers.toml`.
include!(concat!(env!("OUT_DIR"), "/managers.rs"));
