//! `ignored-script`: a script that is run and that the ignore file leaves out of the context.

use std::collections::HashSet;

use crate::context::BuildContext;
use crate::diagnostic::Severity;
use crate::facts::{Command, CopyOrigin, Dialect, Facts, Node, absence};
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;
use crate::span::Span;
use crate::syntax::Keyword;
use crate::text::has_wildcard;

rule!(IgnoredScript);

/// Programs that bring files of a project from elsewhere.
const BRINGERS: [&str; 15] = [
    "bsdtar", "cp", "curl", "git", "install", "ln", "mv", "npx", "rsync", "sed", "svn", "tar",
    "tee", "unzip", "wget",
];

impl Rule for IgnoredScript {
    fn check_file(&self, cx: &mut Context<'_>) {
        let mut told = HashSet::new();
        for node in &cx.facts.nodes {
            check(cx, node, &mut told);
        }
    }
}

/// Reports the first file of an instruction that is left out, each file once.
fn check(cx: &mut Context<'_>, node: &Node<'_>, told: &mut HashSet<String>) {
    let facts = cx.facts;
    let runs = node.is(Keyword::Run);
    let starts = node.is(Keyword::Cmd) || node.is(Keyword::Entrypoint);
    let Some(stage) = facts
        .stage_of(node)
        .filter(|s| (runs || starts) && s.is_needed)
    else {
        return;
    };
    let Some(context) = facts.context() else {
        return;
    };
    if context.ignore().is_empty() || facts.is_windows(stage.index) {
        return;
    }
    let directory = match starts {
        true => match stage.workdir() {
            Some(workdir) => workdir.path.as_deref(),
            None => facts.base_workdir(stage.index),
        },
        false => facts.workdir_at(node),
    };
    let mut moved = directory.is_none();
    for (index, command) in node.commands().iter().enumerate() {
        if matches!(
            command.name.as_str(),
            "cd" | "pushd" | "chroot" | "su" | "ssh"
        ) {
            moved = true;
        }
        if command.or_follows || command.negated {
            continue;
        }
        for word in named(command) {
            let Some(text) = word.literal() else { continue };
            if has_wildcard(text) || moved && !text.starts_with('/') {
                continue;
            }
            let path = match text.starts_with('/') {
                true => clean(text),
                false => clean(&format!("{}/{text}", directory.unwrap_or_default())),
            };
            let Some(copy) = left_out(facts, node, index, context, &path) else {
                continue;
            };
            if !told.insert(path) {
                return;
            }
            let report = cx
                .report(
                    word.span,
                    format!("`{text}` is not in the image: the ignore file leaves it out"),
                )
                .label(copy, "copied without it here")
                .help("remove the pattern from the ignore file, or take it back with `!`");
            let fails = runs
                && node.script.as_ref().is_some_and(|s| {
                    s.is_fatal(index) && !absence::is_guarded(s, index, file_name(text))
                });
            if !fails {
                report.severity(Severity::Warning);
            }
            return;
        }
    }
}

/// The words of a command that name files that must be there.
fn named(command: &Command) -> Vec<&Word> {
    let is_path = |w: &&Word| {
        w.literal()
            .is_some_and(|t| t.contains('/') && !t.ends_with('/'))
    };
    let interprets = Dialect::of_program(&command.name).is_some()
        || matches!(command.name.as_str(), "node" | "ruby" | "perl" | "php")
        || command.name.starts_with("python");
    if interprets {
        if command.script.is_some() {
            return Vec::new();
        }
        // Options may take a value, so only what stands first is sure.
        let first = command
            .args()
            .iter()
            .find(|w| !w.is("-u") && !w.is("-x") && !w.is("-e"));
        let is_file = |w: &&Word| {
            w.literal()
                .is_some_and(|t| !t.starts_with('-') && file_name(t).contains('.'))
        };
        return first.filter(is_file).into_iter().collect();
    }
    if command.name == "chmod" {
        return command.operands(&[]).skip(1).collect();
    }
    command.words.first().filter(is_path).into_iter().collect()
}

/// The copy that would bring a file to a path, did the ignore file not leave it out, if nothing else
/// brings it.
fn left_out(
    facts: &Facts<'_>,
    node: &Node<'_>,
    command: usize,
    context: &BuildContext,
    path: &str,
) -> Option<Span> {
    let until = match node.is(Keyword::Run) {
        true => node.index,
        false => usize::MAX,
    };
    let name = file_name(path);
    let mut found = None;
    for before in facts.chain_nodes(node.stage?).filter(|n| n.index <= until) {
        if before.is(Keyword::Run) {
            let script = before.script.as_ref().filter(|s| !s.unread)?;
            let own = before.index == node.index;
            let commands = script.slice(0..if own { command } else { script.commands.len() });
            let brings = |c: &Command| {
                BRINGERS.contains(&c.name.as_str())
                    || c.redirects.iter().any(|r| r.target.raw.contains(name))
            };
            if commands.iter().any(brings) {
                return None;
            }
        }
        let Some(copied) = facts.copied(before) else {
            continue;
        };
        let target = copied.target.as_deref()?;
        if !is_in(path, target) {
            continue;
        }
        if copied.origin != CopyOrigin::Context {
            return None;
        }
        for source in &copied.sources {
            let from = source.path()?;
            if has_wildcard(&from) || source.is_heredoc || source.is_remote() {
                return None;
            }
            let rest = path.strip_prefix(target).unwrap_or_default();
            let rest = rest.trim_start_matches('/');
            let inside = match (from.as_str(), rest) {
                (_, "") => continue,
                (".", rest) => rest.to_owned(),
                (from, rest) if !context.is_directory(from) => {
                    if file_name(from) == rest {
                        return None;
                    }
                    continue;
                }
                (from, rest) => format!("{from}/{rest}"),
            };
            if !context.exists(&inside) || context.is_directory(&inside) {
                continue;
            }
            if !context.is_ignored(&inside) {
                return None;
            }
            found = found.or(Some(source.span));
        }
    }
    found
}
