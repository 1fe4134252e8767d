//! Calls of programs that are not there: what calls what, and whether it matters.

use super::mount::MountKind;
use super::{Base, Command, Facts, Node, RunUser};
use crate::images::{self, OsFamily, PackageSystem};
use crate::shell::{Connector, FrameKind, Script, Word};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

/// A program that a command calls, and where.
pub struct Found {
    /// Its name.
    pub program: &'static str,
    /// Where it is called.
    pub span: Span,
}

/// The programs of the tables that a command calls by their names: those that run it, and itself.
pub fn programs_of(command: &Command) -> impl Iterator<Item = Found> {
    let bare = |word: &Word| {
        let text = word.literal()?;
        let folders = ["/usr/bin/", "/bin/"];
        let name = folders.iter().find_map(|folder| text.strip_prefix(folder));
        let program = images::known_program(name.unwrap_or(text))?;
        Some(Found {
            program,
            span: word.span,
        })
    };
    let wrappers = command
        .wrappers
        .iter()
        .filter_map(move |wrapper| bare(wrapper.words.first()?));
    let own = command.words.first().and_then(bare);
    wrappers.chain(own)
}

/// Whether a script is read and runs with what the image has.
pub fn is_read(node: &Node<'_>, script: &Script) -> bool {
    let mounts_programs = |kind: &MountKind| {
        !matches!(
            kind,
            MountKind::Cache | MountKind::Secret | MountKind::Ssh | MountKind::Tmpfs
        )
    };
    !script.unread
        && script.errors.is_empty()
        && node.shell.is_posix()
        && !node
            .mounts
            .iter()
            .any(|m| mounts_programs(&m.kind) && m.from.is_some())
}

/// Whether a command may well not run, or something else is done where it fails.
pub fn is_guarded(script: &Script, index: usize, program: &str) -> bool {
    let Some(command) = script.commands.get(index) else {
        return true;
    };
    let decides = |kind: &FrameKind| {
        matches!(
            kind,
            FrameKind::Condition
                | FrameKind::ProcessSubstitution
                | FrameKind::Background
                | FrameKind::Coprocess
        )
    };
    command.or_follows
        || command.negated
        || script.is_conditional(index)
        || script
            .frames_of(index)
            .any(|(_, frame)| frame.or_follows || frame.negated || decides(&frame.kind))
        || is_asked_for(script, index, program)
}

/// Whether the script asks for a program before it calls it, or defines a function of its name.
pub fn is_asked_for(script: &Script, index: usize, program: &str) -> bool {
    let asks = |command: &Command| {
        matches!(
            command.name.as_str(),
            "command" | "which" | "type" | "hash" | "[" | "test" | "alias"
        ) && command.literal_args().any(|arg| {
            arg.rsplit('/').next() == Some(program)
                || arg
                    .strip_prefix(program)
                    .is_some_and(|rest| rest.starts_with('='))
        })
    };
    script.slice(0..index).iter().any(asks)
        || script
            .frames
            .iter()
            .any(|f| matches!(&f.kind, FrameKind::Function(name) if name == program))
}

/// Whether something other than the end follows where a command fails: `curl … || wget …`.
pub fn has_alternative(script: &Script, index: usize) -> bool {
    let Some(command) = script.commands.get(index) else {
        return true;
    };
    let next = script.commands.get(index + 1);
    let ends =
        next.is_some_and(|c| matches!(c.name.as_str(), "exit" | "false" | "kill" | "return"));
    command.connector == Connector::OrOr
        || command.negated
        || command.or_follows && !ends
        || script.frames_of(index).any(|(_, f)| {
            !matches!(
                f.kind,
                FrameKind::Top | FrameKind::Script { .. } | FrameKind::Group
            )
        })
}

/// The stage at the bottom of a stage's chain.
pub fn root(facts: &Facts<'_>, stage: usize) -> usize {
    facts.chain(stage).last().map_or(stage, |s| s.index)
}

/// Whether the image at the bottom is written out, so that no build argument changes it.
pub fn is_written_out(facts: &Facts<'_>, stage: usize) -> bool {
    let Some(Kind::From(from)) = facts.chain(stage).last().map(|s| &s.from.kind) else {
        return false;
    };
    !from.image.as_str().contains('$')
}

/// The image at the bottom as messages call it.
pub fn base_name(facts: &Facts<'_>, stage: usize) -> String {
    match facts.root_base(stage) {
        Base::Image(image) => format!("`{}`", image.shown()),
        _ => "`scratch`".to_owned(),
    }
}

/// The family of systems that a stage is built on.
pub fn family(facts: &Facts<'_>, stage: usize) -> OsFamily {
    match facts.root_base(stage) {
        Base::Image(image) => images::os_family(image),
        Base::Scratch => OsFamily::Scratch,
        _ => OsFamily::Unknown,
    }
}

/// Whose packages are installed there.
pub fn system(facts: &Facts<'_>, stage: usize) -> Option<PackageSystem> {
    match family(facts, stage) {
        OsFamily::Debian => Some(PackageSystem::Apt),
        OsFamily::Alpine => Some(PackageSystem::Apk),
        OsFamily::RedHat => Some(PackageSystem::Rpm),
        _ => None,
    }
}

/// Whether it is `sudo` in a RUN of root, which the rule `sudo` speaks of.
pub fn is_root_sudo(facts: &Facts<'_>, node: &Node<'_>, program: &str) -> bool {
    program == "sudo"
        && node.keyword() == Some(Keyword::Run)
        && facts.user_at(node) == RunUser::Root
}
