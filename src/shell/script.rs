//! A script that was read, and what can be asked about the place of a command in it.

use std::ops::Range;

use super::command::{Command, Connector, Redirect, Word};
use crate::span::Span;

/// The commands of one script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// Every simple command in the order in which they start, nested ones included.
    pub commands: Vec<Command>,
    /// Every pipeline of at least two parts.
    pub pipelines: Vec<Pipeline>,
    /// What commands stand in; the first is the script itself.
    pub frames: Vec<Frame>,
    /// What could not be read. Commands around it are kept.
    pub errors: Vec<ShellError>,
    /// Whether the text was not read at all, because it is no POSIX shell script.
    pub unread: bool,
    /// The options that hold when each command runs.
    pub(super) options: Vec<ShellOptions>,
}

/// Something that is no valid shell syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellError {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What it is, besides a mistake.
    pub kind: ShellErrorKind,
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellErrorKind {
    /// No shell reads it either.
    Mistake,
    /// It is more than is read: nesting too deep, a list too long.
    Limit,
    /// A shell may read it; the parser does not see where it ends.
    Unclear,
}

impl ShellError {
    /// Whether no shell can read it.
    pub fn is_mistake(&self) -> bool {
        self.kind == ShellErrorKind::Mistake
    }
}

/// `a | b | c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// From the first part to the last.
    pub span: Span,
    /// The parts, in order.
    pub parts: Vec<PipelinePart>,
    /// The `|` and `|&` between them.
    pub operators: Vec<Span>,
    /// Whether `!` turns its exit status around.
    pub negated: bool,
    /// How it is joined to what stands before it.
    pub connector: Connector,
    /// Whether an `||` follows in the same list.
    pub or_follows: bool,
    /// The frame it stands in.
    pub frame: usize,
}

/// One part of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelinePart {
    /// Where it stands.
    pub span: Span,
    /// The commands in it: indexes into [`Script::commands`].
    pub commands: Range<usize>,
    /// Whether it is one simple command, the first of `commands`.
    pub simple: bool,
}

/// What a list of commands stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub kind: FrameKind,
    /// The frame around it; nothing for the script itself.
    pub parent: Option<usize>,
    /// Where it stands.
    pub span: Span,
    /// How a compound command is joined to what stands before it.
    pub connector: Connector,
    /// Whether an `||` follows a compound command in the same list.
    pub or_follows: bool,
    /// Whether `!` stands before it.
    pub negated: bool,
    /// Which statement of the parent's list it is in, counted from 0.
    pub statement: u32,
    /// The pipeline it is a part of, and which part.
    pub pipeline: Option<(usize, usize)>,
    /// The redirections of a compound command: `{ …; } > file`.
    pub redirects: Vec<Redirect>,
    /// The words of `for x in …` and `case … in`.
    pub words: Vec<Word>,
    /// The commands in it: indexes into [`Script::commands`].
    pub commands: Range<usize>,
}

/// The kinds of frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrameKind {
    /// The script itself.
    Top,
    /// `( … )`
    Subshell,
    /// `{ …; }`
    Group,
    /// `if … fi`; inside are conditions and branches.
    If,
    /// `for`, `while`, `until`, `select`; inside are a condition and a body.
    Loop,
    /// `case … esac`; inside are branches.
    Case,
    /// What `if`, `elif`, `while` or `until` decides by.
    Condition,
    /// What `then`, `else` or a pattern leads to.
    Branch,
    /// The body of a loop.
    Body,
    /// The body of a function.
    Function(String),
    /// A list that `&` sends to the background.
    Background,
    /// What the keyword `time` measures.
    Timed,
    /// `coproc …`
    Coprocess,
    /// `$(…)` or backticks.
    CommandSubstitution,
    /// `<(…)` or `>(…)`
    ProcessSubstitution,
    /// A script that a command was given.
    Script {
        /// The command: an index into [`Script::commands`].
        by: usize,
        /// Whether another shell runs it (`sh -c '…'`), and not this one (`eval '…'`).
        process: bool,
        /// The options that shell was started with.
        options: ShellOptions,
    },
    /// Pieces of a list that is not valid: what they stand in is not known.
    Damaged,
}

/// The shell options that decide what a failing command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ShellOptions {
    /// `-e`: a failing command ends the script.
    pub errexit: bool,
    /// `-u`: an unset variable is an error.
    pub nounset: bool,
    /// `-x`: commands are printed.
    pub xtrace: bool,
    /// `-o pipefail`: a pipeline fails if any part of it does.
    pub pipefail: bool,
}

impl ShellOptions {
    /// The options in the words of a `SHELL` instruction, the program included, or in the
    /// words after it.
    pub fn of_words(words: &[&str]) -> ShellOptions {
        let mut options = ShellOptions::default();
        options.apply(words.iter().copied().map(Some));
        options
    }

    /// Changes the options as `set` does with these arguments; `None` is a word that is not
    /// known.
    pub(super) fn apply<'a>(&mut self, words: impl Iterator<Item = Option<&'a str>>) {
        let mut words = words.flatten();
        while let Some(word) = words.next() {
            let on = match word.chars().next() {
                Some('-') => true,
                Some('+') => false,
                _ => continue,
            };
            if word.starts_with("--") {
                continue;
            }
            for letter in word.chars().skip(1) {
                match letter {
                    'e' => self.errexit = on,
                    'u' => self.nounset = on,
                    'x' => self.xtrace = on,
                    'o' => match words.next() {
                        Some("pipefail") => self.pipefail = on,
                        Some("errexit") => self.errexit = on,
                        Some("nounset") => self.nounset = on,
                        Some("xtrace") => self.xtrace = on,
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
    }
}

impl FrameKind {
    /// Whether what happens inside stays inside: `cd`, assignments, `set`.
    pub fn is_separate(&self) -> bool {
        matches!(
            self,
            Self::Subshell
                | Self::Background
                | Self::Coprocess
                | Self::CommandSubstitution
                | Self::ProcessSubstitution
                | Self::Script { process: true, .. }
        )
    }

    /// Whether it may well not run, or more than once.
    pub fn is_conditional(&self) -> bool {
        matches!(
            self,
            Self::Branch | Self::Body | Self::Function(_) | Self::Damaged
        )
    }
}

impl Frame {
    /// Whether changes to the shell's state inside are not seen after it. A function is taken
    /// for one, as it may never be called.
    fn is_own_shell(&self) -> bool {
        self.kind.is_separate()
            || self.pipeline.is_some()
            || matches!(self.kind, FrameKind::Function(_) | FrameKind::Damaged)
    }
}

impl Script {
    /// A script without a command.
    pub(crate) const EMPTY: Self = Self {
        commands: Vec::new(),
        pipelines: Vec::new(),
        frames: Vec::new(),
        errors: Vec::new(),
        unread: false,
        options: Vec::new(),
    };

    /// A script that was not read.
    pub(super) fn unread() -> Script {
        Script {
            unread: true,
            ..Script::default()
        }
    }

    /// The frames around a command, from the innermost to the script itself.
    pub fn frames_of(&self, command: usize) -> impl Iterator<Item = (usize, &Frame)> {
        let mut next = self.commands.get(command).map(|c| c.frame);
        std::iter::from_fn(move || {
            let id = next?;
            let frame = self.frames.get(id)?;
            next = frame.parent;
            Some((id, frame))
        })
    }

    /// The name and place of every program a command is run by, outermost first: its own
    /// wrappers, and the shells that were given the script it stands in.
    pub fn wrappers(&self, command: usize) -> Vec<(&str, Span)> {
        let mut found = Vec::new();
        let mut at = Some(command);
        let mut own = true;
        while let Some(command) = at.and_then(|i| self.commands.get(i).map(|c| (i, c))) {
            let (index, command) = command;
            if !own && let Some(word) = command.words.first() {
                found.push((command.name.as_str(), word.span));
            }
            found.extend(
                command
                    .wrappers
                    .iter()
                    .rev()
                    .map(|w| (w.name.as_str(), w.span)),
            );
            own = false;
            at = self.frames_of(index).find_map(|(_, f)| match f.kind {
                FrameKind::Script { by, .. } => Some(by),
                _ => None,
            });
        }
        found.reverse();
        found
    }

    /// Whether a command runs in the shell that runs the script, so that its `cd`, its
    /// assignments and its `set` outlast it.
    pub fn in_main_shell(&self, command: usize) -> bool {
        self.shell_of(command) == Shell::Main
    }

    /// Whether a command may not run even though nothing before it failed: it stands in a
    /// branch, a loop, a function, or after `||`.
    pub fn is_conditional(&self, command: usize) -> bool {
        let is_alternative = |connector, pipeline: Option<(usize, usize)>| {
            connector == Connector::OrOr
                || pipeline
                    .and_then(|(id, _)| self.pipelines.get(id))
                    .is_some_and(|p| p.connector == Connector::OrOr)
        };
        self.commands
            .get(command)
            .is_some_and(|c| is_alternative(c.connector, c.pipeline))
            || self
                .frames_of(command)
                .any(|(_, f)| f.kind.is_conditional() || is_alternative(f.connector, f.pipeline))
    }

    /// Whether the script surely ends with a failure if a command fails: nothing decides by the
    /// command, and no statement behind it runs.
    pub fn is_fatal(&self, command: usize) -> bool {
        let Some(own) = self.commands.get(command) else {
            return false;
        };
        let lost = |pipeline: Option<(usize, usize)>| {
            pipeline.is_some_and(|(id, part)| {
                let parts = self.pipelines.get(id).map_or(0, |p| p.parts.len());
                let decides = self
                    .pipelines
                    .get(id)
                    .is_none_or(|p| p.or_follows || p.negated);
                decides || part + 1 < parts && !self.has_pipefail(id)
            })
        };
        if own.or_follows || own.negated || lost(own.pipeline) || self.is_conditional(command) {
            return false;
        }
        let errexit = self.options_before(command).errexit;
        let mut statement = own.statement;
        for (id, frame) in self.frames_of(command) {
            let is_plain = matches!(
                frame.kind,
                FrameKind::Top | FrameKind::Group | FrameKind::Subshell | FrameKind::Script { .. }
            );
            if !is_plain || frame.or_follows || frame.negated || lost(frame.pipeline) {
                return false;
            }
            let later = |other: u32| other > statement;
            let goes_on = self
                .commands
                .iter()
                .any(|c| c.frame == id && later(c.statement))
                || self
                    .frames
                    .iter()
                    .any(|f| f.parent == Some(id) && later(f.statement));
            if goes_on && !errexit {
                return false;
            }
            statement = match frame.kind {
                FrameKind::Script { by, .. } => match self.commands.get(by) {
                    Some(by) if by.or_follows || by.negated || lost(by.pipeline) => return false,
                    Some(by) => by.statement,
                    None => return false,
                },
                _ => frame.statement,
            };
        }
        true
    }

    /// The name of the function a command is defined in.
    pub fn function_of(&self, command: usize) -> Option<&str> {
        self.frames_of(command).find_map(|(_, f)| match &f.kind {
            FrameKind::Function(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether a change to the shell's state by `earlier` is seen by `later`: it comes before
    /// it, in the same shell or in one around it, and not only in a function.
    pub fn reaches(&self, earlier: usize, later: usize) -> bool {
        if earlier >= later {
            return false;
        }
        let limit = match self.shell_of(earlier) {
            Shell::Alone => return false,
            Shell::Frame(id) => id,
            Shell::Main => 0,
        };
        // Another process is never reached by shell state, only a subshell is.
        let mut inside = self.frames_of(later).take_while(|(id, _)| *id != limit);
        let crosses =
            inside.any(|(_, f)| matches!(f.kind, FrameKind::Script { process: true, .. }));
        !crosses && self.frames_of(later).any(|(id, _)| id == limit)
    }

    /// Says which options the shell was started with: by `SHELL` or by a `#!` line.
    pub fn set_options(&mut self, options: ShellOptions) {
        // What each frame's shell has at the moment, and whose shell a frame is in.
        let mut current: Vec<Option<ShellOptions>> = vec![None; self.frames.len()];
        let mut shells: Vec<usize> = Vec::with_capacity(self.frames.len());
        for (id, frame) in self.frames.iter().enumerate() {
            let outer = frame.parent.and_then(|p| shells.get(p)).copied();
            shells.push(match outer {
                Some(outer) if !frame.is_own_shell() => outer,
                _ => id,
            });
        }
        self.options.clear();
        for command in &self.commands {
            let shell = shells.get(command.frame).copied().unwrap_or_default();
            let mut in_force = options;
            let mut missing = Vec::new();
            let mut at = Some(shell);
            while let Some(id) = at {
                if let Some(Some(known)) = current.get(id) {
                    in_force = *known;
                    break;
                }
                missing.push(id);
                at = match self.frames.get(id).map(|f| (&f.kind, f.parent)) {
                    Some((
                        FrameKind::Script {
                            process: true,
                            options,
                            ..
                        },
                        _,
                    )) => {
                        in_force = *options;
                        None
                    }
                    Some((_, parent)) => parent.and_then(|p| shells.get(p)).copied(),
                    None => None,
                };
            }
            for id in missing {
                if let Some(slot) = current.get_mut(id) {
                    *slot = Some(in_force);
                }
            }
            self.options.push(in_force);
            if command.pipeline.is_some() {
                continue;
            }
            match command.name.as_str() {
                "set" => in_force.apply(command.args().iter().map(Word::literal)),
                "setopt" => in_force.pipefail |= command.args().iter().any(|w| w.is("pipefail")),
                _ => continue,
            }
            if let Some(slot) = current.get_mut(shell) {
                *slot = Some(in_force);
            }
        }
    }

    /// The options that hold when a command runs, as far as `set` commands before it and the
    /// options the shell was started with say. A `set` in a branch counts as if it ran.
    pub fn options_before(&self, command: usize) -> ShellOptions {
        self.options.get(command).copied().unwrap_or_default()
    }

    /// Whether `pipefail` holds for a pipeline.
    pub fn has_pipefail(&self, pipeline: usize) -> bool {
        self.pipelines
            .get(pipeline)
            .and_then(|p| p.parts.first())
            .is_some_and(|part| self.options_before(part.commands.start).pipefail)
    }

    /// The commands of a pipeline part, or of any range of indexes.
    pub fn slice(&self, range: Range<usize>) -> &[Command] {
        self.commands.get(range).unwrap_or_default()
    }

    /// The commands that run a program of this name, with their indexes.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a Command)> {
        self.commands
            .iter()
            .enumerate()
            .filter(move |(_, c)| c.name == name)
    }

    /// The shell a command runs in. A part of a pipeline is a shell of its own, a function is
    /// taken for one.
    fn shell_of(&self, command: usize) -> Shell {
        if self
            .commands
            .get(command)
            .is_none_or(|c| c.pipeline.is_some())
        {
            return Shell::Alone;
        }
        self.frames_of(command)
            .find(|(_, f)| f.is_own_shell())
            .map_or(Shell::Main, |(id, _)| Shell::Frame(id))
    }
}

/// Which shell runs a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    /// The one that runs the script.
    Main,
    /// One that runs nothing but the command.
    Alone,
    /// The one of a frame.
    Frame(usize),
}

impl Default for Frame {
    fn default() -> Self {
        Frame {
            kind: FrameKind::Top,
            parent: None,
            span: Span::default(),
            connector: Connector::Start,
            or_follows: false,
            negated: false,
            statement: 0,
            pipeline: None,
            redirects: Vec::new(),
            words: Vec::new(),
            commands: 0..0,
        }
    }
}
