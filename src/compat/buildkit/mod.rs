//! What BuildKit's own checks report for a file, for `--profile buildkit`.
//!
//! dlint's rules are deliberately smarter than these checks: they are silent where BuildKit is
//! known to be wrong, and say more where it sees too little. Whoever asks for BuildKit's view
//! wants the checks themselves, to the line. So that no rule has to know two readings, BuildKit's
//! stand here: [`reading`] has what is said instead of a rule's own findings or besides them, and
//! [`locate`] puts every finding where BuildKit reports it.

mod instructions;
mod stages;
mod variables;

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::rule::{BuildkitKind, Context};
use crate::span::Span;
use crate::syntax::Keyword;

/// BuildKit's reading of what a rule looks for.
#[derive(Clone, Copy)]
pub enum Reading {
    /// It replaces the rule's own.
    Instead(fn(&mut Context<'_>)),
    /// It adds to the rule's own.
    Besides(fn(&mut Context<'_>)),
}

/// How BuildKit reads what a rule looks for, where that differs.
pub fn reading(rule: &str) -> Option<Reading> {
    use Reading::{Besides, Instead};
    Some(match rule {
        "constant-platform" => Instead(stages::constant_platforms),
        "definition-comment" => Instead(instructions::definition_comments),
        "deprecated-maintainer" => Besides(instructions::nameless_maintainer),
        "duplicate-cmd" => Instead(|cx| instructions::repeated(cx, Keyword::Cmd)),
        "duplicate-entrypoint" => Instead(|cx| instructions::repeated(cx, Keyword::Entrypoint)),
        "duplicate-healthcheck" => Instead(|cx| instructions::repeated(cx, Keyword::Healthcheck)),
        "ignored-copy" => Instead(instructions::copies),
        "invalid-base-reference" => Instead(stages::invalid_defaults),
        "legacy-key-value" => Besides(instructions::lone_equals),
        "redundant-target-platform" => Instead(stages::target_platforms),
        "relative-workdir" => Besides(instructions::relative_trigger),
        "secret-in-arg" => Instead(variables::secret_in_arg),
        "secret-in-env" => Instead(variables::secret_in_env),
        "shell-form-command" => Instead(instructions::shell_form),
        "syntax-error" => Instead(instructions::syntax),
        "undefined-variable" => Instead(variables::undefined),
        "unknown-stage" => Instead(stages::stage_uses),
        _ => return None,
    })
}

/// Puts findings where BuildKit reports them: those behind ONBUILD move to the FROM of each stage
/// of this file that runs the trigger, those of stages that are not built go, and each gets
/// BuildKit's line. `asked_for` tells where check options ask for the experimental check.
pub fn locate(
    facts: &Facts<'_>,
    found: Vec<Diagnostic>,
    asked_for: impl Fn(&Diagnostic) -> bool,
) -> Vec<Diagnostic> {
    let mut out = Vec::with_capacity(found.len());
    let mut deferred: HashMap<Span, Vec<String>> = HashMap::new();
    for error in facts.file.errors.iter().filter(|e| e.deferred) {
        let messages = deferred.entry(error.span).or_default();
        messages.push(error.kind.to_string());
    }
    for mut diagnostic in found {
        let check = diagnostic.rule.buildkit;
        let is = |kind: BuildkitKind| check.is_some_and(|check| check.kind == kind);
        let is_continuation = check.is_some_and(|c| c.name == Some("NoEmptyContinuation"));
        if is(BuildkitKind::Experimental) && !asked_for(&diagnostic) {
            continue;
        }
        // Blank lines may stand before an instruction's first word and behind its last one.
        let around = || {
            let line = facts.source.line(diagnostic.span.start);
            let instructions = &facts.file.instructions;
            let at = instructions.partition_point(|i| i.end_line < line);
            let next = instructions.get(at).filter(|i| i.start_line <= line);
            next.filter(|_| is_continuation)
        };
        let owner = facts.file.instruction_at(diagnostic.span.start);
        let Some(owner) = owner.or_else(around) else {
            out.push(diagnostic);
            continue;
        };
        let stage = facts
            .stages
            .iter()
            .rev()
            .find(|s| s.from.span.start <= owner.span.start);
        if is(BuildkitKind::Conversion)
            && let Some(stage) = stage
        {
            if owner.keyword == Some(Keyword::Onbuild) {
                for child in facts.child_stages(stage.index) {
                    let mut copy = diagnostic.clone();
                    copy.span = child.from.name.span;
                    copy.line = Some(child.from.start_line);
                    copy.fix = None;
                    out.push(copy);
                }
                continue;
            }
            if !facts.is_built(stage) {
                continue;
            }
        }
        // A trigger that cannot be read is refused where it would run.
        let is_trigger = owner.keyword == Some(Keyword::Onbuild)
            && deferred
                .get(&diagnostic.span)
                .is_some_and(|messages| messages.contains(&diagnostic.message));
        let child = stage.and_then(|s| facts.child_stages(s.index).next());
        if let (true, Some(child)) = (is_trigger, child) {
            diagnostic.line = Some(child.from.start_line);
            out.push(diagnostic);
            continue;
        }
        diagnostic.line = Some(match owner.empty_continuation {
            Some(line) if is_continuation => facts.source.line(line.start),
            _ => owner.start_line,
        });
        out.push(diagnostic);
    }
    out
}
