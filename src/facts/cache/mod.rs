//! The build as steps, and which of them run again when something changes: BuildKit's cache without
//! a builder.
//!
//! Every stage is a chain of [`Step`]s: what makes a layer. ENV, LABEL, USER and the like make none;
//! they show in the steps behind them. A step knows its [`Input`]s, the step whose layer it stands on
//! (`below`), how often what it takes in changes ([`Class`]) and what it costs ([`Cost`]).
//!
//! A rule asks like this:
//!
//! ```ignore
//! let steps = facts.steps();
//! // Which steps run again when a source file changes?
//! let outcomes = steps.spread(|step| Own::when(step.brings(Class::Source)));
//! for step in steps.of_stage(stage.index) {
//!     let node = &facts.nodes[step.node];
//!     if outcomes[step.index].verdict == Verdict::Reruns && step.cost == Cost::Install { … }
//! }
//! ```
//!
//! What BuildKit does, and [`Steps::spread`] after it:
//! - A RUN runs again if the layer below is another one, if its text, environment (every ENV, and every
//!   ARG in scope that has a value), user, directory or shell changed, or if the content of what it
//!   bind-mounts did. Its layer counts as new then, whatever is in it.
//! - A COPY or ADD runs again if the layer below is another one, or if the content, mode or name of
//!   what it copies changed. Times do not count; owners are those of the builder.
//! - A linked copy stands on nothing: only its content counts. What follows it stands on both.
//! - What comes from another stage is compared by content too: a stage that was built again may give
//!   equal files. So the answer is [`Verdict::May`], unless a copy in that stage brings the change.

mod class;
mod key;
mod selection;
mod spread;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use class::{Class, Cost, class_of_path, is_build_metadata, is_placeholder};
pub use key::{Difference, StepKey};
pub use selection::Selection;
pub use spread::{ChangedFile, Outcome, Own, Reason, Verdict};

use super::mount::MountKind;
use super::{Base, CopyOrigin, Facts, FromTarget, Node};
use crate::syntax::{Keyword, Kind};

/// The steps of a file, stage by stage.
#[derive(Debug, Default)]
pub struct Steps {
    /// In the order in which they depend on each other: what a step needs stands before it.
    pub all: Vec<Step>,
    /// For each stage its own.
    stages: Vec<Range<usize>>,
    /// For each stage the step whose layer it ends with.
    last: Vec<Option<usize>>,
}

/// An instruction that makes a layer, in the stage that runs it.
#[derive(Debug)]
pub struct Step {
    /// Its index in [`Steps::all`].
    pub index: usize,
    /// Its node; of an ONBUILD trigger that of the trigger, which stands in another stage.
    pub node: usize,
    /// The stage that runs it.
    pub stage: usize,
    /// The step whose layer it stands on; none on a base image.
    pub below: Option<usize>,
    /// What it does.
    pub kind: StepKind,
    /// Whether it is copied on a layer of its own, so that `below` does not count for it.
    pub linked: bool,
    /// What it takes in besides its layer, its text and its environment.
    pub inputs: Vec<Input>,
    /// The paths that it writes, without a slash before them; `None` if it may write any.
    pub outputs: Option<Vec<String>>,
    /// Whether what is copied lands in a directory under its own name.
    pub into_directory: bool,
    /// How often what it takes in itself changes.
    pub class: Class,
    /// What it costs.
    pub cost: Cost,
    /// Where its cache mounts lie, as written.
    pub caches: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// RUN.
    Run,
    /// COPY or ADD.
    Copy,
    /// WORKDIR, which makes the directory.
    Workdir,
}

/// What a step takes in.
#[derive(Debug, Clone)]
pub enum Input {
    /// Files of a build context: that of the build or one that has a name.
    Context {
        /// The name; none for the context of the build.
        name: Option<String>,
        /// Which files.
        files: Selection,
    },
    /// Files of another stage.
    Stage {
        /// Which one.
        stage: usize,
        /// Which files.
        files: Selection,
    },
    /// Files of an image.
    Image {
        /// As written.
        name: String,
        /// Which files.
        files: Selection,
    },
    /// What ADD downloads.
    Remote {
        /// The address, if it is known.
        address: Option<String>,
        /// Whether a checksum says what it must be.
        pinned: bool,
    },
}

impl Steps {
    /// The steps of a stage, triggers of its base first.
    pub fn of_stage(&self, stage: usize) -> &[Step] {
        let range = self.stages.get(stage).cloned();
        range.and_then(|r| self.all.get(r)).unwrap_or_default()
    }

    /// The step of a node in the node's own stage.
    pub fn of_node(&self, node: &Node<'_>) -> Option<&Step> {
        let own = self.of_stage(node.stage?).iter();
        own.into_iter().find(|s| s.node == node.index)
    }

    /// The step whose layer a stage ends with; none if it is its base and nothing more.
    pub fn last_of(&self, stage: usize) -> Option<&Step> {
        self.all.get((*self.last.get(stage)?)?)
    }

    /// For each step the class of what changes most often among all that it depends on.
    pub fn classes(&self) -> Vec<Class> {
        let mut classes: Vec<Class> = Vec::with_capacity(self.all.len());
        for step in &self.all {
            let stages = step.inputs.iter().filter_map(|input| match input {
                Input::Stage { stage, .. } => self.last_of(*stage).map(|s| s.index),
                _ => None,
            });
            let below = step.below.filter(|_| !step.linked);
            let others = stages.chain(below).filter_map(|s| classes.get(s)).copied();
            let class = others.fold(step.class, Class::max);
            classes.push(class);
        }
        classes
    }

    /// A step and those it stands on, down to the base image.
    pub fn chain(&self, step: usize) -> impl Iterator<Item = &Step> {
        let mut at = self.all.get(step);
        std::iter::from_fn(move || {
            let step = at?;
            at = step.below.and_then(|below| self.all.get(below));
            Some(step)
        })
    }
}

impl Step {
    /// Whether a change of some file of a class can be among what it takes from the build's context.
    pub fn brings(&self, class: Class) -> bool {
        self.inputs.iter().any(|input| match input {
            Input::Context { name: None, files } => files.classes().contains(&class),
            _ => false,
        })
    }
}

impl Facts<'_> {
    /// The build as steps, worked out when first asked for.
    pub fn steps(&self) -> &Steps {
        self.steps.get_or_init(|| self.make_steps())
    }

    fn make_steps(&self) -> Steps {
        let mut steps = Steps::default();
        for stage in &self.stages {
            let start = steps.all.len();
            let base = match stage.base {
                Base::Stage(base) => self.stages.get(base),
                _ => None,
            };
            let mut below = base.and_then(|b| steps.last.get(b.index).copied().flatten());
            let triggers = base.map_or(&[][..], |base| self.nodes_of(base));
            let triggers = triggers.iter().filter(|n| n.onbuild);
            let own = self.nodes_of(stage).iter().filter(|n| !n.onbuild);
            for node in triggers.chain(own) {
                let Some(mut step) = self.step(node, stage.index) else {
                    continue;
                };
                step.index = steps.all.len();
                step.below = below;
                below = Some(step.index);
                steps.all.push(step);
            }
            steps.stages.push(start..steps.all.len());
            steps.last.push(below);
        }
        steps
    }

    fn step(&self, node: &Node<'_>, stage: usize) -> Option<Step> {
        let mut step = Step {
            index: 0,
            node: node.index,
            stage,
            below: None,
            kind: StepKind::Run,
            linked: false,
            inputs: Vec::new(),
            outputs: None,
            into_directory: false,
            class: Class::Base,
            cost: Cost::Little,
            caches: Vec::new(),
        };
        match &node.instruction.kind {
            Kind::Run(_) => {
                step.inputs = self.inputs_of_run(node, stage);
                let caches = node.mounts.iter().filter(|m| m.kind == MountKind::Cache);
                let targets = caches.filter_map(|m| m.target.as_ref());
                step.caches = targets.map(|t| t.as_str().to_owned()).collect();
            }
            Kind::Copy(_) | Kind::Add(_) => {
                step.kind = StepKind::Copy;
                // With a mode of its own BuildKit copies the ordinary way.
                step.linked =
                    node.instruction.has_flag("link") && node.instruction.flag("chmod").is_none();
                step.inputs = self.inputs_of_copy(node, stage);
                step.into_directory = self.copied(node).is_some_and(|c| c.into_directory);
                step.outputs = self.copied(node).and_then(|copied| {
                    let target = copied.target.as_deref()?;
                    Some(vec![target.trim_start_matches('/').to_owned()])
                });
            }
            Kind::Workdir(word) => {
                step.kind = StepKind::Workdir;
                let path = self.text(node.index, word);
                let path = path.and_then(|p| self.absolute(node, &p));
                // The root is there already.
                if path.as_deref().map(crate::path::clean).as_deref() == Some("/") {
                    return None;
                }
                step.outputs = path.map(|p| {
                    let path = crate::path::clean(&p);
                    vec![path.trim_start_matches('/').to_owned()]
                });
            }
            _ => return None,
        }
        step.class = self.class_of(node, &step);
        step.cost = class::cost_of(node);
        Some(step)
    }

    fn inputs_of_copy(&self, node: &Node<'_>, stage: usize) -> Vec<Input> {
        let Some(copied) = self.copied(node) else {
            return Vec::new();
        };
        let instruction = node.instruction;
        let mut inputs = Vec::new();
        let is_remote = |text: Option<&str>| text.is_none_or(is_address);
        for source in copied.sources.iter().filter(|s| !s.is_heredoc) {
            if node.is_copying(Keyword::Add)
                && copied.origin == CopyOrigin::Context
                && is_remote(source.text.as_deref())
            {
                inputs.push(Input::Remote {
                    address: source.text.clone(),
                    pinned: instruction.flag("checksum").is_some(),
                });
            }
        }
        let local = copied.sources.iter().filter(|s| !s.is_heredoc);
        let local: Vec<Option<&str>> = local
            .map(|s| s.text.as_deref())
            .filter(|text| !(node.is_copying(Keyword::Add) && text.is_some_and(is_address)))
            .collect();
        if local.is_empty() {
            return inputs;
        }
        let excludes = instruction.flags.iter().filter(|f| f.name == "exclude");
        let excludes = excludes.filter_map(|f| f.value.as_ref());
        let excludes: Vec<Option<String>> =
            excludes.map(|word| self.text(node.index, word)).collect();
        let files = Selection::of(&local, &excludes, instruction.has_flag("parents"));
        let from = match node.keyword() {
            Some(Keyword::Copy) => instruction.flag_value("from"),
            _ => None,
        };
        inputs.push(match from {
            Some(word) => self.input_from(stage, word.as_str(), true, files),
            None => Input::Context { name: None, files },
        });
        inputs
    }

    fn inputs_of_run(&self, node: &Node<'_>, stage: usize) -> Vec<Input> {
        let mut inputs = Vec::new();
        for mount in &node.mounts {
            let from = mount.from.as_ref().map(|w| w.as_str()).unwrap_or_default();
            // A cache mount begins empty unless it says from where.
            let takes = mount.kind == MountKind::Bind
                || (mount.kind == MountKind::Cache && !from.is_empty());
            if !takes {
                continue;
            }
            let source = match &mount.source {
                Some(word) => self.text(node.index, word),
                None => Some(".".to_owned()),
            };
            let files = Selection::of(&[source.as_deref()], &[], false).literal();
            inputs.push(match from {
                "" => Input::Context { name: None, files },
                from => self.input_from(stage, from, false, files),
            });
        }
        inputs
    }

    /// What a `--from` brings: of a named context, a stage, an image.
    fn input_from(&self, stage: usize, from: &str, numbers: bool, files: Selection) -> Input {
        let named = self.build.contexts.iter();
        let mut named = named.filter(|name| name.eq_ignore_ascii_case(from));
        if let Some(name) = named.next() {
            let name = Some(name.clone());
            return Input::Context { name, files };
        }
        match self.resolve_from(stage, from, numbers) {
            FromTarget::Stage(stage) => Input::Stage { stage, files },
            FromTarget::Later(_) | FromTarget::External => Input::Image {
                name: from.to_owned(),
                files,
            },
        }
    }
}

impl Node<'_> {
    fn is_copying(&self, keyword: Keyword) -> bool {
        self.instruction.keyword == Some(keyword)
    }
}

/// Whether ADD downloads it.
fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}
