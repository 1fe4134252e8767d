//! `missing-build-tool`: a script of `package.json` calls what only a development dependency brings,
//! and these were left out.

use crate::diagnostic::Severity;
use crate::facts::absence;
use crate::facts::node_project::{LackingTool, LeavesOut};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Copied, CopyOrigin, Facts, Node};
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(MissingBuildTool);

/// The scripts that an installation runs itself.
const OWN_SCRIPTS: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];

impl Rule for MissingBuildTool {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let script = node.script.as_ref().filter(|_| node.is(Keyword::Run));
        let Some(script) = script.filter(|s| absence::is_read(node, s)) else {
            return;
        };
        for (index, command) in script.commands.iter().enumerate() {
            // What follows may work elsewhere.
            if command.name == "cd" {
                return;
            }
            let Some(manager) = manager_of(&command.name) else {
                continue;
            };
            if absence::is_guarded(script, index, "") || !script.is_fatal(index) {
                continue;
            }
            let install = node.installs.iter().find(|i| i.command == index);
            let found = match install.filter(|i| is_restore(i)) {
                Some(install) => own_script(facts, node, install),
                None => called_script(facts, node, index, manager, command),
            };
            let Some(found) = found else { continue };
            let LackingTool { program, package } = &found.tool;
            let report = cx
                .report(
                    found.span,
                    format!(
                        "`{}` calls `{program}`, which is not installed",
                        found.script
                    ),
                )
                .help(found.help);
            let report = match found.reason {
                LeavesOut::Option(span) | LeavesOut::Environment(Some(span)) => report.label(
                    span,
                    format!("leaves out `{package}`, a development dependency"),
                ),
                LeavesOut::Environment(None) => report,
            };
            if !found.is_certain {
                report.severity(Severity::Warning);
            }
            return;
        }
    }
}

struct Found {
    span: Span,
    script: String,
    tool: LackingTool,
    reason: LeavesOut,
    help: &'static str,
    is_certain: bool,
}

fn manager_of(program: &str) -> Option<Manager> {
    match program {
        "npm" => Some(Manager::Npm),
        "yarn" => Some(Manager::Yarn),
        "pnpm" => Some(Manager::Pnpm),
        _ => None,
    }
}

fn is_restore(install: &Install) -> bool {
    install.action == Action::Restore && !install.is_global() && install.packages.is_empty()
}

/// A script that an installation runs when it is done.
fn own_script(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Found> {
    let reason = facts.leaves_out_development(node, install)?;
    let flags = [
        "--ignore-scripts",
        "--prefix",
        "--cwd",
        "-C",
        "--dir",
        "--workspace",
        "-w",
    ];
    if install.has_flag(&flags) || !installs_alone(facts, node, install.command + 1) {
        return None;
    }
    let project = facts.node_project(node)?;
    if project.has_own_settings(facts) {
        return None;
    }
    // Only npm, from version 7 on, prepares a project without its development dependencies.
    let runtime = facts.runtime_of(node, install);
    let is_new =
        install.manager == Manager::Npm && runtime.is_some_and(|r| !r.version.is_before("16"));
    let (name, tool) = OWN_SCRIPTS
        .iter()
        .filter(|name| **name != "prepare" || is_new)
        .find_map(|name| Some((*name, project.lacking_tool(facts, install.manager, name)?)))?;
    Some(Found {
        span: facts.call_span(install),
        script: name.to_owned(),
        tool,
        reason,
        help: "pass `--ignore-scripts`, or delete the script from `package.json` before",
        is_certain: facts.context().is_some(),
    })
}

/// A script that a command calls by its name.
fn called_script(
    facts: &Facts<'_>,
    node: &Node<'_>,
    index: usize,
    manager: Manager,
    command: &Command,
) -> Option<Found> {
    let words: Vec<&str> = command.words.iter().filter_map(|w| w.literal()).collect();
    let name = match words.as_slice() {
        [_, "run" | "run-script", name, ..] => *name,
        ["yarn" | "pnpm", name, ..] => *name,
        _ => return None,
    };
    let at = command.words.iter().find(|w| w.is(name))?.span;
    if name.starts_with('-') || command.flags().count() > 0 && !words.contains(&"--") {
        return None;
    }
    let install = facts
        .chain_nodes(node.stage?)
        .filter(|n| n.index <= node.index)
        .flat_map(|n| n.run_installs().iter().map(move |i| (n, i)))
        .filter(|(n, i)| n.index < node.index || i.command < index)
        .find(|(_, i)| is_restore(i))?;
    let (at_node, install) = install;
    if install.manager != manager || !installs_alone(facts, node, index) {
        return None;
    }
    let reason = facts.leaves_out_development(at_node, install)?;
    let project = facts.node_project(node)?;
    if project.has_own_settings(facts) {
        return None;
    }
    let tool = project.lacking_tool(facts, manager, name)?;
    let span = command.words.first()?.span.to(at);
    // What lies beside the Dockerfile of somebody who works on the project.
    let brings = project.may_bring_modules(facts);
    Some(Found {
        span,
        script: name.to_owned(),
        tool,
        reason,
        help: "install everything to build, in a stage of its own, and leave the rest out of the last one",
        is_certain: !brings,
    })
}

/// Whether all that brings packages of a project up to a command leaves development dependencies
/// out, and works where the project is.
fn installs_alone(facts: &Facts<'_>, node: &Node<'_>, until: usize) -> bool {
    let Some(stage) = node.stage else {
        return false;
    };
    let Some(directory) = facts.directory_at(node) else {
        return false;
    };
    if !facts.may_search(node.index) {
        return false;
    }
    let brings_modules = |copied: &Copied| {
        if copied.origin == CopyOrigin::Context {
            return false;
        }
        copied.target.as_deref().is_none_or(|target| {
            is_in(directory, target) || target.contains("node_modules") || is_in(target, directory)
        })
    };
    let before = facts.chain_nodes(stage).filter(|n| n.index <= node.index);
    for other in before {
        if facts.copied(other).is_some_and(brings_modules) {
            return false;
        }
        if other.keyword() != Some(Keyword::Run) {
            continue;
        }
        let commands = other.commands();
        let commands = if other.index == node.index {
            commands.get(..until).unwrap_or(commands)
        } else {
            commands
        };
        let moves = |c: &Command| {
            matches!(
                c.name.as_str(),
                "cd" | "sed" | "jq" | "mv" | "ln" | "cp" | "lerna" | "npx"
            )
        };
        let works = other.run_installs().iter().any(is_restore);
        if commands.iter().any(moves) && (works || other.index == node.index)
            || other.script.as_ref().is_none_or(|s| s.unread)
        {
            return false;
        }
        let calls = other.run_installs().iter();
        let calls = calls.filter(|i| other.index < node.index || i.command < until);
        for install in calls {
            let javascript = matches!(
                install.manager,
                Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Bun
            );
            let harmless = match install.action {
                Action::Restore if !install.is_global() => {
                    facts.leaves_out_development(other, install).is_some()
                        && facts.directory_at(other) == Some(directory)
                }
                Action::Install => {
                    let managers = ["npm", "yarn", "pnpm", "corepack", "pm2"];
                    install.is_global()
                        && install
                            .packages
                            .iter()
                            .all(|p| managers.contains(&p.name.as_str()))
                }
                _ => true,
            };
            if javascript && !harmless {
                return false;
            }
        }
    }
    true
}
