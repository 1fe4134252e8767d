//! Where the packages of a stage's system come from.

use super::{Base, Facts, Node, is_small_file};
use crate::images::{self, BaseRelease, ImageRef};
use crate::syntax::Kind;

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

    /// Whether something up to a node may have brought sources of packages besides those of the
    /// base image.
    pub fn may_have_more_sources(&self, node: &Node<'_>) -> bool {
        self.has_other_sources(node)
            || SET_UP
                .iter()
                .any(|text| self.is_mentioned_before(node, text))
            || self.pipes_to_shell_before(node)
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
        nodes.any(|n| {
            n.commands().iter().any(|command| {
                matches!(command.name.as_str(), "sh" | "bash")
                    && command.pipeline.is_some_and(|(_, part)| part > 0)
            })
        })
    }
}
