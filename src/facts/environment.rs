//! What a variable is at a place: declared in the file, set by the base image, or nothing.

use super::image::{self, ImageRef, ImageVariable};
use super::{Base, Facts};
use crate::syntax::Kind;

/// How sure it is that a variable is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Definition {
    /// ARG or ENV of the stage or of a stage it is built on declare it.
    File,
    /// The base image sets it.
    Base,
    /// The base image may set it: its environment is not known.
    Perhaps,
    /// Nothing defines it.
    Nothing,
}

impl Facts<'_> {
    /// What a variable is before the instruction at `node`, for the words of an instruction
    /// inside a stage.
    pub fn definition(&self, node: usize, name: &str) -> Definition {
        if self.variable(node, name).is_some() || self.is_declared_before(node, name) {
            return Definition::File;
        }
        match self.nodes.get(node).and_then(|n| n.stage) {
            Some(stage) => self.base_definition(stage, name),
            None => Definition::Nothing,
        }
    }

    /// Whether an ARG declares a variable that a word of the same ARG may use. The names are
    /// visible one after the other; only the rule that reads the words knows which is which.
    pub(super) fn is_declared_before(&self, node: usize, name: &str) -> bool {
        // A trigger sees what the triggers and the stage before it declare.
        let Some(found) = self.nodes.get(node).filter(|n| n.onbuild) else {
            return false;
        };
        let stage = found.stage.and_then(|s| self.stages.get(s));
        let nodes = stage.map_or(&[][..], |s| self.nodes_of(s));
        nodes
            .iter()
            .filter(|n| n.onbuild && n.index < node)
            .any(|n| declares(&n.instruction.kind, name))
    }

    /// What the image under a stage makes of a variable.
    pub fn base_definition(&self, stage: usize, name: &str) -> Definition {
        // Something answers everywhere but on Windows, where the system does.
        let is_windows = || self.build.typical && self.has_windows_paths(stage);
        if name == "PATH" && !is_windows() {
            return Definition::Base;
        }
        match self.root_base(stage) {
            Base::Scratch => Definition::Nothing,
            Base::Image(image) => image_definition(image, name),
            Base::Stage(_) | Base::Invalid => Definition::Perhaps,
        }
    }

    /// The stages of this file that run the triggers of a stage: those that are built directly on
    /// it and that the final stage needs. Of others BuildKit's checks leave the triggers out.
    pub fn heirs(&self, stage: usize) -> impl Iterator<Item = &super::Stage<'_>> {
        let on = move |s: &&super::Stage<'_>| {
            s.is_needed && matches!(s.base, Base::Stage(b) if b == stage)
        };
        self.stages.iter().filter(on)
    }

    /// Whether the stage is built: all are, unless a target is named.
    pub fn is_built(&self, stage: &super::Stage<'_>) -> bool {
        self.build.target.is_none() || stage.is_needed
    }
}

/// Whether an instruction declares a variable.
pub(super) fn declares(kind: &Kind, name: &str) -> bool {
    match kind {
        Kind::Arg(arguments) => arguments.iter().any(|a| a.name.as_str() == name),
        Kind::Env(pairs) => pairs.pairs.iter().any(|p| p.name.as_str() == name),
        _ => false,
    }
}

fn image_definition(image: &ImageRef, name: &str) -> Definition {
    match image::image_variable(image, name) {
        ImageVariable::Set => Definition::Base,
        ImageVariable::Perhaps => Definition::Perhaps,
        ImageVariable::Unset => Definition::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    fn last(text: &str, name: &str) -> Definition {
        let source = Source::new("Dockerfile", text);
        let file = syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        facts.definition(facts.nodes.len() - 1, name)
    }

    #[test]
    fn the_base_image_decides_what_is_not_declared() {
        use Definition::*;
        assert_eq!(last("FROM python:3.13\nUSER x", "PYTHON_VERSION"), Base);
        assert_eq!(last("FROM python:3.13\nUSER x", "HOME"), Nothing);
        assert_eq!(last("FROM python:3.13\nUSER x", "X"), Perhaps);
        assert_eq!(last("FROM mongo\nUSER x", "HOME"), Base);
        assert_eq!(last("FROM drupal:11\nUSER x", "APACHE_CONFDIR"), Base);
        assert_eq!(last("FROM drupal:11\nUSER x", "DRUPAL_VERSION"), Base);
        assert_eq!(last("FROM debian:12\nUSER x", "X"), Nothing);
        assert_eq!(last("FROM example.com/debian:12\nUSER x", "X"), Perhaps);
        assert_eq!(last("FROM scratch\nUSER x", "PATH"), Base);
        assert_eq!(last("ARG X=1\nFROM scratch\nUSER x", "X"), Nothing);
        assert_eq!(last("FROM a AS b\nARG X\nFROM b\nUSER x", "X"), File);
    }
}
