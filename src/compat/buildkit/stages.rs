//! The checks of FROM and of the names of stages.

use crate::facts::UseTarget;
use crate::rule::Context;
use crate::rules::images::{constant_platform, invalid_base_reference, redundant_target_platform};
use crate::rules::stages::unknown_stage;
use crate::syntax::word::{Value, Var};

/// BuildKit asks only whether the name of the stage says the platform.
pub(super) fn constant_platforms(cx: &mut Context<'_>) {
    for stage in &cx.facts.stages {
        if let Some(constant) = constant_platform::of_stage(cx.facts, stage) {
            constant.report(cx);
        }
    }
}

/// BuildKit compares with the platform that it builds for, whatever the word says.
pub(super) fn target_platforms(cx: &mut Context<'_>) {
    use redundant_target_platform::{NAME, is_target_platform, report};
    let facts = cx.facts;
    for stage in &facts.stages {
        let Some(word) = stage.from.flag_value("platform") else {
            continue;
        };
        let equals_target = || {
            let found = facts.expand(stage.from_node, word);
            let target = match facts.lookup(stage.from_node, NAME) {
                Var::Set(value) => Ok(Value::Known(value.into_owned())),
                _ => return false,
            };
            let only = found.usage.matched.len() == 1 && found.usage.unmatched.is_empty();
            found.usage.matched.contains(NAME) && only && found.result == target
        };
        if is_target_platform(facts, word) || equals_target() {
            report(cx, stage);
        }
    }
}

/// BuildKit wants defaults that work, also where the build gives an argument.
pub(super) fn invalid_defaults(cx: &mut Context<'_>) {
    for found in invalid_base_reference::invalid_defaults(cx.facts) {
        found.report(cx);
    }
}

/// BuildKit asks the registry whether an image exists, and does not come to what stands in a
/// stage that it does not need.
pub(super) fn stage_uses(cx: &mut Context<'_>) {
    let facts = cx.facts;
    let is_built = |stage: usize| facts.stages.get(stage).is_some_and(|s| facts.is_built(s));
    unknown_stage::check_uses(cx, |cx, used| match used.target {
        UseTarget::Stage { index, .. } => {
            if is_built(used.stage) {
                unknown_stage::report_later(cx, used, index);
            }
        }
        _ => {
            unknown_stage::report_no_image(cx, used);
        }
    });
    unknown_stage::check_target(cx);
}
