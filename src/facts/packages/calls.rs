//! Calls of package managers in their RUN: what answers them, which variables they see, what
//! they leave behind.

use std::collections::HashMap;

use super::{Action, Install};
use crate::facts::{Command, Facts, Node};
use crate::shell::{Assignment, FrameKind, RedirectKind};
use crate::span::Span;
use crate::syntax::Keyword;
use crate::syntax::word::Var;

/// What is known of an environment variable of a call.
#[derive(Debug, PartialEq, Eq)]
pub enum Setting {
    /// It has this value.
    Known(String),
    /// It is set to something that cannot be seen.
    Hidden,
    /// Nothing in the file sets it.
    Unset,
}

impl Setting {
    /// Whether it is set to something.
    pub fn is_set(&self) -> bool {
        match self {
            Setting::Known(text) => !text.is_empty(),
            Setting::Hidden => true,
            Setting::Unset => false,
        }
    }

    /// Whether it says yes, or may.
    pub fn is_true(&self) -> bool {
        match self {
            Setting::Known(text) => !matches!(
                text.to_lowercase().as_str(),
                "" | "0" | "false" | "no" | "off"
            ),
            Setting::Hidden => true,
            Setting::Unset => false,
        }
    }
}

impl Install {
    /// The program and its verb: `apt-get install`.
    pub fn call(&self) -> String {
        let program = self.manager.as_str();
        match self.verb.as_str() {
            "" => program.to_owned(),
            verb => format!("{program} {verb}"),
        }
    }
}

impl Node<'_> {
    /// The package manager calls of a RUN, one behind ONBUILD too.
    pub fn run_installs(&self) -> &[Install] {
        if self.keyword() == Some(Keyword::Run) {
            &self.installs
        } else {
            &[]
        }
    }

    /// The first call of a RUN that fills a cache which nothing behind it in the RUN empties.
    pub fn unemptied(
        &self,
        fills: impl Fn(&Install) -> bool,
        empties: impl Fn(&Command) -> bool,
        cleans: impl Fn(&Install) -> bool,
    ) -> Option<&Install> {
        let installs = self.run_installs();
        if !installs.iter().any(&fills) {
            return None;
        }
        let by_command = self
            .commands()
            .iter()
            .enumerate()
            .filter(|(_, c)| empties(c))
            .map(|(i, _)| i);
        let by_manager = installs
            .iter()
            .filter(|i| i.action == Action::Clean && cleans(i))
            .map(|i| i.command);
        let emptied = by_command.chain(by_manager).max();
        installs
            .iter()
            .filter(|i| fills(i))
            .find(|i| emptied.is_none_or(|e| e < i.command))
    }

    /// Whether something answers the questions of a command: `yes | …`, `… < file`.
    pub fn is_answered(&self, install: &Install) -> bool {
        let Some(script) = &self.script else {
            return false;
        };
        let Some(command) = script.commands.get(install.command) else {
            return false;
        };
        let behind = |pipeline: Option<(usize, usize)>| pipeline.is_some_and(|(_, part)| part > 0);
        let input = |kind: RedirectKind| {
            matches!(
                kind,
                RedirectKind::Input | RedirectKind::Heredoc | RedirectKind::HereString
            )
        };
        behind(command.pipeline)
            || command.redirects.iter().any(|r| input(r.kind))
            || script.frames_of(install.command).any(|(_, f)| {
                behind(f.pipeline)
                    || f.redirects.iter().any(|r| input(r.kind))
                    || matches!(f.kind, FrameKind::Damaged)
            })
    }
}

impl Facts<'_> {
    /// The last node of a stage, or of one that is built on it, whose RUN installs with lists of
    /// apt that it did not fetch itself.
    pub fn last_use_of_apt_lists(&self, stage: usize) -> Option<usize> {
        let uses = self.apt_uses.get_or_init(|| {
            let uses_lists = |node: &&Node<'_>| {
                let mut calls = node.run_installs().iter().filter(|i| i.manager.is_apt());
                calls
                    .find(|i| {
                        matches!(i.action, Action::Update | Action::Install | Action::Upgrade)
                    })
                    .is_some_and(|i| i.action != Action::Update)
            };
            let mut uses = vec![None; self.stages.len()];
            for stage in &self.stages {
                let own = self.nodes_of(stage).iter().rev().find(uses_lists);
                let Some(own) = own.map(|node| node.index) else {
                    continue;
                };
                for below in self.chain(stage.index) {
                    if let Some(last) = uses.get_mut(below.index) {
                        *last = (*last).max(Some(own));
                    }
                }
            }
            uses
        });
        uses.get(stage).copied().flatten()
    }

    /// Where the program and its verb stand, if that is in one piece; else the verb.
    pub fn call_span(&self, install: &Install) -> Span {
        let span = install.program_span.to(install.verb_span);
        if self.source.slice(span).contains('\n') {
            install.verb_span
        } else {
            span
        }
    }

    /// The last assignment of a variable in a script up to a command, its own included.
    fn assigned_before<'n>(
        &self,
        node: &'n Node<'_>,
        command: usize,
        name: &str,
    ) -> Option<&'n Assignment> {
        let places = self.assignments.get(node.index)?.get_or_init(|| {
            let mut places: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
            for (at, command) in node.commands().iter().enumerate() {
                for (number, assignment) in command.assignments.iter().enumerate() {
                    let of_name = places.entry(assignment.name.clone()).or_default();
                    of_name.push((at, number));
                }
            }
            places
        });
        let places = places.get(name)?;
        let before = places.partition_point(|(at, _)| *at <= command);
        let (at, number) = *places.get(before.checked_sub(1)?)?;
        node.commands().get(at)?.assignments.get(number)
    }

    /// An environment variable as a call sees it.
    pub fn setting(&self, node: &Node<'_>, install: &Install, name: &str) -> Setting {
        if let Some(assignment) = self.assigned_before(node, install.command, name) {
            return match assignment.value.literal() {
                Some(text) => Setting::Known(text.to_owned()),
                None => Setting::Hidden,
            };
        }
        if self.variable(node.index, name).is_none() {
            return Setting::Unset;
        }
        match self.lookup(node.index, name) {
            Var::Set(text) => Setting::Known(text.into_owned()),
            Var::Unset => Setting::Unset,
            Var::Unknown => Setting::Hidden,
        }
    }
}
