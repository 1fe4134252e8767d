//! Whether a file can be in the image where an instruction looks for it.

use super::mount::MountKind;
use super::packages::{Action, Manager, PackageOrigin};
use super::{Base, Command, Copied, CopiedSource, CopyOrigin, Facts, Node};
use crate::context::BuildContext;
use crate::images::official_name;
use crate::path::{clean, file_name, is_in};
use crate::shell::RedirectKind;
use crate::span::Span;
use crate::syntax::Kind;
use crate::text::{has_wildcard, matches_wildcard};

/// Whether a file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Something may have put it there.
    Perhaps,
    /// A copy would have, did the ignore file not leave it out; where that copy names it.
    Ignored(Span),
    /// Nothing did.
    Never,
}

/// Commands that put no file where they are not told to, package managers apart.
const TIDY: [&str; 33] = [
    ":",
    "[",
    "a2enmod",
    "addgroup",
    "adduser",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "corepack",
    "docker-php-ext-configure",
    "docker-php-ext-enable",
    "docker-php-ext-install",
    "echo",
    "export",
    "groupadd",
    "groupmod",
    "ldconfig",
    "locale-gen",
    "ls",
    "mkdir",
    "printf",
    "pwd",
    "rm",
    "rmdir",
    "set",
    "sleep",
    "test",
    "true",
    "update-alternatives",
    "update-ca-certificates",
    "useradd",
    "usermod",
];

impl Facts<'_> {
    /// Whether a file can be at an absolute path when a command of a RUN runs.
    pub fn placed(&self, node: &Node<'_>, command: usize, path: &str) -> Placed {
        let Some(stage) = node.stage else {
            return Placed::Perhaps;
        };
        let is_empty_base = match self.root_base(stage) {
            Base::Image(image) => {
                let tag = image.effective_tag().unwrap_or_default();
                official_name(image).is_some()
                    && self.is_plain_base(stage)
                    && !tag.contains("onbuild")
            }
            Base::Scratch => true,
            _ => false,
        };
        let brings = |kind: &MountKind| !matches!(kind, MountKind::Cache | MountKind::Ssh);
        if !is_empty_base || node.mounts.iter().any(|m| brings(&m.kind)) {
            return Placed::Perhaps;
        }
        let mut left_out = None;
        for before in self.chain_nodes(stage).filter(|n| n.index <= node.index) {
            if !self.may_search(1) {
                return Placed::Perhaps;
            }
            match &before.instruction.kind {
                _ if before.onbuild && before.index != node.index => return Placed::Perhaps,
                Kind::Run(_) => {
                    let own = before.index == node.index;
                    if self.may_write(before, own.then_some(command), path) {
                        return Placed::Perhaps;
                    }
                }
                Kind::Copy(_) | Kind::Add(_) => {
                    match self
                        .copied(before)
                        .map(|copied| self.copy_places(copied, path))
                    {
                        Some(Placed::Never) => {}
                        Some(Placed::Ignored(span)) => left_out = Some(span),
                        Some(Placed::Perhaps) | None => return Placed::Perhaps,
                    }
                }
                _ => {}
            }
        }
        left_out.map_or(Placed::Never, Placed::Ignored)
    }

    /// The file of the build context that copies and mounts bring to an absolute path before an
    /// instruction; none if something else may lie there.
    pub fn brought(&self, node: &Node<'_>, path: &str) -> Option<String> {
        self.brought_from(self.context()?, node, path)
    }

    /// The same of a context that is chosen.
    pub(super) fn brought_from(
        &self,
        context: &BuildContext,
        node: &Node<'_>,
        path: &str,
    ) -> Option<String> {
        let here = |file: String| {
            let there = context.exists(&file) && !context.is_directory(&file);
            (there && !context.is_ignored(&file)).then_some(file)
        };
        for mount in &node.mounts {
            if matches!(
                mount.kind,
                MountKind::Cache | MountKind::Ssh | MountKind::Secret
            ) {
                continue;
            }
            let target = mount
                .target
                .as_ref()
                .and_then(|w| self.text(node.index, w))?;
            let target = clean(&self.absolute(node, &target)?);
            if !is_in(path, &target) {
                continue;
            }
            if mount.kind != MountKind::Bind || mount.from.is_some() {
                return None;
            }
            let source = match &mount.source {
                Some(word) => self.text(node.index, word)?,
                None => ".".to_owned(),
            };
            return here(joined(&clean(&source), path, &target));
        }
        if !self.may_search(node.index) {
            return None;
        }
        let before = self.chain_nodes_back(node.stage?);
        for copy in before.filter(|n| n.index < node.index) {
            let Some(copied) = self.copied(copy) else {
                continue;
            };
            let target = copied.target.as_deref()?;
            if !is_in(path, target) {
                continue;
            }
            if copied.origin != CopyOrigin::Context {
                return None;
            }
            let rest = path.strip_prefix(target).unwrap_or_default();
            let rest = rest.trim_start_matches('/');
            for source in &copied.sources {
                let from = source.path()?;
                let found = if source.is_heredoc || source.is_remote() {
                    return None;
                } else if has_wildcard(&from) {
                    let matching = context.find(&from);
                    matching.into_iter().find(|f| file_name(f) == rest)
                } else if rest.is_empty()
                    || file_name(&from) == rest && !context.is_directory(&from)
                {
                    Some(from)
                } else {
                    Some(joined(&from, path, target))
                };
                if let Some(file) = found.and_then(here) {
                    return Some(file);
                }
            }
        }
        None
    }

    /// Whether a script, up to a command of it, may write a file.
    fn may_write(&self, node: &Node<'_>, until: Option<usize>, path: &str) -> bool {
        let Some(script) = node
            .script
            .as_ref()
            .filter(|s| !s.unread && s.errors.is_empty() && node.shell.is_posix())
        else {
            return true;
        };
        let commands = script.slice(0..until.unwrap_or(script.commands.len()));
        commands.iter().enumerate().any(|(index, command)| {
            let name = file_name(path);
            let redirected = command.redirects.iter().any(|r| {
                let writes = matches!(
                    r.kind,
                    RedirectKind::Output | RedirectKind::Append | RedirectKind::Clobber
                );
                writes && r.target.literal().is_none_or(|t| file_name(t) == name)
            });
            // What follows would run elsewhere.
            let moves = until.is_some() && command.name == "cd";
            redirected || moves || !is_tidy(node, index, command)
        })
    }

    /// Whether a copy brings a file to a path.
    fn copy_places(&self, copied: &Copied, path: &str) -> Placed {
        let Some(target) = copied.target.as_deref() else {
            return Placed::Perhaps;
        };
        let below = |folder: &str| {
            path.strip_prefix(folder.trim_end_matches('/'))
                .and_then(|rest| rest.strip_prefix('/'))
        };
        if target == path {
            return Placed::Perhaps;
        }
        let Some(rest) = below(target) else {
            return Placed::Never;
        };
        let context = match copied.origin {
            CopyOrigin::Context => self.context(),
            CopyOrigin::From(_) => None,
        };
        let is_context = copied.origin == CopyOrigin::Context;
        let mut left_out = Placed::Never;
        for source in &copied.sources {
            match source_places(source, rest, context, is_context) {
                Placed::Never => {}
                Placed::Ignored(span) => left_out = Placed::Ignored(span),
                Placed::Perhaps => return Placed::Perhaps,
            }
        }
        left_out
    }
}

/// The path in the context of what lies at a path of the image, where a folder of the context lies
/// at `target`.
fn joined(folder: &str, path: &str, target: &str) -> String {
    let rest = path.strip_prefix(target).unwrap_or_default();
    match (folder, rest.trim_start_matches('/')) {
        (".", rest) => rest.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, rest) => format!("{folder}/{rest}"),
    }
}

/// Whether a source brings a file of that path below the destination.
fn source_places(
    source: &CopiedSource,
    rest: &str,
    context: Option<&BuildContext>,
    is_context: bool,
) -> Placed {
    let Some(path) = source.path() else {
        return Placed::Perhaps;
    };
    let left_out = |file: &str| match context {
        Some(context) if context.is_ignored(file) && !context.ignore().has_exceptions() => {
            Placed::Ignored(source.span)
        }
        _ => Placed::Perhaps,
    };
    let name = file_name(&path);
    if path == "." {
        return left_out(rest);
    }
    if has_wildcard(&path) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let plain = !rest.contains('/') && !has_wildcard(folder) && !name.contains('[');
        let ends = name.rsplit('*').next().unwrap_or_default();
        if plain && ends.contains('.') && !matches_wildcard(name, rest) {
            return Placed::Never;
        }
        let file = match folder {
            "" => rest.to_owned(),
            folder => format!("{folder}/{rest}"),
        };
        return if plain {
            left_out(&file)
        } else {
            Placed::Perhaps
        };
    }
    if name == rest {
        return Placed::Perhaps;
    }
    // A file brings itself alone.
    let is_file = match context {
        Some(context) => context
            .followed(&path)
            .is_some_and(|path| !context.is_directory(&path)),
        None => {
            is_context
                && name
                    .rsplit_once('.')
                    .is_some_and(|(stem, _)| !stem.is_empty())
        }
    };
    if is_file {
        Placed::Never
    } else {
        Placed::Perhaps
    }
}

/// Whether a command puts no file into a project.
fn is_tidy(node: &Node<'_>, index: usize, command: &Command) -> bool {
    let settings = ["bundle", "git", "npm", "pip", "pnpm", "poetry", "yarn"];
    if settings.contains(&command.name.as_str()) && command.subcommand() == Some("config") {
        return true;
    }
    let installs = node.installs.iter().filter(|i| i.command == index);
    let mut calls = installs.peekable();
    if calls.peek().is_none() {
        return command.words.is_empty() || TIDY.contains(&command.name.as_str());
    }
    calls.all(|install| {
        let plain = install
            .packages
            .iter()
            .all(|p| p.origin == PackageOrigin::Registry);
        match install.manager {
            manager if manager.is_system() => true,
            Manager::Pip | Manager::Gem => {
                plain && !install.has_flag(&["-t", "--target", "--root", "--prefix"])
            }
            Manager::Npm | Manager::Yarn | Manager::Pnpm => {
                install.is_global() && plain || install.action == Action::Clean
            }
            _ => false,
        }
    })
}
