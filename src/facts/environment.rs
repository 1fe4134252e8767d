//! What a variable is at a place: declared in the file, set by the base image, or nothing.

use super::{Base, Facts};
use crate::images::{self, ImageRef, ImageVariable};
use crate::syntax::Kind;
use crate::syntax::word::{Template, Var};

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
        if self.variable(node, name).is_some() || self.trigger_variable(node, name).is_some() {
            return Definition::File;
        }
        match self.nodes.get(node).and_then(|n| n.stage) {
            Some(stage) => self.base_definition(stage, name),
            None => Definition::Nothing,
        }
    }

    /// What the triggers before a trigger make of a variable, if they declare it.
    pub(super) fn trigger_variable(&self, trigger: usize, name: &str) -> Option<Var<'_>> {
        let found = self.nodes.get(trigger).filter(|n| n.onbuild)?;
        let declaring = self.triggers.get(&(found.stage?, name))?;
        let before = declaring.partition_point(|node| *node < trigger);
        let last = declaring.get(before.checked_sub(1)?)?;
        let node = self.nodes.get(*last)?;
        self.declared_value(&node.instruction.kind, name)
    }

    /// The value an instruction declares a variable with, if it does. One with references in it is
    /// not worked out: they would have to be looked up where the instruction runs.
    fn declared_value(&self, kind: &Kind, name: &str) -> Option<Var<'_>> {
        let escape = self.file.escape.char();
        let value = match kind {
            Kind::Env(pairs) => {
                let mut pairs = pairs.pairs.iter().rev();
                &pairs.find(|p| p.name.as_str() == name)?.value
            }
            Kind::Arg(arguments) => {
                let mut arguments = arguments.iter().rev();
                let argument = arguments.find(|a| a.name.as_str() == name)?;
                match &argument.value {
                    Some(value) if !self.build.gives(name) => value,
                    _ => return Some(Var::Unknown),
                }
            }
            _ => return None,
        };
        let text = Template::parse(value.as_str(), escape).ok();
        let text = text.and_then(|template| template.literal());
        Some(text.map_or(Var::Unknown, |text| Var::Set(text.into())))
    }

    /// What the image under a stage makes of a variable.
    pub fn base_definition(&self, stage: usize, name: &str) -> Definition {
        // Something answers everywhere but on Windows, where the system does.
        let is_windows = || self.assumes_builder_defaults() && self.has_windows_paths(stage);
        if name == "PATH" && !is_windows() {
            return Definition::Base;
        }
        let definition = match self.root_base(stage) {
            Base::Scratch => Definition::Nothing,
            Base::Image(image) => image_definition(image, name),
            Base::Stage(_) | Base::Invalid => Definition::Perhaps,
        };
        // A base image that nobody knows is taken for one that sets no variables.
        if definition == Definition::Perhaps && self.assumes_builder_defaults() {
            return Definition::Nothing;
        }
        definition
    }

    /// The stages of this file that run the triggers of a stage: those that are built directly on
    /// it and that the final stage needs. Of others BuildKit's checks leave the triggers out.
    pub fn child_stages(&self, stage: usize) -> impl Iterator<Item = &super::Stage<'_>> {
        let children = self.children.get_or_init(|| {
            let mut children = vec![Vec::new(); self.stages.len()];
            for stage in &self.stages {
                if let Base::Stage(base) = stage.base
                    && let Some(list) = children.get_mut(base)
                {
                    list.push(stage.index);
                }
            }
            children
        });
        let own = children.get(stage).into_iter().flatten();
        own.filter_map(|child| self.stages.get(*child))
            .filter(|s| s.is_needed)
    }

    /// Whether the stage is built: all are, unless a target is named.
    pub fn is_built(&self, stage: &super::Stage<'_>) -> bool {
        self.build.target.is_none() || stage.is_needed
    }
}

fn image_definition(image: &ImageRef, name: &str) -> Definition {
    match images::image_variable(image, name) {
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
