//! `unused-stage`: a stage that nothing builds.

use super::producer::is_producer;
use crate::facts::{Base, Stage};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule! {
    UnusedStage {
        /// Stages that are built by name, with `--target`.
        targets: Vec<String>,
        /// Whether stages that look like targets are reported too.
        all: bool,
    }
}

impl Rule for UnusedStage {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let elsewhere = &facts.build.targets;
        let last = facts.stages.len().saturating_sub(1);
        let is_listed = |s: &Stage<'_>| {
            let mut targets = self.targets.iter().chain(&elsewhere.names);
            s.name
                .as_deref()
                .is_some_and(|n| targets.any(|t| t.eq_ignore_ascii_case(n)))
        };
        let roots = facts.stages.iter();
        let roots = roots.filter(|s| s.index == last || is_listed(s));
        let targets = facts.needed_by_any(roots.map(|s| s.index));
        // What a stage that has a name needs serves whoever builds that one; and an argument may
        // choose any.
        let named = facts.stages.iter().filter(|s| s.name.is_some());
        let below = facts.needed_by_any(named.flat_map(|s| facts.needs_of(s.index)));
        let chosen = facts.stages.iter().any(chooses);
        for stage in &facts.stages {
            let is = |set: &[bool]| set.get(stage.index) == Some(&true);
            let built = elsewhere.any && stage.name.is_some();
            if stage.is_needed || built || is(&targets) {
                continue;
            }
            // Most stages with a name that nothing uses are built with `--target`.
            let name = stage.name.as_deref();
            let serves = chosen || is(&below);
            if self.all || name.is_none_or(|n| is_producer(n) && !serves) {
                report(cx, stage);
            }
        }
    }
}

fn report(cx: &mut Context<'_>, stage: &Stage<'_>) {
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

/// Whether an argument chooses what a stage is built on.
fn chooses(stage: &Stage<'_>) -> bool {
    match (&stage.from.kind, &stage.base) {
        (Kind::From(from), Base::Stage(_)) => from.image.as_str().contains('$'),
        (_, Base::Image(image)) => image.is_hidden() && !image.text.contains(['/', ':']),
        _ => false,
    }
}
