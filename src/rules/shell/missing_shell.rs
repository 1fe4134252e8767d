//! `missing-shell`: a Bash that the image has not.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::facts::absence::{self, Found};
use crate::facts::{Facts, Node, RunBy};
use crate::images::{self, Presence};
use crate::rule::{Context, Rule, rule};
use crate::shell::Dialect;
use crate::span::Span;
use crate::syntax::{CommandLine, Kind, Word};

rule!(MissingShell);

const BASH: &str = "bash";

impl Rule for MissingShell {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut found: Vec<(usize, Span, Severity)> = Vec::new();
        let used = used_shells(facts);
        for node in facts.nodes.iter().filter(|n| !n.onbuild) {
            let Some(stage) = node.stage else {
                continue;
            };
            let is_written_out = absence::is_written_out(facts, stage);
            let mut push = |span, is_certain: bool| {
                let is_certain = is_certain && is_written_out;
                found.push((stage, span, level(is_certain)));
            };
            match &node.instruction.kind {
                Kind::Shell(words) => {
                    if let Some(word) = bash_of(words)
                        && used.contains(&node.index)
                        && is_absent(facts, node)
                    {
                        push(word.span, true);
                    }
                }
                Kind::Run(_) => in_run(facts, node, push),
                _ => {}
            }
        }
        started(facts, &mut found);
        let mut scripts = Vec::new();
        for script in facts.run_scripts() {
            let stage = facts.nodes.get(script.node).and_then(|n| n.stage);
            if let Some(stage) = stage
                && script.by != RunBy::Shell
                && script.interpreter() == Some(BASH)
                && facts.programs_for(script).presence(BASH) == Presence::Absent
            {
                scripts.push((stage, script));
            }
        }
        let mut said = HashSet::new();
        for (stage, span, severity) in found {
            if said.insert(absence::root(facts, stage)) {
                let base = absence::base_name(facts, stage);
                let help = match absence::system(facts, stage) {
                    Some(images::PackageSystem::Apk) => {
                        "write it for `sh`, or install `bash` with `RUN apk add --no-cache bash` first"
                    }
                    _ => "write it for `sh`, or install `bash` first",
                };
                cx.report(
                    span,
                    format!("`bash` is not in {base}, and nothing before installs it"),
                )
                .help(help)
                .severity(severity);
            }
        }
        for (stage, script) in scripts {
            // One fault, whoever looks for it.
            if said.insert(absence::root(facts, stage)) {
                let base = absence::base_name(facts, stage);
                let severity = level(absence::is_written_out(facts, stage));
                cx.report(
                    script.source,
                    format!(
                        "`{}` begins with `{}`, and `bash` is not in {base}",
                        script.path,
                        script.first_line()
                    ),
                )
                .label(script.run, "started here")
                .help(
                    "begin it with `#!/bin/sh` if it is written for that, or install `bash` first",
                )
                .severity(severity);
            }
        }
    }
}

fn level(is_certain: bool) -> Severity {
    if is_certain {
        Severity::Error
    } else {
        Severity::Warning
    }
}

/// The word that starts Bash, if these words do.
fn bash_of(words: &[Word]) -> Option<&Word> {
    let word = words.first()?;
    matches!(word.as_str(), "bash" | "/bin/bash" | "/usr/bin/bash").then_some(word)
}

fn is_absent(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    facts.programs_before(node).presence(BASH) == Presence::Absent
}

/// The SHELLs that name what runs anything.
fn used_shells(facts: &Facts<'_>) -> HashSet<usize> {
    let is_shell_form = |node: &&Node<'_>| {
        matches!(
            &node.instruction.kind,
            Kind::Run(CommandLine::Shell(_))
                | Kind::Cmd(CommandLine::Shell(_))
                | Kind::Entrypoint(CommandLine::Shell(_))
        )
    };
    let own = facts.nodes.iter().filter(|n| !n.onbuild);
    own.filter(is_shell_form)
        .filter_map(|n| n.shell_node)
        .collect()
}

fn in_run(facts: &Facts<'_>, node: &Node<'_>, mut push: impl FnMut(Span, bool)) {
    let Some(script) = node.script.as_ref().filter(|s| absence::is_read(node, s)) else {
        return;
    };
    // A whole heredoc that begins with `#!/bin/bash`.
    let heredoc = node
        .script_heredoc
        .and_then(|i| node.instruction.heredocs.get(i));
    if let Some(heredoc) = heredoc {
        let body = facts.source.slice(heredoc.body);
        let line = body.lines().next().unwrap_or_default();
        if line.starts_with("#!") && Dialect::of_shebang(line) == Dialect::Bash {
            if is_absent(facts, node) {
                let start = heredoc.body.start;
                push(Span::new(start, start + line.trim_end().len() as u32), true);
            }
            return;
        }
    }
    let mut programs = facts.programs_before(node);
    for (index, command) in script.commands.iter().enumerate() {
        for Found { program, span } in absence::programs_of(command) {
            if program == BASH
                && !absence::is_guarded(script, index, BASH)
                && programs.presence(BASH) == Presence::Absent
            {
                push(span, script.is_fatal(index));
            }
        }
        programs.run(node, index);
    }
}

/// What the final image starts.
fn started(facts: &Facts<'_>, found: &mut Vec<(usize, Span, Severity)>) {
    let Some(stage) = facts.final_stage().map(|s| s.index) else {
        return;
    };
    let launch = facts.launch(stage);
    let Some(node) = launch.node() else {
        return;
    };
    let (Kind::Cmd(CommandLine::Exec(words, _)) | Kind::Entrypoint(CommandLine::Exec(words, _))) =
        &node.instruction.kind
    else {
        return;
    };
    if let Some(word) = bash_of(words)
        && facts.programs_of(stage).presence(BASH) == Presence::Absent
    {
        found.push((
            stage,
            word.span,
            level(absence::is_written_out(facts, stage)),
        ));
    }
}
