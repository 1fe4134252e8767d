//! `unused-stage`: a stage that nothing builds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Stage;
use crate::rule::{Context, Rule};

/// See `rules/stages/unused-stage.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnusedStage {
    /// Stages that are built by name, with `--target`.
    targets: Vec<String>,
}

impl Rule for UnusedStage {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        if stage.is_needed || self.is_target(cx, stage) {
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
