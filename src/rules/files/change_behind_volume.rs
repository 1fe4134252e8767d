//! `change-behind-volume`: a RUN changes what a VOLUME above declares.

use crate::facts::{Command, Facts, Node};
use crate::images;
use crate::path::{clean, is_in};
use crate::rule::{Context, Rule, rule};
use crate::shell::{RedirectKind, Word};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(ChangeBehindVolume);

impl Rule for ChangeBehindVolume {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(stage) = node.stage.filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        let mut volumes: Vec<(String, Span)> = Vec::new();
        let mut above: Vec<usize> = facts
            .chain(stage)
            .flat_map(|s| &s.volumes)
            .copied()
            .collect();
        above.retain(|volume| *volume < node.index);
        if above.is_empty() {
            return check_base(cx, node, stage);
        }
        if !facts.may_search(above.len()) {
            return;
        }
        above.sort_unstable();
        for above in above.into_iter().filter_map(|n| facts.nodes.get(n)) {
            if let Kind::Volume(volume) = &above.instruction.kind {
                for path in &volume.paths {
                    let text = facts.text(above.index, path).map(|t| clean(&t));
                    volumes.extend(text.filter(|t| t.starts_with('/')).map(|t| (t, path.span)));
                }
            }
        }
        if volumes.is_empty() {
            return;
        }
        for command in node.commands() {
            let changed = changes(facts, node, command);
            let found = changed.iter().find_map(|(path, span)| {
                let volume = volumes.iter().find(|(volume, _)| is_in(path, volume));
                volume.map(|(volume, place)| (volume, *place, *span))
            });
            if let Some((volume, place, span)) = found {
                cx.report(
                    span,
                    format!("not every builder keeps what changes in `{volume}` from here on"),
                )
                .label(place, "it is a volume since here")
                .help("put the VOLUME below what fills it");
                return;
            }
        }
    }
}

/// Reports a change of what the base declares as a volume.
fn check_base(cx: &mut Context<'_>, node: &Node<'_>, stage: usize) {
    let facts = cx.facts;
    let Some(image) = facts.root_image(stage) else {
        return;
    };
    let volumes = images::volumes(image);
    let found = node.commands().iter().find_map(|command| {
        let changed = changes(facts, node, command);
        changed.into_iter().find_map(|(path, span)| {
            let volume = volumes.iter().find(|volume| is_in(&path, volume))?;
            Some((*volume, span))
        })
    });
    if let Some((volume, span)) = found {
        let message = format!(
            "`{}` declares `{volume}` as a volume, and not every builder keeps what changes there",
            image.shown()
        );
        cx.report(span, message)
            .help("change it when the container starts, or keep the files somewhere else");
    }
}

/// The paths that a command changes, with the words that name them.
fn changes(facts: &Facts<'_>, node: &Node<'_>, command: &Command) -> Vec<(String, Span)> {
    let path = |word: &Word| {
        let text = word.literal().filter(|t| t.starts_with('/'))?;
        Some((clean(text), word.span))
    };
    let mut found: Vec<(String, Span)> = Vec::new();
    let written = command.redirects.iter().filter(|r| {
        matches!(
            r.kind,
            RedirectKind::Output | RedirectKind::Append | RedirectKind::Clobber
        )
    });
    found.extend(written.filter_map(|r| path(&r.target)));
    match command.name.as_str() {
        "chown" | "chgrp" | "chmod" | "mkdir" | "touch" | "rm" | "tee" => {
            found.extend(command.args().iter().filter_map(path));
        }
        "cp" | "mv" | "install" | "ln" | "rsync" => {
            found.extend(command.args().last().and_then(path));
        }
        "tar" | "unzip" => {
            let into = ["-C", "--directory", "-d"];
            let mut words = command.args().iter();
            while let Some(word) = words.next() {
                if into.iter().any(|f| word.is(f)) {
                    found.extend(words.next().and_then(path));
                }
            }
        }
        _ => {}
    }
    // Below a temporary mount nothing reaches the image anyway.
    let mounted = |p: &str| {
        node.mounts.iter().any(|m| {
            let target = m.target.as_ref().and_then(|t| facts.text(node.index, t));
            target.is_some_and(|t| is_in(p, &clean(&t)))
        })
    };
    found.retain(|(p, _)| !mounted(p));
    found
}
