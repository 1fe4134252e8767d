//! `copied-archive`: an archive is copied and then unpacked.

use crate::facts::mount::MountKind;
use crate::facts::{Command, Copied, CopyOrigin, Facts, FromTarget, Node, Stage, is_tar_archive};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;
use crate::text::has_wildcard;

rule!(CopiedArchive);

impl Rule for CopiedArchive {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        for copied in facts.copies_of(stage) {
            let Some(node) = facts.nodes.get(copied.node) else {
                continue;
            };
            match copied.origin {
                CopyOrigin::Context if node.is(Keyword::Copy) => {
                    check_context(cx, stage, copied);
                }
                // What only an earlier stage keeps costs nobody a download.
                CopyOrigin::From(from) if stage.in_final => {
                    check_from(cx, stage, node, copied, from);
                }
                _ => {}
            }
        }
    }
}

const MESSAGE: &str = "the archive stays in this layer after it is unpacked";

/// What ADD would unpack.
fn check_context(cx: &mut Context<'_>, stage: &Stage<'_>, copied: &Copied) {
    let facts = cx.facts;
    for source in &copied.sources {
        let Some(name) = archive_name(copied, source.path().as_deref(), is_tar_archive) else {
            continue;
        };
        if let Some(place) = unpacked(facts, stage, copied, |c| extracts(c) && names(c, &name)) {
            cx.report(source.span, MESSAGE)
                .help("let `ADD` unpack it: the archive itself never gets into the image")
                .label(place, "unpacked here");
        }
    }
}

/// What a mount would lend: ADD takes nothing from a stage.
fn check_from(
    cx: &mut Context<'_>,
    stage: &Stage<'_>,
    node: &Node<'_>,
    copied: &Copied,
    from: FromTarget,
) {
    let facts = cx.facts;
    let Some(from_name) = node.instruction.flag("from").and_then(|f| f.value.as_ref()) else {
        return;
    };
    for source in &copied.sources {
        let path = source.path();
        let Some(name) = archive_name(copied, path.as_deref(), is_archive) else {
            continue;
        };
        let unpacks = |c: &Command| (is_unpacking(c) || c.name == "unzip") && names(c, &name);
        let Some(place) = unpacked(facts, stage, copied, unpacks) else {
            continue;
        };
        let packed = match from {
            FromTarget::Stage(from) => path.as_deref().and_then(|path| packed(facts, from, path)),
            _ => None,
        };
        let path = path.unwrap_or_default();
        let from = from_name.as_str();
        let report = match packed {
            Some(packed) => {
                let message = format!("`{name}` is packed in `{from}` only to be unpacked here");
                cx.report(source.span, message)
                    .help("copy the folder instead of an archive of it")
                    .label(packed, "packed here")
            }
            None => cx.report(source.span, MESSAGE).help(format!(
                "lend it to the RUN: `RUN --mount=type=bind,from={from},source=/{path},target=/tmp/{name} …`, \
                 or unpack it in `{from}`"
            )),
        };
        report.label(place, "unpacked here");
    }
}

/// What `tar` or `unzip` unpacks.
fn is_archive(name: &str) -> bool {
    is_tar_archive(name) || name.to_lowercase().ends_with(".zip")
}

/// The name under which an archive ends up in the image.
fn archive_name(
    copied: &Copied,
    path: Option<&str>,
    is_archive: fn(&str) -> bool,
) -> Option<String> {
    let path = path?;
    if !is_archive(path) || has_wildcard(path) {
        return None;
    }
    let own = path.rsplit('/').next()?;
    let destination = copied.destination.as_deref()?;
    let last = destination.rsplit('/').next()?;
    let renamed = !copied.into_directory && is_archive(last);
    Some(if renamed {
        last.to_owned()
    } else {
        own.to_owned()
    })
}

/// Where a RUN of the same stage unpacks it.
fn unpacked(
    facts: &Facts<'_>,
    stage: &Stage<'_>,
    copied: &Copied,
    unpacks: impl Fn(&Command) -> bool,
) -> Option<Span> {
    facts
        .nodes_of(stage)
        .iter()
        .filter(|n| n.index > copied.node && n.is(Keyword::Run))
        // It may be the mount's archive that is unpacked.
        .filter(|n| n.mounts.iter().all(|m| m.kind != MountKind::Bind))
        .flat_map(|n| n.commands())
        .find(|c| unpacks(c))
        .map(|c| c.span)
}

/// Where a stage packs a file of that name, which it does not get from elsewhere.
fn packed(facts: &Facts<'_>, stage: usize, path: &str) -> Option<Span> {
    let name = file_name(path);
    let stage = facts.stages.get(stage)?;
    let packs = |c: &&Command| (tar_does(c, 'c', "--create") || c.name == "zip") && names(c, name);
    let mut commands = facts.nodes_of(stage).iter().flat_map(|n| n.commands());
    commands.find(packs).map(|c| c.span)
}

fn names(command: &Command, name: &str) -> bool {
    command.args().iter().any(|w| is_named(w.suffix(), name))
}

fn is_named(text: &str, name: &str) -> bool {
    let own = file_name(text);
    own == name || own.strip_prefix("--file=") == Some(name)
}

/// Whether tar unpacks all of an archive as it is, which is all that ADD can do.
fn extracts(command: &Command) -> bool {
    // Parts of an archive, or names that are changed, are more than that.
    let selects = command.has_any_flag(&[
        "--strip-components",
        "--strip",
        "--wildcards",
        "--exclude",
        "--transform",
    ]);
    !selects && is_unpacking(command)
}

fn is_unpacking(command: &Command) -> bool {
    tar_does(command, 'x', "--extract") || tar_does(command, 'x', "--get")
}

/// Whether a command is tar with an operation: a letter among those of its first argument or of an
/// option, or a long option.
fn tar_does(command: &Command, letter: char, long: &str) -> bool {
    if !matches!(command.name.as_str(), "tar" | "bsdtar" | "gtar") {
        return false;
    }
    let letters = |text: &str| {
        let letters = text.trim_start_matches('-');
        !text.starts_with("--")
            && letters.contains(letter)
            && letters.chars().all(|c| c.is_ascii_alphabetic())
    };
    let first = command.args().first().and_then(|w| w.literal());
    first.is_some_and(letters)
        || command.has_any_flag(&[long])
        || command.flags().any(|w| w.literal().is_some_and(letters))
}
