//! `missing-cache-mount`: a package manager downloads everything again with each change.

use super::paths::has_cache_mount;
use crate::facts::Node;
use crate::facts::packages::{Action, Manager};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(MissingCacheMount);

impl Rule for MissingCacheMount {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !node.is(Keyword::Run) {
            return;
        }
        let found = node.installs.iter().find_map(|install| {
            let downloads = matches!(
                install.action,
                Action::Install | Action::Restore | Action::Build
            );
            let target = target(install.manager)?;
            let plain = !install.has_flag(&["--no-cache-dir", "--no-cache", "--offline", "--help"]);
            (downloads && plain && !has_cache_mount(node, install.manager))
                .then_some((install, target))
        });
        if let Some((install, target)) = found {
            let name = install.manager.as_str();
            let span = install.verb_span;
            cx.report(
                span,
                format!("`{name}` downloads everything again whenever this RUN runs"),
            )
            .help(format!(
                "keep its cache: `RUN --mount=type=cache,target={target} …`"
            ));
        }
    }
}

/// Where a manager keeps what it downloads when it runs as root.
fn target(manager: Manager) -> Option<&'static str> {
    Some(match manager {
        Manager::Pip => "/root/.cache/pip",
        Manager::Uv => "/root/.cache/uv",
        Manager::Poetry => "/root/.cache/pypoetry",
        Manager::Npm => "/root/.npm",
        Manager::Yarn => "/usr/local/share/.cache/yarn",
        Manager::Pnpm => "/root/.local/share/pnpm/store",
        Manager::Bun => "/root/.bun/install/cache",
        Manager::Go => "/go/pkg/mod",
        Manager::Cargo => "/usr/local/cargo/registry",
        Manager::Composer => "/tmp/cache",
        Manager::Maven => "/root/.m2",
        Manager::Gradle => "/root/.gradle",
        Manager::Dotnet => "/root/.nuget/packages",
        Manager::Bundler => "/usr/local/bundle/cache",
        _ => return None,
    })
}
