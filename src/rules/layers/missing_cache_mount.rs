//! `missing-cache-mount`: a package manager downloads everything again with each change.

use super::caches::{Cache, cache};
use super::paths::has_cache_mount;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(MissingCacheMount);

/// Options with which a call downloads nothing, or keeps nothing of it.
const WITHOUT: [&str; 5] = [
    "--no-cache-dir",
    "--no-cache",
    "--offline",
    "--help",
    "--no-index",
];

impl Rule for MissingCacheMount {
    fn check_file(&self, cx: &mut Context<'_>) {
        // What lacks the same mount is one finding, however many RUNs it is.
        let mut found: Vec<Lack> = Vec::new();
        for node in &cx.facts.nodes {
            let Some(lack) = lack(cx.facts, node) else {
                continue;
            };
            let mut before = found.iter_mut();
            match before.find(|l| l.message == lack.message && l.help == lack.help) {
                Some(first) => {
                    first.also.push(lack.span);
                    first.edits.extend(lack.edits);
                }
                None => found.push(lack),
            }
        }
        for lack in found {
            let mut report = cx.report(lack.span, lack.message).help(lack.help);
            for span in lack.also {
                report = report.label(span, "and here");
            }
            if !lack.edits.is_empty() {
                report.fix(Fix::unsafe_("keep the cache in a mount", lack.edits));
            }
        }
    }
}

/// A call without a mount for its cache.
struct Lack {
    span: Span,
    message: String,
    help: String,
    /// The calls of other RUNs of which the same is said.
    also: Vec<Span>,
    /// What adds the mounts, where that is offered.
    edits: Vec<Edit>,
}

/// The first call of a RUN that lacks a mount.
fn lack(facts: &Facts<'_>, node: &Node<'_>) -> Option<Lack> {
    if !node.is(Keyword::Run) || !node.shell.is_posix() {
        return None;
    }
    let (install, cache, is_restored) = node.installs.iter().find_map(|install| {
        let downloads = matches!(
            install.action,
            Action::Install | Action::Restore | Action::Build
        );
        let plain = !install.has_flag(&WITHOUT) && !install.installs_source();
        if !downloads || !plain || has_cache_mount(node, install.manager) {
            return None;
        }
        if runs_as_another(node, install) || installs_only_pip(install) {
            return None;
        }
        // A layer below has the downloads; Go keeps more than these.
        let is_restored = is_restored_before(facts, node, install);
        if is_restored && install.manager != Manager::Go {
            return None;
        }
        let cache = cache(facts, node, install)?;
        (!removes(node, &cache)).then_some((install, cache, is_restored))
    })?;
    let name = install.manager.as_str();
    let mounts = cache.mounts();
    let mut help = format!("keep its cache: `RUN {mounts} …`");
    if let Some(also) = also(install.manager).filter(|_| cache.holds_downloads()) {
        help += also;
    }
    if cache.needs_owner() {
        help += "; give the mount that user's number with `uid=`";
    }
    let downloads = cache.holds_downloads() && !is_restored;
    let does = if downloads { "downloads" } else { "compiles" };
    Some(Lack {
        span: install.verb_span,
        message: format!("`{name}` {does} everything again whenever this RUN runs"),
        help,
        also: Vec::new(),
        edits: edits(facts, node, install, &cache),
    })
}

/// Whether the call, or the shell it is written for, runs as another user: which home that one has
/// is up to settings and accounts.
fn runs_as_another(node: &Node<'_>, install: &Install) -> bool {
    const SWITCH: [&str; 8] = [
        "chroot", "doas", "gosu", "runuser", "setpriv", "su", "su-exec", "sudo",
    ];
    let wrappers = node.script.as_ref().map(|s| s.wrappers(install.command));
    let mut wrappers = wrappers.into_iter().flatten();
    wrappers.any(|(name, _)| SWITCH.contains(&name))
}

/// Whether a build finds in a layer below what an earlier RUN downloaded for it.
fn is_restored_before(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    let Some(stage) = node.stage.filter(|_| install.action == Action::Build) else {
        return false;
    };
    // Where it takes too long to find out, there is nothing to say.
    if !facts.may_search(node.index) {
        return true;
    }
    let manager = install.manager;
    let restores = |i: &Install| i.manager == manager && i.action == Action::Restore;
    let mut before = facts.chain_nodes(stage).filter(|n| n.index < node.index);
    before.any(|n| n.run_installs().iter().any(restores) && !has_cache_mount(n, manager))
}

/// Whether pip only installs itself and what it builds with, which is small.
fn installs_only_pip(install: &Install) -> bool {
    let own = |name: &str| matches!(name, "pip" | "setuptools" | "uv" | "wheel");
    install.manager == Manager::Pip
        && install.action == Action::Install
        && !install.packages.is_empty()
        && install.packages.iter().all(|p| own(&p.name))
}

/// Whether a command removes the place of the cache: a mount there is busy, and the build fails.
fn removes(node: &Node<'_>, cache: &Cache) -> bool {
    // `rm -rf "$(yarn cache dir)"`
    let asks = |text: &str| text.contains("$(") && text.contains("cache");
    let removed = node.commands().iter().filter(|c| c.name == "rm");
    removed.flat_map(|c| c.args()).any(|word| {
        if asks(&word.raw) {
            return true;
        }
        let path = word.raw.trim_matches('"').trim_end_matches('/');
        let at_home = path.strip_prefix("~/").or(path.strip_prefix("$HOME/"));
        cache.targets().iter().any(|target| match at_home {
            Some(path) => {
                is_in(target, &format!("/root/{path}")) || target.ends_with(&format!("/{path}"))
            }
            None => path.starts_with('/') && is_in(target, path),
        })
    })
}

/// What else a mount for a manager takes.
fn also(manager: Manager) -> Option<&'static str> {
    use Manager::*;
    Some(match manager {
        AptGet | Apt => ", and remove `/etc/apt/apt.conf.d/docker-clean` first, which empties it",
        Go | Maven | Gradle | Dotnet | Dart | Cargo | Sbt | Cabal | Stack | Deno => {
            ", in this and in every RUN that builds with what was downloaded"
        }
        _ => return None,
    })
}

/// Adds the mount where the cache is nothing but a cache: what is installed is copied out of it.
fn edits(facts: &Facts<'_>, node: &Node<'_>, install: &Install, cache: &Cache) -> Vec<Edit> {
    use Manager::*;
    let is_copied = matches!(
        install.manager,
        Pip | Uv | Poetry | Pipenv | Pdm | Npm | Yarn | Pnpm | Bun | Composer
    );
    // Elsewhere the next RUN would look for what is in the mount.
    let only = || {
        let stage = facts.stage_of(node);
        let runs = stage.map_or(&[][..], |s| facts.nodes_of(s)).iter();
        let uses = runs.filter(|n| n.installs.iter().any(|i| i.manager == install.manager));
        install.action == Action::Build
            && matches!(install.manager, Go | Maven)
            && uses.count() == 1
    };
    let name = &node.instruction.name;
    let is_plain = name.text.is_contiguous(0..name.as_str().len())
        && !cache.needs_owner()
        && facts.frontend_has(2, 1) != Some(false);
    // A command that empties the cache would work against the mount.
    let empties = node.installs.iter().any(|i| i.action == Action::Clean)
        || node.commands().iter().any(|c| c.name == "rm");
    // Another call would leave the mount unused.
    let same = |i: &&Install| i.manager == install.manager;
    let refuses = node
        .installs
        .iter()
        .filter(same)
        .any(|i| i.has_flag(&WITHOUT));
    if !is_plain || empties || refuses || !(is_copied || only()) {
        return Vec::new();
    }
    let mut edits = vec![Edit::insert(name.span.end, format!(" {}", cache.mounts()))];
    // A fix that switches the cache off touches these places: it then waits for the next round, in
    // which there is a mount.
    let same = node
        .installs
        .iter()
        .filter(|i| i.manager == install.manager);
    edits.extend(same.map(|i| Edit::insert(i.verb_span.end, "")));
    // Where a command that empties it would be appended.
    edits.push(Edit::insert(node.instruction.head.end, ""));
    edits.dedup();
    edits
}
