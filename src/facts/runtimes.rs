//! Which version of its language a package manager installs for.

use super::packages::{Action, Install, Manager, PackageOrigin};
use super::{Facts, Node};
use crate::images::{Runtime, RuntimeVersion, newest_needs};
use crate::perspective::Perspective;

/// How many days after the last updates of a runtime the newest versions of packages tend to run on
/// it no more. npm installs what does not run without a word, and Yarn refuses it.
const GRACE: i64 = 180;
const GRACE_OF_NPM: i64 = 365;

/// The runtime that an install is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallRuntime {
    /// What it is.
    pub version: RuntimeVersion,
    /// What brings it, in words: `ruby:2.3`, `Ubuntu 16.04`.
    pub source: String,
}

impl Facts<'_> {
    /// The runtime that an install is for, if its version is known.
    pub fn runtime_of(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let manager = match install.manager {
            Manager::Gem => "gem",
            Manager::Go => "go",
            Manager::Npm | Manager::Yarn => "npm",
            Manager::Pip => "pip",
            _ => return None,
        };
        if self.perspective != Perspective::Dlint || node.onbuild {
            return None;
        }
        let runtime = Runtime::of(manager)?;
        let found = self.runtime(node, install, runtime)?;
        let renews = |i: &Install| {
            i.manager == install.manager && i.packages.iter().any(|p| p.name == manager)
        };
        (!self.installs_before(node, install).any(renews)).then_some(found)
    }

    /// The Python that pip installs for, where pip is so old that it does not ask what a package
    /// needs.
    fn python_of(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let pip = self.runtime_of(node, install)?;
        if install.manager != Manager::Pip || !pip.version.is_blind {
            return None;
        }
        let program = self.source.slice(install.program_span);
        let is_3 = program.contains("pip3") || program.contains("python3");
        let runtime = Runtime::of(if is_3 { "pip3" } else { "pip2" })?;
        self.runtime(node, install, runtime)
    }

    /// A package whose newest version the runtime of an install does not run, that runtime, and the
    /// version of it that the package needs.
    pub fn outgrown<'i>(
        &self,
        node: &Node<'_>,
        install: &'i Install,
    ) -> Vec<(&'i super::packages::Package, InstallRuntime, &'static str)> {
        let is_pip = install.manager == Manager::Pip;
        let runtime = if is_pip {
            self.python_of(node, install)
        } else {
            self.runtime_of(node, install)
        };
        let Some(runtime) = runtime.filter(|_| installs(install)) else {
            return Vec::new();
        };
        let managers: &[&str] = match install.manager {
            Manager::Gem => &["gem"],
            Manager::Pip if runtime.version.is_before("3") => &["pip2", "pip"],
            Manager::Pip => &["pip"],
            Manager::Npm => &["npm"],
            _ => &[],
        };
        let named = install.packages.iter().filter(|p| {
            p.origin == PackageOrigin::Registry && !p.is_hidden() && p.version.is_none()
        });
        named
            .filter_map(|package| {
                let name = package.name.to_ascii_lowercase();
                let mut needs = managers.iter();
                let needed = needs.find_map(|m| newest_needs(m, &name, self.as_of))?;
                let fails = runtime.version.is_before(needed);
                fails.then(|| (package, runtime.clone(), needed))
            })
            .collect()
    }

    /// The runtime of an install, if what it installs without a version may no longer run on it.
    pub fn retired_runtime(&self, node: &Node<'_>, install: &Install) -> Option<InstallRuntime> {
        let found = self.runtime_of(node, install)?;
        let grace = if install.manager == Manager::Npm {
            GRACE_OF_NPM
        } else {
            GRACE
        };
        let ended = |r: &InstallRuntime| match r.version.ends {
            Some(day) => self.as_of.days() - day.days() >= grace,
            None => install.manager == Manager::Pip,
        };
        (found.version.is_blind && ended(&found)).then_some(found)
    }

    fn runtime(
        &self,
        node: &Node<'_>,
        install: &Install,
        runtime: &Runtime,
    ) -> Option<InstallRuntime> {
        let stage = node.stage?;
        let image = self.root_image(stage)?;
        let told =
            |text: &&str| self.is_mentioned_before(node, text) || self.is_copied_before(node, text);
        let named = runtime.in_image(image);
        let (version, source) = match named {
            Some(version) => (version, image.text.clone()),
            None => {
                let release = self.root_release(stage)?;
                if !self.brings(node, install, runtime) || self.may_have_more_sources(node) {
                    return None;
                }
                (runtime.in_release(release)?, release.name())
            }
        };
        (!runtime.elsewhere.iter().any(told)).then_some(InstallRuntime { version, source })
    }

    /// Whether packages of the system bring a runtime before an install.
    fn brings(&self, node: &Node<'_>, install: &Install, runtime: &Runtime) -> bool {
        self.installs_before(node, install).any(|i| {
            i.manager.is_system()
                && i.action == Action::Install
                && i.packages.iter().any(|p| {
                    p.origin == PackageOrigin::Registry
                        && p.version.is_none()
                        && runtime.packages.contains(&p.name.as_str())
                })
        })
    }

    fn installs_before<'f>(
        &'f self,
        node: &'f Node<'_>,
        install: &'f Install,
    ) -> impl Iterator<Item = &'f Install> {
        let nodes = node.stage.into_iter().flat_map(|s| self.chain_nodes(s));
        nodes
            .filter(|n| n.index <= node.index)
            .flat_map(move |n| n.installs.iter().map(move |i| (n.index, i)))
            .filter(|(at, i)| *at < node.index || i.command < install.command)
            .map(|(_, i)| i)
    }
}

/// Whether packages are installed and nothing else.
fn installs(install: &Install) -> bool {
    matches!(install.action, Action::Install | Action::Restore)
}
