//! Scripts of the build context, or written out in the Dockerfile, that its instructions run.

use super::{Copied, CopyOrigin, Facts, Node};
use crate::context::BuildContext;
use crate::path::file_name;
use crate::shell::{Command, Dialect, Script};
use crate::span::{MappedText, Span};
use crate::syntax::{CommandLine, Keyword, Kind};
use crate::text::has_wildcard;

/// The bytes of a script that are read.
const MOST: u64 = 64 * 1024;

/// Where a program without a path is looked for.
const PATH: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// A script that an instruction runs.
#[derive(Debug, Clone)]
pub struct RunScript {
    /// The node that runs it.
    pub node: usize,
    /// The word that names it there.
    pub run: Span,
    /// Who runs it.
    pub by: RunBy,
    /// The node that copies it.
    pub copy: usize,
    /// The source that it comes from there.
    pub source: Span,
    /// Its path in the image.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether its mode lets it be executed; `None` if that is not known.
    pub executable: Option<bool>,
}

/// Who runs a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunBy {
    /// The container's runtime: it is the first word of the exec form.
    Runtime,
    /// Another program, which executes it: a shell by its name, `tini`, `gosu`.
    Program,
    /// A shell that is given its name: `sh run.sh`.
    Shell,
}

impl RunScript {
    /// The first line, without the character that a Windows line ends with.
    pub fn first_line(&self) -> &str {
        let line = self.text.split('\n').next().unwrap_or_default();
        line.trim_end_matches('\r')
    }

    /// The program that the first line names, by its path or behind `env`, if it has no options.
    pub fn interpreter(&self) -> Option<&str> {
        let mut words = self.first_line().strip_prefix("#!")?.split_whitespace();
        let path = words.next()?;
        if file_name(path) == "env" {
            return words.next().filter(|w| !w.starts_with('-'));
        }
        let folder = path.strip_suffix(file_name(path))?;
        matches!(folder, "/bin/" | "/usr/bin/").then(|| file_name(path))
    }

    /// The script itself, read as commands; their places are those in its own text.
    pub fn read(&self) -> Script {
        crate::shell::parse(&MappedText::verbatim(&self.text, 0), &self.dialect())
    }

    /// The shell that reads it, by its first line or by the command.
    pub fn dialect(&self) -> Dialect {
        match self.by {
            RunBy::Shell => Dialect::Sh,
            _ => Dialect::of_shebang(self.first_line()),
        }
    }
}

impl<'a> Facts<'a> {
    /// The scripts that RUN, CMD, ENTRYPOINT and HEALTHCHECK run and whose text can be read.
    pub fn run_scripts(&self) -> &[RunScript] {
        self.run_scripts.get_or_init(|| {
            let mut found = Vec::new();
            for node in self.nodes.iter().filter(|n| !n.onbuild) {
                let Some(stage) = node.stage else { continue };
                // Behind an entry point the words of a CMD are arguments.
                let is_argument = node.is(Keyword::Cmd)
                    && (self.effective_entrypoint(stage).is_some() || !self.is_plain_base(stage));
                if !is_argument && !self.is_windows(stage) {
                    self.find_run_scripts(node, &mut found);
                }
            }
            found
        })
    }

    fn find_run_scripts(&self, node: &Node<'a>, found: &mut Vec<RunScript>) {
        let mut moved = false;
        for (index, command) in node.commands().iter().enumerate() {
            if matches!(
                command.name.as_str(),
                "cd" | "pushd" | "chroot" | "su" | "ssh"
            ) {
                moved = true;
            }
            let Some((word, mut by)) = named_script(command) else {
                continue;
            };
            let Some(text) = word.literal() else { continue };
            if moved && !text.starts_with('/') {
                continue;
            }
            let is_first = index == 0 && command.wrappers.is_empty();
            if by == RunBy::Program && is_first && is_exec_form(node) {
                by = RunBy::Runtime;
            }
            let span = word.span;
            if let Some(script) = self.find_script(node, text, span, by) {
                found.push(script);
            }
        }
    }

    fn find_script(&self, node: &Node<'a>, name: &str, run: Span, by: RunBy) -> Option<RunScript> {
        let paths: Vec<String> = if name.contains('/') || by == RunBy::Shell {
            let node = match node.keyword() {
                // The directory of the container is the last one.
                Some(Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
                    if !name.starts_with('/') =>
                {
                    let stage = self.stage_of(node)?;
                    let directory = match stage.workdir() {
                        Some(workdir) => workdir.path.as_deref()?,
                        None => self.base_workdir(stage.index)?,
                    };
                    return self.find_at(
                        node,
                        &[crate::path::clean(&format!("{directory}/{name}"))],
                        run,
                        by,
                    );
                }
                _ => node,
            };
            vec![crate::path::clean(&self.absolute(node, name)?)]
        } else {
            PATH.iter().map(|d| format!("{d}/{name}")).collect()
        };
        self.find_at(node, &paths, run, by)
    }

    fn find_at(
        &self,
        node: &Node<'a>,
        paths: &[String],
        run: Span,
        by: RunBy,
    ) -> Option<RunScript> {
        let before = match node.keyword() {
            Some(Keyword::Run) => node.index,
            _ => usize::MAX,
        };
        let copies = self.chain_nodes_back(node.stage?);
        for copy in copies.filter(|n| n.index < before) {
            let Some(copied) = self.copied(copy) else {
                // What a RUN makes of a file of that name nobody knows.
                continue;
            };
            for path in paths {
                match self.script_in(copy, copied, path) {
                    Found::Nothing => {}
                    Found::Unknown => return None,
                    Found::Text(_, text, _) if !is_script(path, &text) => return None,
                    Found::Text(source, text, mode) => {
                        return Some(RunScript {
                            node: node.index,
                            run,
                            by,
                            copy: copy.index,
                            source,
                            path: path.clone(),
                            executable: self.copied_mode(copy).unwrap_or(mode),
                            text,
                        });
                    }
                }
            }
        }
        None
    }

    /// What a copy brings to a path.
    fn script_in(&self, copy: &Node<'_>, copied: &Copied, path: &str) -> Found {
        let Some(target) = copied.target.as_deref() else {
            return Found::Nothing;
        };
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &copy.instruction.kind else {
            return Found::Nothing;
        };
        let below = path
            .strip_prefix(target.trim_end_matches('/'))
            .and_then(|rest| rest.strip_prefix('/'));
        if path != target && below.is_none() {
            return Found::Nothing;
        }
        for (source, written) in copied.sources.iter().zip(&transfer.sources) {
            if let Some(heredoc) = written.heredoc {
                let heredoc = copy.instruction.heredocs.get(heredoc);
                let Some(heredoc) = heredoc else { continue };
                let fits = (path == target && !copied.into_directory)
                    || below == Some(heredoc.name.as_str());
                if fits {
                    let text = heredoc.content(self.source).text().to_owned();
                    return Found::Text(source.span, text, Some(false));
                }
                continue;
            }
            let Some(from) = source.path() else { continue };
            let name = from.rsplit('/').next().unwrap_or_default();
            if copied.origin != CopyOrigin::Context {
                if path == target || below == Some(name) {
                    return Found::Unknown;
                }
                continue;
            }
            // A script of that name beside the Dockerfile is evidence enough.
            let beside;
            let context = match self.context() {
                Some(context) => context,
                None if self.build.context.is_some() => continue,
                None => {
                    beside = BuildContext::beside(self.source.path(), &self.files);
                    let Some(context) = &beside else { continue };
                    context
                }
            };
            let mut candidates = Vec::new();
            if has_wildcard(&from) {
                let mut matching = context.find(&from);
                matching.retain(|f| f.rsplit('/').next() == below);
                candidates.extend(matching);
            } else {
                if path == target || below == Some(name) {
                    candidates.push(from.clone());
                }
                candidates.extend(below.map(|rest| match from.as_str() {
                    "." => rest.to_owned(),
                    from => format!("{from}/{rest}"),
                }));
            }
            if let Some((text, mode)) = candidates.iter().find_map(|c| read(context, c)) {
                return Found::Text(source.span, text, mode);
            }
        }
        Found::Nothing
    }

    /// Whether `--chmod` lets what a copy brings be executed, if it is written.
    fn copied_mode(&self, copy: &Node<'_>) -> Option<Option<bool>> {
        let word = copy.instruction.flag_value("chmod")?;
        let Some(text) = self.text(copy.index, word) else {
            return Some(None);
        };
        match u32::from_str_radix(&text, 8) {
            Ok(mode) => Some(Some(mode & 0o111 != 0)),
            // `u=rwx,go=rx`, `a+x`, `u=rwX`, which depends on what is there.
            Err(_) if text.contains('x') => Some(Some(true)),
            Err(_) => Some(None),
        }
    }
}

enum Found {
    /// Not this path.
    Nothing,
    /// Something, from a stage or an image.
    Unknown,
    /// A text, from the source at the span, and whether its mode lets it be executed.
    Text(Span, String, Option<bool>),
}

fn read(context: &BuildContext, path: &str) -> Option<(String, Option<bool>)> {
    let text = context.read(path, MOST)?;
    Some((text, context.is_executable(path)))
}

/// The word of a command that names a script, and who runs it.
fn named_script(command: &Command) -> Option<(&crate::shell::Word, RunBy)> {
    let first = command.words.first()?;
    if Dialect::of_program(&command.name).is_some() {
        if command.script.is_some() || command.has_any_flag(&["-c", "-s"]) {
            return None;
        }
        let mut operands = command.operands(&["-o", "-O"]);
        return operands.next().map(|word| (word, RunBy::Shell));
    }
    let text = first.literal()?;
    let is_script = text.contains('/') || text.ends_with(".sh") || text.contains("entrypoint");
    is_script.then_some((first, RunBy::Program))
}

/// Whether a file that is run is a script: by its name, or by how it begins.
fn is_script(path: &str, text: &str) -> bool {
    let name = file_name(path);
    text.starts_with("#!")
        || [".sh", ".bash"].iter().any(|ending| name.ends_with(ending))
        || name.contains("entrypoint")
}

fn is_exec_form(node: &Node<'_>) -> bool {
    match &node.instruction.kind {
        Kind::Run(line) | Kind::Cmd(line) | Kind::Entrypoint(line) => line.is_exec(),
        Kind::Healthcheck(check) => check.command.as_ref().is_some_and(CommandLine::is_exec),
        _ => false,
    }
}
