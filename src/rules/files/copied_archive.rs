//! `copied-archive`: an archive is copied and then unpacked.

use crate::facts::{Command, Copied, CopyOrigin, Facts, Stage, is_tar_archive};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;
use crate::text::has_wildcard;

rule!(CopiedArchive);

impl Rule for CopiedArchive {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let copies: Vec<&Copied> = facts
            .copies_of(stage)
            .filter(|c| {
                let node = facts.nodes.get(c.node);
                c.origin == CopyOrigin::Context && node.is_some_and(|n| n.is(Keyword::Copy))
            })
            .collect();
        for copied in copies {
            for source in &copied.sources {
                let Some(name) = archive_name(copied, source.path().as_deref()) else {
                    continue;
                };
                if let Some(place) = unpacked(facts, stage, copied, &name) {
                    cx.report(
                        source.span,
                        "the archive stays in this layer after it is unpacked",
                    )
                    .help("let `ADD` unpack it: the archive itself never gets into the image")
                    .label(place, "unpacked here");
                }
            }
        }
    }
}

/// The name under which an archive ends up in the image.
fn archive_name(copied: &Copied, path: Option<&str>) -> Option<String> {
    let path = path?;
    if !is_tar_archive(path) || has_wildcard(path) {
        return None;
    }
    let own = path.rsplit('/').next()?;
    let destination = copied.destination.as_deref()?;
    let last = destination.rsplit('/').next()?;
    let renamed = !copied.into_directory && is_tar_archive(last);
    Some(if renamed {
        last.to_owned()
    } else {
        own.to_owned()
    })
}

/// Where a RUN of the same stage unpacks it with tar.
fn unpacked(facts: &Facts<'_>, stage: &Stage<'_>, copied: &Copied, name: &str) -> Option<Span> {
    facts
        .nodes_of(stage)
        .iter()
        .filter(|n| n.index > copied.node && n.is(Keyword::Run))
        // With a mount the archive need not be in a layer at all, so this one has a reason.
        .flat_map(|n| n.commands())
        .find(|c| extracts(c) && c.args().iter().any(|w| is_named(w.suffix(), name)))
        .map(|c| c.span)
}

fn is_named(text: &str, name: &str) -> bool {
    let own = file_name(text);
    own == name || own.strip_prefix("--file=") == Some(name)
}

fn extracts(command: &Command) -> bool {
    if !matches!(command.name.as_str(), "tar" | "bsdtar" | "gtar") {
        return false;
    }
    let letters = |text: &str| {
        !text.starts_with("--")
            && text.trim_start_matches('-').contains('x')
            && text
                .trim_start_matches('-')
                .chars()
                .all(|c| c.is_ascii_alphabetic())
    };
    let first = command.args().first().and_then(|w| w.literal());
    // Parts of an archive, or names that are changed, are more than ADD can do.
    let selects = command.has_any_flag(&[
        "--strip-components",
        "--strip",
        "--wildcards",
        "--exclude",
        "--transform",
    ]);
    !selects
        && (first.is_some_and(letters)
            || command.has_any_flag(&["--extract", "--get"])
            || command.flags().any(|w| w.literal().is_some_and(letters)))
}
