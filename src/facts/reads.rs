//! The variables that the script of an instruction takes from its environment.

use std::collections::HashSet;

use super::{Facts, Node};
use crate::shell::{Command, RedirectKind, Script, Word, WordPart};
use crate::span::{MappedText, Span};

/// The variables that a build has without a declaration, and those that a shell or the program
/// that starts it sets.
const GIVEN: [&str; 48] = [
    "ALL_PROXY",
    "BASH",
    "BASHPID",
    "BASH_COMMAND",
    "BASH_LINENO",
    "BASH_REMATCH",
    "BASH_SOURCE",
    "BASH_VERSINFO",
    "BASH_VERSION",
    "COLUMNS",
    "COMP_WORDS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FTP_PROXY",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "HOME",
    "HOSTNAME",
    "HOSTTYPE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "IFS",
    "LINENO",
    "LINES",
    "MACHTYPE",
    "NO_PROXY",
    "OLDPWD",
    "OPTARG",
    "OPTIND",
    "OSTYPE",
    "PATH",
    "PIPESTATUS",
    "PPID",
    "PS1",
    "PS2",
    "PS4",
    "PWD",
    "RANDOM",
    "REPLY",
    "SECONDS",
    "SHELL",
    "SHLVL",
    "SOURCE_DATE_EPOCH",
    "TERM",
    "UID",
];

/// Commands that give a variable a value that they name without a `$`.
const SETTERS: [&str; 11] = [
    "declare",
    "export",
    "getopts",
    "local",
    "mapfile",
    "printf",
    "read",
    "readarray",
    "readonly",
    "typeset",
    "unset",
];

/// A variable that a script reads and does not set itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellRead {
    /// The variable.
    pub name: String,
    /// Where it is read, from the `$`.
    pub span: Span,
    /// The here-document it stands in, by its delimiter word, if it stands in the body of one.
    pub heredoc: Option<Span>,
}

impl Facts<'_> {
    /// Each variable that the script of an instruction reads where it stands first, without those
    /// that the script sets, or for whose absence it provides: `${X:-y}`, `[ -z "$X" ]`. Nothing
    /// where what cannot be seen may set any.
    pub fn shell_reads(&self, node: &Node<'_>) -> Vec<ShellRead> {
        let Some(script) = &node.script else {
            return Vec::new();
        };
        if script.unread || !script.errors.is_empty() || !has_variable(self, node) {
            return Vec::new();
        }
        if script.commands.iter().any(Command::sets_unseen) {
            return Vec::new();
        }
        let mut reads = Reads::default();
        reads.of_script(script);
        for command in script.commands.iter().filter(|c| c.name == "((") {
            let names = names_in(self.source.slice(command.span));
            reads.settled.extend(names.map(str::to_owned));
        }
        let text = self.source.slice(self.whole_span(node));
        for mount in &node.mounts {
            if let Some(name) = mount.option("env") {
                reads.settled.insert(name.as_str().to_owned());
            }
        }
        let Reads { mut found, settled } = reads;
        found.sort_by_key(|r| r.span.start);
        let mut seen = HashSet::new();
        found.retain(|r| {
            !GIVEN.contains(&r.name.as_str())
                && !GIVEN.contains(&r.name.to_ascii_uppercase().as_str())
                && !settled.contains(&r.name)
                && seen.insert(r.name.clone())
                && !provides(text, &r.name)
        });
        found
    }

    /// An instruction with its here-documents.
    pub fn whole_span(&self, node: &Node<'_>) -> Span {
        let bodies = self.heredocs_of(node).iter();
        let end = bodies.map(|h| h.terminator.map_or(h.body.end, |t| t.end));
        let end = end.fold(node.instruction.span.end, u32::max);
        Span::new(node.instruction.span.start, end)
    }
}

/// Whether a `$` stands in the instruction at all.
fn has_variable(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    facts.source.slice(facts.whole_span(node)).contains('$')
}

#[derive(Default)]
struct Reads {
    found: Vec<ShellRead>,
    /// The variables that the script sets or asks about.
    settled: HashSet<String>,
}

impl Reads {
    fn of_script(&mut self, script: &Script) {
        for frame in &script.frames {
            frame.words.iter().for_each(|w| self.word(w));
            for redirect in &frame.redirects {
                self.word(&redirect.target);
            }
        }
        for command in &script.commands {
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        for assignment in &command.assignments {
            self.settled.insert(assignment.name.clone());
            self.word(&assignment.value);
        }
        let wrappers = command.wrappers.iter().flat_map(|w| &w.words);
        for word in command.words.iter().chain(wrappers) {
            self.word(word);
        }
        for redirect in &command.redirects {
            self.word(&redirect.target);
            if let (RedirectKind::Heredoc, Some(heredoc)) = (redirect.kind, &redirect.heredoc)
                // A script that is read for itself counts by its commands.
                && !heredoc.quoted
                && command.script.is_none()
            {
                self.body(&heredoc.body, redirect.target.span);
            }
        }
        let name = command.name.as_str();
        if SETTERS.contains(&name) {
            let names = command.literal_args();
            self.settled.extend(names.map(str::to_owned));
        }
        if name == "let" {
            let words = command.words.iter().map(|w| w.raw.as_str());
            self.settled
                .extend(words.flat_map(names_in).map(str::to_owned));
        }
        if is_question(command) {
            let names = command.words.iter().flat_map(Word::variables);
            self.settled.extend(names.map(str::to_owned));
        }
    }

    fn word(&mut self, word: &Word) {
        for part in &word.parts {
            let WordPart::Variable {
                name,
                span,
                modified,
                ..
            } = part
            else {
                continue;
            };
            if *modified {
                self.settled.insert(name.clone());
            } else if is_name(name) {
                self.found.push(ShellRead {
                    name: name.clone(),
                    span: *span,
                    heredoc: None,
                });
            }
        }
    }

    /// What the shell expands in the body of a here-document.
    fn body(&mut self, body: &MappedText, heredoc: Span) {
        let text = body.text();
        let mut rest = 0;
        while let Some(at) = text.get(rest..).and_then(|t| t.find(['$', '\\'])) {
            let at = rest + at;
            let behind = text.get(at + 1..).unwrap_or_default();
            if text.as_bytes().get(at) == Some(&b'\\') {
                rest = at + 1 + behind.chars().next().map_or(0, char::len_utf8);
                continue;
            }
            rest = at + 1;
            let (inner, braced) = match behind.strip_prefix('{') {
                Some(inner) => (inner, true),
                None => (behind, false),
            };
            let name = leading_name(inner);
            if name.is_empty() {
                continue;
            }
            let closes = inner.get(name.len()..).is_some_and(|t| t.starts_with('}'));
            if braced && !closes {
                self.settled.insert(name.to_owned());
                continue;
            }
            let end = at + 1 + name.len() + if braced { 2 } else { 0 };
            self.found.push(ShellRead {
                name: name.to_owned(),
                span: body.span(at..end),
                heredoc: Some(heredoc),
            });
        }
    }
}

/// Whether a condition asks whether a variable is empty.
fn is_question(command: &Command) -> bool {
    if !matches!(command.name.as_str(), "[" | "[[" | "test") {
        return false;
    }
    let args = command.args();
    let closes = |w: &&Word| !w.is("]") && !w.is("]]") && !w.is("!");
    let asks = |w: &Word| w.is("-z") || w.is("-n") || w.is("-v") || w.literal() == Some("");
    // `[ "$X" ]`, `[ "x$X" = x ]`
    let dressed = |w: &Word| w.prefix() == "x" || w.prefix() == "X" || w.prefix() == "_";
    args.iter().filter(closes).count() == 1 || args.iter().any(|w| asks(w) || dressed(w))
}

/// Whether a text says what to do where a variable is not set, or sets it in a way that is no
/// command of its own: `${X:-y}` inside another expansion, `for X in`.
fn provides(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let behind = text.get(at + name.len()..).unwrap_or_default();
        let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if before.ends_with(goes_on) || behind.starts_with(goes_on) {
            return false;
        }
        if before.ends_with("${") || before.ends_with("${#") || before.ends_with("${!") {
            return !behind.starts_with('}') || !before.ends_with("${");
        }
        let word = before.trim_end();
        let loops = ["for", "select"];
        before.ends_with([' ', '\t'])
            && loops.iter().any(|l| {
                word.strip_suffix(l)
                    .is_some_and(|rest| !rest.ends_with(goes_on))
            })
    })
}

/// The name that a text begins with.
fn leading_name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let name = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        name
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && leading_name(text) == text
}

/// The names in an arithmetic expression.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|t| is_name(t))
}

#[cfg(test)]
mod tests {
    use crate::context::Build;
    use crate::facts::Facts;
    use crate::span::Source;

    fn reads(run: &str) -> Vec<String> {
        let source = Source::new("Dockerfile", format!("FROM a\n{run}\n"));
        let file = crate::syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let found = facts.shell_reads(&facts.nodes[1]);
        let shown = |r: &super::ShellRead| facts.source.slice(r.span).to_owned();
        found.iter().map(shown).collect()
    }

    #[test]
    fn what_a_script_reads_and_leaves_alone_is_taken_from_the_environment() {
        assert_eq!(reads("RUN echo $A \"${B}x\" '$C' \\$D $A"), ["$A", "${B}"]);
        assert_eq!(reads("RUN X=$A; cd $B && y > $C/z"), ["$A", "$B", "$C"]);
        assert_eq!(reads("RUN for x in $A; do echo $x; done"), ["$A"]);
        assert_eq!(reads("RUN sh -c 'echo $A'"), ["$A"]);
        assert_eq!(reads("RUN cat <<EOF > f\n$A \\$B ${C:-d}\nEOF"), ["$A"]);
        assert_eq!(reads("RUN cat <<'EOF' > f\n$A\nEOF"), [""; 0]);
        assert_eq!(reads("RUN <<EOF\necho $A\nEOF"), ["$A"]);
        assert_eq!(reads("RUN make VERSION=$VERSION"), ["$VERSION"]);
        assert_eq!(reads("CMD echo $A"), ["$A"]);
        assert_eq!(reads("CMD [\"echo\", \"$A\"]"), [""; 0]);
    }

    #[test]
    fn what_a_script_sets_or_provides_for_is_its_own() {
        for run in [
            "A=1 && echo $A",
            "export A=1; echo $A",
            "read A < f && echo $A",
            "env A=1 sh -c 'echo $A'",
            "for A in x; do echo $A; done",
            "echo ${A:-x} $A",
            "echo ${A:?no A}",
            "if [ -z \"$A\" ]; then exit 1; fi; echo $A",
            "test -n \"$A\" && echo $A",
            "[ \"$A\" = \"\" ] || echo $A",
            "[[ $A ]] && echo $A",
            ". ./env && echo $A",
            "eval \"$(cat env)\" && echo $A",
            "echo \"${B:-${A:-x}}\" $B $A",
            "((A = 1)); echo $A",
            "echo $HOME $PWD $http_proxy $1 $? $@",
        ] {
            assert_eq!(reads(&format!("RUN {run}")), [""; 0], "{run}");
        }
        let mounted = "RUN --mount=type=secret,id=a,env=A echo $A";
        assert_eq!(reads(mounted), [""; 0]);
    }
}
