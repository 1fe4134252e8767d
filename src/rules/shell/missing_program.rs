//! `missing-program`: a command that the image has not.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::facts::absence::{self, Found};
use crate::facts::{Facts, Node, Programs, RunBy};
use crate::images::{self, Presence};
use crate::rule::{Context, Rule, rule};
use crate::shell::Script;
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(MissingProgram);

/// What other rules speak of: package managers, and shells.
const OTHERS: [&str; 12] = [
    "apk", "apt", "apt-get", "bash", "dnf", "microdnf", "pacman", "rpm", "sh", "yum", "zypper",
    "dpkg",
];

impl Rule for MissingProgram {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut said: HashSet<(usize, &str)> = HashSet::new();
        let mut found = Vec::new();
        for node in facts.nodes.iter().filter(|n| !n.onbuild) {
            if let Kind::Run(_) = node.instruction.kind {
                in_run(facts, node, &mut found);
            }
        }
        started(facts, &mut found);
        scripts(facts, &mut found);
        in_checks(facts, &mut found);
        for missing in found {
            let root = absence::root(facts, missing.stage);
            // What one package brings is missed once.
            let package = absence::system(facts, missing.stage)
                .and_then(|system| images::package_of(system, missing.program));
            if said.insert((root, package.unwrap_or(missing.program))) {
                report(cx, &missing);
            }
        }
    }
}

/// A command that is not there.
struct Missing {
    stage: usize,
    program: &'static str,
    span: Span,
    severity: Severity,
    what: What,
}

/// How it is missed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// It is called.
    Called,
    /// `apt-key` calls it.
    ByAptKey,
    /// The HEALTHCHECK calls it.
    Healthcheck,
    /// The container starts it.
    Started,
    /// The first line of a script that is run names it.
    Reads(usize),
    /// A script that the HEALTHCHECK runs calls it.
    InCheck(usize),
}

fn in_run(facts: &Facts<'_>, node: &Node<'_>, found: &mut Vec<Missing>) {
    let (Some(stage), Some(script)) = (node.stage, &node.script) else {
        return;
    };
    if !absence::is_read(node, script) {
        return;
    }
    let mut programs = facts.programs_before(node);
    for (index, command) in script.commands.iter().enumerate() {
        let is_certain = || absence::is_written_out(facts, stage) && script.is_fatal(index);
        for Found { program, span } in absence::programs_of(command) {
            if OTHERS.contains(&program)
                || absence::is_guarded(script, index, program)
                || absence::is_root_sudo(facts, node, program)
            {
                continue;
            }
            let mut missing = Missing {
                stage,
                program,
                span,
                severity: Severity::Warning,
                what: What::Called,
            };
            if programs.presence(program) != Presence::Absent {
                let needs_gpg = program == "apt-key" && needs_gpg(&programs, script, index);
                if !needs_gpg {
                    continue;
                }
                missing.what = What::ByAptKey;
            }
            if is_certain() {
                missing.severity = Severity::Error;
            }
            found.push(missing);
        }
        programs.run(node, index);
    }
}

/// Whether a call of `apt-key` looks for a gnupg that is not there.
fn needs_gpg(programs: &Programs<'_>, script: &Script, index: usize) -> bool {
    let call = script.commands.get(index);
    let works = call.and_then(|c| c.subcommand());
    matches!(works, Some("add" | "adv" | "del" | "export"))
        && programs.presence("gpg") == Presence::Absent
}

/// What the final image starts and checks.
fn started(facts: &Facts<'_>, found: &mut Vec<Missing>) {
    let Some(stage) = facts.final_stage() else {
        return;
    };
    let programs = facts.programs_of(stage.index);
    let launch = facts.launch(stage.index);
    let mut checks = facts.chain(stage.index).flat_map(|s| s.healthchecks.last());
    let check = checks.next().and_then(|node| facts.nodes.get(*node));
    let starts = launch.node().map(|node| (node, What::Started));
    let checks = check.map(|node| (node, What::Healthcheck));
    for (node, what) in starts.into_iter().chain(checks) {
        let Some(script) = node.script.as_ref().filter(|s| absence::is_read(node, s)) else {
            continue;
        };
        for (index, command) in script.commands.iter().enumerate() {
            let is_tested = match what {
                What::Healthcheck => absence::has_alternative(script, index),
                _ => false,
            };
            if is_tested || index > 0 && what == What::Started {
                continue;
            }
            for Found { program, span } in absence::programs_of(command) {
                let is_conditional =
                    what == What::Started && absence::is_guarded(script, index, program);
                if OTHERS.contains(&program)
                    || is_conditional
                    || absence::is_asked_for(script, index, program)
                    || programs.presence(program) != Presence::Absent
                {
                    continue;
                }
                let is_certain = absence::is_written_out(facts, stage.index);
                found.push(Missing {
                    stage: stage.index,
                    program,
                    span,
                    severity: if is_certain {
                        Severity::Error
                    } else {
                        Severity::Warning
                    },
                    what,
                });
            }
        }
    }
}

/// What scripts of the context begin with.
fn scripts(facts: &Facts<'_>, found: &mut Vec<Missing>) {
    for (index, script) in facts.run_scripts().iter().enumerate() {
        let stage = facts.nodes.get(script.node).and_then(|n| n.stage);
        let program = script.interpreter().and_then(images::known_program);
        let (Some(stage), Some(program)) = (stage, program) else {
            continue;
        };
        if script.by == RunBy::Shell
            || OTHERS.contains(&program)
            || facts.programs_for(script).presence(program) != Presence::Absent
        {
            continue;
        }
        let is_certain = absence::is_written_out(facts, stage);
        found.push(Missing {
            stage,
            program,
            span: script.source,
            severity: if is_certain {
                Severity::Error
            } else {
                Severity::Warning
            },
            what: What::Reads(index),
        });
    }
}

/// What scripts of the context call that the HEALTHCHECK runs.
fn in_checks(facts: &Facts<'_>, found: &mut Vec<Missing>) {
    for (at, script) in facts.run_scripts().iter().enumerate() {
        let node = facts.nodes.get(script.node);
        let Some(node) = node.filter(|n| n.is(Keyword::Healthcheck)) else {
            continue;
        };
        let text = script.read();
        let (Some(stage), false, true) = (node.stage, text.unread, text.errors.is_empty()) else {
            continue;
        };
        let programs = facts.programs_for(script);
        for (index, command) in text.commands.iter().enumerate() {
            for Found { program, .. } in absence::programs_of(command) {
                if !OTHERS.contains(&program)
                    && !absence::has_alternative(&text, index)
                    && !absence::is_asked_for(&text, index, program)
                    && programs.presence(program) == Presence::Absent
                {
                    found.push(Missing {
                        stage,
                        program,
                        span: script.source,
                        severity: Severity::Warning,
                        what: What::InCheck(at),
                    });
                }
            }
        }
    }
}

fn report(cx: &mut Context<'_>, missing: &Missing) {
    let base = absence::base_name(cx.facts, missing.stage);
    let program = missing.program;
    let message = match missing.what {
        What::Called | What::Started => {
            format!("`{program}` is not in {base}, and nothing before installs it")
        }
        What::ByAptKey => {
            format!("`apt-key` needs gnupg, which is not in {base}, and nothing before installs it")
        }
        What::Reads(index) => {
            let script = cx.facts.run_scripts().get(index);
            let line = script.map_or("", |s| s.first_line());
            format!(
                "`{line}` looks for `{program}`, which is not in {base}, and nothing installs it"
            )
        }
        What::InCheck(_) => {
            format!(
                "this check calls `{program}`, which is not in {base}, and nothing installs it: it is never healthy"
            )
        }
        What::Healthcheck => {
            format!(
                "`{program}` is not in the image, so it is never healthy: {base} has none, and nothing installs it"
            )
        }
    };
    let wanted = if missing.what == What::ByAptKey {
        "gpg"
    } else {
        program
    };
    let package = absence::system(cx.facts, missing.stage)
        .and_then(|system| images::package_of(system, wanted));
    let help = match (program, package) {
        ("apt-key", _) => {
            "put the key into /etc/apt/keyrings and name it by `signed-by=` in the list of the \
             repository"
                .to_owned()
        }
        ("python", Some(package)) => {
            format!("write `python3`, or install `{package}`")
        }
        ("adduser", Some(_)) => "call `useradd`, or install `adduser` first".to_owned(),
        ("addgroup", Some(_)) => "call `groupadd`, or install `adduser` first".to_owned(),
        ("sudo", _) => "leave `sudo` out, or install it".to_owned(),
        (_, Some(package)) => format!("install `{package}` first"),
        (_, None) => "install it first".to_owned(),
    };
    let run = match missing.what {
        What::Reads(index) | What::InCheck(index) => {
            cx.facts.run_scripts().get(index).map(|s| s.run)
        }
        _ => None,
    };
    let report = cx.report(missing.span, message).help(help);
    let report = match run {
        Some(run) => report.label(run, "started here"),
        None => report,
    };
    report.severity(missing.severity);
}
