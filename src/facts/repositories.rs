//! Where the packages of a stage's system come from.

use super::{Base, Facts, Node, hosts, is_small_file};
use crate::images::{self, BaseRelease, ImageRef};
use crate::shell::Command;
use crate::syntax::{Keyword, Kind};

/// What says in a command or in the path of a copied file that packages come from elsewhere than
/// the base has it.
const OTHER_SOURCES: [&str; 18] = [
    "sources.list",
    "apt/sources",
    "/etc/apt",
    "add-apt-repository",
    "apt-add-repository",
    "ppa:",
    "archive.debian.org",
    "snapshot.debian.org",
    "old-releases.ubuntu.com",
    "/etc/apk/repositories",
    "apk/repositories",
    "yum.repos.d",
    "/etc/yum",
    "yum-config-manager",
    "config-manager",
    "vault.centos.org",
    "extrepo",
    "apt.conf",
];

/// What installs sources of packages on its way.
const SET_UP: [&str; 8] = [
    "| bash",
    "| sh",
    "setup_",
    "dpkg -i",
    "dpkg --install",
    "rpm -i",
    "rpm -U",
    ".deb",
];

impl Facts<'_> {
    /// The image that a stage's chain stands on, if all of its name is known.
    pub fn root_image(&self, stage: usize) -> Option<&ImageRef> {
        match self.root_base(stage) {
            Base::Image(image) if !image.is_hidden() => Some(image),
            _ => None,
        }
    }

    /// The release of the distribution that a stage's chain stands on.
    pub fn root_release(&self, stage: usize) -> Option<BaseRelease> {
        let release = || match self.root_base(stage) {
            Base::Image(image) => images::base_release(image, self.as_of),
            _ => None,
        };
        match self.releases.get(stage) {
            Some(known) => *known.get_or_init(release),
            None => release(),
        }
    }

    /// Whether something up to a node says that its packages come from elsewhere than the base
    /// image has it.
    pub fn has_other_sources(&self, node: &Node<'_>) -> bool {
        OTHER_SOURCES
            .iter()
            .any(|text| self.is_mentioned_before(node, text) || self.is_copied_before(node, text))
            || self.copies_over_root_before(node)
    }

    /// Whether a COPY or ADD before a node puts a whole tree over the root.
    fn copies_over_root_before(&self, node: &Node<'_>) -> bool {
        let Some(stage) = node.stage else {
            return false;
        };
        if !self.may_search(node.index) {
            return true;
        }
        let mut nodes = self.chain_nodes(stage).filter(|n| n.index < node.index);
        nodes.any(|n| match &n.instruction.kind {
            Kind::Copy(transfer) | Kind::Add(transfer) => {
                transfer.destination.as_str() == "/"
                    && transfer
                        .sources
                        .iter()
                        .any(|s| !is_small_file(s.word.as_str()))
            }
            _ => false,
        })
    }

    /// Whether something before a command of a node may have brought sources of some packages besides
    /// those of the base image. What repositories with packages of their own alone have is known, and
    /// mirrors have what the distribution has.
    pub fn may_have_more_sources(
        &self,
        node: &Node<'_>,
        command: usize,
        packages: &[&str],
    ) -> bool {
        let is_mentioned = |text: &&str| self.is_mentioned_before(node, text);
        let may = self.has_other_sources(node)
            || SET_UP.iter().any(is_mentioned)
            || self.pipes_to_shell_before(node);
        may && !self.has_only_known_sources(node, command, packages)
    }

    fn has_only_known_sources(&self, node: &Node<'_>, command: usize, packages: &[&str]) -> bool {
        let is_copied = |text: &&str| self.is_copied_before(node, text);
        let Some(stage) = node.stage.filter(|_| self.may_search(node.index)) else {
            return false;
        };
        if OTHER_SOURCES.iter().any(is_copied) || self.copies_over_root_before(node) {
            return false;
        }
        let mut nodes = self.chain_nodes(stage).filter(|n| n.index <= node.index);
        nodes.all(|n| {
            let is_own = n.index == node.index;
            let count = if is_own { command } else { usize::MAX };
            let commands = n.commands().get(..count).unwrap_or(n.commands());
            let start = n.instruction.span.start;
            // What stands behind the command comes too late for it.
            let next = n.commands().get(count).map(|c| c.span.start);
            let text = self.source.slice(n.instruction.span);
            let end = next.map_or(text.len(), |next| next.saturating_sub(start) as usize);
            let text = text.get(..end).unwrap_or(text);
            let has = |text: &str| {
                let mut words = OTHER_SOURCES.iter().chain(&SET_UP);
                words.any(|word| text.contains(*word))
            };
            if !has(text) && !commands.iter().any(is_piped_shell) {
                return true;
            }
            let brings = |c: &Command| {
                let text = self.source.slice(c.span);
                let writes = c.redirects.iter().any(|r| has(&r.target.raw));
                has(text) && !is_mirror_change(c, text) || writes || is_piped_shell(c)
            };
            let is_mirrored = n.is(Keyword::Run) && !commands.iter().any(brings);
            is_mirrored
                && n.script.as_ref().is_some_and(|script| !script.unread)
                && n.instruction.heredocs.is_empty()
                || !hosts::is_of_ppa(text) && hosts::has_none_of(text, packages)
        })
    }

    /// Whether a command up to a node reads a script from a pipe.
    fn pipes_to_shell_before(&self, node: &Node<'_>) -> bool {
        let Some(stage) = node.stage else {
            return false;
        };
        if !self.may_search(node.index) {
            return true;
        }
        let mut nodes = self.chain_nodes(stage).filter(|n| n.index <= node.index);
        nodes.any(pipes)
    }
}

/// Whether a command of an instruction reads a script from a pipe.
fn pipes(node: &Node<'_>) -> bool {
    node.commands().iter().any(is_piped_shell)
}

/// Whether a command is a shell that reads its script from a pipe.
fn is_piped_shell(command: &Command) -> bool {
    matches!(command.name.as_str(), "sh" | "bash")
        && command.pipeline.is_some_and(|(_, part)| part > 0)
}

/// Whether a command changes the servers or the components in a list of sources, but no release.
fn is_mirror_change(command: &Command, text: &str) -> bool {
    const SUITES: [&str; 6] = [
        "edge",
        "experimental",
        "sid",
        "stable",
        "testing",
        "unstable",
    ];
    let is_release = |word: &str| SUITES.contains(&word) || images::is_code_name(word);
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    // `s/v3.20/v3.10/` is another release of Alpine.
    let is_version = |word: &str| {
        let rest = word.strip_prefix('v').unwrap_or_default();
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
    };
    let has_variable = text.split('$').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '('))
    });
    command.name == "sed"
        && !has_variable
        && !words.any(|word| is_release(word) || is_version(word))
}
