//! Where the commands of a RUN put secrets that a mount or a build argument brings.

use std::collections::HashSet;
use std::ops::Range;

use super::mount::MountKind;
use super::{Command, Facts, Node, Origin, RunUser};
use crate::path::{clean, is_in};
use crate::secrets::name;
use crate::shell::{AssignmentKind, RedirectKind, Script, Word as ShellWord, WordPart};
use crate::span::Span;
use crate::syntax::{CommandLine, Keyword, Kind};

/// A file of the layer into which a command writes a secret.
#[derive(Debug, Clone)]
pub struct SecretWrite {
    /// The file, as comparable text; nothing if it is not known.
    pub path: Option<String>,
    /// The file as it is written.
    pub shown: String,
    /// The word that names it, or the command.
    pub span: Span,
    /// Where the secret comes from.
    pub source: SecretSource,
}

/// Where a secret in a RUN comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A mount, by its id.
    Mount(String),
    /// A build argument.
    Argument(String),
}

/// Programs whose output is what they are given.
const PASSING: [&str; 20] = [
    "echo", "printf", "cat", "tee", "base64", "tr", "sed", "awk", "jq", "yq", "envsubst", "head",
    "tail", "cut", "grep", "rev", "xxd", "openssl", "gunzip", "dd",
];

/// A build argument whose name says that it is secret.
pub(super) struct SecretArgument {
    /// The node that declares it first.
    node: usize,
    name: String,
}

/// The secrets that a RUN is given: their paths and variables.
#[derive(Default)]
struct Given {
    paths: Vec<(String, SecretSource)>,
    variables: Vec<(String, SecretSource)>,
}

impl Given {
    fn variable(&self, name: &str) -> Option<&SecretSource> {
        let found = self.variables.iter().find(|(n, _)| n == name);
        found.map(|(_, source)| source)
    }

    fn path(&self, text: &str) -> Option<&SecretSource> {
        if !text.contains('/') {
            return None;
        }
        let text = clean(text);
        let found = self.paths.iter().find(|(path, _)| *path == text);
        found.map(|(_, source)| source)
    }
}

impl Facts<'_> {
    /// The files of the layer into which a RUN writes a secret, those that it removes again left
    /// out.
    pub fn secret_writes(&self, node: &Node<'_>) -> Vec<SecretWrite> {
        let Some(script) = &node.script else {
            return Vec::new();
        };
        if node.keyword() != Some(Keyword::Run) {
            return Vec::new();
        }
        let mut given = self.given_secrets(node);
        if given.paths.is_empty() && given.variables.is_empty() {
            return Vec::new();
        }
        self.assigned_secrets(script, &mut given);
        let mut writes = Vec::new();
        for index in 0..script.commands.len() {
            self.writes_of(node, script, index, &given, &mut writes);
        }
        let kept = |write: &SecretWrite| !self.is_off_layer(node, write) && !removes(script, write);
        writes.retain(kept);
        writes
    }

    /// The secrets that a RUN is given by mounts and build arguments.
    fn given_secrets(&self, node: &Node<'_>) -> Given {
        let mut given = Given::default();
        for mount in node.mounts.iter().filter(|m| m.kind == MountKind::Secret) {
            let word = |w: &crate::syntax::Word| w.as_str().to_owned();
            let target = mount.target.as_ref().map(word);
            let base = target.as_deref().and_then(|t| t.rsplit('/').next());
            let id = mount.id.as_ref().map(word);
            let Some(id) = id.or_else(|| base.map(str::to_owned)) else {
                continue;
            };
            let source = SecretSource::Mount(id.clone());
            let variable = mount.option("env").map(word);
            let target = match target {
                Some(target) if target.starts_with('/') => Some(target),
                Some(target) => Some(match self.workdir_at(node) {
                    Some(directory) => format!("{directory}/{target}"),
                    None => target,
                }),
                // With `env=` alone there is no file.
                None if variable.is_some() => None,
                None => Some(format!("/run/secrets/{id}")),
            };
            given
                .paths
                .extend(target.map(|t| (clean(&t), source.clone())));
            given.variables.extend(variable.map(|v| (v, source)));
        }
        let arguments = self.secret_arguments(node.stage);
        let before = arguments.partition_point(|argument| argument.node < node.index);
        if self.may_search(before) {
            let before = arguments.iter().take(before);
            given.variables.extend(before.map(|argument| {
                let name = argument.name.clone();
                (name.clone(), SecretSource::Argument(name))
            }));
        }
        given
    }

    /// The arguments of a stage whose names say that they are secret, in order.
    fn secret_arguments(&self, stage: Option<usize>) -> &[SecretArgument] {
        let arguments = self.secret_arguments.get_or_init(|| {
            let stages = (0..self.stages.len()).map(Some);
            let of = |stage: Option<usize>| {
                let mut seen = HashSet::new();
                let secret = self.declarations(stage).filter(|variable| {
                    variable.origin == Origin::Argument
                        && name::classify(&variable.name).is_some_and(|n| n.exact)
                        && seen.insert(variable.name.as_str())
                });
                let mut secret: Vec<SecretArgument> = secret
                    .map(|variable| SecretArgument {
                        node: variable.node,
                        name: variable.name.clone(),
                    })
                    .collect();
                secret.sort_by_key(|argument| argument.node);
                (stage, secret)
            };
            stages.chain([None]).map(of).collect()
        });
        arguments.get(&stage).map_or(&[], Vec::as_slice)
    }

    /// Adds the shell's variables that take a secret over.
    fn assigned_secrets(&self, script: &Script, given: &mut Given) {
        for command in &script.commands {
            for assignment in &command.assignments {
                if assignment.kind == AssignmentKind::Wrapper {
                    continue;
                }
                if let Some(source) = source_of(script, &assignment.value, given) {
                    given.variables.push((assignment.name.clone(), source));
                }
            }
        }
    }

    fn writes_of(
        &self,
        node: &Node<'_>,
        script: &Script,
        index: usize,
        given: &Given,
        writes: &mut Vec<SecretWrite>,
    ) {
        let Some(command) = script.commands.get(index) else {
            return;
        };
        let mut push = |word: &ShellWord, source: SecretSource| {
            let shown = shown(word);
            writes.push(SecretWrite {
                path: self.comparable(node, &shown),
                shown,
                span: word.span,
                source,
            });
        };
        let name = command.name.as_str();
        let source = || output_of(script, index, given, 0);
        if PASSING.contains(&name) {
            for redirect in &command.redirects {
                let writes = matches!(
                    redirect.kind,
                    RedirectKind::Output
                        | RedirectKind::Append
                        | RedirectKind::Clobber
                        | RedirectKind::OutputBoth
                        | RedirectKind::AppendBoth
                );
                if writes
                    && redirect.fd.is_none_or(|fd| fd == 1)
                    && let Some(source) = source()
                {
                    push(&redirect.target, source);
                }
            }
        }
        match name {
            "tee" => {
                if let Some(source) = source() {
                    command
                        .operands(&[])
                        .for_each(|word| push(word, source.clone()));
                }
            }
            "cp" | "mv" | "install" | "ln" => {
                let operands: Vec<&ShellWord> =
                    command.operands(&["-m", "-o", "-g", "-t"]).collect();
                // A link is no copy.
                let copies = name != "ln" && operands.len() > 1;
                if let (true, Some((target, sources))) = (copies, operands.split_last()) {
                    let source = sources.iter().find_map(|w| given.path(&shown(w)));
                    if let Some(source) = source {
                        push(target, source.clone());
                    }
                }
            }
            "sed" | "perl" if command.has_any_flag(&["-i", "--in-place"]) => {
                let source = command
                    .args()
                    .iter()
                    .find_map(|w| source_of(script, w, given));
                if let (Some(source), Some(file)) = (source, command.operands(&["-e"]).last()) {
                    push(file, source);
                }
            }
            _ => {
                if let Some(file) = setting_file(command)
                    && let Some((word, source)) = command
                        .operands(&["-c", "-C"])
                        .find_map(|w| Some((w, source_of(script, w, given)?)))
                {
                    writes.push(SecretWrite {
                        path: None,
                        shown: file.to_owned(),
                        span: word.span,
                        source,
                    });
                }
            }
        }
    }

    /// Whether a file is on a mount or no file of the layer at all.
    pub(super) fn is_off_layer(&self, node: &Node<'_>, write: &SecretWrite) -> bool {
        let Some(path) = &write.path else {
            return false;
        };
        let is_device = ["/dev/", "/proc/", "/sys/"];
        if is_device.iter().any(|d| path.starts_with(d)) || path.contains("/dev/") {
            return true;
        }
        node.mounts.iter().any(|mount| {
            let target = mount.target.as_ref().map(|t| t.as_str());
            target
                .and_then(|t| self.comparable(node, t))
                .is_some_and(|t| is_in(path, &t))
        })
    }

    /// A path as text that can be compared with others: `~` stands for the home directory.
    pub fn comparable(&self, node: &Node<'_>, path: &str) -> Option<String> {
        let path = path.trim_matches(['"', '\'']);
        if path.is_empty() {
            return None;
        }
        let home = ["~", "$HOME", "${HOME}"];
        let below_home = home.iter().find_map(|h| {
            let rest = path.strip_prefix(h)?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        });
        if let Some(rest) = below_home {
            return Some(clean(&format!("/~{rest}")));
        }
        let path = if path.starts_with('/') {
            clean(path)
        } else if path.contains('$') {
            return None;
        } else {
            let directory = self.workdir_at(node).unwrap_or("/?");
            clean(&format!("{directory}/{path}"))
        };
        // The home of whoever runs it as a rule.
        let is_root = !matches!(self.user_at(node), RunUser::Other(_));
        match path.strip_prefix("/root") {
            Some(rest) if is_root && (rest.is_empty() || rest.starts_with('/')) => {
                Some(clean(&format!("/~{rest}")))
            }
            _ => Some(path),
        }
    }

    /// Whether a path of a node's stage ends in the final image: it is part of it, or copied into
    /// it.
    pub fn is_shipped(&self, node: &Node<'_>, path: Option<&str>) -> bool {
        let Some(stage) = self.stage_of(node) else {
            return false;
        };
        if stage.in_final || node.onbuild {
            return true;
        }
        let Some(path) = path else {
            return false;
        };
        let path = path.replacen("/~", "/root", 1);
        let path = path.trim_start_matches('/');
        let taken = self.taken_from(stage).iter();
        taken.into_iter().any(|t| t == "." || is_in(path, t))
    }

    /// The `rm` of a later instruction of the image that removes a path.
    pub fn removed_later(&self, node: &Node<'_>, path: &str) -> Option<Span> {
        let stage = self.stage_of(node)?;
        let last = self.final_stage()?;
        let later: Vec<&Node<'_>> = if stage.in_final {
            self.chain_nodes(last.index)
                .filter(|n| n.index > node.index)
                .collect()
        } else {
            let of_stage = self.nodes_of(stage).iter();
            of_stage.filter(|n| n.index > node.index).collect()
        };
        let runs = later
            .into_iter()
            .filter(|n| n.keyword() == Some(Keyword::Run));
        let mut found = runs.flat_map(|run| {
            let removals = run.commands().iter().filter(|c| is_removal(c));
            removals.flat_map(move |c| c.operands(&[]).map(move |w| (run, w)))
        });
        found.find_map(|(run, word)| {
            let removed = self.comparable(run, &shown(word))?;
            let fits = match removed.strip_suffix('*') {
                Some(start) => start.len() > 2 && path.starts_with(start),
                None => removed.len() > 1 && is_in(path, &removed),
            };
            fits.then_some(word.span)
        })
    }

    /// The word after which a RUN that is given a mounted secret shows every command it runs.
    pub fn traced_secret(&self, node: &Node<'_>) -> Option<(Span, String)> {
        let script = node.script.as_ref()?;
        let Kind::Run(CommandLine::Shell(_)) = &node.instruction.kind else {
            return None;
        };
        let mut given = self.given_secrets(node);
        given
            .variables
            .retain(|(_, s)| matches!(s, SecretSource::Mount(_)));
        if given.paths.is_empty() && given.variables.is_empty() {
            return None;
        }
        let (index, set) = script
            .named("set")
            .find(|(_, c)| c.has_any_flag(&["-x"]) || c.args().iter().any(|w| w.is("xtrace")))?;
        self.assigned_secrets(script, &mut given);
        let later = script.commands.iter().enumerate().skip(index + 1);
        let mut off = false;
        for (_, command) in later {
            off |= command.name == "set" && command.args().iter().any(|w| w.is("+x"));
            let words = command.words.iter();
            let values = command.assignments.iter().map(|a| &a.value);
            let traced = words
                .chain(values)
                .find_map(|w| source_of(script, w, &given));
            if let (false, Some(SecretSource::Mount(id))) = (off, traced) {
                return Some((set.span, id));
            }
        }
        None
    }
}

/// A word as it is written, without its quotes.
fn shown(word: &ShellWord) -> String {
    let text = word.literal().unwrap_or(&word.raw);
    text.replace(['"', '\''], "")
}

/// Whether a command removes files.
fn is_removal(command: &Command) -> bool {
    matches!(command.name.as_str(), "rm" | "shred" | "unlink" | "srm")
}

/// Whether the same script removes what it wrote.
pub(super) fn removes(script: &Script, write: &SecretWrite) -> bool {
    let undone = |c: &Command| {
        let words = || c.args().iter();
        let undoes = words().any(|w| {
            let text = w.prefix();
            text.starts_with("--unset") || matches!(text, "delete" | "unset" | "--remove-section")
        });
        undoes || c.name == "docker" && c.subcommand() == Some("logout")
    };
    script.commands.iter().any(|command| {
        if command.span.start <= write.span.start {
            return false;
        }
        if write.path.is_none() {
            let name = write.shown.rsplit('/').next().unwrap_or_default();
            let removes =
                is_removal(command) && command.args().iter().any(|w| shown(w).contains(name));
            return removes || undone(command);
        }
        let moves = command.name == "mv";
        (is_removal(command) || moves)
            && command.operands(&[]).any(|w| {
                let removed = shown(w);
                let removed = removed.trim_end_matches(['/', '*']);
                removed.len() > 1
                    && (write.shown == removed
                        || write.shown.starts_with(&format!("{removed}/"))
                        || removed.rsplit('/').next() == write.shown.rsplit('/').next())
            })
    })
}

/// The secret that a word brings into a command.
fn source_of(script: &Script, word: &ShellWord, given: &Given) -> Option<SecretSource> {
    if let Some(source) = word.variables().find_map(|name| given.variable(name)) {
        return Some(source.clone());
    }
    word.parts.iter().find_map(|part| match part {
        WordPart::CommandSubstitution { commands, .. } => {
            substituted(script, commands.clone(), given)
        }
        _ => None,
    })
}

/// The secret that a substitution prints.
fn substituted(script: &Script, commands: Range<usize>, given: &Given) -> Option<SecretSource> {
    commands
        .rev()
        .find_map(|index| output_of(script, index, given, 1))
}

/// The secret in the output of a command.
fn output_of(script: &Script, index: usize, given: &Given, depth: usize) -> Option<SecretSource> {
    let command = script.commands.get(index)?;
    let passes = PASSING.contains(&command.name.as_str()) || command.words.is_empty();
    if !passes || depth > 8 {
        return None;
    }
    for redirect in &command.redirects {
        if redirect.kind == RedirectKind::Input
            && let Some(source) = given.path(&shown(&redirect.target))
        {
            return Some(source.clone());
        }
        if redirect.kind == RedirectKind::HereString
            && let Some(source) = source_of(script, &redirect.target, given)
        {
            return Some(source);
        }
        if let Some(heredoc) = redirect.heredoc.as_ref().filter(|h| !h.quoted) {
            let body = heredoc.body.text();
            let names = |name: &str| {
                body.contains(&format!("${name}")) || body.contains(&format!("${{{name}"))
            };
            let variable = given.variables.iter().find(|(name, _)| names(name));
            let path = given
                .paths
                .iter()
                .find(|(path, _)| body.contains(path.as_str()));
            if let Some((_, source)) = variable.or(path) {
                return Some(source.clone());
            }
        }
    }
    // The pattern of grep and the keys of jq are no secret.
    for word in command.args() {
        if let Some(source) = source_of(script, word, given) {
            return Some(source);
        }
        let reads = !matches!(command.name.as_str(), "echo" | "printf" | "tee");
        if reads && let Some(source) = given.path(&shown(word)) {
            return Some(source.clone());
        }
    }
    let (pipeline, part) = command.pipeline?;
    let before = script
        .pipelines
        .get(pipeline)?
        .parts
        .get(part.checked_sub(1)?)?;
    let last = before.commands.clone().last()?;
    output_of(script, last, given, depth + 1)
}

/// The file in which a command keeps a setting that it is given.
fn setting_file(command: &Command) -> Option<&'static str> {
    let words: Vec<&str> = command
        .operands(&["-C", "-c"])
        .filter_map(|w| {
            let text = w.literal().unwrap_or_else(|| w.prefix());
            (!text.is_empty()).then_some(text)
        })
        .collect();
    let first = words.first().copied().unwrap_or_default();
    let second = words.get(1).copied().unwrap_or_default();
    Some(match (command.name.as_str(), first, second) {
        ("git", "config", _) => "~/.gitconfig",
        ("git", "clone" | "submodule", _) | ("git", "remote", "add" | "set-url") => ".git/config",
        ("npm" | "pnpm", "config" | "set", _) => "~/.npmrc",
        ("yarn", "config", "set") => ".yarnrc.yml",
        ("pip" | "pip3", "config", "set") => "pip.conf",
        ("poetry", "config", _) => "auth.toml",
        ("composer", "config", _) => "auth.json",
        ("bundle" | "bundler", "config", _) => ".bundle/config",
        ("aws", "configure", "set") => "~/.aws/credentials",
        ("docker" | "podman" | "buildah" | "skopeo", "login", _) => "~/.docker/config.json",
        ("helm", "registry" | "repo", "login" | "add") => "~/.config/helm",
        ("dotnet", "nuget", "add" | "update") | ("nuget", "sources", _) => "NuGet.Config",
        ("cargo", "login", _) => "~/.cargo/credentials.toml",
        ("conan", "user" | "remote", _) => "~/.conan",
        ("gem", "sources", _) => "~/.gemrc",
        _ => return None,
    })
}
