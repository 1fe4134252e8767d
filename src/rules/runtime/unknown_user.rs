//! `unknown-user`: a user that the image has not.

use crate::diagnostic::Severity;
use crate::facts::{Facts, Node, absence};
use crate::images;
use crate::path::clean;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(UnknownUser);

impl Rule for UnknownUser {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut told: Vec<(usize, String)> = Vec::new();
        for node in facts.nodes.iter().filter(|n| !n.onbuild) {
            let Some((name, span)) = named(facts, node) else {
                continue;
            };
            let Some(stage) = node.stage else { continue };
            let root = absence::root(facts, stage);
            let is_told = told.iter().any(|(at, user)| *at == root && *user == name);
            if is_told || !lacks(facts, node, stage, &name) {
                continue;
            }
            told.push((root, name.clone()));
            let base = absence::base_name(facts, stage);
            let runs = node.is(Keyword::User);
            let is_certain = runs && absence::is_written_out(facts, stage);
            let what = if runs {
                ""
            } else {
                ": what is copied belongs to root"
            };
            let report = cx
                .report(
                    span,
                    format!("`{name}` is no user of {base}, and nothing before creates it{what}"),
                )
                .help("create it first, or write its number");
            if is_certain {
                report.severity(Severity::Error);
            }
        }
    }
}

/// The user that a node names, if it is looked up.
fn named(facts: &Facts<'_>, node: &Node<'_>) -> Option<(String, Span)> {
    let instruction = node.instruction;
    let word = match &instruction.kind {
        Kind::User(word) => word,
        Kind::Copy(_) | Kind::Add(_) => {
            // Without a look into the image another rule speaks of it.
            let link = instruction.flag("link");
            let is_linked = link.is_some_and(|l| {
                l.value
                    .as_ref()
                    .is_none_or(|v| v.as_str().eq_ignore_ascii_case("true"))
            });
            if is_linked {
                return None;
            }
            instruction.flag_value("chown")?
        }
        _ => return None,
    };
    let text = word.as_str();
    let name = text.split(':').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| plain(c) || c == ':');
    if !is_name || node.stage.is_some_and(|s| facts.is_windows(s)) {
        return None;
    }
    // A USER for nothing does no harm.
    let is_used = match node.keyword() {
        Some(Keyword::User) => is_used(facts, node),
        _ => true,
    };
    is_used.then(|| (name.to_owned(), word.span))
}

/// Whether anything runs as the user of a USER.
fn is_used(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let Some(stage) = facts.stage_of(node) else {
        return false;
    };
    let behind = facts.nodes.get(node.index + 1..stage.nodes.end);
    let mut behind = behind.unwrap_or_default().iter();
    let next = behind.find(|n| n.is(Keyword::User) || n.is(Keyword::Run));
    match next {
        Some(next) => next.is(Keyword::Run),
        None => facts
            .final_stage()
            .is_some_and(|last| last.index == stage.index),
    }
}

/// Whether the image surely has no such user at a node.
fn lacks(facts: &Facts<'_>, node: &Node<'_>, stage: usize, name: &str) -> bool {
    let Some(image) = facts.root_image(stage) else {
        return false;
    };
    if !images::lacks_user(image, name)
        || !facts.programs_before(node).is_untouched()
        || !facts.may_search(node.index)
    {
        return false;
    }
    let mut before = facts.chain_nodes(stage).filter(|n| n.index < node.index);
    !before.any(|n| may_create(facts, n, name))
}

/// Whether an instruction may create a user.
fn may_create(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> bool {
    match &node.instruction.kind {
        Kind::Run(_) => {
            let text = facts.source.slice(facts.whole_span(node));
            let packages = node.installs.iter().flat_map(|i| &i.packages);
            let hidden = node
                .installs
                .iter()
                .any(|i| i.more || i.packages.iter().any(|p| p.is_hidden()));
            text.contains(name)
                || hidden
                || [
                    "useradd \"$",
                    "adduser $",
                    "useradd $",
                    "adduser \"$",
                    "passwd",
                ]
                .iter()
                .any(|w| text.contains(w))
                || packages.into_iter().any(|p| are_alike(&p.name, name))
        }
        Kind::Copy(_) | Kind::Add(_) => facts.copied(node).is_none_or(|copied| {
            let target = copied.target.as_deref().map(clean);
            target.is_none_or(|t| {
                t == "/" || t == "/etc" || t.starts_with("/etc/passwd") || t.ends_with(".apk")
            })
        }),
        _ => false,
    }
}

/// Whether a package may be the one that brings a user: `postgresql-16` and `postgres`.
fn are_alike(package: &str, name: &str) -> bool {
    let length = name.len().min(4);
    let mut starts =
        (0..=name.len().saturating_sub(length)).filter_map(|at| name.get(at..at + length));
    starts.any(|part| package.contains(part))
}
