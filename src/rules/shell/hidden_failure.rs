//! `hidden-failure`: an install or a check that fails, and a RUN that goes on.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install};
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Command, Connector, FrameKind, Script};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(HiddenFailure);

impl Rule for HiddenFailure {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(script) = node.script.as_ref().filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        if !script.errors.is_empty() || has_strict_shebang(cx, node) {
            return;
        }
        let mut steps = steps(node, script).filter_map(|step| {
            let next = goes_on(script, &step)?;
            Some((step, next))
        });
        let Some((step, next)) = steps.next() else {
            return;
        };
        let more: Vec<Step> = steps.map(|(step, _)| step).collect();
        let call = &step.call;
        let sign = match next.connector {
            Connector::Newline => "the next line runs",
            _ => "`;` goes on",
        };
        let fix = joined(cx.facts, script).or_else(|| set_e(script, next));
        let mut report = cx
            .report(step.span, format!("{sign} even if `{call}` failed"))
            .help("join the commands with `&&`, or begin with `set -e`");
        for other in more.iter().take(3) {
            report = report.label(other.span, "the same here");
        }
        // `install && x; y`: what needs it mostly fails by itself.
        let command = script.commands.get(step.command);
        let goes_with = script.commands.iter().skip(step.command + 1);
        let is_joined = command.is_some_and(|c| {
            let mut same = goes_with.filter(|o| o.frame == c.frame);
            same.any(|o| o.statement == c.statement)
        });
        if is_joined {
            report = report.severity(Severity::Info);
        }
        if let Some(fix) = fix {
            report.fix(fix);
        }
    }
}

/// A command whose failure matters to everything behind it.
struct Step {
    /// Its index in the script.
    command: usize,
    span: Span,
    /// As a message calls it.
    call: String,
}

/// The installs of a script, and its comparisons of what was fetched with a digest or a signature.
fn steps<'s>(node: &'s Node<'_>, script: &'s Script) -> impl Iterator<Item = Step> + use<'s> {
    // Without an index, or without what was to be built, the next step fails too.
    let matters = |i: &&Install| matches!(i.action, Action::Install | Action::Restore);
    let installs = node.installs.iter().filter(matters).map(|install| Step {
        command: install.command,
        span: install.program_span.to(install.verb_span),
        call: match install.verb.as_str() {
            "" => install.manager.as_str().to_owned(),
            verb => format!("{} {verb}", install.manager.as_str()),
        },
    });
    let commands = script.commands.iter().enumerate();
    let checks = commands
        .filter(|(_, c)| c.verifies())
        .map(|(command, c)| Step {
            command,
            span: c.words.first().map_or(c.span, |w| w.span),
            call: c.name.clone(),
        });
    installs.chain(checks)
}

/// The statement that runs behind a step whether that failed or not.
fn goes_on<'s>(script: &'s Script, step: &Step) -> Option<&'s Command> {
    let command = script.commands.get(step.command)?;
    let top = script.frames.get(command.frame)?;
    if top.kind != FrameKind::Top
        || command.or_follows
        || command.negated
        || command.connector == Connector::OrOr
        || is_lost(script, command)
        || script.options_before(step.command).errexit
    {
        return None;
    }
    // The last statement decides.
    let behind = script.commands.iter().skip(step.command + 1);
    let mut behind = behind.filter(|c| c.frame == command.frame);
    let next = behind.find(|c| c.statement > command.statement)?;
    let plain = matches!(
        next.connector,
        Connector::Semicolon | Connector::Newline | Connector::Start
    );
    // `x; if [ $? -ne 0 ]`, `x; test -f …`
    let asks = next.words.iter().any(|w| w.raw.contains("$?"));
    (plain && !asks).then_some(next)
}

/// Whether a command stands in a pipeline that fails by another command, or is asked about.
fn is_lost(script: &Script, command: &Command) -> bool {
    command.pipeline.is_some_and(|(id, part)| {
        let pipeline = script.pipelines.get(id);
        let is_plain = pipeline.is_some_and(|p| {
            !p.or_follows
                && !p.negated
                && p.connector != Connector::OrOr
                && part + 1 == p.parts.len()
        });
        !is_plain || !command.verifies()
    })
}

/// Whether a script of its own begins with `#!/bin/sh -e`.
fn has_strict_shebang(cx: &Context<'_>, node: &Node<'_>) -> bool {
    let body = node
        .script_heredoc
        .and_then(|h| node.instruction.heredocs.get(h));
    let line = body.map(|b| cx.source().slice(b.body).lines().next().unwrap_or_default());
    line.is_some_and(|l| {
        let mut words = l.split_whitespace().skip(1);
        l.starts_with("#!") && words.any(|w| w.starts_with('-') && w.contains('e'))
    })
}

/// How many commands `&&` joins before `set -e` reads better.
const MOST_JOINED: usize = 4;

/// Joins the commands of a short script with `&&`.
fn joined(facts: &Facts<'_>, script: &Script) -> Option<Fix> {
    let commands = &script.commands;
    let is_simple = |c: &Command| {
        let joint = matches!(
            c.connector,
            Connector::Start | Connector::AndAnd | Connector::Semicolon
        );
        joint && c.frame == 0 && c.pipeline.is_none() && !c.or_follows && !c.negated
    };
    if commands.len() > MOST_JOINED
        || script.frames.len() > 1
        || !commands.iter().all(|c| is_simple(c) && c.name != "set")
    {
        return None;
    }
    let semicolons = commands
        .iter()
        .filter(|c| c.connector == Connector::Semicolon);
    let edits = semicolons.map(|c| {
        let at = c.operator?;
        let before = facts.source.text().get(..at.start as usize)?;
        let space = if before.ends_with([' ', '\t']) {
            ""
        } else {
            " "
        };
        (facts.source.slice(at) == ";").then(|| Edit::replace(at, format!("{space}&&")))
    });
    let edits: Vec<Edit> = edits.collect::<Option<_>>()?;
    let title = "join the commands with `&&`";
    (!edits.is_empty()).then(|| Fix::unsafe_(title, edits))
}

/// Ends the script at the first command that fails.
fn set_e(script: &Script, next: &Command) -> Option<Fix> {
    let first = script.commands.first()?;
    let sets = |c: &Command| c.name == "set";
    if script.commands.iter().any(sets) || first.frame != 0 {
        return None;
    }
    let text = match next.connector {
        Connector::Newline => "set -e\n",
        _ => "set -e; ",
    };
    let at = Span::new(first.span.start, first.span.start);
    Some(Fix::unsafe_(
        "stop at the first command that fails",
        vec![Edit::insert(at.start, text)],
    ))
}
