//! ARG and ENV: which variable has which value where (BuildKit's rules; `ENV` sees old values,
//! `ARG` within one instruction the new ones, a stage inherits both from its base stage).

use std::collections::HashMap;

use super::Stage;
use super::platform::Platform;
use super::stage::Base;
use crate::context::Build;
use crate::perspective::Perspective;
use crate::span::Span;
use crate::syntax::word::{Value, Var};
use crate::syntax::{Argument, Pair};

/// How many base stages are asked for a variable before it counts as not known.
const MAX_CHAIN: usize = 100;
/// How many bytes all values of ENV may have together: an ENV that adds to a list repeats all of it.
/// From there on values are not known.
const MAX_VALUES: usize = 16 << 20;

/// The arguments BuildKit declares by itself before the first FROM.
pub const PLATFORM_ARGUMENTS: [&str; 11] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETSTAGE",
];

/// Who declared a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// ARG before the first FROM.
    GlobalArgument,
    /// ARG in a stage.
    Argument,
    /// ENV.
    Environment,
}

/// A declaration of a variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Who declared it.
    pub origin: Origin,
    /// The node that did.
    pub node: usize,
    /// Its value: `None` if it has none as far as the file says.
    pub value: Option<Value>,
    /// Where the name stands.
    pub name_span: Span,
    /// Where the value stands; for an ARG that takes a global argument's value, there. The name
    /// if no value is written.
    pub value_span: Span,
}

impl Variable {
    /// Whether the build decides its value: it has no default, or an empty one.
    pub fn is_open(&self) -> bool {
        self.known_value().is_none_or(str::is_empty)
    }

    /// Its value, if it has one and that is known.
    pub fn known_value(&self) -> Option<&str> {
        match self.value.as_ref()? {
            Value::Known(text) => Some(text),
            Value::Unknown => None,
        }
    }
}

pub(super) struct Scopes {
    /// Whether the platform is taken for linux/amd64, and arguments for what the file says.
    builder_defaults: bool,
    /// The value of TARGETSTAGE.
    target_stage: String,
    /// `--build-arg` values, and what `--platform` decides.
    build: HashMap<String, Value>,
    /// Whether the build may give arguments that nobody here knows of.
    gives_any: bool,
    globals: Table,
    stages: Vec<Table>,
    /// The bytes of the values of ENV so far.
    bytes: usize,
}

/// The declarations of one stage.
#[derive(Default)]
struct Table {
    /// In order.
    all: Vec<Variable>,
    /// Those of each name: indexes into `all`.
    by_name: HashMap<String, Vec<usize>>,
}

impl Table {
    fn push(&mut self, variable: Variable) {
        let same = self.by_name.entry(variable.name.clone()).or_default();
        same.push(self.all.len());
        self.all.push(variable);
    }

    /// The declarations of a name, in order.
    fn named(&self, name: &str) -> impl Iterator<Item = &Variable> {
        let same = self.by_name.get(name).into_iter().flatten();
        same.filter_map(|i| self.all.get(*i))
    }

    /// The last declaration of a name before a node.
    fn last_before(&self, name: &str, before: usize) -> Option<&Variable> {
        let same = self.by_name.get(name)?;
        let node = |i: &usize| self.all.get(*i).map_or(usize::MAX, |v| v.node);
        let end = same.partition_point(|i| node(i) < before);
        self.all.get(*same.get(..end)?.last()?)
    }
}

impl Scopes {
    pub(super) fn new(build: &Build, last_stage: Option<&str>, perspective: Perspective) -> Self {
        let target = build.target.as_deref().or(last_stage);
        let unknown = build.unknown_arguments.iter();
        let mut given: HashMap<String, Value> = match build.platforms.as_slice() {
            [platform] => platform_arguments(platform),
            // Of several, each build has its own.
            _ => HashMap::new(),
        };
        given.extend(unknown.map(|name| (name.clone(), Value::Unknown)));
        let known = build.arguments.iter();
        given.extend(known.map(|(name, value)| (name.clone(), Value::Known(value.clone()))));
        Self {
            builder_defaults: perspective.assumes_builder_defaults(),
            target_stage: target.unwrap_or("default").to_owned(),
            build: given,
            gives_any: build.any_argument,
            globals: Table::default(),
            stages: Vec::new(),
            bytes: 0,
        }
    }

    fn table(&mut self, stage: Option<usize>) -> &mut Table {
        let Some(stage) = stage else {
            return &mut self.globals;
        };
        if self.stages.len() <= stage {
            self.stages.resize_with(stage + 1, Table::default);
        }
        // The line above makes the entry; the globals are never reached.
        match self.stages.get_mut(stage) {
            Some(table) => table,
            None => &mut self.globals,
        }
    }

    pub(super) fn declare_argument(
        &mut self,
        stages: &[Stage<'_>],
        stage: Option<usize>,
        node: usize,
        argument: &Argument,
        default: Option<Value>,
    ) {
        let name = argument.name.as_str();
        let mut value_span = argument
            .value
            .as_ref()
            .map_or(argument.name.span, |v| v.span);
        let global = self.globals.last_before(name, usize::MAX);
        let value = match (self.build.get(name), default) {
            (Some(given), _) => Some(given.clone()),
            (None, _) if self.gives_any => Some(Value::Unknown),
            (None, Some(default)) => Some(default),
            (None, None) if stage.is_some() => {
                // `ARG name` takes the global argument's value, else keeps what ENV set.
                match global {
                    Some(global) => {
                        value_span = global.value_span;
                        global.value.clone()
                    }
                    None if PLATFORM_ARGUMENTS.contains(&name) => Some(match self.platform(name) {
                        Some(value) => Value::Known(value.to_owned()),
                        None => Value::Unknown,
                    }),
                    None => match self.variable(stages, stage, usize::MAX, name) {
                        Some(kept) => kept.value.clone(),
                        None => None,
                    },
                }
            }
            // Declared again without a value, BuildKit's own arguments keep theirs.
            (None, None) if PLATFORM_ARGUMENTS.contains(&name) => {
                let kept = global.and_then(|g| g.value.clone());
                Some(kept.unwrap_or_else(|| self.platform(name).map(str::to_owned).into()))
            }
            (None, None) => global.and_then(|g| g.value.clone()),
        };
        let variable = Variable {
            name: name.to_owned(),
            origin: match stage {
                Some(_) => Origin::Argument,
                None => Origin::GlobalArgument,
            },
            node,
            value,
            name_span: argument.name.span,
            value_span,
        };
        self.table(stage).push(variable);
    }

    pub(super) fn declare_environment(
        &mut self,
        stage: Option<usize>,
        node: usize,
        pair: &Pair,
        name: String,
        value: Option<String>,
    ) {
        let length = value.as_ref().map_or(0, String::len);
        self.bytes = self.bytes.saturating_add(length);
        let value = value.filter(|_| self.bytes <= MAX_VALUES);
        let variable = Variable {
            name,
            origin: Origin::Environment,
            node,
            value: Some(value.into()),
            name_span: pair.name.span,
            value_span: pair.value.span,
        };
        self.table(stage).push(variable);
    }

    /// The stage that is built, as `TARGETSTAGE` has it.
    pub(super) fn target_stage(&self) -> &str {
        &self.target_stage
    }

    /// The value of an argument that BuildKit declares by itself, as far as it is known.
    pub(super) fn platform(&self, name: &str) -> Option<&str> {
        match name {
            "TARGETSTAGE" => Some(&self.target_stage),
            _ if self.build.contains_key(name) || !self.builder_defaults => {
                match self.build.get(name) {
                    Some(Value::Known(text)) => Some(text),
                    _ => None,
                }
            }
            "TARGETPLATFORM" | "BUILDPLATFORM" => Some("linux/amd64"),
            "TARGETOS" | "BUILDOS" => Some("linux"),
            "TARGETARCH" | "BUILDARCH" => Some("amd64"),
            _ => Some(""),
        }
    }

    pub(super) fn lookup(
        &self,
        stages: &[Stage<'_>],
        stage: Option<usize>,
        before: usize,
        name: &str,
    ) -> Var<'_> {
        if let Some(variable) = self.variable(stages, stage, before, name) {
            return match &variable.value {
                Some(Value::Known(text)) => Var::Set(text.as_str().into()),
                None if self.builder_defaults => Var::Unset,
                // An argument without a default may be given when building.
                Some(Value::Unknown) | None => Var::Unknown,
            };
        }
        match stage {
            None if PLATFORM_ARGUMENTS.contains(&name) => match self.platform(name) {
                Some(value) => Var::Set(value.into()),
                None => Var::Unknown,
            },
            None => Var::Unset,
            Some(stage) if self.has_foreign_environment(stages, stage) => Var::Unknown,
            Some(_) if name == "PATH" => Var::Unknown,
            Some(_) => Var::Unset,
        }
    }

    pub(super) fn variable(
        &self,
        stages: &[Stage<'_>],
        stage: Option<usize>,
        before: usize,
        name: &str,
    ) -> Option<&Variable> {
        let Some(stage) = stage else {
            return self.globals.last_before(name, before);
        };
        let own = self.stages.get(stage);
        if let Some(found) = own.and_then(|table| table.last_before(name, before)) {
            return Some(found);
        }
        // A stage begins with what the image under it is made of: its ENV comes over its ARG,
        // whichever stands further down.
        let base_of = |stage: usize| match stages.get(stage)?.base {
            Base::Stage(base) => Some(base),
            _ => None,
        };
        let mut argument = None;
        let mut at = base_of(stage);
        for _ in 0..MAX_CHAIN {
            let Some(stage) = at else { break };
            at = base_of(stage);
            // A stage that declares nothing may have no table.
            let Some(table) = self.stages.get(stage) else {
                continue;
            };
            let is_environment = |v: &&Variable| v.origin == Origin::Environment;
            if let Some(found) = table.named(name).filter(is_environment).last() {
                return Some(found);
            }
            argument = argument.or_else(|| table.last_before(name, usize::MAX));
        }
        argument
    }

    /// Whether the stage's chain ends in an image, whose environment this file does not show.
    fn has_foreign_environment(&self, stages: &[Stage<'_>], stage: usize) -> bool {
        let mut at = stage;
        for _ in 0..MAX_CHAIN {
            match stages.get(at).map(|s| &s.base) {
                Some(Base::Stage(base)) => at = *base,
                Some(Base::Scratch) => return false,
                _ => return true,
            }
        }
        true
    }

    pub(super) fn declarations(&self, stage: Option<usize>) -> impl Iterator<Item = &Variable> {
        self.table_of(stage).into_iter().flat_map(|t| &t.all)
    }

    pub(super) fn declarations_of(
        &self,
        stage: Option<usize>,
        name: &str,
    ) -> impl Iterator<Item = &Variable> {
        self.table_of(stage)
            .into_iter()
            .flat_map(move |t| t.named(name))
    }

    fn table_of(&self, stage: Option<usize>) -> Option<&Table> {
        match stage {
            None => Some(&self.globals),
            Some(stage) => self.stages.get(stage),
        }
    }
}

/// What BuildKit sets for a platform.
fn platform_arguments(platform: &str) -> HashMap<String, Value> {
    let Some(parsed) = Platform::parse(platform) else {
        return HashMap::new();
    };
    let (Some(os), Some(architecture)) = (&parsed.os, &parsed.architecture) else {
        return HashMap::new();
    };
    let set = |name: &str, value: &str| (name.to_owned(), Value::Known(value.to_owned()));
    HashMap::from([
        set("TARGETPLATFORM", &parsed.to_string()),
        set("TARGETOS", os),
        set("TARGETOSVERSION", &parsed.os_version),
        set("TARGETARCH", architecture),
        set("TARGETVARIANT", &parsed.variant),
    ])
}
