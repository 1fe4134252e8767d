//! `unused-stage`: a stage that nothing builds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stages_shared::is_producer;
use crate::facts::{Base, Facts, Stage};
use crate::rule::{Context, Rule};
use crate::syntax::Kind;

/// See `rules/stages/unused-stage.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnusedStage {
    /// Stages that are built by name, with `--target`.
    targets: Vec<String>,
    /// Whether stages that look like targets are reported too.
    all: bool,
}

impl Rule for UnusedStage {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        if stage.is_needed || self.is_target(cx, stage) {
            return;
        }
        // Most stages with a name that nothing uses are built with `--target`.
        let name = stage.name.as_deref();
        if !self.all && name.is_some_and(|n| !is_producer(n) || serves_a_target(cx.facts, stage)) {
            return;
        }
        let span = match stage.name_word {
            Some(word) => word.span,
            None => stage.from.head,
        };
        let message = match stage.name_word {
            Some(word) => format!("no stage uses `{word}`"),
            None => "no stage uses this one, and it has no name to build it by".to_owned(),
        };
        let help = match stage.name_word {
            Some(_) => "remove it, or list it in `targets` if it is built with `--target`",
            None => "remove it, or give it a name",
        };
        cx.report(span, message).help(help);
    }
}

/// Whether a stage that has a name needs this one, or an argument may choose it.
fn serves_a_target(facts: &Facts<'_>, stage: &Stage<'_>) -> bool {
    let chooses = |s: &Stage<'_>| match (&s.from.kind, &s.base) {
        (Kind::From(from), Base::Stage(_)) => from.image.as_str().contains('$'),
        (_, Base::Image(image)) => image.is_hidden() && !image.text.contains(['/', ':']),
        _ => false,
    };
    let needs = |s: &Stage<'_>| {
        s.index != stage.index
            && s.name.is_some()
            && facts.needed_by(s.index).contains(&stage.index)
    };
    facts.stages.iter().any(|s| chooses(s) || needs(s))
}

impl UnusedStage {
    /// Whether the stage, or one that needs it, is built by name or as the last of the file.
    fn is_target(&self, cx: &Context<'_>, stage: &Stage<'_>) -> bool {
        let facts = cx.facts;
        let elsewhere = &facts.build.targets;
        let is_listed = |s: &Stage<'_>| {
            let mut targets = self.targets.iter().chain(&elsewhere.names);
            s.name
                .as_deref()
                .is_some_and(|n| targets.any(|t| t.eq_ignore_ascii_case(n)))
        };
        let last = facts.stages.len().saturating_sub(1);
        let is_root = |s: &Stage<'_>| s.index == last || is_listed(s);
        if elsewhere.any && stage.name.is_some() {
            return true;
        }
        facts
            .stages
            .iter()
            .any(|s| is_root(s) && facts.needed_by(s.index).contains(&stage.index))
    }
}
