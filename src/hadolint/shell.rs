//! RUN as hadolint reads it: always as Bash, the exec form as if its words were typed, commands
//! by their first word.

use crate::facts::mount::MountKind;
use crate::facts::{Definition, Facts, Node};
use crate::shell::{self, Dialect, FrameKind, Word, WordPart};
use crate::span::{MappedText, Span};
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
    let script = shell::parse(&MappedText::verbatim(&text, 0), &Dialect::Bash);
    let own = |frame: usize| {
        let mut at = Some(frame);
        while let Some(frame) = at.and_then(|i| script.frames.get(i)) {
            if matches!(frame.kind, FrameKind::Script { .. }) {
                return false;
            }
            at = frame.parent;
        }
        true
    };
    // What ShellCheck cannot read has no commands.
    let readable =
        !script.errors.iter().any(|e| !e.limit) && (node.shell.is_posix() || !is_foreign(&text));
    let commands = script.commands.iter().filter(|c| own(c.frame));
    Some(Run {
        node: node.index,
        stage: node.stage,
        onbuild: node.onbuild,
        commands: commands.filter(|_| readable).filter_map(command).collect(),
        has_pipe: readable && script.pipelines.iter().any(|p| own(p.frame)),
        scratch: node
            .mounts
            .iter()
            .filter(|m| matches!(m.kind, MountKind::Cache | MountKind::Tmpfs))
            .filter_map(|m| Some(unquoted(m.target.as_ref()?.as_str()).to_owned()))
            .collect(),
        text,
    })
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
    let mut nodes = facts.nodes.iter();
    let Some(node) = nodes.rfind(|n| n.instruction.span.covers(at)) else {
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
        line => return line.words().join(" "),
    };
    let heredocs = super::owner(facts, node.index).map_or(&[][..], |o| &o.heredocs);
    let Some(first) = heredocs.first() else {
        return word.to_owned();
    };
    let marker = facts.source.slice(first.word_span);
    let before = word.split(marker).next().unwrap_or(word);
    match before.trim().is_empty() {
        true => first.content(facts.source).text().to_owned(),
        false => before.to_owned(),
    }
}

/// Whether a script of another shell has brackets where ShellCheck's parser gives up and ours does
/// not: behind a word, as in `Write-Host ('…')`.
fn is_foreign(text: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => {
                let word = before.is_alphanumeric() || matches!(before, '_' | ']' | ')' | '"');
                if word && letters.peek() != Some(&')') {
                    return true;
                }
            }
            (None, ':') if letters.peek() == Some(&':') => return true,
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    false
}

fn command(command: &shell::Command) -> Option<Command> {
    let wrapped = command.wrappers.iter().flat_map(|w| &w.words);
    let mut words = wrapped.chain(&command.words).skip_while(|w| {
        ["exec", "command", "builtin", "time"]
            .iter()
            .any(|t| w.is(t))
    });
    // A name that only the shell knows is none.
    let name = words.next()?.literal()?.to_owned();
    // Tests and arithmetic are no commands to ShellCheck.
    if name.is_empty() || matches!(name.as_str(), "[[" | "((" | "[" | "!") {
        return None;
    }
    Some(Command {
        name,
        args: words.map(written).collect(),
    })
}

fn written(word: &Word) -> String {
    if word.braces && word.quoting == shell::Quoting::Bare {
        return strip_braces(word.literal().unwrap_or(&word.raw));
    }
    if let Some(text) = word.literal() {
        return text.to_owned();
    }
    let mut out = String::new();
    for part in &word.parts {
        match part {
            WordPart::Literal { text, .. } => out.push_str(text),
            WordPart::Variable { name, modified, .. } => {
                out.push_str("${");
                out.push_str(name);
                out.push_str(if *modified { ":-}" } else { "}" });
            }
            WordPart::CommandSubstitution { .. } => {
                let inner = word.raw.split_once("$(").map(|(_, rest)| rest);
                let inner = inner.or_else(|| word.raw.split_once('`').map(|(_, rest)| rest));
                let end = |s: &str| s.rfind([')', '`']).unwrap_or(s.len());
                out.push_str("${");
                out.push_str(inner.and_then(|s| s.get(..end(s))).unwrap_or_default());
                out.push('}');
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

    /// The arguments without flags and the values of some of them.
    pub fn plain_without(&self, valued: &[&str]) -> Vec<&str> {
        self.without_values(valued)
            .into_iter()
            .filter(|a| !is_flag(a))
            .collect()
    }

    /// The arguments without some flags and their values.
    pub fn without_values(&self, valued: &[&str]) -> Vec<&str> {
        let mut out = Vec::new();
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            let takes =
                !arg.contains('=') && flags_of(arg).iter().any(|f| valued.contains(&f.as_str()));
            match takes {
                true => drop(args.next()),
                false => out.push(arg.as_str()),
            }
        }
        out
    }
}
