//! One simple command and what it is made of.

use std::ops::Range;

use crate::path::file_name;
use crate::span::{MappedText, Span};

/// One simple command: `VAR=x sudo apt-get install -y curl > log`.
///
/// `[[ … ]]`, `(( … ))` and lone assignments are commands too: the first two are named `[[`
/// and `((`, an assignment has no words and no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The base name of the program that runs in the end: `apt-get` for `/usr/bin/apt-get`,
    /// `\apt-get`, `$BIN/apt-get` and `sudo apt-get`. Empty if it is not known.
    pub name: String,
    /// The words from the command word on, wrappers and their arguments left out.
    pub words: Vec<Word>,
    /// The programs that run this one, outermost first: `sudo`, `env`, `xargs`, … A shell
    /// that was given a script is a command of its own: see [`super::Script::wrappers`].
    pub wrappers: Vec<Wrapper>,
    /// `VAR=x` before the command or after `env` and `sudo`, `export VAR=x`, a lone `VAR=x`.
    pub assignments: Vec<Assignment>,
    /// The redirections, in order.
    pub redirects: Vec<Redirect>,
    /// The whole command: assignments, wrappers, words and redirections, heredoc bodies not.
    pub span: Span,
    /// The same in the text it was read from.
    pub range: Range<usize>,
    /// The pipeline this command is directly a part of, and which part.
    pub pipeline: Option<(usize, usize)>,
    /// How it is joined to what stands before it in the same list.
    pub connector: Connector,
    /// The operator of `connector`, if one is written.
    pub operator: Option<Span>,
    /// Whether `!` turns its exit status around.
    pub negated: bool,
    /// Whether an `||` follows in the same list of `&&` and `||`, so that its failure is not
    /// the end.
    pub or_follows: bool,
    /// The innermost frame it stands in: an index into [`super::Script::frames`].
    pub frame: usize,
    /// Which statement of that frame's list it is in, counted from 0: `a && b; c` has two.
    pub statement: u32,
    /// The commands read from the script this one was given: `sh -c '…'`, `eval '…'`,
    /// `bash <<EOF`.
    pub script: Option<Range<usize>>,
}

/// How a command or compound command is joined to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Connector {
    /// It is the first of its list.
    Start,
    /// `&&`
    AndAnd,
    /// `||`
    OrOr,
    /// `;`
    Semicolon,
    /// A line break.
    Newline,
    /// `&`: the one before runs in the background.
    Background,
    /// `|` or `|&`
    Pipe,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, quotes included.
    pub span: Span,
    /// The same in the text it was read from: the text given to [`super::parse`], or the
    /// script of the innermost [`super::FrameKind::Script`].
    pub range: Range<usize>,
    /// The word as written there.
    pub raw: String,
    /// The pieces of a word that is not static; empty if [`Word::literal`] knows the value.
    pub parts: Vec<WordPart>,
    /// How much of it stands in quotes.
    pub quoting: Quoting,
    /// Whether it holds `*`, `?` or `[…]` outside quotes.
    pub glob: bool,
    /// Whether Bash expands braces in it: `{a,b}`, `{1..3}`.
    pub braces: bool,
    /// Whether it is one unbroken piece of the file, so that it can be replaced.
    pub contiguous: bool,
    pub(super) value: Value,
}

/// What is known of a word's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// The word means what is written.
    AsWritten,
    /// The word means this after quotes are removed.
    Cooked(String),
    /// The value is known at run time only.
    Dynamic,
}

/// How much of a word is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quoting {
    /// No quotes, though maybe backslashes.
    Bare,
    /// Some of it: `--x="$y"`.
    Partly,
    /// All of it: `"$x"`, `'x'`.
    Wholly,
}

/// A piece of a word that is not static.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordPart {
    /// Static text, quotes removed.
    Literal {
        /// The text it stands for.
        text: String,
        /// Whether it is quoted.
        quoted: bool,
    },
    /// `$X`, `${X}`, `${X:-default}`.
    Variable {
        /// The variable.
        name: String,
        /// The expansion, `$` included.
        span: Span,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// Whether the value is changed or replaced: `${X:-y}`, `${X%.gz}`, `${#X}`, `${X[1]}`.
        modified: bool,
    },
    /// `$(…)` or backticks.
    CommandSubstitution {
        /// The substitution, delimiters included.
        span: Span,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// Its commands: indexes into [`super::Script::commands`].
        commands: Range<usize>,
    },
    /// Arithmetic, `<(…)`, an array and whatever else.
    Other {
        /// The piece.
        span: Span,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
}

/// A program that runs another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapper {
    /// Its base name.
    pub name: String,
    /// The word that names it.
    pub span: Span,
    /// The same with its own arguments.
    pub whole: Span,
    /// All of its words, options and operands included, assignments not.
    pub words: Vec<Word>,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable; for `a[1]=x` it is `a`.
    pub name: String,
    /// The value; for `a=(…)` the list with its parentheses.
    pub value: Word,
    /// The whole assignment.
    pub span: Span,
    /// Whether it appends: `PATH+=:/x`.
    pub append: bool,
    /// Where it stands.
    pub kind: AssignmentKind,
}

/// Where an assignment stands, and so how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssignmentKind {
    /// Before a command: for that command only.
    Prefix,
    /// After `env`, `sudo` and the like: for that command only.
    Wrapper,
    /// An argument of `export`, `readonly`, `local`, `declare` or `typeset`.
    Declared,
    /// A command of its own: for the rest of the shell.
    Alone,
}

/// One redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// What it does.
    pub kind: RedirectKind,
    /// The file descriptor in front, if one is written.
    pub fd: Option<i32>,
    /// The file, the descriptor, the text of `<<<`, or a heredoc's delimiter.
    pub target: Word,
    /// The operator and its target.
    pub span: Span,
    /// The text of a here-document.
    pub heredoc: Option<Heredoc>,
}

/// The kinds of redirection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RedirectKind {
    /// `>`
    Output,
    /// `>>`
    Append,
    /// `>|`
    Clobber,
    /// `<`
    Input,
    /// `<>`
    ReadWrite,
    /// `<<` and `<<-`
    Heredoc,
    /// `<<<`
    HereString,
    /// `>&`
    DupOutput,
    /// `<&`
    DupInput,
    /// `&>`
    OutputBoth,
    /// `&>>`
    AppendBoth,
}

/// The text of a here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The delimiter without its quotes.
    pub delimiter: String,
    /// Whether the delimiter is quoted, so that nothing in the body is expanded.
    pub quoted: bool,
    /// Whether it is `<<-`; the body is then without its leading tabs.
    pub strip_tabs: bool,
    /// The body, its last line break included. Empty in a script whose places are not known.
    pub body: MappedText,
}

impl Word {
    /// The value after quotes are removed, if it is known. A pattern such as `*.deb` and a
    /// brace expansion stand for themselves: see `glob` and `braces`.
    pub fn literal(&self) -> Option<&str> {
        match &self.value {
            Value::AsWritten => Some(&self.raw),
            Value::Cooked(text) => Some(text),
            Value::Dynamic => None,
        }
    }

    /// Whether the value is this text.
    pub fn is(&self, text: &str) -> bool {
        self.literal() == Some(text)
    }

    /// The static text the word begins with; all of it if it is static.
    pub fn prefix(&self) -> &str {
        match (self.literal(), self.parts.first()) {
            (Some(text), _) => text,
            (None, Some(WordPart::Literal { text, .. })) => text,
            _ => "",
        }
    }

    /// The static text the word ends with; all of it if it is static.
    pub fn suffix(&self) -> &str {
        match (self.literal(), self.parts.last()) {
            (Some(text), _) => text,
            (None, Some(WordPart::Literal { text, .. })) => text,
            _ => "",
        }
    }

    /// Whether it is an option: it starts with `-` and is neither `-` nor `--`.
    pub fn is_flag(&self) -> bool {
        match self.literal() {
            Some(text) => text.starts_with('-') && text != "-" && text != "--",
            None => self.prefix().starts_with('-'),
        }
    }

    /// The variables it expands.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|p| match p {
            WordPart::Variable { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// The base name of the program this word names as a command; empty if it is not known.
    pub fn program(&self) -> &str {
        match self.literal() {
            Some(text) => file_name(text),
            None => match self.suffix().rsplit_once('/') {
                Some((_, name)) => name,
                None => "",
            },
        }
    }
}

impl Command {
    /// The words after the command word.
    pub fn args(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Whether an argument begins with a variable or a substitution, so that it may be any option,
    /// or several.
    pub fn hides_options(&self) -> bool {
        self.args()
            .iter()
            .any(|w| w.prefix().is_empty() && !w.parts.is_empty())
    }

    /// The arguments whose value is known.
    pub fn literal_args(&self) -> impl Iterator<Item = &str> {
        self.args().iter().filter_map(Word::literal)
    }

    /// The options, up to `--`.
    pub fn flags(&self) -> impl Iterator<Item = &Word> {
        self.args()
            .iter()
            .take_while(|w| !w.is("--"))
            .filter(|w| w.is_flag())
    }

    /// The word that gives an option: `--yes` is found as `--yes` and `--yes=true`, `-y` also
    /// inside `-qy`, and other options with one dash (`-auto-approve`) as they are.
    pub fn flag(&self, name: &str) -> Option<&Word> {
        self.flags().find(|w| flag_matches(w, name))
    }

    /// Whether the command has the option `name`; see [`Command::flag`].
    pub fn has_flag(&self, name: &str) -> bool {
        self.flag(name).is_some()
    }

    /// Whether the command has any of these options.
    pub fn has_any_flag(&self, names: &[&str]) -> bool {
        self.flags()
            .any(|w| names.iter().any(|name| flag_matches(w, name)))
    }

    /// Whether it compares a digest or a signature with what was fetched, and fails if they differ.
    pub fn verifies(&self) -> bool {
        match self.name.as_str() {
            "gpg" | "gpg2" => self.has_flag("--verify"),
            "gpgv" | "minisign" | "cosign" => true,
            name => name.ends_with("sum") && self.has_any_flag(&["-c", "--check"]),
        }
    }

    /// Whether it may set variables that cannot be seen: `. file`, `eval`, `export $(…)`.
    pub fn sets_unseen(&self) -> bool {
        match self.name.as_str() {
            _ if self.runs_unseen() => true,
            "export" | "declare" | "typeset" | "local" | "readonly" | "read" => self
                .args()
                .iter()
                .any(|w| w.prefix().is_empty() && !w.parts.is_empty()),
            _ => false,
        }
    }

    /// Whether it runs in the shell itself what cannot be seen.
    pub fn runs_unseen(&self) -> bool {
        matches!(self.name.as_str(), "." | "source" | "eval")
    }

    /// The value of an option, if known: `--file=x`, `--file x`, `-f x` and `-fx` give `x`.
    pub fn flag_value(&self, name: &str) -> Option<&str> {
        let mut words = self.args().iter().take_while(|w| !w.is("--"));
        while let Some(word) = words.next() {
            if !word.is_flag() {
                continue;
            }
            if word.is(name) {
                return words.next().and_then(Word::literal);
            }
            let Some(rest) = word.literal().and_then(|text| text.strip_prefix(name)) else {
                continue;
            };
            if let Some(value) = rest.strip_prefix('=') {
                return Some(value);
            }
            if name.len() == 2 && !name.starts_with("--") {
                return Some(rest);
            }
        }
        None
    }

    /// The arguments that are neither options nor values of the options named here; an option
    /// written `--file=x` brings its value along. After `--` everything is an operand.
    pub fn operands<'a>(&'a self, valued: &'a [&'a str]) -> impl Iterator<Item = &'a Word> {
        let mut only_operands = false;
        let mut skip = false;
        self.args().iter().filter(move |word| {
            if std::mem::take(&mut skip) {
                return false;
            }
            if only_operands {
                return true;
            }
            if word.is("--") {
                only_operands = true;
                return false;
            }
            if word.is_flag() {
                skip = word.literal().is_some_and(|text| valued.contains(&text));
                return false;
            }
            true
        })
    }

    /// The first argument that is no option, if its value is known: `install` in
    /// `apt-get -y install curl`.
    pub fn subcommand(&self) -> Option<&str> {
        self.operands(&[]).next().and_then(Word::literal)
    }
}

fn flag_matches(word: &Word, name: &str) -> bool {
    let text = word.prefix();
    let text = text.split_once('=').map_or(text, |(flag, _)| flag);
    if text == name {
        return true;
    }
    let mut letters = name.chars();
    let (Some('-'), Some(letter), None) = (letters.next(), letters.next(), letters.next()) else {
        return false;
    };
    letter != '-'
        && !text.starts_with("--")
        && text.chars().skip(1).all(|c| c.is_ascii_alphanumeric())
        && text.chars().skip(1).any(|c| c == letter)
}
