//! Text to [`File`]: a lossless, error-tolerant reader of the Dockerfile language as BuildKit
//! reads it.
//!
//! Two of BuildKit's phases live here: lines to nodes (its `parser` package) and nodes to typed
//! instructions (its `instructions` package). What those phases refuse becomes a [`SyntaxError`]
//! at its place, and reading goes on. [`File::pieces`] covers every byte of the file in order.

mod arguments;
pub mod check;
pub mod directive;
mod error;
mod flags;
mod json;
mod lines;
pub mod linter_comment;
pub mod word;

use crate::span::{MappedText, Source, Span};
use directive::{CheckDirective, Directive, SyntaxDirective};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use json::{is_meant_as_array, is_shell_test};

/// Reads a whole file. Never fails: what cannot be read is in [`File::errors`].
pub fn parse(source: &Source) -> File {
    lines::read(source)
}

/// A Dockerfile: everything that stands in it, in order.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The escape and continuation character in force: `\` or `` ` ``.
    pub escape: Escape,
    /// The parser directives the line parser acts on, in order.
    pub directives: Vec<Directive>,
    /// The frontend image that `syntax` names, found the way BuildKit's `DetectSyntax` looks for it.
    pub syntax: Option<SyntaxDirective>,
    /// The value of a `check` directive where BuildKit's check reader sees one.
    pub check: Option<CheckDirective>,
    /// Every comment line, inside instructions too; directives and heredoc bodies are none.
    pub comments: Vec<Comment>,
    /// The instructions in order, unreadable ones as [`Kind::Invalid`].
    pub instructions: Vec<Instruction>,
    /// What could not be read, in order.
    pub errors: Vec<SyntaxError>,
    /// Covers the file: in order, without gap or overlap.
    pub pieces: Vec<Piece>,
}

/// The escape character, chosen by the `escape` directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Escape {
    /// `\`, the default.
    #[default]
    Backslash,
    /// `` ` ``, usual where paths contain backslashes.
    Backtick,
}

impl Escape {
    /// The character.
    pub fn char(self) -> char {
        match self {
            Escape::Backslash => '\\',
            Escape::Backtick => '`',
        }
    }

    /// The character as a byte.
    pub fn byte(self) -> u8 {
        match self {
            Escape::Backslash => b'\\',
            Escape::Backtick => b'`',
        }
    }
}

/// A stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Where it is; a line's break belongs to its last piece.
    pub span: Span,
}

/// What a [`Piece`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// The byte order mark at the very start.
    Bom,
    /// A line of white space between instructions.
    Blank,
    /// A comment line between or inside instructions.
    Comment,
    /// A parser directive line.
    Directive,
    /// A physical line, or its part before the continuation, of an instruction.
    Code,
    /// The escape character that continues a line, the blanks behind it and the line break.
    Continuation,
    /// A line of white space inside a continued instruction.
    EmptyContinuation,
    /// The lines of a heredoc body.
    HeredocBody,
    /// The line that ends a heredoc.
    HeredocEnd,
}

/// A comment line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// 1-based line.
    pub line: u32,
    /// Whether it stands inside a continued instruction.
    pub inside: bool,
    /// Whether white space stands before the `#`.
    pub indented: bool,
}

/// A word of an instruction, with the way back to its bytes in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text as BuildKit's line parser has it: quotes and escapes kept, but JSON decoded.
    pub text: MappedText,
    /// Where it stands; a JSON string's quotes belong to it.
    pub span: Span,
}

impl Word {
    pub(crate) fn from_mapped(text: MappedText) -> Self {
        let span = text.span(0..text.text().len());
        Self { text, span }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.text.text()
    }

    /// The file span of a byte range of the text.
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        self.text.span(range)
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A flag such as `--from=build`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The name with its dashes left out.
    pub name: String,
    /// The value, quotes and escapes removed; `None` without `=`.
    pub value: Option<Word>,
    /// The whole flag as written.
    pub span: Span,
    /// The dashes and the name as written.
    pub name_span: Span,
}

impl Flag {
    /// The flag as BuildKit's line parser prints it: it reads flags byte by byte as Latin-1, so
    /// other letters come out as two.
    pub fn buildkit_text(&self) -> String {
        let mut text = format!("--{}", self.name);
        if let Some(value) = &self.value {
            text.push('=');
            text.push_str(value.as_str());
        }
        text.bytes().map(char::from).collect()
    }
}

/// The eighteen instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

impl Keyword {
    /// All of them, in alphabetical order.
    pub const ALL: [Keyword; 18] = [
        Keyword::Add,
        Keyword::Arg,
        Keyword::Cmd,
        Keyword::Copy,
        Keyword::Entrypoint,
        Keyword::Env,
        Keyword::Expose,
        Keyword::From,
        Keyword::Healthcheck,
        Keyword::Label,
        Keyword::Maintainer,
        Keyword::Onbuild,
        Keyword::Run,
        Keyword::Shell,
        Keyword::Stopsignal,
        Keyword::User,
        Keyword::Volume,
        Keyword::Workdir,
    ];

    /// The keyword in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Keyword::Add => "ADD",
            Keyword::Arg => "ARG",
            Keyword::Cmd => "CMD",
            Keyword::Copy => "COPY",
            Keyword::Entrypoint => "ENTRYPOINT",
            Keyword::Env => "ENV",
            Keyword::Expose => "EXPOSE",
            Keyword::From => "FROM",
            Keyword::Healthcheck => "HEALTHCHECK",
            Keyword::Label => "LABEL",
            Keyword::Maintainer => "MAINTAINER",
            Keyword::Onbuild => "ONBUILD",
            Keyword::Run => "RUN",
            Keyword::Shell => "SHELL",
            Keyword::Stopsignal => "STOPSIGNAL",
            Keyword::User => "USER",
            Keyword::Volume => "VOLUME",
            Keyword::Workdir => "WORKDIR",
        }
    }

    /// The keyword a word means, in any case.
    pub fn of(word: &str) -> Option<Keyword> {
        Self::ALL
            .into_iter()
            .find(|k| k.as_str().eq_ignore_ascii_case(word))
    }
}

impl std::fmt::Display for Keyword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One instruction.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// Which of the eighteen, or none of them.
    pub keyword: Option<Keyword>,
    /// The keyword as written.
    pub name: Word,
    /// The flags right behind the keyword.
    pub flags: Vec<Flag>,
    /// The arguments.
    pub kind: Kind,
    /// From the keyword to the last byte of the arguments or of the last heredoc's end.
    pub span: Span,
    /// From the keyword to the last byte of the arguments, heredoc bodies left out.
    pub head: Span,
    /// The logical line: continuations joined, comments inside left out.
    pub logical: MappedText,
    /// The heredocs, in order.
    pub heredocs: Vec<Heredoc>,
    /// Indexes into [`File::comments`]: the comment block above, as BuildKit collects it.
    pub comment_block: Vec<usize>,
    /// 1-based line of the keyword.
    pub start_line: u32,
    /// 1-based last line, heredocs included.
    pub end_line: u32,
    /// The last physical line of the logical line where a blank line stands inside it.
    pub empty_continuation: Option<Span>,
}

impl Instruction {
    /// The first flag of that name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|f| f.name == name)
    }

    /// The value of the first flag of that name.
    pub fn flag_value(&self, name: &str) -> Option<&Word> {
        self.flag(name).and_then(|f| f.value.as_ref())
    }

    /// Whether a boolean flag is set: given without a value or with `true`.
    pub fn has_flag(&self, name: &str) -> bool {
        self.flag(name).is_some_and(|f| {
            f.value
                .as_ref()
                .is_none_or(|v| v.as_str().eq_ignore_ascii_case("true"))
        })
    }

    /// The instruction itself, or the one behind ONBUILD.
    pub fn unwrapped(&self) -> &Instruction {
        match &self.kind {
            Kind::Onbuild(inner) => inner.unwrapped(),
            _ => self,
        }
    }

    /// The arguments as BuildKit's line parser lists them: ENV and LABEL as triples of name,
    /// value and `=`; an unknown instruction as one empty word.
    pub fn words(&self) -> Vec<&str> {
        match &self.kind {
            Kind::From(from) => {
                let mut words = vec![from.image.as_str()];
                if let Some((keyword, name)) = &from.alias {
                    words.extend([keyword.as_str(), name.as_str()]);
                }
                words
            }
            Kind::Run(command) | Kind::Cmd(command) | Kind::Entrypoint(command) => command.words(),
            Kind::Shell(words) | Kind::Expose(words) => words.iter().map(Word::as_str).collect(),
            Kind::Volume(volume) => volume.paths.iter().map(Word::as_str).collect(),
            Kind::Copy(transfer) | Kind::Add(transfer) => transfer
                .sources
                .iter()
                .map(|s| s.word.as_str())
                .chain([transfer.destination.as_str()])
                .collect(),
            Kind::Env(pairs) | Kind::Label(pairs) => pairs
                .pairs
                .iter()
                .flat_map(|p| {
                    let delimiter = if pairs.legacy { "" } else { "=" };
                    [p.name.as_str(), p.value.as_str(), delimiter]
                })
                .collect(),
            Kind::Arg(arguments) => arguments.iter().map(|a| a.word.as_str()).collect(),
            Kind::Workdir(word)
            | Kind::User(word)
            | Kind::Stopsignal(word)
            | Kind::Maintainer(word) => vec![word.as_str()],
            Kind::Healthcheck(check) => {
                let mut words = vec![check.kind.as_str()];
                words.extend(check.command.iter().flat_map(CommandLine::words));
                words
            }
            Kind::Onbuild(_) => vec![],
            Kind::Invalid(_) if self.keyword.is_none() => vec![""],
            Kind::Invalid(words) => words.iter().map(Word::as_str).collect(),
        }
    }

    /// Whether the arguments are in JSON (exec) form.
    pub fn is_exec_form(&self) -> bool {
        match &self.kind {
            Kind::Run(c) | Kind::Cmd(c) | Kind::Entrypoint(c) => c.is_exec(),
            Kind::Shell(_) => true,
            Kind::Copy(t) | Kind::Add(t) => t.json,
            Kind::Volume(v) => v.json,
            Kind::Healthcheck(h) => h.command.as_ref().is_some_and(CommandLine::is_exec),
            _ => false,
        }
    }
}

/// The arguments of an instruction.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Kind {
    From(From),
    Run(CommandLine),
    Cmd(CommandLine),
    Entrypoint(CommandLine),
    /// The words of the JSON array, at least one.
    Shell(Vec<Word>),
    Copy(Transfer),
    Add(Transfer),
    Env(Pairs),
    Label(Pairs),
    Arg(Vec<Argument>),
    /// Port words as written, in the file's order.
    Expose(Vec<Word>),
    Volume(Volume),
    Workdir(Word),
    User(Word),
    Stopsignal(Word),
    Maintainer(Word),
    Healthcheck(Healthcheck),
    Onbuild(Box<Instruction>),
    /// Arguments that do not fit the keyword, or an unknown keyword; an error says why.
    Invalid(Vec<Word>),
}

/// `FROM image [AS name]`.
#[derive(Debug, Clone)]
pub struct From {
    /// The image, stage name or `scratch`, variables unexpanded.
    pub image: Word,
    /// The word `AS` as written, and the stage name as written.
    pub alias: Option<(Word, Word)>,
}

/// What RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD run.
#[derive(Debug, Clone)]
pub enum CommandLine {
    /// Text for the shell.
    Shell(Word),
    /// A JSON array of strings; the span covers the brackets.
    Exec(Vec<Word>, Span),
    /// Nothing at all.
    Empty(Span),
}

impl CommandLine {
    /// Whether it is a JSON array.
    pub fn is_exec(&self) -> bool {
        matches!(self, CommandLine::Exec(..))
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            CommandLine::Shell(word) => word.span,
            CommandLine::Exec(_, span) | CommandLine::Empty(span) => *span,
        }
    }

    /// The words of the exec form, or the one text of the shell form.
    pub fn words(&self) -> Vec<&str> {
        match self {
            CommandLine::Shell(word) => vec![word.as_str()],
            CommandLine::Exec(words, _) => words.iter().map(Word::as_str).collect(),
            CommandLine::Empty(_) => vec![],
        }
    }
}

/// `COPY` and `ADD`.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The sources, at least one.
    pub sources: Vec<TransferSource>,
    /// Where they go.
    pub destination: Word,
    /// Whether the arguments are a JSON array.
    pub json: bool,
}

/// A source of COPY or ADD.
#[derive(Debug, Clone)]
pub struct TransferSource {
    /// The word as written.
    pub word: Word,
    /// The index of the heredoc whose body the source is.
    pub heredoc: Option<usize>,
}

/// The pairs of ENV or LABEL.
#[derive(Debug, Clone)]
pub struct Pairs {
    /// At least one.
    pub pairs: Vec<Pair>,
    /// The old form `ENV name value` with exactly one pair.
    pub legacy: bool,
}

/// A name and its value.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The name as written.
    pub name: Word,
    /// The value as written, quotes kept.
    pub value: Word,
    /// Both.
    pub span: Span,
}

/// One variable of an ARG.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The whole word.
    pub word: Word,
    /// The name, exactly as written.
    pub name: Word,
    /// The default, if one is given.
    pub value: Option<Word>,
}

/// `VOLUME`.
#[derive(Debug, Clone)]
pub struct Volume {
    /// The mount points.
    pub paths: Vec<Word>,
    /// Whether the arguments are a JSON array.
    pub json: bool,
}

/// `HEALTHCHECK`.
#[derive(Debug, Clone)]
pub struct Healthcheck {
    /// `NONE` or `CMD` as written.
    pub kind: Word,
    /// The command, for CMD.
    pub command: Option<CommandLine>,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The delimiter, quotes removed.
    pub name: String,
    /// The file descriptor before `<<`.
    pub descriptor: u32,
    /// The whole operator word: `<<-"EOF"`.
    pub word_span: Span,
    /// `<<-`: leading tabs are removed.
    pub chomp: bool,
    /// Whether the delimiter is unquoted, so that variables in the body are expanded.
    pub expand: bool,
    /// The lines of the body, the last line break included.
    pub body: Span,
    /// The line that ends it, its line break left out; `None` if it never ends.
    pub terminator: Option<Span>,
}

impl Heredoc {
    /// The body as the shell or the copied file gets it: leading tabs removed for `<<-`.
    pub fn content(&self, source: &Source) -> MappedText {
        let text = source.slice(self.body);
        if !self.chomp {
            return MappedText::verbatim(text, self.body.start);
        }
        let mut mapped = MappedText::default();
        let mut at = self.body.start;
        for line in text.split_inclusive('\n') {
            let kept = line.trim_start_matches('\t');
            mapped.push(kept, at + (line.len() - kept.len()) as u32);
            at += line.len() as u32;
        }
        mapped
    }
}

/// Why a file is not read as Docker's frontend would read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// A Dockerfile is yet to be made of it: where that shows.
    Template(Span),
    /// Another frontend reads it: where it is named, and its image.
    Frontend(Span, String),
}

impl File {
    /// The instruction that a byte belongs to: its lines, heredocs included.
    pub fn instruction_at(&self, offset: u32) -> Option<&Instruction> {
        let after = self
            .instructions
            .partition_point(|i| i.span.start <= offset);
        let found = self.instructions.get(after.checked_sub(1)?)?;
        (offset <= found.span.end).then_some(found)
    }

    /// Where the file shows that a Dockerfile is yet to be made of it: an instruction that begins
    /// with the `{{` or `{%` of a template, or the `${templateOption:…}` of a dev container template.
    pub fn template(&self) -> Option<Span> {
        let surely = self.instructions.iter().find_map(|i| {
            let name = i.name.as_str();
            let begins =
                i.keyword.is_none() && ["{{", "{%", "<%"].iter().any(|open| name.starts_with(open));
            let option = || {
                let at = i.logical.text().find("${templateOption:")?;
                Some(i.logical.span(at..at + "${templateOption".len()))
            };
            begins.then_some(i.name.span).or_else(option)
        });
        let mut others = self.instructions.iter();
        surely.or_else(|| others.find_map(|i| placeholder(i).or_else(|| self.hole(i))))
    }

    /// [`File::template`], also where the file lies among templates and cannot be built as it is: it
    /// is a part of one, or its base is a variable that a script fills in.
    fn template_of(&self, source: &Source) -> Option<Span> {
        self.template().or_else(|| {
            let says = |part: &str| {
                let words = part.split(|c: char| !c.is_ascii_alphanumeric());
                words
                    .map(str::to_ascii_lowercase)
                    .any(|word| matches!(word.as_str(), "template" | "templates" | "tmpl" | "tpl"))
            };
            let mut parts = source.path().iter();
            if !parts.any(|part| says(&part.to_string_lossy())) {
                return None;
            }
            let Some(at) = self
                .instructions
                .iter()
                .position(|i| i.keyword == Some(Keyword::From))
            else {
                let first = self.instructions.first();
                return Some(first.map_or(Span::new(0, 0), |i| i.name.span));
            };
            let declared = |name: &str| {
                let mut above = self.instructions.iter().take(at);
                let is_own = |a: &Argument| a.word.as_str().split('=').next() == Some(name);
                name.starts_with("BUILD")
                    || name.starts_with("TARGET")
                    || above.any(|i| matches!(&i.kind, Kind::Arg(all) if all.iter().any(is_own)))
            };
            let from = self.instructions.get(at)?;
            let Kind::From(from) = &from.kind else {
                return None;
            };
            let text = from.image.as_str();
            let mut names = text.split('$').skip(1).map(|rest| {
                let rest = rest.strip_prefix('{').unwrap_or(rest);
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
            });
            if names.any(|name| !declared(name)) {
                return Some(from.image.span);
            }
            self.instructions.iter().find_map(|i| {
                let from = i.flag_value("from")?;
                from.as_str().contains('$').then_some(from.span)
            })
        })
    }

    /// Why this is no Dockerfile that Docker's frontend is to read as it is; nothing if it is one.
    pub fn unread(&self, source: &Source) -> Option<Unread> {
        let template = self.template_of(source).map(Unread::Template);
        template.or_else(|| {
            let syntax = self.extended_by()?;
            Some(Unread::Frontend(syntax.span, syntax.image.clone()))
        })
    }

    /// The `# syntax=` of a frontend that is not Docker's, if the file has what Docker's refuses:
    /// `INCLUDE` and files as bases of dockerfile-x, for one.
    fn extended_by(&self) -> Option<&SyntaxDirective> {
        let syntax = self.syntax.as_ref()?;
        let image = syntax.image.split('@').next().unwrap_or_default();
        let (account, name) = image.rsplit_once('/').unwrap_or(("", image));
        let name = name.split(':').next().unwrap_or_default();
        // Mirrors and trial builds of Docker's are called so too, and a name that is mistyped is
        // nobody else's.
        let is_docker = matches!(account, "docker" | "docker.io/docker");
        if is_docker || matches!(name, "dockerfile" | "dockerfile-upstream") {
            return None;
        }
        let is_path =
            |word: &Word| word.as_str().starts_with("./") || word.as_str().starts_with("../");
        let is_file = |i: &Instruction| match &i.kind {
            Kind::From(from) => is_path(&from.image),
            _ => i.flag_value("from").is_some_and(is_path),
        };
        let extends = !self.errors.is_empty() || self.instructions.iter().any(is_file);
        extends.then_some(syntax)
    }

    /// Where an instruction of a file that cannot be read as it is has a `{{…}}` or `<%…%>` to fill in. In one
    /// that can be read that may be a format for a program.
    fn hole(&self, instruction: &Instruction) -> Option<Span> {
        if self.errors.is_empty() {
            return None;
        }
        let text = instruction.logical.text();
        [("{{", "}}"), ("<%", "%>")]
            .iter()
            .find_map(|(open, close)| {
                let start = text.find(open)?;
                let end = start + text.get(start..)?.find(close)?;
                Some(instruction.logical.span(start..end + close.len()))
            })
    }
}

/// The base image of a FROM, if its name is a word that a script replaces.
fn placeholder(instruction: &Instruction) -> Option<Span> {
    const MARKS: [(&str, &str); 7] = [
        ("%%", "%%"),
        ("%{", "}"),
        ("@@", "@@"),
        ("@", "@"),
        ("__", "__"),
        ("<", ">"),
        ("{", "}"),
    ];
    const WORDS: [&str; 10] = [
        "BASEIMAGE",
        "BASE_IMAGE",
        "BASE-IMAGE",
        "CHANGEME",
        "CHANGE_ME",
        "FIXME",
        "PLACEHOLDER",
        "REPLACE",
        "TODO",
        "YOUR",
    ];
    let Kind::From(from) = &instruction.kind else {
        return None;
    };
    let text = from.image.as_str();
    // A name of an image has no capitals, but a tag may.
    let name = text.split(':').next().unwrap_or_default();
    let is_marked = |(start, end): &(&str, &str)| {
        let rest = text.split_once(start).map(|(_, rest)| rest);
        let inner = rest
            .and_then(|rest| rest.split_once(end))
            .map(|(inner, _)| inner);
        inner.is_some_and(|inner| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
            inner.starts_with(|c: char| c.is_ascii_alphabetic()) && inner.chars().all(is_name)
        })
    };
    let shouts = !name.is_empty()
        && !name.contains('$')
        && !name.contains(|c: char| c.is_ascii_lowercase())
        && WORDS.iter().any(|word| name.contains(word));
    let is_variable = text.contains('$');
    (shouts || !is_variable && MARKS.iter().any(is_marked)).then_some(from.image.span)
}

impl Comment {
    /// The text as BuildKit keeps it: the line without its first byte, trimmed. An indented
    /// comment so keeps its `#`.
    pub fn buildkit_text<'s>(&self, source: &'s Source) -> &'s str {
        let text = source.slice(self.span);
        if self.indented {
            text.trim_end()
        } else {
            text.strip_prefix('#').unwrap_or(text).trim()
        }
    }

    /// The text behind the `#`, trimmed.
    pub fn text<'s>(&self, source: &'s Source) -> &'s str {
        source.slice(self.span).trim_start_matches('#').trim()
    }
}
