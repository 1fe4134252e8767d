//! What BuildKit keys a step by besides the layer below and the content of files.

use super::Step;
use crate::facts::{Facts, Node, Origin, Variable};
use crate::path::{clean, file_name};
use crate::syntax::word::Value;
use crate::syntax::{CommandLine, Kind, Word};

/// The part of a step's key that stands in the Dockerfile and the build's arguments. Two steps on equal
/// layers with equal definitions and equal files are one to the cache.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StepKey {
    /// The instruction: a RUN as the shell gets it, of a COPY the names and the destination.
    pub text: String,
    /// The variables that a RUN gets, in the order in which they were set.
    pub environment: Vec<(String, String)>,
    /// The directory, where it counts.
    pub directory: String,
    /// The user, where it counts.
    pub user: String,
    /// The shell, where it counts.
    pub shell: String,
}

/// How two definitions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// In the instruction.
    Text,
    /// In a variable.
    Variable(String),
    /// In the directory.
    Directory,
    /// In the user.
    User,
    /// In the shell.
    Shell,
}

impl StepKey {
    /// How it differs from another one; empty if it does not.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        if self.text != other.text {
            found.push(Difference::Text);
        }
        if self.environment != other.environment {
            let mut names = Vec::new();
            for (one, two) in [
                (&self.environment, &other.environment),
                (&other.environment, &self.environment),
            ] {
                let changed = one.iter().filter(|pair| !two.contains(pair));
                names.extend(changed.map(|(name, _)| name.clone()));
            }
            if names.is_empty() {
                // Only the order is another.
                let zipped = self.environment.iter().zip(&other.environment);
                let moved = zipped.filter(|(a, b)| a != b).map(|(a, _)| a.0.clone());
                names.extend(moved);
            }
            names.sort();
            names.dedup();
            found.extend(names.into_iter().map(Difference::Variable));
        }
        if self.directory != other.directory {
            found.push(Difference::Directory);
        }
        if self.user != other.user {
            found.push(Difference::User);
        }
        if self.shell != other.shell {
            found.push(Difference::Shell);
        }
        found
    }
}

impl Facts<'_> {
    /// What a step is keyed by, files and layers left out.
    pub fn step_key(&self, step: &Step) -> StepKey {
        let mut key = StepKey {
            text: String::new(),
            environment: Vec::new(),
            directory: String::new(),
            user: String::new(),
            shell: String::new(),
        };
        let Some(node) = self.nodes.get(step.node) else {
            return key;
        };
        // A trigger sees what its own stage ends with, and runs before all else of the other.
        let place = if node.onbuild {
            self.stages.get(step.stage).map_or(0, |s| s.from_node + 1)
        } else {
            node.index
        };
        let state = State::of(self, step.stage, place);
        match &node.instruction.kind {
            Kind::Run(command) => {
                key.text = self.run_text(node, command);
                key.environment = state.variables;
                key.directory = state.directory;
                key.user = state.user;
                if !command.is_exec() {
                    key.shell = state.shell;
                }
            }
            Kind::Copy(_) | Kind::Add(_) => {
                key.text = self.copy_text(node, step.linked);
                let relative = self
                    .copied(node)
                    .and_then(|c| c.destination.as_deref())
                    .is_none_or(|d| !d.starts_with('/'));
                if relative {
                    key.directory = state.directory;
                }
            }
            Kind::Workdir(word) => {
                let path = self.masked(node.index, word);
                key.directory = joined(&state.directory, &path);
                key.user = state.user;
            }
            _ => {}
        }
        key
    }

    fn run_text(&self, node: &Node<'_>, command: &CommandLine) -> String {
        let mut text = "RUN".to_owned();
        for flag in &node.instruction.flags {
            let value = flag
                .value
                .as_ref()
                .map(|word| self.masked(node.index, word));
            text.push_str(&format!(" --{}={}", flag.name, value.unwrap_or_default()));
        }
        match command {
            CommandLine::Exec(words, _) => {
                for word in words {
                    text.push('\0');
                    text.push_str(word.as_str());
                }
            }
            _ => {
                text.push('\n');
                if let Some(script) = self.script_text(node) {
                    text.push_str(script.text.text());
                }
            }
        }
        text
    }

    /// The content of a source is another matter, and so is the folder it lies in.
    fn copy_text(&self, node: &Node<'_>, linked: bool) -> String {
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            return String::new();
        };
        let mut text = match &node.instruction.kind {
            Kind::Add(_) => "ADD".to_owned(),
            _ => "COPY".to_owned(),
        };
        if linked {
            text.push_str(" linked");
        }
        for flag in &node.instruction.flags {
            if matches!(flag.name.as_str(), "from" | "link") {
                continue;
            }
            let value = flag
                .value
                .as_ref()
                .map(|word| self.masked(node.index, word));
            text.push_str(&format!(" --{}={}", flag.name, value.unwrap_or_default()));
        }
        for source in &transfer.sources {
            let written = self.masked(node.index, &source.word);
            text.push('\0');
            let heredoc = source.heredoc.and_then(|h| self.heredocs_of(node).get(h));
            match heredoc {
                Some(heredoc) => {
                    let body = heredoc.content(self.source);
                    let body = match heredoc.expand {
                        true => self.masked(node.index, &Word::from_mapped(body)),
                        false => body.text().to_owned(),
                    };
                    text.push_str(&format!("<<{}\n{body}", heredoc.name));
                }
                None if super::is_address(&written) => text.push_str(&written),
                None => text.push_str(file_name(&clean(&written))),
            }
        }
        let destination = self.masked(node.index, &transfer.destination);
        text.push_str(&format!("\0→{destination}"));
        text
    }
}

/// What a stage has set before an instruction.
struct State {
    variables: Vec<(String, String)>,
    directory: String,
    user: String,
    shell: String,
}

impl State {
    fn of(facts: &Facts<'_>, stage: usize, before: usize) -> Self {
        let mut state = State {
            variables: Vec::new(),
            directory: String::new(),
            user: String::new(),
            shell: String::new(),
        };
        let mut chain: Vec<usize> = facts.chain(stage).map(|s| s.index).collect();
        chain.reverse();
        for index in chain {
            let Some(of) = facts.stages.get(index) else {
                continue;
            };
            let end = match index == stage {
                true => before,
                false => usize::MAX,
            };
            let declared = facts.declarations(Some(index));
            for variable in declared.filter(|v| v.node < end) {
                state.declare(facts, variable);
            }
            for node in facts.nodes_of(of).iter().filter(|n| !n.onbuild) {
                if node.index >= end {
                    break;
                }
                state.apply(facts, node);
            }
            // The triggers of this stage run in the one that is built on it.
            if index != stage {
                for node in facts.nodes_of(of).iter().filter(|n| n.onbuild) {
                    state.apply(facts, node);
                }
            }
        }
        state
    }

    fn declare(&mut self, facts: &Facts<'_>, variable: &Variable) {
        let value = match &variable.value {
            Some(Value::Known(text)) => text.clone(),
            Some(Value::Unknown) => facts.source.slice(variable.value_span).to_owned(),
            // An argument without a value is none.
            None => match variable.origin {
                Origin::Environment => String::new(),
                _ => return,
            },
        };
        self.variables.retain(|(name, _)| *name != variable.name);
        self.variables.push((variable.name.clone(), value));
    }

    fn apply(&mut self, facts: &Facts<'_>, node: &Node<'_>) {
        match &node.instruction.kind {
            Kind::Workdir(word) => {
                let path = facts.masked(node.index, word);
                self.directory = joined(&self.directory, &path);
            }
            Kind::User(word) => self.user = facts.masked(node.index, word),
            Kind::Shell(words) => {
                let words: Vec<&str> = words.iter().map(Word::as_str).collect();
                self.shell = words.join("\0");
            }
            _ => {}
        }
    }
}

fn joined(directory: &str, path: &str) -> String {
    match path.starts_with('/') {
        true => clean(path),
        false => clean(&format!("{}/{path}", directory.trim_end_matches('/'))),
    }
}
