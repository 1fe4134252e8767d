//! The walk over the parser's tree.

use std::borrow::Cow;
use std::ops::Range;

use shuck_ast as ast;
use shuck_parser::parser::Parser;
use shuck_parser::{ShellDialect, ShellProfile};

use super::command::{Command, Connector, Word, Wrapper};
use super::dialect::Dialect;
use super::limits::{MAX_DEPTH, beyond_limits};
use super::script::{
    Frame, FrameKind, Pipeline, PipelinePart, Script, ShellError, ShellErrorKind, ShellOptions,
};
use super::simple::Piece;
use super::word::{self, Place, Text};
use super::{ExecWord, damage};
use crate::span::{MappedText, Span};

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

/// The commands of a text.
pub(super) fn read(text: &MappedText, dialect: &Dialect) -> Script {
    let mut script = Script::default();
    script.frames.push(Frame::default());
    let mut reader = Reader::top(&mut script, Text::mapped(text), dialect);
    reader.read();
    script.set_options(ShellOptions::default());
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
        backticks: false,
    };
    let mut reader = Reader::top(&mut script, text, &dialect);
    let pieces = words.iter().map(Piece::Exec).collect();
    reader.simple(pieces, &[], &[], Join::START);
    if let Some(top) = script.frames.first_mut() {
        top.commands = 0..script.commands.len();
        let all = words.iter().map(|w| w.span).reduce(Span::to);
        top.span = all.unwrap_or_default();
    }
    script.set_options(ShellOptions::default());
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
    pub(super) fn read(&mut self) {
        let len = self.text.text.len();
        let start = self.script.commands.len();
        if let Some((at, message)) = beyond_limits(self.text.text) {
            let span = self.text.span(at..len);
            self.script.errors.push(ShellError {
                span,
                message: message.to_owned(),
                kind: ShellErrorKind::Limit,
            });
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
        let text = plain(text);
        Parser::with_limits_and_profile(&text, depth, fuel, profile).parse()
    }

    pub(super) fn error(&mut self, range: Range<usize>, message: String) {
        let span = self.text.span(range);
        let limit = [
            "nested too deep",
            "nesting too deep",
            "too long",
            "too many",
            "exhausted",
        ]
        .iter()
        .any(|text| message.contains(text));
        let message = match message.strip_prefix("syntax error: ") {
            Some(rest) => rest.to_string(),
            None => message,
        };
        let error = ShellError {
            span,
            message,
            kind: if limit {
                ShellErrorKind::Limit
            } else {
                ShellErrorKind::Mistake
            },
        };
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
    pub(super) fn list(&mut self, list: &[ast::Stmt]) {
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
    pub(super) fn pipeline(&mut self, stmt: &ast::Stmt, join: Join) -> Range<usize> {
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
                    .static_name_entries()
                    .next()
                    .map(|(_, span)| self.text.slice(self.text.range(span)).to_string())
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
    pub(super) fn placeholder(&mut self, join: Join) -> usize {
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

    /// A range without the blanks and the operator after a statement.
    pub(super) fn trimmed(&self, range: Range<usize>) -> Range<usize> {
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
    pub(super) fn of(stmt: &'t ast::Stmt, wanted: impl Fn(ast::BinaryOp) -> bool) -> Self {
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

/// The text as the parser is given it: every byte in its place, but none that it trips over.
///
/// It slices strings next to escapes a few bytes off, so bytes beyond ASCII become one that is
/// an ordinary character of a word. It replays aliases and then no longer knows where their
/// words stand, so they are not switched on. Values are taken from the real text.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    const ALIASES: &str = "expand_aliases";
    let mut plain = Cow::Borrowed(text);
    if !text.is_ascii() {
        let bytes = text.bytes().map(|b| if b.is_ascii() { b } else { 0x7f });
        plain = Cow::Owned(bytes.map(char::from).collect());
    }
    if plain.contains(ALIASES) {
        plain = Cow::Owned(plain.replace(ALIASES, "expand-aliases"));
    }
    plain
}
