//! The checks of single instructions and of the file.

use crate::facts::{Base, Facts, Remote};
use crate::path::clean;
use crate::rule::Context;
use crate::rules::files::ignored_copy;
use crate::rules::runtime::relative_workdir;
use crate::rules::syntax::{definition_comment, legacy_key_value, syntax_error};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

/// BuildKit reports the instruction, not the comment.
pub(super) fn definition_comments(cx: &mut Context<'_>) {
    for node in &cx.facts.nodes {
        if let Some(found) = definition_comment::of_node(cx.facts, node) {
            found.report(cx, node.instruction.name.span);
        }
    }
}

/// A MAINTAINER without a name is an error too, and BuildKit says both.
pub(super) fn nameless_maintainer(cx: &mut Context<'_>) {
    for node in &cx.facts.nodes {
        let is_read = matches!(node.instruction.kind, Kind::Maintainer(_));
        if node.is(Keyword::Maintainer) && !is_read {
            let name = &node.instruction.name;
            cx.report(name.span, format!("`{name}` is deprecated"));
        }
    }
}

/// BuildKit counts the triggers of the base stage too, which stand where the FROM is, and asks the
/// comments above the instruction that comes next.
pub(super) fn repeated(cx: &mut Context<'_>, keyword: Keyword) {
    let facts = cx.facts;
    for stage in &facts.stages {
        let nodes = match keyword {
            Keyword::Cmd => &stage.cmds,
            Keyword::Entrypoint => &stage.entrypoints,
            _ => &stage.healthchecks,
        };
        let base = match stage.base {
            Base::Stage(base) if stage.is_needed => facts.stages.get(base),
            _ => None,
        };
        let triggers = base.map_or(&[][..], |base| facts.nodes_of(base)).iter();
        let mut spans: Vec<Span> = triggers
            .filter(|n| n.onbuild && n.keyword() == Some(keyword))
            .map(|_| stage.from.name.span)
            .collect();
        let own = nodes.iter().filter_map(|n| facts.nodes.get(*n));
        spans.extend(own.map(|n| n.instruction.head));
        for (span, next) in spans.iter().zip(spans.iter().skip(1)) {
            let message = format!("this `{keyword}` has no effect: a later one replaces it");
            cx.report(*span, message)
                .label(*next, "this one comes next");
        }
    }
}

/// BuildKit looks at COPY and ADD behind ONBUILD too, but not at mounts, and does not try to
/// understand exceptions.
pub(super) fn copies(cx: &mut Context<'_>) {
    let facts = cx.facts;
    for node in &facts.nodes {
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            continue;
        };
        let from = node.instruction.flag_value("from");
        if node.is(Keyword::Copy) && from.is_some_and(|f| !f.as_str().is_empty()) {
            continue;
        }
        let Some(context) = facts.context() else {
            return;
        };
        let ignore = context.ignore();
        if ignore.is_empty() || ignore.has_exceptions() {
            return;
        }
        for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
            let Some(text) = facts.text(node.index, &source.word) else {
                continue;
            };
            if Remote::of(&text).is_some() {
                continue;
            }
            let path = clean(&text);
            let is_ignored = match path.as_str() {
                "." | "/" => ignore.ignores_everything(),
                path => ignore.is_ignored(path),
            };
            if is_ignored {
                ignored_copy::report(cx, source.word.span, &text);
            }
        }
    }
}

/// BuildKit looks at `ENV name = value` too, which is another defect.
pub(super) fn lone_equals(cx: &mut Context<'_>) {
    for node in &cx.facts.nodes {
        // BuildKit has one finding for what dlint tells apart.
        if let Some(pair) = legacy_key_value::of_node(node)
            && legacy_key_value::is_left_to_others(cx.facts, node, pair)
        {
            legacy_key_value::report(cx, node, pair);
        }
    }
}

/// The first WORKDIR behind ONBUILD, which is the first of the stages that run it.
pub(super) fn relative_trigger(cx: &mut Context<'_>) {
    let facts = cx.facts;
    for stage in facts.stages.iter().filter(|s| s.workdir().is_none()) {
        let triggers = facts.nodes_of(stage).iter().filter(|n| n.onbuild);
        let mut workdirs = triggers.filter_map(|n| match &n.instruction.kind {
            Kind::Workdir(word) => Some((n, word)),
            _ => None,
        });
        if let Some((node, word)) = workdirs.next()
            && let Some(path) = facts.text(node.index, word)
            && !facts.is_absolute_in(stage.index, &path)
        {
            relative_workdir::report_first(cx, stage, node, word);
        }
    }
}

/// BuildKit looks at every command, at an empty one too, and at no words.
pub(super) fn shell_form(cx: &mut Context<'_>) {
    for node in &cx.facts.nodes {
        let (Kind::Cmd(command) | Kind::Entrypoint(command)) = &node.instruction.kind else {
            continue;
        };
        let has_shell = if node.onbuild {
            cx.facts.trigger_has_shell(node)
        } else {
            node.shell_node.is_some()
        };
        if !command.is_exec() && !has_shell {
            let name = &node.instruction.name;
            cx.report(name.span, format!("this `{name}` is in shell form"));
        }
    }
}

/// BuildKit knows of no templates, and reads a trigger when a build runs it.
pub(super) fn syntax(cx: &mut Context<'_>) {
    let facts = cx.facts;
    syntax_error::report_errors(cx, |error| !error.deferred || runs_here(facts, error.span));
}

/// Whether a stage of this file runs the trigger at a place.
fn runs_here(facts: &Facts<'_>, span: Span) -> bool {
    let mut stages = facts.stages.iter().rev();
    let stage = stages.find(|s| s.from.span.start <= span.start);
    stage.is_some_and(|s| facts.child_stages(s.index).next().is_some())
}
