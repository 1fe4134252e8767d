//! `missing-script`: a script of the project that is run and is not in the image.

use std::collections::HashSet;

use crate::context::BuildContext;
use crate::diagnostic::Severity;
use crate::facts::{Command, CopyOrigin, Dialect, Facts, Node, Placed, absence, brings_files};
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;
use crate::span::Span;
use crate::syntax::Keyword;
use crate::text::has_wildcard;

rule!(MissingScript);

/// The wrappers of build tools, and what each reads beside itself.
const WRAPPERS: [(&str, &str); 2] = [
    ("gradlew", "gradle/wrapper/gradle-wrapper.properties"),
    ("mvnw", ".mvn/wrapper/maven-wrapper.properties"),
];

impl Rule for MissingScript {
    fn check_file(&self, cx: &mut Context<'_>) {
        let mut told = HashSet::new();
        for node in &cx.facts.nodes {
            check(cx, node, &mut told);
        }
    }
}

/// Reports the first file of an instruction that is not there, each file once.
fn check(cx: &mut Context<'_>, node: &Node<'_>, told: &mut HashSet<String>) {
    let facts = cx.facts;
    let runs = node.is(Keyword::Run);
    let starts = node.is(Keyword::Cmd) || node.is(Keyword::Entrypoint);
    let stage = facts.stage_of(node);
    let Some(stage) = stage.filter(|s| (runs || starts) && s.is_needed) else {
        return;
    };
    let Some(context) = facts.context() else {
        return;
    };
    let Some(script) = node
        .script
        .as_ref()
        .filter(|_| !facts.is_windows(stage.index))
    else {
        return;
    };
    let directory = match (starts, stage.workdir()) {
        (true, Some(workdir)) => workdir.path.as_deref(),
        (true, None) => facts.base_workdir(stage.index),
        (false, _) => facts.directory_at(node),
    };
    let mut moved = directory.is_none();
    for (index, command) in script.commands.iter().enumerate() {
        if matches!(
            command.name.as_str(),
            "cd" | "pushd" | "chroot" | "su" | "ssh"
        ) {
            moved = true;
        }
        if command.or_follows || command.negated {
            continue;
        }
        for needed in needed(command) {
            let is_absolute = needed.file.starts_with('/');
            if has_wildcard(&needed.file) || moved && !is_absolute {
                continue;
            }
            let path = match is_absolute {
                true => clean(&needed.file),
                false => clean(&format!(
                    "{}/{}",
                    directory.unwrap_or_default(),
                    needed.file
                )),
            };
            let file = &needed.file;
            let is_certain = runs
                && script.is_fatal(index)
                && !absence::is_guarded(script, index, file_name(file));
            if let Some(copy) = left_out(facts, node, index, context, &path) {
                if told.insert(path) {
                    let report = cx
                        .report(
                            needed.span,
                            format!("`{file}` is not in the image: the ignore file leaves it out"),
                        )
                        .label(copy, "copied without it here")
                        .help("remove the pattern from the ignore file, or take it back with `!`");
                    if !is_certain {
                        report.severity(Severity::Warning);
                    }
                }
                return;
            }
            let is_of_project = !is_absolute && context.exists(&clean(file));
            let is_read = absence::is_read(node, script);
            if !(is_certain && is_of_project && is_read)
                || facts.placed(node, index, &path) == Placed::Perhaps
            {
                continue;
            }
            if told.insert(path) {
                let message = match needed.by {
                    Some(program) => {
                        format!("`{program}` needs `{file}`, which is not in the image here")
                    }
                    None => format!("`{file}` is not in the image here"),
                };
                cx.report(needed.span, message)
                    .help(format!("copy `{file}` before"));
            }
            return;
        }
    }
}

/// A file that a command needs.
struct Needed {
    /// Its path as written.
    file: String,
    /// What needs it, where it is not named itself.
    by: Option<String>,
    span: Span,
}

/// The files that must be there for a command.
fn needed(command: &Command) -> Vec<Needed> {
    let mut needed: Vec<Needed> = named(command)
        .into_iter()
        .filter_map(|word| {
            Some(Needed {
                file: word.literal()?.to_owned(),
                by: None,
                span: word.span,
            })
        })
        .collect();
    let words: Vec<&str> = command.words.iter().filter_map(|w| w.literal()).collect();
    let whole = command.words.iter().map(|w| w.span).reduce(Span::to);
    let (Some(first), Some(span)) = (command.words.first(), whole) else {
        return needed;
    };
    if let ["npm" | "yarn" | "pnpm", "run", name, ..] = words.as_slice()
        && command.flags().count() == 0
        && words.len() == command.words.len()
    {
        needed.push(Needed {
            file: "package.json".to_owned(),
            by: Some(format!("{} run {name}", command.name)),
            span,
        });
    }
    if let Some((name, beside)) = WRAPPERS.iter().find(|(name, _)| command.name == *name)
        && let Some(folder) = first.literal().and_then(|t| t.strip_suffix(name))
        && folder.contains('/')
    {
        needed.push(Needed {
            file: clean(&format!("{folder}{beside}")),
            by: Some((*name).to_owned()),
            span: first.span,
        });
    }
    needed
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
    if !facts.may_search(node.index) {
        return None;
    }
    let name = file_name(path);
    let mut found = None;
    for before in facts.chain_nodes(node.stage?).filter(|n| n.index <= until) {
        if before.is(Keyword::Run) {
            let script = before.script.as_ref().filter(|s| !s.unread)?;
            let own = before.index == node.index;
            let commands = script.slice(0..if own { command } else { script.commands.len() });
            let brings = |c: &Command| {
                brings_files(&c.name) || c.redirects.iter().any(|r| r.target.raw.contains(name))
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
