//! The walk over the parser's tree.

use std::ops::Range;

use shuck_ast as ast;
use shuck_parser::parser::Parser;
use shuck_parser::{ShellDialect, ShellProfile};

use super::command::{
    Assignment, AssignmentKind, Command, Connector, Heredoc, Redirect, RedirectKind, Word,
    WordPart, Wrapper,
};
use super::dialect::Dialect;
use super::script::{Frame, FrameKind, Pipeline, PipelinePart, Script, ShellError, ShellOptions};
use super::word::{self, Escapes, Place, Text};
use super::wrappers::{self, Source};
use super::{ExecWord, damage};
use crate::span::{MappedText, Span};

/// How deep compound commands and substitutions may nest, scripts in scripts included.
const MAX_DEPTH: usize = 100;

/// How deep scripts may be given to scripts.
const MAX_SCRIPTS: usize = 8;

/// How many brackets of one kind may be open at once. Well beyond what anyone writes, and low
/// enough for the parser, which takes quadratic time for `{{{{…`.
const MAX_OPEN: usize = 200;

/// Reads one text into a script.
pub(super) struct Reader<'a> {
    pub script: &'a mut Script,
    pub text: Text<'a>,
    pub dialect: &'a Dialect,
    /// The frame commands are put into.
    pub frame: usize,
    pub depth: usize,
    pub scripts: usize,
    /// Where the text of the last here-document ends, its delimiter included.
    pub heredoc_end: usize,
    /// The part of the text a substitution may have commands from.
    pub bounds: Range<usize>,
    /// The keyword `time`, to be put on the next command.
    pub timed: Option<Wrapper>,
}

/// How a statement is joined to what stands before it.
#[derive(Clone, Copy)]
pub(super) struct Join {
    pub connector: Connector,
    pub operator: Option<Span>,
    pub or_follows: bool,
    pub negated: bool,
    pub pipeline: Option<(usize, usize)>,
    pub statement: u32,
}

impl Join {
    pub(super) const START: Join = Join {
        connector: Connector::Start,
        operator: None,
        or_follows: false,
        negated: false,
        pipeline: None,
        statement: 0,
    };
}

/// A word of a simple command, wherever the tree keeps it.
enum Piece<'t> {
    Word(&'t ast::Word),
    Assignment(&'t ast::Assignment),
    /// Something without words inside.
    Text(Range<usize>),
    Exec(&'t ExecWord<'t>),
}

/// The commands of a text.
pub(super) fn read(text: &MappedText, dialect: &Dialect) -> Script {
    let mut script = Script::default();
    script.frames.push(Frame::default());
    let mut reader = Reader::top(&mut script, Text::mapped(text), dialect);
    reader.read();
    script
}

/// The one command of the exec form.
pub(super) fn read_exec(words: &[ExecWord]) -> Script {
    let mut script = Script::default();
    script.frames.push(Frame::default());
    if words.is_empty() {
        return script;
    }
    let dialect = Dialect::Bash;
    let text = Text {
        text: "",
        place: Place::Within(Span::default()),
        base: 0,
    };
    let mut reader = Reader::top(&mut script, text, &dialect);
    let pieces = words.iter().map(Piece::Exec).collect();
    reader.simple(pieces, &[], &[], Join::START);
    if let Some(top) = script.frames.first_mut() {
        top.commands = 0..script.commands.len();
        let all = words.iter().map(|w| w.span).reduce(Span::to);
        top.span = all.unwrap_or_default();
    }
    script
}

impl<'a> Reader<'a> {
    fn top(script: &'a mut Script, text: Text<'a>, dialect: &'a Dialect) -> Self {
        Reader {
            script,
            bounds: 0..text.text.len(),
            text,
            dialect,
            frame: 0,
            depth: 0,
            scripts: 0,
            heredoc_end: 0,
            timed: None,
        }
    }

    /// Reads the whole text into the current frame.
    fn read(&mut self) {
        let len = self.text.text.len();
        let start = self.script.commands.len();
        if let Some(at) = too_deep(self.text.text) {
            self.error(at..len, "nested too deeply to be read".to_string());
        } else {
            let result = self.parse(0..len);
            for diagnostic in &result.diagnostics {
                let range = self.text.range(diagnostic.span);
                self.error(range, diagnostic.message.clone());
            }
            if result.diagnostics.is_empty() {
                self.list(&result.file.body.stmts);
            } else {
                damage::read(self, &result.file.body.stmts);
            }
        }
        let end = self.script.commands.len();
        let span = self.text.span(0..len);
        if let Some(frame) = self.script.frames.get_mut(self.frame) {
            frame.span = span;
            frame.commands = start..end;
        }
    }

    /// Hands a part of the text to the parser.
    pub(super) fn parse(&self, range: Range<usize>) -> shuck_parser::parser::ParseResult {
        let text = self.text.slice(range);
        let profile = ShellProfile::native(match self.dialect {
            Dialect::Zsh => ShellDialect::Zsh,
            _ => ShellDialect::Bash,
        });
        let depth = MAX_DEPTH.saturating_sub(self.depth);
        let fuel = text.len().saturating_mul(4).max(100_000);
        // The parser replays aliases and then no longer knows where their words stand.
        const OPTION: &str = "expand_aliases";
        if text.contains(OPTION) {
            let text = text.replace(OPTION, "expand-aliases");
            return Parser::with_limits_and_profile(&text, depth, fuel, profile).parse();
        }
        Parser::with_limits_and_profile(text, depth, fuel, profile).parse()
    }

    pub(super) fn error(&mut self, range: Range<usize>, message: String) {
        let span = self.text.span(range);
        let error = ShellError { span, message };
        if self.script.errors.last() != Some(&error) {
            self.script.errors.push(error);
        }
    }

    /// Opens a frame, reads into it and closes it.
    pub(super) fn within(
        &mut self,
        kind: FrameKind,
        range: Range<usize>,
        join: Join,
        read: impl FnOnce(&mut Self),
    ) {
        if self.depth >= MAX_DEPTH {
            self.error(range, "nested too deeply to be read".to_string());
            return;
        }
        let id = self.script.frames.len();
        let start = self.script.commands.len();
        self.script.frames.push(Frame {
            kind,
            parent: Some(self.frame),
            span: self.text.span(range),
            connector: join.connector,
            or_follows: join.or_follows,
            negated: join.negated,
            statement: join.statement,
            pipeline: join.pipeline,
            commands: start..start,
            ..Frame::default()
        });
        let outer = std::mem::replace(&mut self.frame, id);
        self.depth += 1;
        read(self);
        self.depth -= 1;
        self.frame = outer;
        let end = self.script.commands.len();
        if let Some(frame) = self.script.frames.get_mut(id) {
            frame.commands = start..end;
        }
    }

    fn child(&mut self, kind: FrameKind, list: &ast::StmtSeq) {
        let range = self.trimmed(self.text.range(list.span));
        self.within(kind, range, Join::START, |r| r.list(&list.stmts));
    }

    /// Reads a list of statements.
    fn list(&mut self, list: &[ast::Stmt]) {
        let mut join = Join::START;
        for stmt in list {
            self.statement(stmt, join);
            join = self.after(stmt, join.statement + 1);
        }
    }

    /// How what follows a statement is joined to it.
    pub(super) fn after(&self, stmt: &ast::Stmt, statement: u32) -> Join {
        let connector = match stmt.terminator {
            Some(ast::StmtTerminator::Semicolon) => Connector::Semicolon,
            Some(ast::StmtTerminator::Background(_)) => Connector::Background,
            None => Connector::Newline,
        };
        let operator = stmt
            .terminator_span
            .map(|span| self.text.span(self.text.range(span)));
        Join {
            connector,
            operator,
            statement,
            ..Join::START
        }
    }

    pub(super) fn statement(&mut self, stmt: &ast::Stmt, join: Join) {
        if matches!(stmt.terminator, Some(ast::StmtTerminator::Background(_))) {
            let range = self.trimmed(self.text.range(stmt.span));
            self.within(FrameKind::Background, range, join, |r| {
                r.and_or(stmt, Join::START);
            });
        } else {
            self.and_or(stmt, join);
        }
    }

    /// Reads a list of `&&` and `||`.
    fn and_or(&mut self, stmt: &ast::Stmt, join: Join) {
        let is_list = |op| matches!(op, ast::BinaryOp::And | ast::BinaryOp::Or);
        let chain = Chain::of(stmt, is_list);
        let last_or = chain.links.iter().rposition(|l| l.op == ast::BinaryOp::Or);
        let or_after = |i: usize| last_or.is_some_and(|last| i <= last);
        self.pipeline(
            chain.first,
            Join {
                or_follows: or_after(0),
                ..join
            },
        );
        for (i, link) in chain.links.iter().enumerate() {
            self.pipeline(
                link.right,
                Join {
                    connector: match link.op {
                        ast::BinaryOp::Or => Connector::OrOr,
                        _ => Connector::AndAnd,
                    },
                    operator: Some(self.text.span(self.text.range(link.span))),
                    or_follows: or_after(i + 1),
                    statement: join.statement,
                    ..Join::START
                },
            );
        }
    }

    /// Reads `a | b`, or what is no pipeline.
    fn pipeline(&mut self, stmt: &ast::Stmt, join: Join) -> Range<usize> {
        let is_pipe = |op| matches!(op, ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll);
        let chain = Chain::of(stmt, is_pipe);
        if chain.links.is_empty() {
            return self.leaf(stmt, join);
        }
        let id = self.script.pipelines.len();
        self.script.pipelines.push(Pipeline {
            span: Span::default(),
            parts: Vec::new(),
            operators: Vec::new(),
            negated: stmt.negated,
            connector: join.connector,
            or_follows: join.or_follows,
            frame: self.frame,
        });
        let mut parts = Vec::with_capacity(chain.links.len() + 1);
        let mut operators = Vec::with_capacity(chain.links.len());
        let mut range: Option<Range<usize>> = None;
        for i in 0..=chain.links.len() {
            let link = i.checked_sub(1).and_then(|i| chain.links.get(i));
            let operator = link.map(|l| self.text.span(self.text.range(l.span)));
            operators.extend(operator);
            let start = self.script.commands.len();
            let part = link.map_or(chain.first, |l| l.right);
            let at = self.leaf(
                part,
                Join {
                    connector: match link {
                        Some(_) => Connector::Pipe,
                        None => join.connector,
                    },
                    operator: operator.or(join.operator),
                    negated: false,
                    pipeline: Some((id, i)),
                    ..join
                },
            );
            parts.push(PipelinePart {
                span: self.text.span(at.clone()),
                commands: start..self.script.commands.len(),
                simple: self
                    .script
                    .commands
                    .get(start)
                    .is_some_and(|c| c.pipeline == Some((id, i))),
            });
            range = Some(match range {
                Some(r) => r.start.min(at.start)..r.end.max(at.end),
                None => at,
            });
        }
        let range = range.unwrap_or_default();
        if let Some(pipeline) = self.script.pipelines.get_mut(id) {
            pipeline.span = self.text.span(range.clone());
            pipeline.parts = parts;
            pipeline.operators = operators;
        }
        range
    }

    /// Reads a simple or compound command and says where it stands.
    fn leaf(&mut self, stmt: &ast::Stmt, join: Join) -> Range<usize> {
        let join = Join {
            negated: join.negated || stmt.negated,
            ..join
        };
        let range = self.trimmed(self.text.range(stmt.span));
        if range.start < self.bounds.start || range.end > self.bounds.end {
            return range;
        }
        match &stmt.command {
            ast::Command::Simple(command) => {
                let mut pieces = Vec::with_capacity(command.args.len() + 1);
                if command.name.span.start.offset() != command.name.span.end.offset() {
                    pieces.push(Piece::Word(&command.name));
                }
                pieces.extend(command.args.iter().map(Piece::Word));
                self.simple(pieces, &command.assignments, &stmt.redirects, join)
            }
            ast::Command::Builtin(command) => {
                let (name, assignments, first, rest) = match command {
                    ast::BuiltinCommand::Break(c) => {
                        ("break", &c.assignments, &c.depth, &c.extra_args)
                    }
                    ast::BuiltinCommand::Continue(c) => {
                        ("continue", &c.assignments, &c.depth, &c.extra_args)
                    }
                    ast::BuiltinCommand::Return(c) => {
                        ("return", &c.assignments, &c.code, &c.extra_args)
                    }
                    ast::BuiltinCommand::Exit(c) => {
                        ("exit", &c.assignments, &c.code, &c.extra_args)
                    }
                };
                let from = assignments
                    .last()
                    .map_or(range.start, |a| self.text.range(a.span).end);
                let skipped = self
                    .text
                    .slice(from..range.end)
                    .find(name)
                    .unwrap_or_default();
                let word = from + skipped..(from + skipped + name.len()).min(range.end);
                let mut pieces = vec![Piece::Text(word)];
                pieces.extend(first.iter().chain(rest).map(Piece::Word));
                self.simple(pieces, assignments, &stmt.redirects, join)
            }
            ast::Command::Decl(command) => {
                let mut pieces = vec![Piece::Text(self.text.range(command.variant_span))];
                pieces.extend(command.operands.iter().map(|operand| match operand {
                    ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => {
                        Piece::Word(word)
                    }
                    ast::DeclOperand::Name(name) => Piece::Text(self.text.range(name.span)),
                    ast::DeclOperand::Assignment(a) => Piece::Assignment(a),
                }));
                self.simple(pieces, &command.assignments, &stmt.redirects, join)
            }
            ast::Command::Compound(command) => self.compound(command, stmt, range, join),
            ast::Command::Function(function) => {
                let name = function
                    .static_names()
                    .next()
                    .map(|n| n.to_string())
                    .unwrap_or_default();
                let start = self.text.range(function.header.span()).start;
                let range = start..range.end.max(start);
                self.frame_with(FrameKind::Function(name), range, stmt, join, |r| {
                    r.pipeline(&function.body, Join::START);
                })
            }
            ast::Command::AnonymousFunction(function) => {
                self.frame_with(FrameKind::Group, range, stmt, join, |r| {
                    r.pipeline(&function.body, Join::START);
                })
            }
            ast::Command::Binary(_) => self.frame_with(FrameKind::Group, range, stmt, join, |r| {
                r.and_or(stmt, Join::START);
            }),
        }
    }

    /// Opens the frame of a compound command with its redirections.
    fn frame_with(
        &mut self,
        kind: FrameKind,
        range: Range<usize>,
        stmt: &ast::Stmt,
        join: Join,
        read: impl FnOnce(&mut Self),
    ) -> Range<usize> {
        let end = stmt
            .redirects
            .iter()
            .map(|r| self.text.range(r.span).end)
            .fold(range.end, usize::max);
        let range = range.start..end;
        self.within(kind, range.clone(), join, |r| {
            read(r);
            let redirects = r.redirects(&stmt.redirects, None);
            if let Some(frame) = r.script.frames.get_mut(r.frame) {
                frame.redirects = redirects;
            }
        });
        range
    }

    fn compound(
        &mut self,
        command: &ast::CompoundCommand,
        stmt: &ast::Stmt,
        range: Range<usize>,
        join: Join,
    ) -> Range<usize> {
        use ast::CompoundCommand as C;
        let to = |r: &Self, close: ast::Span| range.start..r.text.range(close).end.max(range.start);
        match command {
            C::Subshell(list) => {
                let range = self.around(list, '(', ')', range);
                self.frame_with(FrameKind::Subshell, range, stmt, join, |r| {
                    r.list(&list.stmts);
                })
            }
            C::BraceGroup(list) => {
                let range = self.around(list, '{', '}', range);
                self.frame_with(FrameKind::Group, range, stmt, join, |r| {
                    r.list(&list.stmts);
                })
            }
            C::If(c) => {
                let close = match c.syntax {
                    ast::IfSyntax::ThenFi { fi_span, .. } => fi_span,
                    ast::IfSyntax::Brace {
                        right_brace_span, ..
                    } => right_brace_span,
                };
                let range = to(self, close);
                self.frame_with(FrameKind::If, range, stmt, join, |r| {
                    r.child(FrameKind::Condition, &c.condition);
                    r.child(FrameKind::Branch, &c.then_branch);
                    for (condition, branch) in &c.elif_branches {
                        r.child(FrameKind::Condition, condition);
                        r.child(FrameKind::Branch, branch);
                    }
                    if let Some(branch) = &c.else_branch {
                        r.child(FrameKind::Branch, branch);
                    }
                })
            }
            C::For(c) => {
                let range = match c.syntax {
                    ast::ForSyntax::InDoDone { done_span, .. }
                    | ast::ForSyntax::ParenDoDone { done_span, .. } => to(self, done_span),
                    _ => range,
                };
                self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                    r.frame_words(c.words.as_deref().unwrap_or_default());
                    r.child(FrameKind::Body, &c.body);
                })
            }
            C::Select(c) => {
                let range = to(self, c.done_span);
                self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                    r.frame_words(&c.words);
                    r.child(FrameKind::Body, &c.body);
                })
            }
            C::Foreach(c) => self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                r.frame_words(&c.words);
                r.child(FrameKind::Body, &c.body);
            }),
            C::Repeat(c) => self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                r.frame_words(std::slice::from_ref(&c.count));
                r.child(FrameKind::Body, &c.body);
            }),
            C::ArithmeticFor(c) => {
                let range = c.done_span.map_or(range.clone(), |close| to(self, close));
                self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                    for part in [&c.init_ast, &c.condition_ast, &c.step_ast]
                        .into_iter()
                        .flatten()
                    {
                        r.arithmetic(part);
                    }
                    r.child(FrameKind::Body, &c.body);
                })
            }
            C::While(c) => {
                let range = c.done_span.map_or(range.clone(), |close| to(self, close));
                self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                    r.child(FrameKind::Condition, &c.condition);
                    r.child(FrameKind::Body, &c.body);
                })
            }
            C::Until(c) => {
                let range = c.done_span.map_or(range.clone(), |close| to(self, close));
                self.frame_with(FrameKind::Loop, range, stmt, join, |r| {
                    r.child(FrameKind::Condition, &c.condition);
                    r.child(FrameKind::Body, &c.body);
                })
            }
            C::Case(c) => {
                let range = to(self, c.esac_span);
                self.frame_with(FrameKind::Case, range, stmt, join, |r| {
                    r.frame_words(std::slice::from_ref(&c.word));
                    for item in &c.cases {
                        for pattern in &item.patterns {
                            r.pattern(pattern, &mut Vec::new());
                        }
                        r.child(FrameKind::Branch, &item.body);
                    }
                })
            }
            C::Arithmetic(c) => {
                let index = self.placeholder(join);
                if let Some(expression) = &c.expr_ast {
                    self.arithmetic(expression);
                }
                let name = word::bare(&self.text, self.text.range(c.left_paren_span));
                let range = self.text.range(c.left_paren_span).start
                    ..self.text.range(c.right_paren_span).end;
                self.fill(index, "((", vec![name], range, &stmt.redirects)
            }
            C::Conditional(c) => {
                let index = self.placeholder(join);
                let mut words = vec![word::bare(&self.text, self.text.range(c.left_bracket_span))];
                self.conditional(&c.expression, &mut words);
                let close = self.text.range(c.right_bracket_span);
                words.push(word::bare(&self.text, close.clone()));
                let range = self.text.range(c.left_bracket_span).start..close.end;
                self.fill(index, "[[", words, range, &stmt.redirects)
            }
            C::Time(c) => self.time(c, stmt, range, join),
            C::Coproc(c) => self.frame_with(FrameKind::Coprocess, range, stmt, join, |r| {
                r.pipeline(&c.body, Join::START);
            }),
            C::Always(c) => self.frame_with(FrameKind::Group, range, stmt, join, |r| {
                r.list(&c.body.stmts);
                r.list(&c.always_body.stmts);
            }),
        }
    }

    /// Reads what the keyword `time` stands before.
    fn time(
        &mut self,
        command: &ast::TimeCommand,
        stmt: &ast::Stmt,
        range: Range<usize>,
        join: Join,
    ) -> Range<usize> {
        let start = self.text.range(command.span).start;
        let keyword = start..(start + "time".len()).min(self.text.text.len());
        let Some(inner) = &command.command else {
            let pieces = vec![Piece::Text(keyword)];
            return self.simple(pieces, &[], &stmt.redirects, join);
        };
        let simple = matches!(
            inner.command,
            ast::Command::Simple(_) | ast::Command::Builtin(_) | ast::Command::Decl(_)
        );
        if !simple {
            return self.frame_with(FrameKind::Timed, range, stmt, join, |r| {
                r.pipeline(inner, Join::START);
            });
        }
        let until = self.text.range(inner.span).start.max(keyword.end);
        let whole = self.trimmed(start..until);
        let mut words = vec![word::bare(&self.text, keyword.clone())];
        if whole.end > keyword.end {
            let rest = self.text.slice(keyword.end..whole.end);
            let skipped = rest.len() - rest.trim_start().len();
            words.push(word::bare(&self.text, keyword.end + skipped..whole.end));
        }
        self.timed = Some(Wrapper {
            name: "time".to_string(),
            span: self.text.span(keyword),
            whole: self.text.span(whole),
            words,
        });
        let at = self.leaf(inner, join);
        self.timed = None;
        start.min(at.start)..at.end
    }

    /// The words in the head of a loop or `case`.
    fn frame_words(&mut self, words: &[ast::Word]) {
        let words: Vec<Word> = words.iter().map(|w| self.whole_word(w)).collect();
        if let Some(frame) = self.script.frames.get_mut(self.frame) {
            frame.words = words;
        }
    }

    /// Makes room for a command, so that it comes before those nested in it.
    fn placeholder(&mut self, join: Join) -> usize {
        let index = self.script.commands.len();
        self.script.commands.push(Command {
            name: String::new(),
            words: Vec::new(),
            wrappers: Vec::new(),
            assignments: Vec::new(),
            redirects: Vec::new(),
            span: Span::default(),
            range: 0..0,
            pipeline: join.pipeline,
            connector: join.connector,
            operator: join.operator,
            negated: join.negated,
            or_follows: join.or_follows,
            frame: self.frame,
            statement: join.statement,
            script: None,
        });
        index
    }

    fn fill(
        &mut self,
        index: usize,
        name: &str,
        words: Vec<Word>,
        range: Range<usize>,
        redirects: &[ast::Redirect],
    ) -> Range<usize> {
        let end = redirects
            .iter()
            .map(|r| self.text.range(r.span).end)
            .fold(range.end, usize::max);
        let range = range.start..end;
        let redirects = self.redirects(redirects, None);
        let span = self.text.span(range.clone());
        if let Some(command) = self.script.commands.get_mut(index) {
            command.name = name.to_string();
            command.words = words;
            command.redirects = redirects;
            command.span = span;
            command.range = range.clone();
        }
        range
    }

    /// Reads a simple command.
    fn simple(
        &mut self,
        pieces: Vec<Piece>,
        assignments: &[ast::Assignment],
        redirects: &[ast::Redirect],
        join: Join,
    ) -> Range<usize> {
        let index = self.placeholder(join);
        let timed = self.timed.take();
        let mut nested = Vec::with_capacity(pieces.len());
        let mut words = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            let (word, has_nested) = self.piece(piece);
            words.push(word);
            nested.push(has_nested);
        }
        let plan = wrappers::plan(&words);
        let input = redirects.iter().rposition(is_input);
        let script = self.script_of(&plan.script, &pieces, &words, redirects, input);
        let given = match (&script, &plan.script) {
            (Some(_), Source::Word(at, _)) => *at..*at + 1,
            (Some(_), Source::Eval(range)) => range.clone(),
            _ => 0..0,
        };
        let body = match (&script, &plan.script) {
            (Some(_), Source::Input(_)) => input,
            _ => None,
        };

        let kind = match pieces.is_empty() {
            true => AssignmentKind::Alone,
            false => AssignmentKind::Prefix,
        };
        let mut range = None;
        let mut assigned = Vec::with_capacity(assignments.len());
        for assignment in assignments {
            let at = self.assignment_range(assignment);
            extend(&mut range, at);
            assigned.push(self.assignment(assignment, kind));
        }
        let mut inner = None;
        let mut script = script;
        for (i, piece) in pieces.iter().enumerate() {
            if given.contains(&i) {
                if let Some(script) = script.take() {
                    inner = Some(self.script(script, index));
                }
                continue;
            }
            if let Piece::Assignment(assignment) = piece {
                assigned.push(self.assignment(assignment, AssignmentKind::Declared));
                continue;
            }
            if nested.get(i) == Some(&true)
                && let (Piece::Word(tree), Some(word)) = (piece, words.get_mut(i))
            {
                let mut found = Vec::new();
                self.nested(tree, &mut found);
                note(word, found);
            }
        }
        for word in &words {
            extend(&mut range, word.range.clone());
        }
        for redirect in redirects {
            extend(&mut range, self.text.range(redirect.span));
        }
        let redirects = self.redirects(redirects, body);
        if let Some(script) = script.take() {
            inner = Some(self.script(script, index));
        }

        let range = range.unwrap_or_default();
        let span = match self.text.place {
            Place::Mapped(_) => self.text.span(range.clone()),
            Place::Within(within) => words
                .iter()
                .map(|w| w.span)
                .reduce(Span::to)
                .unwrap_or(within),
        };
        for at in &plan.assignments {
            if let Some(word) = words.get(*at)
                && let Some(name) = wrappers::assignment_name(word)
            {
                assigned.push(Assignment {
                    name: name.to_string(),
                    value: word::without_prefix(&self.text, word, name.len() + 1),
                    span: word.span,
                    append: false,
                    kind: AssignmentKind::Wrapper,
                });
            }
        }
        let mut all = words.into_iter().enumerate();
        let mut outside = Vec::with_capacity(plan.wrappers.len() + usize::from(timed.is_some()));
        outside.extend(timed);
        for (name, at) in plan.wrappers {
            let own: Vec<Word> = all
                .by_ref()
                .take(at.len())
                .filter(|(i, _)| !plan.assignments.contains(i))
                .map(|(_, word)| word)
                .collect();
            outside.push(Wrapper {
                name,
                span: own.first().map(|w| w.span).unwrap_or_default(),
                whole: own
                    .iter()
                    .map(|w| w.span)
                    .reduce(Span::to)
                    .unwrap_or_default(),
                words: own,
            });
        }
        let words: Vec<Word> = all.map(|(_, word)| word).collect();
        if let Some(command) = self.script.commands.get_mut(index) {
            command.name = words
                .first()
                .map(|w| w.program().to_string())
                .unwrap_or_default();
            command.words = words;
            command.wrappers = outside;
            command.assignments = assigned;
            command.redirects = redirects;
            command.span = span;
            command.range = range.clone();
            command.script = inner;
        }
        range
    }

    fn piece(&self, piece: &Piece) -> (Word, bool) {
        match piece {
            Piece::Word(tree) => {
                let converted = word::convert(&self.text, tree);
                (converted.word, converted.nested)
            }
            Piece::Assignment(assignment) => {
                let range = self.assignment_range(assignment);
                let value = self.value(assignment);
                (word::joined(&self.text, range, &value), false)
            }
            Piece::Text(range) => (word::bare(&self.text, range.clone()), false),
            Piece::Exec(word) => (exec_word(word), false),
        }
    }

    /// Where an assignment stands; the tree ends some before a value with escapes.
    fn assignment_range(&self, assignment: &ast::Assignment) -> Range<usize> {
        let range = self.text.range(assignment.span);
        let value = match &assignment.value {
            ast::AssignmentValue::Scalar(word) => self.text.range(word.span),
            ast::AssignmentValue::Compound(_) => return range,
        };
        range.start..range.end.max(value.end.max(range.start))
    }

    /// The value of an assignment, its substitutions not read.
    fn value(&self, assignment: &ast::Assignment) -> Word {
        match &assignment.value {
            ast::AssignmentValue::Scalar(tree) => {
                let at = self.text.range(tree.span);
                let own = self.text.range(assignment.span);
                if at.is_empty() && at.start < own.start {
                    return word::bare(&self.text, own.end..own.end);
                }
                word::convert(&self.text, tree).word
            }
            ast::AssignmentValue::Compound(_) => {
                let range = self.text.range(assignment.span);
                let open = self
                    .text
                    .slice(range.clone())
                    .find('(')
                    .map_or(range.end, |i| range.start + i);
                let mut word = word::bare(&self.text, open..range.end);
                word.value = super::command::Value::Dynamic;
                word.parts = vec![WordPart::Other {
                    span: word.span,
                    quoted: false,
                }];
                word
            }
        }
    }

    fn assignment(&mut self, assignment: &ast::Assignment, kind: AssignmentKind) -> Assignment {
        let mut value = self.value(assignment);
        let mut found = Vec::new();
        match &assignment.value {
            ast::AssignmentValue::Scalar(tree) => self.nested(tree, &mut found),
            ast::AssignmentValue::Compound(list) => {
                for element in &list.elements {
                    self.nested(&element.value().word, &mut Vec::new());
                }
            }
        }
        note(&mut value, found);
        Assignment {
            name: assignment.target.name.to_string(),
            value,
            span: self.text.span(self.assignment_range(assignment)),
            append: assignment.append,
            kind,
        }
    }

    /// The script a command is given, if it can be read.
    fn script_of<'t>(
        &self,
        source: &Source,
        pieces: &[Piece<'t>],
        words: &[Word],
        redirects: &[ast::Redirect],
        input: Option<usize>,
    ) -> Option<Given> {
        if self.scripts >= MAX_SCRIPTS {
            return None;
        }
        let (text, process, options) = match source {
            Source::None => return None,
            Source::Word(at, options) => {
                let text = self.given(pieces.get(*at)?, words.get(*at)?)?;
                (text, true, *options)
            }
            Source::Eval(range) => {
                let mut all = MappedText::default();
                let mut within: Option<GivenText> = None;
                for i in range.clone() {
                    match self.given(pieces.get(i)?, words.get(i)?)? {
                        GivenText::Mapped(text) => {
                            if !all.text().is_empty() {
                                let end = text.offset(0);
                                all.push(" ", end.saturating_sub(1));
                            }
                            all.append(&text);
                        }
                        other if range.len() == 1 => within = Some(other),
                        GivenText::Within(..) => return None,
                    }
                }
                let text = match within {
                    Some(text) => text,
                    None if all.text().is_empty() => return None,
                    None => GivenText::Mapped(all),
                };
                (text, false, ShellOptions::default())
            }
            Source::Input(options) => {
                let redirect = redirects.get(input?)?;
                let text = match &redirect.target {
                    ast::RedirectTarget::Word(tree) => {
                        let word = word::convert(&self.text, tree).word;
                        self.given(&Piece::Word(tree), &word)?
                    }
                    ast::RedirectTarget::Heredoc(heredoc) => {
                        let Place::Mapped(_) = self.text.place else {
                            return None;
                        };
                        let text = self.heredoc(heredoc);
                        if text.quoted {
                            GivenText::Mapped(text.body)
                        } else {
                            let mut out = MappedText::default();
                            let len = text.body.text().len();
                            let escapes = Escapes::Heredoc;
                            word::push_unescaped(&text.body, 0..len, escapes, &mut out);
                            GivenText::Mapped(out)
                        }
                    }
                };
                (text, true, *options)
            }
        };
        Some(Given {
            text,
            process,
            options,
        })
    }

    fn given(&self, piece: &Piece, word: &Word) -> Option<GivenText> {
        match piece {
            Piece::Word(tree) => match word::script_text(&self.text, tree) {
                Some(text) => Some(GivenText::Mapped(text)),
                None => word
                    .literal()
                    .filter(|text| !text.trim().is_empty())
                    .map(|text| GivenText::Within(text.to_string(), word.span)),
            },
            Piece::Exec(exec) => Some(match &exec.mapped {
                Some(mapped) => GivenText::Mapped(mapped.clone()),
                None => GivenText::Within(exec.text.to_string(), exec.span),
            }),
            Piece::Assignment(_) | Piece::Text(_) => {
                Some(GivenText::Within(word.raw.clone(), word.span))
            }
        }
    }

    /// Reads the script that a command is given.
    fn script(&mut self, given: Given, by: usize) -> Range<usize> {
        let start = self.script.commands.len();
        let text = match &given.text {
            GivenText::Mapped(text) => Text::mapped(text),
            GivenText::Within(text, span) => Text {
                text,
                place: Place::Within(*span),
                base: 0,
            },
        };
        let kind = FrameKind::Script {
            by,
            process: given.process,
            options: given.options,
        };
        self.within(kind, 0..0, Join::START, |outer| {
            let mut reader = Reader {
                script: &mut *outer.script,
                bounds: 0..text.text.len(),
                text,
                dialect: outer.dialect,
                frame: outer.frame,
                depth: outer.depth,
                scripts: outer.scripts + 1,
                heredoc_end: 0,
                timed: None,
            };
            reader.read();
        });
        start..self.script.commands.len()
    }

    /// Reads redirections; `given` is the one whose here-document is read as a script.
    fn redirects(&mut self, redirects: &[ast::Redirect], given: Option<usize>) -> Vec<Redirect> {
        let mut out: Vec<Redirect> = Vec::with_capacity(redirects.len());
        let mut last_start = None;
        for (i, redirect) in redirects.iter().enumerate() {
            let range = self.text.range(redirect.span);
            // `&>> file` comes as two redirections from one place.
            if redirect.kind == ast::RedirectKind::DupOutput && last_start == Some(range.start) {
                if let Some(last) = out.last_mut() {
                    last.kind = RedirectKind::AppendBoth;
                }
                continue;
            }
            last_start = Some(range.start);
            let (target, heredoc) = match &redirect.target {
                ast::RedirectTarget::Word(tree) => {
                    (self.target(tree, &range, given == Some(i)), None)
                }
                ast::RedirectTarget::Heredoc(tree) => {
                    let heredoc = self.heredoc(tree);
                    let body = self.text.range(tree.body.span).end;
                    let rest = self.text.slice(body..self.text.text.len());
                    let line = rest.find('\n').map_or(rest.len(), |i| i + 1);
                    self.heredoc_end = self.heredoc_end.max(body + line);
                    if given != Some(i) && !heredoc.quoted {
                        self.heredoc_body(&tree.body);
                    }
                    (
                        word::convert(&self.text, &tree.delimiter.raw).word,
                        Some(heredoc),
                    )
                }
            };
            out.push(Redirect {
                kind: kind_of(redirect.kind),
                fd: redirect.fd,
                target,
                span: self.text.span(range),
                heredoc,
            });
        }
        out
    }

    fn target(&mut self, tree: &ast::Word, redirect: &Range<usize>, given: bool) -> Word {
        let at = self.text.range(tree.span);
        if redirect.start <= at.start && at.end <= redirect.end && !at.is_empty() {
            if given {
                return word::convert(&self.text, tree).word;
            }
            return self.whole_word(tree);
        }
        // The descriptor in `2>&1` has no place of its own.
        let raw = self.text.slice(redirect.clone());
        let operator = raw.rfind(['&', '<', '>']).map_or(0, |i| i + 1);
        let start = (redirect.start + operator).min(redirect.end);
        word::bare(&self.text, start..redirect.end)
    }

    fn heredoc(&self, tree: &ast::Heredoc) -> Heredoc {
        let raw = self.text.slice(self.text.range(tree.delimiter.span));
        let range = self.text.range(tree.body.span);
        let mut body = MappedText::default();
        if let Place::Mapped(mapped) = self.text.place {
            if tree.delimiter.strip_tabs {
                let mut at = range.start;
                for line in self.text.slice(range).split_inclusive('\n') {
                    let tabs = line.len() - line.trim_start_matches('\t').len();
                    body.append(&mapped.part(at + tabs..at + line.len()));
                    at += line.len();
                }
            } else {
                body = mapped.part(range);
            }
        } else {
            body.push(self.text.slice(range.clone()), self.text.span(range).start);
        }
        Heredoc {
            delimiter: tree.delimiter.cooked.to_string(),
            quoted: raw.contains(['\'', '"', '\\']),
            strip_tabs: tree.delimiter.strip_tabs,
            body,
        }
    }

    fn heredoc_body(&mut self, body: &ast::HeredocBody) {
        for part in &body.parts {
            let range = self.text.range(part.span);
            match &part.kind {
                ast::HeredocBodyPart::CommandSubstitution { body, .. } => {
                    self.substitution(body, range, FrameKind::CommandSubstitution);
                }
                ast::HeredocBodyPart::ArithmeticExpansion {
                    expression_word_ast,
                    ..
                } => self.nested(expression_word_ast, &mut Vec::new()),
                ast::HeredocBodyPart::Parameter(parameter) => {
                    self.parameter(parameter, &mut Vec::new());
                }
                ast::HeredocBodyPart::Literal(_) | ast::HeredocBodyPart::Variable(_) => {}
            }
        }
    }

    /// Converts a word and reads the commands in it.
    fn whole_word(&mut self, tree: &ast::Word) -> Word {
        let converted = word::convert(&self.text, tree);
        let mut word = converted.word;
        if converted.nested {
            let mut found = Vec::new();
            self.nested(tree, &mut found);
            note(&mut word, found);
        }
        word
    }

    /// Reads the commands in the substitutions of a word, and says which commands those of
    /// each `$(…)` of the word itself are.
    fn nested(&mut self, word: &ast::Word, found: &mut Vec<Range<usize>>) {
        self.nested_parts(&word.parts, found);
    }

    fn nested_parts(&mut self, parts: &[ast::WordPartNode], found: &mut Vec<Range<usize>>) {
        use ast::WordPart as P;
        for part in parts {
            let inside = &mut Vec::new();
            match &part.kind {
                P::Literal(_)
                | P::SingleQuoted { .. }
                | P::Variable(_)
                | P::PrefixMatch { .. }
                | P::ZshQualifiedGlob(_) => {}
                P::DoubleQuoted { parts, .. } => self.nested_parts(parts, found),
                P::CommandSubstitution { body, .. } => {
                    let range = self.text.range(part.span);
                    found.push(self.substitution(body, range, FrameKind::CommandSubstitution));
                }
                P::ProcessSubstitution { body, .. } => {
                    let range = self.text.range(part.span);
                    self.substitution(body, range, FrameKind::ProcessSubstitution);
                }
                P::ArithmeticExpansion {
                    expression_word_ast,
                    ..
                } => self.nested(expression_word_ast, inside),
                P::Parameter(parameter) => self.parameter(parameter, inside),
                P::ParameterExpansion {
                    reference,
                    operator,
                    operand_word_ast,
                    ..
                } => {
                    self.subscript(reference, inside);
                    self.operator(operator, inside);
                    if let Some(word) = operand_word_ast {
                        self.nested(word, inside);
                    }
                }
                P::Length(reference)
                | P::ArrayAccess(reference)
                | P::ArrayLength(reference)
                | P::ArrayIndices(reference)
                | P::Transformation { reference, .. } => self.subscript(reference, inside),
                P::Substring {
                    offset_word_ast,
                    length_word_ast,
                    ..
                }
                | P::ArraySlice {
                    offset_word_ast,
                    length_word_ast,
                    ..
                } => {
                    self.nested(offset_word_ast, inside);
                    if let Some(word) = length_word_ast {
                        self.nested(word, inside);
                    }
                }
                P::IndirectExpansion {
                    operator,
                    operand_word_ast,
                    ..
                } => {
                    if let Some(operator) = operator {
                        self.operator(operator, inside);
                    }
                    if let Some(word) = operand_word_ast {
                        self.nested(word, inside);
                    }
                }
            }
        }
    }

    fn parameter(&mut self, parameter: &ast::ParameterExpansion, found: &mut Vec<Range<usize>>) {
        let ast::ParameterExpansionSyntax::Bourne(syntax) = &parameter.syntax else {
            return;
        };
        use ast::BourneParameterExpansion as E;
        match syntax {
            E::Access { reference } | E::Length { reference } => self.subscript(reference, found),
            E::Indices { .. } | E::PrefixMatch { .. } | E::Transformation { .. } => {}
            E::Indirect {
                operator,
                operand_word_ast,
                ..
            } => {
                if let Some(operator) = operator {
                    self.operator(operator, found);
                }
                if let Some(word) = operand_word_ast {
                    self.nested(word, found);
                }
            }
            E::Slice {
                offset_word_ast,
                length_word_ast,
                ..
            } => {
                self.nested(offset_word_ast, found);
                if let Some(word) = length_word_ast {
                    self.nested(word, found);
                }
            }
            E::Operation {
                reference,
                operator,
                operand_word_ast,
                ..
            } => {
                self.subscript(reference, found);
                self.operator(operator, found);
                if let Some(word) = operand_word_ast {
                    self.nested(word, found);
                }
            }
        }
    }

    fn subscript(&mut self, reference: &ast::VarRef, found: &mut Vec<Range<usize>>) {
        if let Some(word) = reference.subscript.as_ref().and_then(|s| s.word_ast()) {
            self.nested(word, found);
        }
    }

    fn operator(&mut self, operator: &ast::ParameterOp, found: &mut Vec<Range<usize>>) {
        use ast::ParameterOp as O;
        match operator {
            O::RemovePrefixShort { pattern }
            | O::RemovePrefixLong { pattern }
            | O::RemoveSuffixShort { pattern }
            | O::RemoveSuffixLong { pattern } => self.pattern(pattern, found),
            O::ReplaceFirst {
                pattern,
                replacement_word_ast,
                ..
            }
            | O::ReplaceAll {
                pattern,
                replacement_word_ast,
                ..
            } => {
                self.pattern(pattern, found);
                self.nested(replacement_word_ast, found);
            }
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &ast::Pattern, found: &mut Vec<Range<usize>>) {
        for part in &pattern.parts {
            match &part.kind {
                ast::PatternPart::Word(word) => self.nested(word, found),
                ast::PatternPart::Group { patterns, .. } => {
                    for pattern in patterns {
                        self.pattern(pattern, found);
                    }
                }
                _ => {}
            }
        }
    }

    /// Reads the commands in an arithmetic expression.
    fn arithmetic(&mut self, expression: &ast::ArithmeticExprNode) {
        use ast::ArithmeticExpr as E;
        let mut todo = vec![expression];
        while let Some(node) = todo.pop() {
            match &node.kind {
                E::ShellWord(word) => self.nested(word, &mut Vec::new()),
                E::Number(_) | E::Variable(_) => {}
                E::Indexed { index, .. } => todo.push(index),
                E::Parenthesized { expression } => todo.push(expression),
                E::Unary { expr, .. } | E::Postfix { expr, .. } => todo.push(expr),
                E::Binary { left, right, .. } => todo.extend([&**right, &**left]),
                E::Conditional {
                    condition,
                    then_expr,
                    else_expr,
                } => todo.extend([&**else_expr, &**then_expr, &**condition]),
                E::Assignment { value, .. } => todo.push(value),
            }
        }
    }

    /// The operands and operators of `[[ … ]]`, in order.
    fn conditional(&mut self, expression: &ast::ConditionalExpr, words: &mut Vec<Word>) {
        use ast::ConditionalExpr as E;
        enum Item<'t> {
            Expression(&'t E),
            Text(ast::Span),
        }
        let mut todo = vec![Item::Expression(expression)];
        while let Some(item) = todo.pop() {
            let node = match item {
                Item::Expression(node) => node,
                Item::Text(span) => {
                    words.push(word::bare(&self.text, self.text.range(span)));
                    continue;
                }
            };
            match node {
                E::Binary(e) => todo.extend([
                    Item::Expression(&e.right),
                    Item::Text(e.op_span),
                    Item::Expression(&e.left),
                ]),
                E::Unary(e) => todo.extend([Item::Expression(&e.expr), Item::Text(e.op_span)]),
                E::Parenthesized(e) => todo.extend([
                    Item::Text(e.right_paren_span),
                    Item::Expression(&e.expr),
                    Item::Text(e.left_paren_span),
                ]),
                E::Word(tree) | E::Regex(tree) => {
                    let word = self.whole_word(tree);
                    words.push(word);
                }
                E::Pattern(pattern) => {
                    let mut word = word::bare(&self.text, self.text.range(pattern.span));
                    word.value = super::command::Value::Dynamic;
                    word.parts = vec![WordPart::Other {
                        span: word.span,
                        quoted: false,
                    }];
                    words.push(word);
                    self.pattern(pattern, &mut Vec::new());
                }
                E::VarRef(reference) => {
                    words.push(word::bare(&self.text, self.text.range(reference.span)));
                }
            }
        }
    }

    /// Reads the commands of a substitution.
    fn substitution(
        &mut self,
        body: &ast::StmtSeq,
        range: Range<usize>,
        kind: FrameKind,
    ) -> Range<usize> {
        let start = self.script.commands.len();
        let inside = self.text.range(body.span);
        if !body.stmts.is_empty()
            && self.bounds.start <= inside.start
            && inside.end <= self.bounds.end
        {
            let outer = std::mem::replace(&mut self.bounds, inside.clone());
            let whole = range.start.min(inside.start)..range.end.max(inside.end);
            self.within(kind, whole, Join::START, |r| r.list(&body.stmts));
            self.bounds = outer;
        }
        start..self.script.commands.len()
    }

    /// A range without the blanks and the operator after a statement.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self
            .text
            .slice(range.clone())
            .trim_end_matches([' ', '\t', '\n', '\r', ';', '&', '|']);
        range.start..range.start + text.len()
    }

    /// The range of a list with the brackets around it.
    fn around(
        &self,
        list: &ast::StmtSeq,
        open: char,
        close: char,
        given: Range<usize>,
    ) -> Range<usize> {
        let inside = self.text.range(list.span);
        let before = self.text.slice(0..inside.start).trim_end();
        let start = if before.ends_with(open) {
            before.len() - open.len_utf8()
        } else {
            given.start.min(inside.start)
        };
        let body = self.text.slice(inside.clone()).trim_end();
        let after = self.text.slice(inside.end..self.text.text.len());
        let blanks = after.len() - after.trim_start().len();
        let end = if body.ends_with(close) {
            inside.start + body.len()
        } else if after.trim_start().starts_with(close) {
            inside.end + blanks + close.len_utf8()
        } else {
            given.end.max(inside.end)
        };
        start..end.max(start)
    }
}

/// `a op b op c`, taken apart from the left without recursion.
struct Chain<'t> {
    first: &'t ast::Stmt,
    links: Vec<Link<'t>>,
}

struct Link<'t> {
    op: ast::BinaryOp,
    span: ast::Span,
    right: &'t ast::Stmt,
}

impl<'t> Chain<'t> {
    fn of(stmt: &'t ast::Stmt, wanted: impl Fn(ast::BinaryOp) -> bool) -> Self {
        let mut links = Vec::new();
        let mut first = stmt;
        while let ast::Command::Binary(binary) = &first.command
            && wanted(binary.op)
            && (links.is_empty() || (!first.negated && first.redirects.is_empty()))
        {
            links.push(Link {
                op: binary.op,
                span: binary.op_span,
                right: &binary.right,
            });
            first = &binary.left;
        }
        links.reverse();
        Chain { first, links }
    }
}

/// A script a command is given.
struct Given {
    text: GivenText,
    process: bool,
    options: ShellOptions,
}

enum GivenText {
    /// Each byte has its place in the file.
    Mapped(MappedText),
    /// All of it stands somewhere in here.
    Within(String, Span),
}

fn exec_word(exec: &ExecWord) -> Word {
    Word {
        span: exec.span,
        range: 0..0,
        raw: exec.text.to_string(),
        parts: Vec::new(),
        quoting: super::command::Quoting::Wholly,
        glob: false,
        braces: false,
        contiguous: true,
        value: super::command::Value::AsWritten,
    }
}

/// Puts the commands found in a word's substitutions into its parts.
fn note(word: &mut Word, found: Vec<Range<usize>>) {
    let mut found = found.into_iter();
    for part in &mut word.parts {
        if let WordPart::CommandSubstitution { commands, .. } = part
            && let Some(range) = found.next()
        {
            *commands = range;
        }
    }
}

fn extend(range: &mut Option<Range<usize>>, by: Range<usize>) {
    *range = Some(match range.take() {
        Some(r) => r.start.min(by.start)..r.end.max(by.end),
        None => by,
    });
}

/// Whether a redirection gives a command its standard input as text.
fn is_input(redirect: &ast::Redirect) -> bool {
    matches!(redirect.fd, None | Some(0))
        && matches!(
            redirect.kind,
            ast::RedirectKind::HereDoc
                | ast::RedirectKind::HereDocStrip
                | ast::RedirectKind::HereString
        )
}

fn kind_of(kind: ast::RedirectKind) -> RedirectKind {
    match kind {
        ast::RedirectKind::Output => RedirectKind::Output,
        ast::RedirectKind::Clobber => RedirectKind::Clobber,
        ast::RedirectKind::Append => RedirectKind::Append,
        ast::RedirectKind::Input => RedirectKind::Input,
        ast::RedirectKind::ReadWrite => RedirectKind::ReadWrite,
        ast::RedirectKind::HereDoc | ast::RedirectKind::HereDocStrip => RedirectKind::Heredoc,
        ast::RedirectKind::HereString => RedirectKind::HereString,
        ast::RedirectKind::DupOutput => RedirectKind::DupOutput,
        ast::RedirectKind::DupInput => RedirectKind::DupInput,
        ast::RedirectKind::OutputBoth => RedirectKind::OutputBoth,
    }
}

/// Where brackets are open too deep for the parser.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = [0usize; 3];
    for (i, byte) in text.bytes().enumerate() {
        let (kind, opens) = match byte {
            b'(' => (0, true),
            b'{' => (1, true),
            b'[' => (2, true),
            b')' => (0, false),
            b'}' => (1, false),
            b']' => (2, false),
            _ => continue,
        };
        let Some(count) = open.get_mut(kind) else {
            continue;
        };
        *count = if opens {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
        if *count > MAX_OPEN {
            return Some(i);
        }
    }
    None
}
