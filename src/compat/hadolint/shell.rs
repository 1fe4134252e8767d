//! RUN as hadolint reads it: always as Bash, the exec form as if its words were typed, commands
//! by their first word.

use crate::facts::mount::MountKind;
use crate::facts::{Definition, Facts, Node};
use crate::shell::{self, FrameKind, Script, Word, WordPart};
use crate::span::Span;
use crate::syntax::{CommandLine, Kind};

/// A RUN.
pub(super) struct Run {
    /// Its node.
    pub node: usize,
    /// Its stage.
    pub stage: Option<usize>,
    /// Whether it stands behind ONBUILD.
    pub onbuild: bool,
    /// The text that is read.
    pub text: String,
    pub commands: Vec<Command>,
    pub has_pipe: bool,
    /// The targets of cache and tmpfs mounts.
    pub scratch: Vec<String>,
}

/// A command: its first word and the others, variables as `${NAME}`.
pub(super) struct Command {
    pub name: String,
    pub args: Vec<String>,
}

/// Reads every RUN.
pub(super) fn runs(facts: &Facts<'_>) -> Vec<Run> {
    facts.nodes.iter().filter_map(|n| run(facts, n)).collect()
}

fn run(facts: &Facts<'_>, node: &Node<'_>) -> Option<Run> {
    let Kind::Run(line) = &node.instruction.kind else {
        return None;
    };
    let text = text(facts, node, line);
    // What ShellCheck cannot read has no commands.
    let script = super::extent::read(&text).unwrap_or_default();
    let own = |frame: usize| is_own(&script, frame);
    let commands = script.commands.iter().filter(|c| own(c.frame));
    Some(Run {
        node: node.index,
        stage: node.stage,
        onbuild: node.onbuild,
        commands: commands.filter_map(|c| command(c, &text)).collect(),
        has_pipe: script.pipelines.iter().any(|p| own(p.frame)),
        scratch: node
            .mounts
            .iter()
            .filter(|m| matches!(m.kind, MountKind::Cache | MountKind::Tmpfs))
            .filter_map(|m| Some(unquoted(m.target.as_ref()?.as_str()).to_owned()))
            .collect(),
        text,
    })
}

/// Whether what stands in a frame is read with the RUN, not as the script that another shell is
/// given. What this shell expands in the word that holds such a script is its own.
fn is_own(script: &Script, frame: usize) -> bool {
    let mut at = script.frames.get(frame);
    let mut expanded = None;
    while let Some(frame) = at {
        match frame.kind {
            FrameKind::CommandSubstitution => expanded = Some(frame.span),
            FrameKind::Script { by, .. } => {
                let words = script.commands.get(by).map_or(&[][..], |c| &c.words);
                let mut words = words.iter().filter(|w| !w.raw.starts_with('\''));
                let holds = |span: Span| words.any(|w| w.span.covers(span));
                if !expanded.take().is_some_and(holds) {
                    return false;
                }
            }
            _ => {}
        }
        at = frame.parent.and_then(|p| script.frames.get(p));
    }
    true
}

/// Whether an expansion is of a variable that ARG or ENV declares. Each of these is a constant to
/// hadolint (it puts `export NAME=1` before the script), so none of them wants quotes.
pub(super) fn is_constant(facts: &Facts<'_>, at: Span) -> bool {
    let written = facts.source.slice(at);
    let Some(rest) = written.strip_prefix('$') else {
        return false;
    };
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    // The instruction, and perhaps one behind its ONBUILD.
    let end = facts
        .nodes
        .partition_point(|n| n.instruction.span.start <= at.start);
    let mut nodes = facts.nodes.iter().take(end).rev().take(2);
    let Some(node) = nodes.find(|n| n.instruction.span.covers(at)) else {
        return false;
    };
    let proxy = name.to_ascii_lowercase();
    let known = facts.definition(node.index, name) == Definition::File
        || ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy"].contains(&proxy.as_str());
    let loops = || {
        let text = facts.script_text(node);
        let text = text.as_ref().map_or("", |t| t.text.text());
        let words: Vec<&str> = text.split_whitespace().collect();
        words.windows(2).any(|pair| *pair == ["for", name])
    };
    known && !node.script.as_ref().is_some_and(|s| assigns(s, name)) && !loops()
}

/// Whether a script gives a variable a value of its own.
fn assigns(script: &shell::Script, name: &str) -> bool {
    script.commands.iter().any(|c| {
        c.assignments.iter().any(|a| a.name == name)
            || matches!(c.name.as_str(), "read" | "getopts" | "printf")
                && c.literal_args().any(|w| w == name)
    })
}

fn text(facts: &Facts<'_>, node: &Node<'_>, line: &CommandLine) -> String {
    let word = match line {
        CommandLine::Shell(word) => word.as_str(),
        CommandLine::Exec(words, _) => {
            let words: Vec<String> = words.iter().map(|w| json_text(facts, w)).collect();
            return words.join(" ");
        }
        CommandLine::Empty(_) => return String::new(),
    };
    let heredocs = super::owner(facts, node.index).map_or(&[][..], |o| &o.heredocs);
    let Some(first) = heredocs.first() else {
        return word.to_owned();
    };
    let marker = facts.source.slice(first.word_span);
    let (before, behind) = word.split_once(marker).unwrap_or((word, ""));
    match before.trim().is_empty() {
        // What stands behind the marker is a line of the script.
        true => format!("{behind}\n{}", first.content(facts.source).text()),
        false => before.to_owned(),
    }
}

/// A string of the exec form as it is written; of the escapes only that of the quote is one.
fn json_text(facts: &Facts<'_>, word: &crate::syntax::Word) -> String {
    let raw = facts.source.slice(word.span);
    let inner = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\n') => inner.replace("\\\"", "\""),
        _ => word.as_str().to_owned(),
    }
}

fn command(command: &shell::Command, text: &str) -> Option<Command> {
    let wrapped = command.wrappers.iter().flat_map(|w| &w.words);
    let mut words = wrapped.chain(&command.words).peekable();
    if words.next_if(|w| w.is("time")).is_some() {
        words.next_if(|w| w.is("-p"));
    }
    let words: Vec<&Word> = words.collect();
    let (first, rest) = words.split_first()?;
    // A name that only the shell knows is none.
    let first = first.literal()?;
    // What ShellCheck sees through; the arguments stay those of the first word.
    let behind = match first {
        "busybox" | "builtin" | "command" | "run" => {
            rest.first().filter(|w| !w.raw.starts_with('-')).copied()
        }
        "exec" => {
            let mut rest = rest.iter().copied();
            loop {
                match rest.next() {
                    Some(word) if word.is("-a") => drop(rest.next()),
                    Some(word) if word.raw.starts_with('-') => {}
                    other => break other,
                }
            }
        }
        _ => None,
    };
    let name = match behind {
        Some(word) => word.literal()?,
        None => first,
    };
    // Tests and arithmetic are no commands to ShellCheck.
    if name.is_empty() || matches!(first, "[[" | "((" | "[" | "!") {
        return None;
    }
    Some(Command {
        name: name.to_owned(),
        args: rest.iter().map(|w| written(w, text)).collect(),
    })
}

fn written(word: &Word, text: &str) -> String {
    if word.braces && word.quoting == shell::Quoting::Bare {
        return strip_braces(word.literal().unwrap_or(&word.raw));
    }
    if let Some(text) = word.literal() {
        return text.to_owned();
    }
    let slice = |span: Span| {
        let range = span.start as usize..span.end as usize;
        text.get(range).unwrap_or_default()
    };
    let mut out = String::new();
    for part in &word.parts {
        match part {
            WordPart::Literal { text, .. } => out.push_str(text),
            WordPart::Variable { span, modified, .. } if *modified => out.push_str(slice(*span)),
            WordPart::Variable { name, .. } => {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
            WordPart::CommandSubstitution { span, .. } => {
                let inner = slice(*span);
                let inner = inner.strip_prefix("$(").and_then(|i| i.strip_suffix(')'));
                let inner = inner.unwrap_or_else(|| slice(*span).trim_matches('`'));
                // Only one command is written out.
                if !inner.contains(['|', ';', '&', '\n']) {
                    out.push_str("${");
                    out.push_str(inner);
                    out.push('}');
                }
            }
            WordPart::Other { .. } => {}
        }
    }
    out
}

/// A word without the brace expansions in it.
fn strip_braces(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// A text without the quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

impl Run {
    /// Whether a cache or tmpfs mount covers a path.
    pub fn mounts(&self, fragment: &str) -> bool {
        self.scratch.iter().any(|t| t.contains(fragment))
    }

    /// Whether a command fits.
    pub fn any(&self, fits: impl Fn(&Command) -> bool) -> bool {
        self.commands.iter().any(fits)
    }

    /// Whether a command fits and the other thing is not done, or done before it as well.
    pub fn never_followed(
        &self,
        first: impl Fn(&Command) -> bool,
        later: impl Fn(&Command) -> bool,
    ) -> bool {
        let first = self.commands.iter().position(first);
        let later = self.commands.iter().position(later);
        first.is_some_and(|f| later.is_none_or(|l| l <= f))
    }
}

fn is_flag(arg: &str) -> bool {
    arg.starts_with('-') && arg != "-" && arg != "--"
}

/// The names of the flags in a word: `--name=v` is `name`, `-abc` is `a`, `b`, `c`.
fn flags_of(arg: &str) -> Vec<String> {
    match arg.strip_prefix("--") {
        _ if !is_flag(arg) => Vec::new(),
        Some(long) => vec![long.split('=').next().unwrap_or(long).to_owned()],
        None => arg.chars().skip(1).map(String::from).collect(),
    }
}

impl Command {
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub fn has(&self, arg: &str) -> bool {
        self.args.iter().any(|a| a == arg)
    }

    pub fn has_any(&self, args: &[&str]) -> bool {
        args.iter().any(|a| self.has(a))
    }

    pub fn flags(&self) -> impl Iterator<Item = String> {
        self.args.iter().flat_map(|a| flags_of(a))
    }

    pub fn has_flag(&self, names: &[&str]) -> bool {
        self.flags().any(|f| names.contains(&f.as_str()))
    }

    /// The arguments without flags.
    pub fn plain(&self) -> Vec<&str> {
        self.plain_without(&[])
    }

    /// The arguments without flags and the words behind some of them; a word behind a flag may be
    /// a flag.
    pub fn plain_without(&self, valued: &[&str]) -> Vec<&str> {
        let takes = |arg: &String| {
            !arg.contains('=') && flags_of(arg).iter().any(|f| valued.contains(&f.as_str()))
        };
        let before = [None].into_iter().chain(self.args.iter().map(Some));
        let pairs = before.zip(&self.args);
        pairs
            .filter(|(before, arg)| !is_flag(arg) && !before.is_some_and(takes))
            .map(|(_, arg)| arg.as_str())
            .collect()
    }
}
