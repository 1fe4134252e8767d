//! Who runs a RUN.

use super::{Facts, Node};
use crate::images::BaseUser;
use crate::syntax::{Kind, Word};

/// The user of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunUser {
    /// The superuser.
    Root,
    /// Another user by the name or number that a USER of the file gives, without its group.
    Other(String),
    /// Another user by the name or number that the base image gives.
    OfBase(&'static str),
    /// A variable or an image hides it.
    Unknown,
}

impl Facts<'_> {
    /// The user in force at a node: that of the USER before it in the chain of its stage, else that
    /// of the base image.
    pub fn user_at(&self, node: &Node<'_>) -> RunUser {
        match node.stage {
            Some(stage) => self.user_before(stage, node.index),
            None => RunUser::Unknown,
        }
    }

    /// The user that a stage ends with.
    pub fn last_user(&self, stage: usize) -> RunUser {
        self.user_before(stage, usize::MAX)
    }

    /// The USER before a node in the chain of its stage.
    pub fn user_set_before(&self, node: &Node<'_>) -> Option<&Word> {
        let (_, word) = self.set_before(node.stage?, node.index)?;
        Some(word)
    }

    fn set_before(&self, stage: usize, before: usize) -> Option<(usize, &Word)> {
        // Not by all nodes: of a million RUN with `sudo` each would look at all before it.
        self.chain(stage).find_map(|stage| {
            let above = stage.users.partition_point(|node| *node < before);
            let node = *stage.users.get(above.checked_sub(1)?)?;
            match &self.nodes.get(node)?.instruction.kind {
                Kind::User(word) => Some((node, word)),
                _ => None,
            }
        })
    }

    fn user_before(&self, stage: usize, before: usize) -> RunUser {
        let set = self.set_before(stage, before);
        match set.map(|(node, word)| self.text(node, word)) {
            Some(Some(text)) => match text.split(':').next().unwrap_or(&text) {
                "root" | "0" => RunUser::Root,
                name => RunUser::Other(name.to_owned()),
            },
            Some(None) => RunUser::Unknown,
            None => match self.base_user(stage) {
                BaseUser::Root => RunUser::Root,
                BaseUser::NonRoot(name) => RunUser::OfBase(name),
                BaseUser::Unknown => RunUser::Unknown,
            },
        }
    }
}
