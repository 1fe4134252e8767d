//! Stages: what each is built on, what it sets, and which of them reach the final image.

use std::ops::Range;

use super::{Facts, FromTarget, Node, graph};
use crate::images::{self, DefaultShell, ImageRef};
use crate::shell::Dialect;
use crate::span::Span;
use crate::syntax::linter_comment::{self, HadolintComment};
use crate::syntax::{Comment, Escape, Instruction, Kind, Word};

/// How many base stages are followed.
const MAX_CHAIN: usize = 200;

/// The longest working directory that is followed; Linux knows no longer path.
const MAX_PATH: usize = 4096;

/// A build stage: a FROM and what follows it.
pub struct Stage<'a> {
    /// Its number, counted from 0.
    pub index: usize,
    /// Its name in lower case.
    pub name: Option<String>,
    /// The name as written.
    pub name_word: Option<&'a Word>,
    /// The FROM.
    pub from: &'a Instruction,
    /// The node of the FROM.
    pub from_node: usize,
    /// What it is built on.
    pub base: Base,
    /// The indexes of its nodes, the FROM first.
    pub nodes: Range<usize>,
    /// The last USER of this stage itself.
    pub user: Option<UserSetting>,
    /// The WORKDIR in force after each WORKDIR of this stage, in order.
    pub workdirs: Vec<Workdir>,
    /// The WORKDIR it inherits from its base stage.
    pub inherited_workdir: Option<Workdir>,
    /// The SHELL in force at its end: the node that set it.
    pub shell_node: Option<usize>,
    /// The dialect of that shell.
    pub shell: Dialect,
    /// The nodes of its USER instructions, in order.
    pub users: Vec<usize>,
    /// The nodes of its VOLUME instructions, in order.
    pub volumes: Vec<usize>,
    /// The nodes of its EXPOSE instructions.
    pub exposes: Vec<usize>,
    /// The nodes of its CMD instructions, in order; the last one counts.
    pub cmds: Vec<usize>,
    /// The nodes of its ENTRYPOINT instructions, in order; the last one counts.
    pub entrypoints: Vec<usize>,
    /// The nodes of its HEALTHCHECK instructions, in order; the last one counts.
    pub healthchecks: Vec<usize>,
    /// Whether the final image is this stage or built on it: all it sets and writes ships.
    pub in_final: bool,
    /// Whether the final stage needs it in any way: as base, by `COPY --from` or by a mount.
    pub is_needed: bool,
}

/// What a stage is built on.
#[derive(Debug, Clone)]
pub enum Base {
    /// The empty image.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image; a variable may hide some or all of its name.
    Image(Box<ImageRef>),
    /// FROM cannot be read.
    Invalid,
}

/// A USER instruction.
#[derive(Debug, Clone)]
pub struct UserSetting {
    /// Its node.
    pub node: usize,
    /// The stage it stands in.
    pub stage: usize,
    /// The user, a group behind a colon too; `None` if a variable hides it.
    pub value: Option<String>,
    /// Where the argument stands.
    pub span: Span,
}

/// The working directory after a WORKDIR.
#[derive(Debug, Clone)]
pub struct Workdir {
    /// The node that set it.
    pub node: usize,
    /// The directory; `None` if a variable or a base image hides it.
    pub path: Option<String>,
    /// Whether every WORKDIR of the chain so far is relative, so that the base decides.
    pub relative: bool,
}

impl Stage<'_> {
    /// What people call it: its name, else its number.
    pub fn label(&self) -> String {
        match self.name_word {
            Some(word) => word.as_str().to_owned(),
            None => self.index.to_string(),
        }
    }

    /// The WORKDIR in force before the instruction at `node`.
    pub fn workdir_before(&self, node: usize) -> Option<&Workdir> {
        let end = self.workdirs.partition_point(|w| w.node < node);
        match end.checked_sub(1) {
            Some(last) => self.workdirs.get(last),
            None => self.inherited_workdir.as_ref(),
        }
    }

    /// The WORKDIR in force at its end.
    pub fn workdir(&self) -> Option<&Workdir> {
        self.workdir_before(usize::MAX)
    }

    /// The image it is directly built on.
    pub fn image(&self) -> Option<&ImageRef> {
        match &self.base {
            Base::Image(image) => Some(image),
            _ => None,
        }
    }
}

/// What an image's `/bin/sh` is; without one the file must name a shell before it can use one.
fn dialect_of(shell: DefaultShell) -> Dialect {
    match shell {
        DefaultShell::Ash => Dialect::Ash,
        DefaultShell::Dash => Dialect::Dash,
        DefaultShell::Bash => Dialect::Bash,
        DefaultShell::Cmd => Dialect::Cmd,
        DefaultShell::None | DefaultShell::Unknown => Dialect::Sh,
    }
}

impl<'a> Facts<'a> {
    pub(super) fn open_stage(&mut self, from: &'a Instruction, node: usize) {
        let index = self.stages.len();
        let (base, name_word) = match &from.kind {
            Kind::From(f) => {
                let name = f.alias.as_ref().map(|(_, name)| name);
                (self.base_of(node, &f.image), name)
            }
            _ => (Base::Invalid, None),
        };
        let parent = match base {
            Base::Stage(parent) => self.stages.get(parent),
            _ => None,
        };
        let (shell_node, shell) = match (parent, &base) {
            (Some(parent), _) if self.skips_triggers(index) => {
                (parent.shell_node, parent.shell.clone())
            }
            (Some(parent), _) => self.shell_of_child_stages(parent),
            (None, _) if self.asked_shell.is_some() => {
                (None, self.asked_shell.clone().unwrap_or_default())
            }
            (None, Base::Image(image)) if images::is_windows(image) => (None, Dialect::Cmd),
            // Without a known base, a file that escapes with backticks is a Windows one.
            (None, Base::Image(image))
                if self.file.escape == Escape::Backtick
                    && (image.is_hidden()
                        || images::os_family(image) == images::OsFamily::Unknown) =>
            {
                (None, Dialect::Cmd)
            }
            (None, Base::Image(image)) => match images::inherited_shell(image) {
                [] => (None, dialect_of(images::default_shell(image))),
                words => (None, Dialect::of_shell(words)),
            },
            (None, _) => (None, Dialect::Sh),
        };
        if let Some(name) = name_word {
            let name = name.as_str().to_lowercase();
            self.names.entry(name).or_default().push(index);
        }
        self.stages.push(Stage {
            index,
            name: name_word.map(|w| w.as_str().to_lowercase()),
            name_word,
            from,
            from_node: node,
            nodes: node..node + 1,
            user: None,
            workdirs: Vec::new(),
            inherited_workdir: match parent {
                Some(parent) if self.skips_triggers(index) => parent.workdir().cloned(),
                Some(parent) => self.workdir_of_child_stages(parent),
                None => None,
            },
            shell_node,
            shell,
            users: Vec::new(),
            volumes: Vec::new(),
            exposes: Vec::new(),
            cmds: Vec::new(),
            entrypoints: Vec::new(),
            healthchecks: Vec::new(),
            base,
            in_final: false,
            is_needed: false,
        });
    }

    /// Whether the builder leaves out the triggers of the base: its checks look at every stage,
    /// but run triggers only in those that the target needs.
    pub(super) fn skips_triggers(&self, stage: usize) -> bool {
        self.without_triggers
            .get(stage)
            .is_some_and(|without_triggers| *without_triggers)
    }

    /// The SHELL that a stage built on this one begins with, and its dialect.
    fn shell_of_child_stages(&self, parent: &Stage<'_>) -> (Option<usize>, Dialect) {
        let mut triggers = self.nodes_of(parent).iter().rev().filter(|n| n.onbuild);
        let set = triggers.find_map(|n| match &n.instruction.kind {
            Kind::Shell(words) => Some((n.index, words)),
            _ => None,
        });
        match set {
            Some((node, words)) => {
                let words: Vec<&str> = words.iter().map(Word::as_str).collect();
                (Some(node), Dialect::of_shell(&words))
            }
            None => (parent.shell_node, parent.shell.clone()),
        }
    }

    /// Whether a SHELL of this file counts where a trigger runs: one that stands before it, or one
    /// of its stage, which is done by then.
    pub fn trigger_has_shell(&self, trigger: &Node<'_>) -> bool {
        let Some(stage) = self.stage_of(trigger) else {
            return false;
        };
        let mut before = self.nodes_of(stage).iter();
        let sets = |n: &Node<'_>| n.onbuild && matches!(n.instruction.kind, Kind::Shell(_));
        stage.shell_node.is_some() || before.any(|n| n.index < trigger.index && sets(n))
    }

    /// The WORKDIR that a stage built on this one begins with: its triggers run first.
    fn workdir_of_child_stages(&self, parent: &Stage<'_>) -> Option<Workdir> {
        let mut current = parent.workdir().cloned();
        for node in self.nodes_of(parent).iter().filter(|n| n.onbuild) {
            let Kind::Workdir(word) = &node.instruction.kind else {
                continue;
            };
            let path = self.text(node.index, word).filter(|p| is_absolute(p));
            current = Some(Workdir {
                node: node.index,
                relative: path.is_none() && current.is_none_or(|w| w.relative),
                path,
            });
        }
        current
    }

    /// Reads `# hadolint shell=NAME`: the shell of the stage it stands in or, before the first
    /// FROM, of every stage that is not built on another one.
    pub(super) fn read_shell_comment(&mut self, comment: &Comment) {
        let text = self.source.slice(comment.span);
        let Some(HadolintComment::Shell(value)) = linter_comment::hadolint(text) else {
            return;
        };
        let words: Vec<&str> = value.split_whitespace().collect();
        if comment.inside || words.is_empty() {
            return;
        }
        let dialect = Dialect::of_shell(&words);
        match self.stages.last_mut() {
            Some(stage) => {
                stage.shell = dialect;
                stage.shell_node = None;
            }
            None => self.asked_shell = Some(dialect),
        }
    }

    fn base_of(&self, node: usize, word: &Word) -> Base {
        let text = self.masked(node, word);
        // FROM compares names case-sensitively with the lowercased ones; the latest wins. A stage
        // may even be called `scratch`.
        match self.names.get(&text).and_then(|stages| stages.last()) {
            Some(&stage) => Base::Stage(stage),
            None if text == "scratch" => Base::Scratch,
            None => Base::Image(Box::new(ImageRef::parse(&text))),
        }
    }

    /// Notes what an instruction sets for its stage.
    pub(super) fn apply_instruction(&mut self, instruction: &'a Instruction, node: usize) {
        let value = match &instruction.kind {
            Kind::User(word) | Kind::Workdir(word) => self.text(node, word),
            _ => None,
        };
        let last = self.stages.len().checked_sub(1);
        let absolute = match (&instruction.kind, &value) {
            (Kind::Workdir(_), Some(path)) => match last {
                Some(stage) => self.is_absolute_in(stage, path),
                None => is_absolute(path),
            },
            (Kind::Workdir(word), None) => {
                let bare = word.as_str().trim_start_matches(['"', '\'']);
                bare.starts_with('$') || is_absolute(bare)
            }
            _ => false,
        };
        let Some(stage) = self.stages.last_mut() else {
            return;
        };
        match &instruction.kind {
            Kind::User(word) => {
                stage.users.push(node);
                stage.user = Some(UserSetting {
                    node,
                    stage: stage.index,
                    value,
                    span: word.span,
                });
            }
            Kind::Workdir(_) => {
                let before = stage.workdir();
                let path = match (absolute, value) {
                    (true, value) => value,
                    (false, Some(path)) => before
                        .and_then(|w| w.path.as_ref())
                        .filter(|base| base.len() + path.len() < MAX_PATH)
                        .map(|base| format!("{}/{path}", base.trim_end_matches('/'))),
                    (false, None) => None,
                };
                let relative = !absolute && before.is_none_or(|w| w.relative);
                stage.workdirs.push(Workdir {
                    node,
                    path,
                    relative,
                });
            }
            Kind::Shell(words) => {
                let words: Vec<&str> = words.iter().map(Word::as_str).collect();
                stage.shell_node = Some(node);
                stage.shell = Dialect::of_shell(&words);
            }
            Kind::Volume(_) => stage.volumes.push(node),
            Kind::Expose(_) => stage.exposes.push(node),
            Kind::Cmd(_) => stage.cmds.push(node),
            Kind::Entrypoint(_) => stage.entrypoints.push(node),
            Kind::Healthcheck(_) => stage.healthchecks.push(node),
            _ => {}
        }
    }

    /// Whether a path does not depend on the working directory of a stage. A builder goes by the
    /// platform, everyone else by the look of the path.
    pub fn is_absolute_in(&self, stage: usize, path: &str) -> bool {
        match (
            self.assumes_builder_defaults(),
            self.has_windows_paths(stage),
        ) {
            (true, true) => is_absolute_on_windows(path),
            (true, false) => path.starts_with('/'),
            (false, _) => is_absolute(path),
        }
    }

    /// Finds the stage that is built and marks what it needs.
    pub(super) fn find_final(&mut self) {
        let target = self.build.target.as_ref().and_then(|target| {
            let target = target.to_lowercase();
            self.stages
                .iter()
                .rposition(|s| s.name.as_deref() == Some(target.as_str()))
        });
        self.final_stage = target.or(self.stages.len().checked_sub(1));
        let Some(last) = self.final_stage else {
            return;
        };
        let chain: Vec<usize> = self.chain(last).map(|s| s.index).collect();
        for index in chain {
            if let Some(stage) = self.stages.get_mut(index) {
                stage.in_final = true;
            }
        }
        for index in self.needed_by(last) {
            if let Some(stage) = self.stages.get_mut(index) {
                stage.is_needed = true;
            }
        }
    }

    /// The stage and all it needs: what it is built on and what it takes files from.
    pub fn needed_by(&self, stage: usize) -> Vec<usize> {
        let needed = self.needed_by_any([stage]);
        (0..needed.len())
            .filter(|&i| needed.get(i) == Some(&true))
            .collect()
    }

    /// For each stage whether it is one of these or any of them needs it.
    pub fn needed_by_any(&self, stages: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut needed = vec![false; self.stages.len()];
        let mut open: Vec<usize> = stages.into_iter().collect();
        while let Some(index) = open.pop() {
            match needed.get_mut(index) {
                Some(needed) if !*needed => *needed = true,
                _ => continue,
            }
            open.extend(self.needs_of(index));
        }
        needed
    }

    /// The stages a stage uses directly.
    pub fn needs_of(&self, index: usize) -> Vec<usize> {
        let Some(stage) = self.stages.get(index) else {
            return Vec::new();
        };
        let mut needs = Vec::new();
        if let Base::Stage(base) = stage.base {
            needs.push(base);
        }
        // A builder runs triggers in the stages that are built on theirs, and nowhere else.
        let own = self.nodes_of(stage).iter();
        let own = own.filter(|node| !(node.onbuild && self.assumes_builder_defaults()));
        let base = match stage.base {
            Base::Stage(base) if self.assumes_builder_defaults() => self.stages.get(base),
            _ => None,
        };
        let triggers = base.map_or(&[][..], |base| self.nodes_of(base)).iter();
        for node in own.chain(triggers.filter(|node| node.onbuild)) {
            for target in self.froms_in(node, index) {
                match target {
                    FromTarget::Stage(found) => needs.push(found),
                    // A builder tries: it comes to the stage first and sees then.
                    FromTarget::Later(found) if self.assumes_builder_defaults() => {
                        needs.push(found)
                    }
                    _ => {}
                }
            }
        }
        needs
    }

    /// What the `--from`s of a node name where it runs: in this stage.
    pub fn froms_in(&self, node: &Node<'_>, stage: usize) -> impl Iterator<Item = FromTarget> {
        graph::froms(node)
            .map(move |(word, is_mount)| self.resolve_from(stage, word.as_str(), !is_mount))
    }

    /// A stage, the stage it is built on, and so on down to the one built on an image.
    pub fn chain(&self, stage: usize) -> impl Iterator<Item = &Stage<'a>> {
        let mut at = self.stages.get(stage);
        std::iter::from_fn(move || {
            let stage = at?;
            at = match stage.base {
                Base::Stage(base) => self.stages.get(base),
                _ => None,
            };
            Some(stage)
        })
        .take(MAX_CHAIN)
    }

    /// What the chain of a stage finally stands on: `scratch`, an image, or nothing readable.
    pub fn root_base(&self, stage: usize) -> &Base {
        self.chain(stage)
            .last()
            .map_or(&Base::Invalid, |stage| &stage.base)
    }

    /// The USER in force at the end of a stage, its base stages included.
    pub fn effective_user(&self, stage: usize) -> Option<&UserSetting> {
        self.chain(stage).find_map(|s| s.user.as_ref())
    }

    /// The CMD in force at the end of a stage, its base stages included.
    pub fn effective_cmd(&self, stage: usize) -> Option<&super::Node<'a>> {
        // An ENTRYPOINT forgets the CMD of the image below it.
        let mut node = None;
        for stage in self.chain(stage) {
            node = stage.cmds.last();
            if node.is_some() || !stage.entrypoints.is_empty() {
                break;
            }
        }
        self.nodes.get(*node?)
    }

    /// The ENTRYPOINT in force at the end of a stage, its base stages included.
    pub fn effective_entrypoint(&self, stage: usize) -> Option<&super::Node<'a>> {
        let node = self.chain(stage).find_map(|s| s.entrypoints.last())?;
        self.nodes.get(*node)
    }
}

/// Whether a path does not depend on the directory in force: `/a`, `\a`, `C:\a`, `C:/a`.
pub fn is_absolute(path: &str) -> bool {
    let path = path.trim_start_matches(['"', '\'']);
    let mut bytes = path.bytes();
    match (bytes.next(), bytes.next()) {
        (Some(b'/' | b'\\'), _) => true,
        (Some(drive), Some(b':')) => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Why BuildKit cannot use a path of a Windows image, if it cannot.
pub fn refused_on_windows(path: &str) -> Option<&'static str> {
    let slashed = path.replace('\\', "/");
    if slashed.len() == 2 && slashed.ends_with(':') {
        return Some("a drive is no path");
    }
    if slashed.starts_with("//") {
        return Some("network paths are not supported");
    }
    match path.split_once(':') {
        Some((drive, _)) if !drive.eq_ignore_ascii_case("c") => Some("only drive `C:` can be used"),
        _ => None,
    }
}

fn is_absolute_on_windows(path: &str) -> bool {
    let rest = path.split_once(':').map_or(path, |(_, rest)| rest);
    refused_on_windows(path).is_none() && rest.starts_with(['/', '\\'])
}
