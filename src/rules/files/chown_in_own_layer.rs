//! `chown-in-own-layer`: files that were copied are stored again to change their owner or mode.

use crate::facts::{Command, Copied, CopiedSource, CopyOrigin, Facts, Node, is_small_file};
use crate::path::file_name;
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule! {
    ChownInOwnLayer {
        /// Whether configuration and scripts count too, which are small.
        pub small: bool,
    }
}

impl Rule for ChownInOwnLayer {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        let mut copies: Vec<&Copied> = Vec::new();
        for node in facts.chain_nodes(last.index) {
            match node.keyword() {
                Some(Keyword::Copy | Keyword::Add) => copies.extend(facts.copied(node)),
                Some(Keyword::Run) => {
                    let mut found: Vec<(&Command, String, &Copied)> = Vec::new();
                    for command in node.commands() {
                        // Each RUN stores the files again, however often it changes them.
                        if let Some((place, copied)) = recoded(facts, node, command, &copies)
                            && found.iter().all(|(_, _, c)| c.node != copied.node)
                        {
                            found.push((command, place, copied));
                        }
                    }
                    found.retain(|(_, _, copied)| self.small || !is_small(copied));
                    report(cx, &found);
                }
                _ => {}
            }
        }
    }
}

/// Reports what one RUN stores again.
fn report(cx: &mut Context<'_>, found: &[(&Command, String, &Copied)]) {
    let Some(((command, place, copied), rest)) = found.split_first() else {
        return;
    };
    let option = match command.name.as_str() {
        "chmod" => "--chmod",
        _ => "--chown",
    };
    let mut report = cx
        .report(
            command.span,
            format!("`{}` stores the files in `{place}` once more", command.name),
        )
        .help(format!("set it while copying: `COPY {option}=…`"))
        .label(copied.span, "copied here");
    for (command, _, copied) in rest {
        report = report
            .label(command.span, "and this one")
            .label(copied.span, "what was copied here");
    }
}

/// The copied files that a command changes.
fn recoded<'f>(
    facts: &Facts<'_>,
    node: &Node<'_>,
    command: &Command,
    copies: &[&'f Copied],
) -> Option<(String, &'f Copied)> {
    if !matches!(command.name.as_str(), "chown" | "chgrp" | "chmod")
        || !command.has_any_flag(&["-R", "--recursive"])
    {
        return None;
    }
    let moved = node
        .commands()
        .iter()
        .any(|c| matches!(c.name.as_str(), "cd" | "pushd"));
    for word in command.operands(&["--from", "--reference"]).skip(1) {
        let Some(text) = word.literal() else {
            continue;
        };
        if moved && !text.starts_with('/') {
            continue;
        }
        let Some(path) = facts.absolute(node, text) else {
            continue;
        };
        let path = crate::path::clean(path.trim_end_matches('*'));
        if !facts.may_search(copies.len()) {
            return None;
        }
        let hit = copies.iter().copied().find(|c| {
            let node = facts.nodes.get(c.node);
            // An owner of its own was given already; what is left is a directory around it.
            let given = node.is_some_and(|n| {
                let name = match command.name.as_str() {
                    "chmod" => "chmod",
                    _ => "chown",
                };
                n.instruction.flag(name).is_some()
            });
            let many = c.into_directory
                || c.sources.iter().any(|s| {
                    s.is_whole()
                        || s.text
                            .as_deref()
                            .is_some_and(|t| !file_name(t).contains('.'))
                });
            !given
                && many
                && c.target
                    .as_deref()
                    .is_some_and(|t| t.len() > 1 && is_in(t, &path))
        });
        if let Some(copied) = hit {
            return Some((text.to_owned(), copied));
        }
    }
    None
}

/// Whether what was copied is configuration or scripts rather than a program.
fn is_small(copied: &Copied) -> bool {
    const PLACES: [&str; 6] = [
        "/etc",
        "/tmp",
        "/docker-entrypoint",
        "/usr/local/bin",
        "/scripts",
        "/usr/bin",
    ];
    const NAMES: [&str; 11] = [
        "bin",
        "conf",
        "config",
        "docs",
        "etc",
        "fixes",
        "helpers",
        "hooks",
        "licenses",
        "scripts",
        "templates",
    ];
    let target = copied.target.as_deref().unwrap_or_default();
    let named = |source: &CopiedSource| {
        source.path().is_some_and(|path| {
            let name = file_name(&path);
            let only_small = matches!(copied.origin, CopyOrigin::Context) && NAMES.contains(&name);
            // `docker-entrypoint`: a script without an ending.
            only_small || is_small_file(&path) || name.ends_with("entrypoint")
        })
    };
    let whole = copied.sources.iter().any(|s| s.is_whole());
    !whole
        && (PLACES.iter().any(|p| target.starts_with(p))
            || copied.sources.iter().all(|s| s.is_heredoc || named(s)))
}
