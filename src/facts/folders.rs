//! Folders that are surely there when an instruction begins.

use super::{Base, Command, Facts, Node};
use crate::path::is_in;

/// Folders of every Linux system: those that the Filesystem Hierarchy Standard 3.0 requires, and which
/// the bases of all distributions have.
const SYSTEM: [&str; 29] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/share",
    "/usr/local/src",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/tmp",
];

impl Facts<'_> {
    /// Whether a folder, an absolute path without `.` and `..`, is surely there when an instruction begins:
    /// every system has it, or the stage or one that it builds on made it.
    pub fn has_folder(&self, node: &Node<'_>, path: &str) -> bool {
        let Some(stage) = node.stage else {
            return false;
        };
        let is_system =
            || SYSTEM.contains(&path) && !matches!(self.root_base(stage), Base::Scratch);
        let is_workdir = || {
            let mut workdirs = self.chain(stage).flat_map(|s| &s.workdirs);
            workdirs.any(|w| {
                w.node < node.index && w.path.as_deref().is_some_and(|dir| is_in(dir, path))
            })
        };
        let is_made = || {
            let before = self.chain_nodes(stage);
            before
                .take_while(|n| n.index < node.index)
                .any(|n| self.fills(n, path) || n.commands().iter().any(|c| self.makes(n, c, path)))
        };
        is_system() || is_workdir() || is_made()
    }

    /// Whether a COPY or ADD puts something into a folder.
    fn fills(&self, node: &Node<'_>, path: &str) -> bool {
        let Some(copied) = self.copied(node) else {
            return false;
        };
        let target = copied.target.as_deref();
        target.is_some_and(|t| is_in(t, path) && (copied.into_directory || t != path))
    }

    /// Whether a command is a `mkdir` of a folder.
    fn makes(&self, node: &Node<'_>, command: &Command, path: &str) -> bool {
        command.name == "mkdir"
            && command.operands(&["-m", "--mode"]).any(|word| {
                let made = word.literal().and_then(|t| self.absolute(node, t));
                made.is_some_and(|made| is_in(&made, path))
            })
    }
}
