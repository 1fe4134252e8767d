//! `missing-cache-mount`: a package manager downloads everything again with each change.

use super::caches::{Cache, cache};
use super::paths::has_cache_mount;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(MissingCacheMount);

impl Rule for MissingCacheMount {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !node.is(Keyword::Run) || !node.shell.is_posix() {
            return;
        }
        let facts = cx.facts;
        let found = node.installs.iter().find_map(|install| {
            let downloads = matches!(
                install.action,
                Action::Install | Action::Restore | Action::Build
            );
            let offline = [
                "--no-cache-dir",
                "--no-cache",
                "--offline",
                "--help",
                "--no-index",
            ];
            let plain = !install.has_flag(&offline) && !install.installs_source();
            if !downloads || !plain || has_cache_mount(node, install.manager) {
                return None;
            }
            Some((install, cache(facts, node, install)?))
        });
        let Some((install, cache)) = found else {
            return;
        };
        let name = install.manager.as_str();
        let mounts = cache.mounts();
        let mut help = format!("keep its cache: `RUN {mounts} …`");
        if let Some(also) = also(install.manager) {
            help += also;
        }
        if cache.needs_owner() {
            help += "; give the mount that user's number with `uid=`";
        }
        let span = install.verb_span;
        let fix = fix(facts, node, install, &cache);
        let report = cx
            .report(
                span,
                format!("`{name}` downloads everything again whenever this RUN runs"),
            )
            .help(help);
        if let Some(fix) = fix {
            report.fix(fix);
        }
    }
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
fn fix(facts: &Facts<'_>, node: &Node<'_>, install: &Install, cache: &Cache) -> Option<Fix> {
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
    (is_plain && !empties && (is_copied || only())).then(|| {
        Fix::unsafe_(
            "keep the cache in a mount",
            vec![Edit::insert(name.span.end, format!(" {}", cache.mounts()))],
        )
    })
}
