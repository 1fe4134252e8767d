//! The codes that no rule of the back end finds, told from the commands of the script.

use std::ops::Range;

use super::script::{RunScript, finding};
use super::{brackets, code_of, usage};
use crate::diagnostic::{Diagnostic, Severity};
use crate::shell::{
    Command, Connector, Dialect, Frame, FrameKind, Script, ShellError, Word, WordPart,
};
use crate::span::{MappedText, Span};

/// The codes.
const CODES: [(&str, Severity); 13] = [
    (LEFT_OVER, Severity::Error),
    ("SC1141", Severity::Error),
    ("SC2093", Severity::Warning),
    ("SC2233", Severity::Style),
    ("SC2234", Severity::Style),
    (UNREADABLE, Severity::Error),
    (STOPPED, Severity::Error),
    ("SC2015", Severity::Info),
    ("SC2028", Severity::Info),
    ("SC2174", Severity::Warning),
    ("SC2185", Severity::Info),
    ("SC2251", Severity::Info),
    ("SC3028", Severity::Warning),
];

/// All codes that are told from the commands of a script.
pub(super) fn codes() -> impl Iterator<Item = (&'static str, Severity)> {
    CODES.into_iter().chain(brackets::CODES).chain(usage::CODES)
}

/// What cannot be read.
const UNREADABLE: &str = "SC1072";

/// What ends something that nothing began.
const STOPPED: &str = "SC1089";

/// What stands where nothing can.
const LEFT_OVER: &str = "SC1070";

/// The codes with which reading ends.
pub(super) const ENDS: [&str; 3] = [LEFT_OVER, UNREADABLE, STOPPED];

/// The words and signs that end what another began.
const CLOSERS: [&str; 10] = [
    "fi", "done", "esac", "then", "else", "elif", "do", ";;", ")", "}",
];

/// The codes of what is not closed, so that a closing word has its opening one.
const LEFT_OPEN: [&str; 6] = ["SC1046", "SC1048", "SC1049", "SC1050", "SC1058", "SC1061"];

/// Variables that Bash sets by itself and POSIX shells do not.
const OF_BASH: [&str; 14] = [
    "BASHPID",
    "DIRSTACK",
    "EUID",
    "HOSTNAME",
    "HOSTTYPE",
    "MACHTYPE",
    "OSTYPE",
    "PIPESTATUS",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "UID",
];

/// A member of a list of commands.
struct Item {
    frame: usize,
    statement: u32,
    connector: Connector,
    or_follows: bool,
    negated: bool,
    span: Span,
    /// The command, if it is a simple one and alone.
    command: Option<usize>,
    /// The operator before it.
    operator: Option<Span>,
    /// Whether it is a member, and not a part of one: a substitution, a branch.
    whole: bool,
}

struct Search<'s> {
    text: &'s MappedText,
    script: &'s Script,
    around: &'s RunScript<'s>,
    found: Vec<Diagnostic>,
    /// The codes of what was found by others, and where.
    others: Vec<(&'s str, Span)>,
}

/// A finding of a code told from the commands, on bytes of a script.
pub(super) fn on_script(code: &'static str, range: Range<usize>, message: String) -> Diagnostic {
    finding(code, severity(code), range, message)
}

fn severity(code: &str) -> Severity {
    let known = codes().find(|(c, _)| *c == code);
    known.map_or(Severity::Warning, |(_, severity)| severity)
}

/// The findings in a script, in which others were found before, at their places in the file.
pub(super) fn findings(around: &RunScript<'_>, others: &[Diagnostic]) -> Vec<Diagnostic> {
    let (text, script) = (around.text, around.script);
    let mut search = Search {
        text,
        script,
        around,
        found: Vec::new(),
        others: others.iter().map(|f| (code_of(f), f.span)).collect(),
    };
    for (index, command) in script.commands.iter().enumerate() {
        // What stands in quotes is read by another shell.
        let is_quoted = |kind: &FrameKind| matches!(kind, FrameKind::Script { .. });
        if script.frames_of(index).any(|(_, f)| is_quoted(&f.kind)) {
            continue;
        }
        if command.wrappers.is_empty() {
            search.arguments(command);
            search.brackets(command);
        }
        search.extend(usage::findings(command, text));
        search.variables(command);
    }
    search.extend(usage::of_pipelines(script, text));
    search.negations();
    search.replaced();
    search.subshells();
    search.left_over();
    search.mistaken_conditions();
    search.errors();
    search.found
}

/// The first word that gives a flag, perhaps among other letters or with a value.
fn flag<'w>(args: &'w [Word], short: char, long: &str) -> Option<&'w Word> {
    args.iter().find(|w| match w.prefix().strip_prefix("--") {
        Some(name) => name.split('=').next() == Some(long),
        None => {
            let letters = w.prefix().strip_prefix('-');
            letters.is_some_and(|letters| letters.contains(short))
        }
    })
}

/// Whether two backslashes stand in single quotes.
fn holds_quoted_backslashes(raw: &str) -> bool {
    let mut quote = None;
    let mut bytes = raw.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b'\\', Some(b'\'')) if bytes.peek() == Some(&b'\\') => return true,
            (b'\\', Some(b'"') | None) => {
                bytes.next();
            }
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    false
}

/// The codes of brackets where a shell has none.
const ODD_BRACKETS: [&str; 6] = ["SC1036", "SC1064", "SC1065", "SC1088", "SC2288", "SC3006"];

/// Whether a piece of a script begins a loop or a condition that it does not end.
fn leaves_open(text: &str) -> bool {
    let mut open = [0i32; 3];
    for word in text.split(|c: char| c.is_whitespace() || ";&|()".contains(c)) {
        let (which, change) = match word {
            "do" => (0, 1),
            "done" => (0, -1),
            "if" => (1, 1),
            "fi" => (1, -1),
            "case" => (2, 1),
            "esac" => (2, -1),
            _ => continue,
        };
        if let Some(open) = open.get_mut(which) {
            *open += change;
        }
    }
    open.iter().any(|n| *n > 0)
}

/// Whether a closing word ends where the rest begins.
fn ends_word(closer: &str, rest: &str) -> bool {
    !closer.starts_with(char::is_alphabetic) || !rest.starts_with(|c: char| c.is_alphanumeric())
}

/// The first mistake in what this shell reads.
fn first_error(script: &Script) -> Option<&ShellError> {
    let quoted = |at: u32| {
        let mut frames = script.frames.iter();
        frames.any(|f| matches!(f.kind, FrameKind::Script { .. }) && f.span.contains(at))
    };
    let mut errors = script.errors.iter();
    errors.find(|e| e.is_mistake() && !quoted(e.span.start))
}

/// Whether a text that no shell can read may be for another program: a template, PowerShell, `cmd`.
pub(super) fn may_be_foreign(script: &RunScript<'_>, found: &[Diagnostic]) -> bool {
    let odd = |f: &Diagnostic| ODD_BRACKETS.contains(&code_of(f));
    if first_error(script.script).is_none() && !found.iter().any(odd) {
        return false;
    }
    let text = script.text.text().to_ascii_lowercase();
    [
        "{{",
        "}}",
        "<%",
        "%}",
        "::",
        "$env:",
        ":\\",
        "@('",
        "==\"",
        "new-object",
    ]
    .iter()
    .any(|mark| text.contains(mark))
}

/// Whether a `# shellcheck disable=` above the line, in a heredoc, names the code; `is_before` says of
/// where a line begins whether that is before the finding.
pub(super) fn is_disabled(text: &str, code: &str, is_before: impl Fn(usize) -> bool) -> bool {
    if !text.contains("disable=") {
        return false;
    }
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !is_before(at) {
            break;
        }
        at += line.len();
        lines.push(line.trim_start());
    }
    let number = code.trim_start_matches("SC");
    let comments = lines
        .iter()
        .rev()
        .skip(1)
        .take_while(|l| l.starts_with('#'));
    comments
        .filter(|l| l.contains("shellcheck") && l.contains("disable="))
        .any(|l| l.contains(number) || l.contains("disable=all"))
}

/// Whether a shell reads a word where the parser misses a command: `in` says nothing where one
/// begins, and a keyword is one only there, not behind an assignment.
fn is_plain_word(before: &str, rest: Option<&str>) -> bool {
    let is_operator = |c: char| "&|;".contains(c) || c.is_whitespace();
    let next = rest.unwrap_or_default().trim_start_matches(is_operator);
    let word = next.split(is_operator).next().unwrap_or_default();
    let behind = before.rsplit(|c: char| "&|;(){}\n".contains(c)).next();
    let name = behind.and_then(|text| text.trim_start().split_once('='));
    let assigns = name.is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    word == "in" || (assigns && before.ends_with([' ', '\t']) && CLOSERS.contains(&word))
}

impl Search<'_> {
    fn report(&mut self, code: &'static str, span: Span, message: &str) {
        self.push(span, on_script(code, 0..0, message.to_owned()));
    }

    /// Findings on bytes of the script.
    fn extend(&mut self, found: Vec<Diagnostic>) {
        for finding in found {
            self.push(self.text.span(finding.span.range()), finding);
        }
    }

    /// A finding at its place in the file.
    fn push(&mut self, span: Span, finding: Diagnostic) {
        let is_before = |line: usize| self.text.offset(line as u32) <= span.start;
        if !is_disabled(self.text.text(), code_of(&finding), is_before) {
            self.found.push(Diagnostic { span, ..finding });
        }
    }

    /// What the shell cannot read.
    fn errors(&mut self) {
        let Some(error) = first_error(self.script) else {
            return;
        };
        if self.others.iter().any(|(c, _)| *c == UNREADABLE) {
            return;
        }
        let text = self.text.text();
        // The parser's span may be wider than the word it stumbles over.
        let word = |at: usize| text.get(at..).and_then(|t| t.split_whitespace().next());
        let starts = (0..text.len()).find(|at| self.text.offset(*at as u32) == error.span.start);
        let closes = starts.and_then(word).and_then(|word| {
            let mut closers = CLOSERS.iter();
            closers.find(|c| {
                word.strip_prefix(**c)
                    .is_some_and(|rest| ends_word(c, rest))
            })
        });
        let before = text.get(..starts.unwrap_or_default()).unwrap_or_default();
        let misses_command = error.message.starts_with("expected command");
        if misses_command && is_plain_word(before, text.get(starts.unwrap_or_default()..)) {
            return;
        }
        let opened = leaves_open(before) || self.others.iter().any(|(c, _)| LEFT_OPEN.contains(c));
        match closes {
            Some(word) if error.message == "expected command" => {
                let span = Span::new(error.span.start, error.span.start + word.len() as u32);
                let (code, what) = if opened {
                    (UNREADABLE, "does not close what is open here")
                } else {
                    (STOPPED, "closes nothing")
                };
                let message = format!("`{word}` {what}: the shell stops reading");
                self.report(code, span, &message);
            }
            _ => {
                let reason = error.message.replace('\'', "`");
                let message = format!("the shell cannot read this: {reason}");
                self.report(UNREADABLE, error.span, &message);
            }
        }
    }

    fn arguments(&mut self, command: &Command) {
        let Some(name) = command.words.first() else {
            return;
        };
        let args = command.args();
        match command.name.as_str() {
            "mkdir" => {
                let deep = |text: Option<&str>| match text {
                    Some(text) => text
                        .trim_start_matches("../")
                        .trim_start_matches("./")
                        .contains('/'),
                    None => true,
                };
                if flag(args, 'p', "parents").is_some()
                    && let Some(mode) = flag(args, 'm', "mode")
                    && args.iter().skip(1).any(|w| deep(w.literal()))
                {
                    let message = "`-m` sets the mode of the last directory only, not of those that \
                                   `-p` makes above it";
                    self.report("SC2174", mode.span, message);
                }
            }
            // The back end asks for a letter behind the backslashes. dash has escapes.
            "echo" if self.around.dialect != Dialect::Dash => {
                let expands = |w: &Word| {
                    let letters = w.prefix().strip_prefix('-');
                    letters
                        .is_some_and(|l| l.contains('e') && l.bytes().all(|b| b"neE".contains(&b)))
                };
                if args.first().is_some_and(expands) {
                    return;
                }
                for word in args {
                    let known = |(code, span): &(&str, Span)| {
                        *code == "SC2028" && span.start == word.span.start
                    };
                    if holds_quoted_backslashes(&word.raw) && !self.others.iter().any(known) {
                        let message = "`echo` may print both backslashes or one: use `printf`";
                        self.report("SC2028", word.span, message);
                    }
                }
            }
            "find" => {
                let first = args.iter().find(|w| {
                    let text = w.prefix();
                    !(text.starts_with('-') && text.len() == 2 || text.starts_with("-O"))
                });
                let none = first.is_none_or(|w| w.prefix().starts_with('-'));
                let help = args.iter().any(|w| w.is("--help") || w.is("--version"));
                if none && !help {
                    let message =
                        "`find` is given no place to search, which some take for an error";
                    self.report("SC2185", name.span, message);
                }
            }
            _ => {}
        }
    }

    /// Conditions in brackets.
    fn brackets(&mut self, command: &Command) {
        let names = |name: &str| self.around.is_set(name) || self.is_assigned(name);
        let found = brackets::findings(command, self.text.text(), &self.around.dialect, &names);
        self.extend(found);
    }

    /// Commands, pipelines and compound commands behind `!`, whose failure is lost though failing
    /// commands are to end the script.
    fn negations(&mut self) {
        if !self.ends_on_failure() {
            return;
        }
        let items = self.items();
        for item in items.iter().filter(|i| i.negated) {
            let alone = matches!(
                item.connector,
                Connector::Start | Connector::Semicolon | Connector::Newline
            );
            let joined = |other: &Item| {
                other.frame == item.frame
                    && other.statement == item.statement
                    && matches!(other.connector, Connector::AndAnd | Connector::OrOr)
            };
            if item.or_follows || !alone || items.iter().any(joined) {
                continue;
            }
            let later = |i: &&Item| i.frame == item.frame && i.statement > item.statement;
            if self.is_lost(item.frame, items.iter().find(later).is_none()) {
                let message =
                    "a failure of this command does not end the script: `!` exempts it from `-e`";
                self.report("SC2251", self.with_bang(item.span), message);
            }
        }
    }

    /// `exec` of a program before other commands, which then never run.
    fn replaced(&mut self) {
        let execs = |c: &Command| c.name == "exec" || c.wrappers.iter().any(|w| w.name == "exec");
        if !self.script.commands.iter().any(execs) {
            return;
        }
        let items = self.items();
        let script = self.script;
        for item in items.iter().filter(|i| i.whole && !i.negated) {
            let command = item.command.and_then(|c| script.commands.get(c));
            let execs = |c: &&Command| {
                let wrapped = c.wrappers.first().is_some_and(|w| w.name == "exec");
                wrapped || c.name == "exec" && !c.args().is_empty()
            };
            let Some(command) = command.filter(execs) else {
                continue;
            };
            let Some(frame) = script.frames.get(item.frame) else {
                continue;
            };
            let parent = frame.parent.and_then(|p| script.frames.get(p));
            let runs_on = match frame.kind {
                FrameKind::Top | FrameKind::Group | FrameKind::Body | FrameKind::Function(_) => {
                    true
                }
                FrameKind::Branch => parent.is_some_and(|p| p.kind == FrameKind::If),
                _ => false,
            };
            let others = || items.iter().filter(|i| i.whole && i.frame == item.frame);
            let joined = others().any(|i| i.statement == item.statement && i.span != item.span);
            let mut later = others().filter(|i| i.statement > item.statement).peekable();
            let ends = frame.kind == FrameKind::Body && later.peek().is_none();
            let lost =
                ends || later.any(|i| self.is_one_of(i, &[":", "true"]) || !self.is_harmless(i));
            if runs_on && !joined && lost {
                let message = "`exec` does not return: what follows never runs";
                self.report("SC2093", command.span, message);
            }
        }
    }

    /// Conditions in a subshell of their own.
    fn subshells(&mut self) {
        let mut frames = self.script.frames.iter();
        if frames.all(|f| f.kind != FrameKind::Subshell) {
            return;
        }
        let items = self.items();
        let script = self.script;
        for (id, frame) in script.frames.iter().enumerate() {
            let mut inside = items.iter().filter(|i| i.whole && i.frame == id);
            let only = (inside.next(), inside.next());
            let (Some(item), None, true) = (only.0, only.1, frame.redirects.is_empty()) else {
                continue;
            };
            if frame.kind != FrameKind::Subshell
                || item.negated
                || item
                    .command
                    .and_then(|c| script.commands.get(c))
                    .is_none_or(|c| !c.assignments.is_empty())
                || !self.is_one_of(item, &["[", "[[", "test"])
            {
                continue;
            }
            let parent = frame.parent.and_then(|p| script.frames.get(p));
            let asked = parent.is_some_and(|p| p.kind == FrameKind::Condition);
            let code = if asked && !frame.negated {
                "SC2233"
            } else {
                "SC2234"
            };
            let message = "a condition needs no shell of its own: leave out the parentheses";
            self.report(code, frame.span, message);
        }
    }

    /// A word behind what ends with a bracket or a keyword.
    fn left_over(&mut self) {
        if self.around.dialect == Dialect::Zsh {
            return;
        }
        let text = self.text.text();
        let script = self.script;
        for frame in script.frames.iter().filter(|f| f.redirects.is_empty()) {
            let closer = match frame.kind {
                FrameKind::Subshell => ")",
                FrameKind::Group => "}",
                FrameKind::If => "fi",
                FrameKind::Loop => "done",
                FrameKind::Case => "esac",
                _ => continue,
            };
            let Some(last) = frame.span.end.checked_sub(1) else {
                continue;
            };
            let end = usage::range_of(self.text, last, 1);
            let Some((before, behind)) = end.and_then(|r| text.split_at_checked(r.end)) else {
                continue;
            };
            let rest = behind.trim_start_matches([' ', '\t']);
            let begins =
                rest.starts_with(|c: char| c.is_ascii_alphabetic() || "{\"'$/.".contains(c));
            let word = rest
                .split(|c: char| c.is_whitespace() || ";&|()".contains(c))
                .next();
            let word = word.unwrap_or_default();
            let start = usage::range_of(self.text, frame.span.start, 1);
            let ahead = start.and_then(|r| text.get(..r.start)).unwrap_or_default();
            let ahead = ahead.trim_end_matches([' ', '\t']);
            let leads = [
                "then", "do", "else", "elif", "if", "while", "until", "!", "time",
            ];
            let last_word = ahead
                .rsplit(|c: char| c.is_whitespace() || ";&|({".contains(c))
                .next();
            // Behind any other word a bracket begins nothing.
            if last_word.is_some_and(|w| !w.is_empty() && !w.ends_with(')') && !leads.contains(&w))
            {
                continue;
            }
            let closes = ["then", "do", "done", "fi", "else", "elif", "esac", "in"].contains(&word);
            // Without a blank it may be a part of the last word.
            if !before.ends_with(closer) || !begins || closes || rest.len() == behind.len() {
                continue;
            }
            let at = text.len() - rest.len();
            if !rest.starts_with('{') {
                let message = "only a redirection or an operator can stand here";
                self.report("SC1141", self.text.span(at..at + 1), message);
            }
            self.report(
                LEFT_OVER,
                self.text.span(at..at),
                "the shell stops reading here",
            );
            return;
        }
    }

    /// The members of all lists.
    fn items(&self) -> Vec<Item> {
        let script = self.script;
        let mut items: Vec<Item> = Vec::new();
        let commands = script.commands.iter().enumerate();
        for (index, command) in commands.filter(|(_, c)| c.pipeline.is_none()) {
            items.push(Item {
                frame: command.frame,
                statement: command.statement,
                connector: command.connector,
                or_follows: command.or_follows,
                negated: command.negated,
                span: command.span,
                command: Some(index),
                operator: command.operator,
                whole: true,
            });
        }
        for frame in script.frames.iter().filter(|f| f.pipeline.is_none()) {
            items.extend(frame.parent.map(|parent| Item {
                frame: parent,
                statement: frame.statement,
                connector: frame.connector,
                or_follows: frame.or_follows,
                negated: frame.negated,
                span: frame.span,
                command: None,
                operator: None,
                whole: !matches!(
                    frame.kind,
                    FrameKind::CommandSubstitution
                        | FrameKind::ProcessSubstitution
                        | FrameKind::Script { .. }
                        | FrameKind::Condition
                        | FrameKind::Branch
                        | FrameKind::Body
                ),
            }));
        }
        for pipeline in &script.pipelines {
            let first = pipeline.parts.first().map(|p| p.commands.start);
            let statement = first.and_then(|c| self.statement_in(c, pipeline.frame));
            items.extend(statement.map(|statement| Item {
                frame: pipeline.frame,
                statement,
                connector: pipeline.connector,
                or_follows: pipeline.or_follows,
                negated: pipeline.negated,
                span: pipeline.span,
                command: None,
                operator: None,
                whole: true,
            }));
        }
        items
    }

    /// `a && b || c`, where c runs if b fails, unless something asks for the result of the whole.
    fn mistaken_conditions(&mut self) {
        let mut items = self.items();
        if items.iter().all(|i| i.connector != Connector::OrOr) {
            return;
        }
        items.retain(|i| i.whole);
        items.sort_by_key(|i| (i.frame, i.statement, i.span.start));
        let mut lists: Vec<&[Item]> = items
            .chunk_by(|a, b| (a.frame, a.statement) == (b.frame, b.statement))
            .collect();
        lists.retain(|list| {
            let ends = list.last_chunk::<3>();
            ends.is_some_and(|[_, then, other]| {
                then.connector == Connector::AndAnd
                    && other.connector == Connector::OrOr
                    && !self.is_one_of(then, &["[", "[[", "test"])
                    && !self.is_harmless(other)
                    && !other.negated
            })
        });
        for list in lists {
            let Some([.., then, _]) = list.last_chunk::<3>() else {
                continue;
            };
            if self.is_asked(then.frame, then.statement, &items) {
                continue;
            }
            let message = "what follows `||` also runs if what follows `&&` fails: this is no \
                           `if … else`";
            let span = then
                .operator
                .unwrap_or_else(|| self.operator_before(then.span));
            self.report("SC2015", span, message);
        }
    }

    /// Whether something asks for the result of a statement of a frame: a condition, or an operator
    /// behind what it stands in.
    fn is_asked(&self, frame: usize, statement: u32, items: &[Item]) -> bool {
        let mut at = Some((frame, statement));
        while let Some((frame, statement)) = at {
            let Some(found) = self.script.frames.get(frame) else {
                return true;
            };
            let later = |i: &Item| i.frame == frame && i.statement > statement;
            match found.kind {
                FrameKind::Script { .. } | FrameKind::Damaged => return true,
                FrameKind::Condition if !items.iter().any(later) => return true,
                _ => {}
            }
            let follows = |i: &Item| {
                Some(i.frame) == found.parent
                    && i.statement == found.statement
                    && i.span.start >= found.span.end
                    && matches!(i.connector, Connector::AndAnd | Connector::OrOr)
            };
            if items.iter().any(follows) {
                return true;
            }
            at = found.parent.map(|parent| (parent, found.statement));
        }
        false
    }

    fn is_one_of(&self, item: &Item, names: &[&str]) -> bool {
        let command = item.command.and_then(|c| self.script.commands.get(c));
        command.is_some_and(|c| c.wrappers.is_empty() && names.contains(&c.name.as_str()))
    }

    /// Whether a command may as well run: it ends the script, says something or cannot do harm.
    fn is_harmless(&self, item: &Item) -> bool {
        let command = item.command.and_then(|c| self.script.commands.get(c));
        let assigns = command.is_some_and(|c| c.words.is_empty() && !c.assignments.is_empty());
        assigns || self.is_one_of(item, &[":", "echo", "exit", "printf", "return", "true"])
    }

    /// The `&&` before a span.
    fn operator_before(&self, span: Span) -> Span {
        let operators = self.text.text().match_indices("&&");
        let places = operators.map(|(at, _)| at as u32);
        let before = places.take_while(|at| self.text.offset(*at) < span.start);
        match before.last() {
            Some(at) => Span::new(self.text.offset(at), self.text.offset(at + 1) + 1),
            None => span,
        }
    }

    /// A span with the `!` before it.
    fn with_bang(&self, span: Span) -> Span {
        let text = self.text.text();
        let bangs = text.match_indices('!').map(|(at, _)| at);
        let mut before = bangs.filter(|at| self.text.offset(*at as u32) < span.start);
        match before.next_back() {
            Some(at) => Span::new(self.text.offset(at as u32), span.end),
            None => span,
        }
    }

    /// Which statement of a frame a command is in, however deep.
    fn statement_in(&self, command: usize, frame: usize) -> Option<u32> {
        let own = self.script.commands.get(command)?;
        if own.frame == frame {
            return Some(own.statement);
        }
        let mut around = self.script.frames_of(command).map(|(_, f)| f);
        let child = around.find(|f| f.parent == Some(frame))?;
        Some(child.statement)
    }

    /// Whether nothing asks for the result of a statement in a frame.
    fn is_lost(&self, frame: usize, last: bool) -> bool {
        let script = self.script;
        let Some(frame) = script.frames.get(frame) else {
            return false;
        };
        let parent = frame.parent.and_then(|p| script.frames.get(p));
        let counts = match frame.kind {
            FrameKind::Top | FrameKind::Subshell | FrameKind::Function(_) => !last,
            // The end of a pipeline has the pipeline's result.
            FrameKind::Group => !last || frame.pipeline.is_none(),
            FrameKind::Body => true,
            FrameKind::Branch => parent.is_some_and(|p| p.kind == FrameKind::If),
            _ => false,
        };
        let mut around =
            std::iter::successors(Some(frame), |f| f.parent.and_then(|p| script.frames.get(p)));
        let asked = |f: &Frame| {
            f.or_follows || matches!(f.kind, FrameKind::Condition | FrameKind::Script { .. })
        };
        counts && !around.any(asked)
    }

    /// Whether `-e` is set anywhere.
    fn ends_on_failure(&self) -> bool {
        let sets = |c: &Command| {
            c.name == "set"
                && c.literal_args().any(|w| {
                    w == "errexit" || w.starts_with('-') && !w.starts_with("--") && w.contains('e')
                })
        };
        self.around.options.errexit || self.script.commands.iter().any(sets)
    }

    /// `$UID` and the like where only Bash has them.
    fn variables(&mut self, command: &Command) {
        if !matches!(
            self.around.dialect,
            Dialect::Sh | Dialect::Dash | Dialect::Ash
        ) {
            return;
        }
        let values = command.assignments.iter().map(|a| &a.value);
        let words = command.words.iter().chain(values);
        let parts = words.flat_map(|w| &w.parts).filter_map(|p| match p {
            WordPart::Variable { name, span, .. } => Some((name.as_str(), *span)),
            _ => None,
        });
        let found: Vec<(&str, Span)> = parts
            .filter(|(name, _)| OF_BASH.contains(name) && !self.is_assigned(name))
            .collect();
        for (name, span) in found {
            let message = format!("`{name}` is a variable of Bash that other shells need not set");
            self.report("SC3028", span, &message);
        }
    }

    fn is_assigned(&self, name: &str) -> bool {
        // BusyBox counts dice too.
        (name == "RANDOM" && self.around.dialect == Dialect::Ash)
            || self.around.is_set(name)
            || self.script.commands.iter().any(|c| {
                c.assignments.iter().any(|a| a.name == name)
                    || c.name == "read" && c.literal_args().any(|w| w == name)
            })
    }
}
