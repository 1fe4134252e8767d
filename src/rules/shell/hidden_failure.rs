//! `hidden-failure`: an install that fails, and a RUN that goes on.

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
        let mut found = None;
        let mut more = Vec::new();
        for install in &node.installs {
            if let Some(next) = goes_on(script, install) {
                match found {
                    None => found = Some((install, next)),
                    Some(_) => more.push(install),
                }
            }
        }
        let Some((install, next)) = found else { return };
        let name = install.manager.as_str();
        let call = match install.verb.as_str() {
            "" => name.to_owned(),
            verb => format!("{name} {verb}"),
        };
        let sign = match next.connector {
            Connector::Newline => "the next line runs",
            _ => "`;` goes on",
        };
        let span = install.program_span.to(install.verb_span);
        let fix = joined(cx.facts, script).or_else(|| set_e(script, next));
        let mut report = cx
            .report(span, format!("{sign} even if `{call}` failed"))
            .help("join the commands with `&&`, or begin with `set -e`");
        for other in more.iter().take(3) {
            report = report.label(other.program_span.to(other.verb_span), "the same here");
        }
        // `install && x; y`: what needs it mostly fails by itself.
        let command = script.commands.get(install.command);
        let goes_with = script.commands.iter().skip(install.command + 1);
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

/// The statement that runs behind an install whether that failed or not.
fn goes_on<'s>(script: &'s Script, install: &Install) -> Option<&'s Command> {
    // Without an index, or without what was to be built, the next step fails too.
    let matters = matches!(install.action, Action::Install | Action::Restore);
    let command = script.commands.get(install.command)?;
    let top = script.frames.get(command.frame)?;
    if !matters
        || top.kind != FrameKind::Top
        || command.or_follows
        || command.negated
        || command.connector == Connector::OrOr
        || command.pipeline.is_some()
        || script.options_before(install.command).errexit
    {
        return None;
    }
    // The last statement decides.
    let behind = script.commands.iter().skip(install.command + 1);
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
