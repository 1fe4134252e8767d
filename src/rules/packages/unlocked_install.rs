//! `unlocked-install`: an install that may leave the lock file behind.

use super::cache::is_too_old;
use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Base, Command, Copied, CopyOrigin, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::images::Tag;
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::shell::Connector;
use crate::span::Span;
use crate::text::has_wildcard;

rule!(UnlockedInstall);

impl Rule for UnlockedInstall {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let Some(demand) = demand(facts, node, install) else {
            return;
        };
        if install.manager == Manager::Npm && has_old_npm(facts, node) {
            return;
        }
        // `npm ci || npm install`
        let fallback = node
            .commands()
            .get(install.command)
            .is_some_and(|c| c.connector == Connector::OrOr);
        if fallback {
            return;
        }
        let Some((lock, place)) = lock_file(facts, node, demand.locks) else {
            return;
        };
        // The lock file names the version of the gem itself, which changes with it.
        if install.manager == Manager::Bundler && has_gemspec(facts, node, &lock) {
            return;
        }
        if demand.weight == Weight::Note && is_said(facts, node, install) {
            return;
        }
        let fix = fix(facts, node, install, &demand);
        let call = install.call();
        let message = match demand.weight {
            Weight::Ignores => format!("`{call}` does not look at `{lock}`"),
            _ => format!("`{call}` may install other versions than `{lock}` says"),
        };
        let mut report = cx
            .report(facts.call_span(install), message)
            .help(match install.manager {
                Manager::Bundler => {
                    format!("run `{}` before it, then it fails instead", demand.strict)
                }
                _ => format!("use `{}`, which fails instead", demand.strict),
            })
            .label(place, "the lock file");
        if demand.weight == Weight::Note {
            report = report.severity(Severity::Info);
        }
        if let Some(fix) = fix {
            report.fix(fix);
        }
    }
}

/// Whether the Gemfile beside a lock file takes in the gem that lies there.
fn has_gemspec(facts: &Facts<'_>, node: &Node<'_>, lock: &str) -> bool {
    const MOST: u64 = 64 * 1024;
    let mut paths = vec!["Gemfile".to_owned()];
    let folder = lock.rsplit_once('/').map(|(folder, _)| folder);
    paths.extend(folder.map(|folder| format!("{folder}/Gemfile")));
    let reads = |path: &String| {
        let text = facts.read_from_context(path, MOST);
        text.is_some_and(|t| {
            t.lines()
                .any(|line| line.trim_start().starts_with("gemspec"))
        })
    };
    paths.iter().any(reads) || facts.is_copied_before(node, ".gemspec")
}

/// Whether the base brings an npm without `npm ci`: that of Node.js 9 and before
/// (<https://nodejs.org/dist/index.json>; 5.7 has it first).
fn has_old_npm(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let Some(Base::Image(image)) = node.stage.map(|stage| facts.root_base(stage)) else {
        return false;
    };
    let major = Tag::of(image).and_then(|tag| tag.numbers().first().copied());
    // Others give theirs the same tags.
    file_name(&image.familiar_name()) == "node" && major.is_some_and(|major| major < 10)
}

/// Whether the stage calls the same before, so that a note was made.
fn is_said(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    let stage = facts.stage_of(node).map_or(&[][..], |s| facts.nodes_of(s));
    let before = stage.iter().take_while(|n| n.index <= node.index);
    before
        .flat_map(|n| n.run_installs().iter().map(move |i| (n.index, i)))
        .take_while(|(at, i)| (*at, i.command) < (node.index, install.command))
        .any(|(_, i)| i.manager == install.manager && i.verb == install.verb)
}

/// What a call should have been.
struct Demand {
    /// The lock files of the manager.
    locks: &'static [&'static str],
    /// The strict form.
    strict: &'static str,
    /// What takes the place of the verb, if that makes it strict.
    verb: Option<&'static str>,
    /// The option that makes it strict.
    option: Option<&'static str>,
    /// How bad it is.
    weight: Weight,
}

/// How bad a call is that is not strict.
#[derive(PartialEq, Eq)]
enum Weight {
    /// As the rule's level says.
    Usual,
    /// The manager takes other versions for fewer reasons.
    Note,
    /// The lock file has no say at all.
    Ignores,
}

/// The strict form of a call that is not strict.
fn demand(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Demand> {
    if install.is_global() || !install.packages.is_empty() || install.more {
        return None;
    }
    // `bundle install $OPTIONS`
    let command = node.commands().get(install.command);
    if command.is_some_and(Command::hides_options) {
        return None;
    }
    let env = |name: &str| facts.setting(node, install, name).is_true();
    let demand = |locks, strict, verb, option| Demand {
        locks,
        strict,
        verb,
        option,
        weight: Weight::Usual,
    };
    match (install.manager, install.verb.as_str()) {
        (Manager::Npm, "install" | "i") if install.action == Action::Restore => {
            const OTHER: [&str; 4] = [
                "--no-package-lock",
                "--package-lock",
                "--package-lock-only",
                "--no-save",
            ];
            let has_ci =
                !is_too_old(facts, node, "npm", "ci") || facts.is_mentioned_before(node, "npm@");
            (!install.has_flag(&OTHER) && has_ci).then(|| {
                demand(
                    &["package-lock.json", "npm-shrinkwrap.json"][..],
                    "npm ci",
                    Some("ci"),
                    None,
                )
            })
        }
        (Manager::Yarn, "" | "install") if install.action == Action::Restore => {
            const STRICT: [&str; 5] = [
                "--frozen-lockfile",
                "--immutable",
                "--pure-lockfile",
                "--no-lockfile",
                "--mode",
            ];
            let set = env("YARN_ENABLE_IMMUTABLE_INSTALLS") || env("CI");
            (!install.has_flag(&STRICT) && !set).then(|| {
                demand(
                    &["yarn.lock"][..],
                    "yarn install --frozen-lockfile",
                    None,
                    Some("--frozen-lockfile"),
                )
            })
        }
        (Manager::Pnpm, "install" | "i") if install.action == Action::Restore => {
            const STRICT: [&str; 4] = [
                "--frozen-lockfile",
                "--no-frozen-lockfile",
                "--no-lockfile",
                "--offline",
            ];
            (!install.has_flag(&STRICT) && !env("CI")).then(|| {
                demand(
                    &["pnpm-lock.yaml"][..],
                    "pnpm install --frozen-lockfile",
                    None,
                    Some("--frozen-lockfile"),
                )
            })
        }
        (Manager::Bun, "install" | "i") if install.action == Action::Restore => {
            (!install.has_flag(&["--frozen-lockfile"])).then(|| {
                demand(
                    &["bun.lock", "bun.lockb"][..],
                    "bun install --frozen-lockfile",
                    None,
                    Some("--frozen-lockfile"),
                )
            })
        }
        (Manager::Pipenv, "install") if install.action == Action::Restore => {
            (!install.has_flag(&["--deploy", "--ignore-pipfile", "--skip-lock", "-r"])).then(|| {
                demand(
                    &["Pipfile.lock"][..],
                    "pipenv install --deploy",
                    None,
                    Some("--deploy"),
                )
            })
        }
        (Manager::Uv, "sync") => {
            let set = env("UV_FROZEN") || env("UV_LOCKED");
            (!install.has_flag(&["--locked", "--frozen"]) && !set)
                .then(|| demand(&["uv.lock"][..], "uv sync --locked", None, Some("--locked")))
        }
        (Manager::Cargo, "build" | "b") => {
            let set = install.has_flag(&["--locked", "--frozen", "--offline"]);
            (!set).then(|| Demand {
                weight: Weight::Note,
                ..demand(
                    &["Cargo.lock"][..],
                    "cargo build --locked",
                    None,
                    Some("--locked"),
                )
            })
        }
        (Manager::Cargo, "install") if install.action == Action::Build => {
            (!install.has_flag(&["--locked", "--frozen"])).then(|| Demand {
                weight: Weight::Ignores,
                ..demand(
                    &["Cargo.lock"][..],
                    "cargo install --locked",
                    None,
                    Some("--locked"),
                )
            })
        }
        (Manager::Bundler, "" | "install") if install.action == Action::Restore => {
            let mentioned = |text| facts.is_mentioned_before(node, text);
            let set = install.has_flag(&["--frozen", "--deployment", "--local"])
                || env("BUNDLE_FROZEN")
                || env("BUNDLE_DEPLOYMENT")
                || mentioned("frozen")
                || mentioned("deployment")
                || facts.is_copied_before(node, ".bundle");
            (!set).then(|| Demand {
                weight: Weight::Note,
                ..demand(
                    &["Gemfile.lock"][..],
                    "bundle config set frozen true",
                    None,
                    None,
                )
            })
        }
        (Manager::Dotnet, "restore") => {
            (!install.has_flag(&["--locked-mode", "--use-lock-file", "--force-evaluate"])).then(
                || {
                    demand(
                        &["packages.lock.json"][..],
                        "dotnet restore --locked-mode",
                        None,
                        Some("--locked-mode"),
                    )
                },
            )
        }
        (Manager::Composer, "update" | "u" | "upgrade") => Some(demand(
            &["composer.lock"][..],
            "composer install",
            None,
            None,
        )),
        _ => None,
    }
}

/// The lock file that the file copies before a node, and where.
fn lock_file(facts: &Facts<'_>, node: &Node<'_>, locks: &[&str]) -> Option<(String, Span)> {
    let stage = node.stage?;
    let copies = facts
        .chain_nodes(stage)
        .filter(|n| n.index < node.index)
        .filter_map(|n| facts.copied(n));
    let bound = node.mounts.iter().filter_map(|m| m.source.as_ref());
    let found = bound.filter_map(|word| {
        let name = word.as_str().rsplit('/').next()?;
        locks
            .iter()
            .find(|l| **l == name)
            .map(|l| ((*l).to_owned(), word.span))
    });
    let copies: Vec<&Copied> = copies.collect();
    let by_name = copies.iter().filter_map(|c| named(facts, c, locks));
    let in_tree = copies.iter().filter_map(|c| below(facts, node, c, locks));
    found.chain(by_name).chain(in_tree).next()
}

/// The lock file in a tree that is copied, if the context shows it where the install runs.
fn below(
    facts: &Facts<'_>,
    node: &Node<'_>,
    copied: &Copied,
    locks: &[&str],
) -> Option<(String, Span)> {
    let context = facts
        .context()
        .filter(|_| copied.origin == CopyOrigin::Context)?;
    let moves = |c: &Command| matches!(c.name.as_str(), "cd" | "pushd");
    if node.commands().iter().any(moves) {
        return None;
    }
    let [source] = copied.sources.as_slice() else {
        return None;
    };
    let path = source.path().filter(|p| !has_wildcard(p))?;
    let target = copied.target.as_deref()?;
    let directory = clean(facts.workdir_at(node)?);
    if !is_in(&directory, target) || !(source.is_whole() || context.is_directory(&path)) {
        return None;
    }
    let rest = directory.strip_prefix(target)?;
    locks.iter().find_map(|lock| {
        let place = clean(&format!("{path}/{rest}/{lock}"));
        let is_there = context.exists(&place) && !context.is_ignored(&place);
        is_there.then(|| ((*lock).to_owned(), source.span))
    })
}

fn named(facts: &Facts<'_>, copied: &Copied, locks: &[&str]) -> Option<(String, Span)> {
    copied.sources.iter().find_map(|source| {
        let path = source.path()?;
        let name = path.rsplit('/').next()?;
        // `package*.json` is written for the sake of the lock file; `yarn.lock*` says that there
        // may be none.
        let lock = locks.iter().find(|lock| {
            **lock == name
                || name == "package*.json" && **lock == "package-lock.json"
                || matches!(name, "Cargo.*" | "Gemfile*")
                    && lock.starts_with(name.trim_end_matches('*'))
                || **lock == "package-lock.json" && name == "package-*.json"
        });
        let sure = match (copied.origin, facts.context()) {
            (CopyOrigin::Context, Some(context)) => {
                let directory = path.strip_suffix(name).unwrap_or_default();
                lock.is_none_or(|lock| context.exists(&format!("{directory}{lock}")))
            }
            _ => true,
        };
        lock.filter(|_| sure)
            .map(|lock| ((*lock).to_owned(), source.span))
    })
}

fn fix(facts: &Facts<'_>, node: &Node<'_>, install: &Install, demand: &Demand) -> Option<Fix> {
    let title = format!("use `{}`", demand.strict);
    if node.instruction.is_exec_form() {
        return None;
    }
    let written = facts.source.slice(install.verb_span);
    match (demand.verb, demand.option) {
        (Some(verb), _) if written == install.verb => Some(Fix::unsafe_(
            title,
            vec![Edit::replace(install.verb_span, verb)],
        )),
        (None, Some(option)) => {
            // A bare `yarn` has its program for a verb.
            let ends = written == install.verb || install.verb.is_empty() && written == "yarn";
            let at = install.verb_span.end;
            ends.then(|| Fix::unsafe_(title, vec![Edit::insert(at, format!(" {option}"))]))
        }
        _ => None,
    }
}
