//! Bytes to physical lines, physical lines to logical ones, and what belongs to each: comments,
//! directives, continuations, heredoc bodies. After BuildKit's `parser.Parse`.

use std::collections::HashMap;

use super::check::CheckOptions;
use super::directive::{self, Directive, Scan};
use super::{
    Comment, File, Heredoc, Instruction, Keyword, Kind, Piece, PieceKind, SyntaxError,
    SyntaxErrorKind, arguments, word,
};
use crate::span::{MappedText, Source, Span};

/// The longest physical line BuildKit reads, in bytes without its line break.
const MAX_LINE: usize = 65_535;

pub(super) fn read(source: &Source) -> File {
    let mut reader = Reader {
        text: source.text(),
        at: 0,
        line: 0,
        scan: Scan::new("#"),
        file: File::default(),
        block: Vec::new(),
        last_lines: None,
    };
    reader.bom();
    while let Some(line) = reader.next_line() {
        reader.top(line);
    }
    reader.check_order();
    let mut file = reader.file;
    file.syntax = directive::detect_syntax(source.text());
    file.check = directive::detect_check(source.text());
    if let Some(check) = &file.check
        && let Err(error) = CheckOptions::parse(&check.value)
    {
        let at = |offset: usize| check.span.start + offset as u32;
        file.errors.push(SyntaxError {
            kind: SyntaxErrorKind::CheckOptions(error.message),
            span: Span::new(at(error.range.start), at(error.range.end)),
            line: source.line(check.span.start),
            deferred: false,
        });
    }
    file.errors.sort_by_key(|e| (e.span.start, e.span.end));
    file
}

/// A physical line: `start..content` is the text without its break, `content..end` the break.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    content: usize,
    end: usize,
    number: u32,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    scan: Scan,
    file: File,
    /// The comment block above the next instruction.
    block: Vec<usize>,
    /// Built after the first heredoc without an end, so that many of them cost no more than one:
    /// for each text of a line, leading tabs removed and not, where it stands last.
    last_lines: Option<HashMap<&'t str, usize>>,
}

impl<'t> Reader<'t> {
    fn bom(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
            self.piece(PieceKind::Bom, 0, 3);
        }
    }

    fn piece(&mut self, kind: PieceKind, start: usize, end: usize) {
        if start < end {
            let span = Span::new(start as u32, end as u32);
            self.file.pieces.push(Piece { kind, span });
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn error(&mut self, kind: SyntaxErrorKind, span: Span, line: u32) {
        self.file.errors.push(SyntaxError {
            kind,
            span,
            line,
            deferred: false,
        });
    }

    fn peek_line(&self) -> Option<Line> {
        let rest = self.text.get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        let len = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let content = self
            .slice(self.at, self.at + len)
            .trim_end_matches(['\r', '\n']);
        Some(Line {
            start: self.at,
            content: self.at + content.len(),
            end: self.at + len,
            number: self.line + 1,
        })
    }

    fn next_line(&mut self) -> Option<Line> {
        let line = self.peek_line()?;
        self.at = line.end;
        self.line = line.number;
        if line.content - line.start > MAX_LINE {
            self.error(
                SyntaxErrorKind::LineTooLong(line.content - line.start),
                Span::new(line.start as u32, line.content as u32),
                line.number,
            );
        }
        Some(line)
    }

    /// A line that begins nothing or a new instruction.
    fn top(&mut self, line: Line) {
        let content = self.slice(line.start, line.content);
        let trimmed = content.trim_start();
        let start = line.content - trimmed.len();
        if trimmed.is_empty() {
            self.scan_directive(line, start);
            self.piece(PieceKind::Blank, line.start, line.end);
        } else if trimmed.starts_with('#') {
            if self.scan_directive(line, start) {
                self.piece(PieceKind::Directive, line.start, line.end);
            } else {
                self.comment(line, start, false);
            }
        } else {
            self.scan_directive(line, start);
            self.instruction(line, start);
        }
    }

    /// Shows the line to the directive reader; true if it took it.
    fn scan_directive(&mut self, line: Line, start: usize) -> bool {
        if self.scan.is_done() {
            return false;
        }
        let text = self.slice(start, line.content);
        let span = Span::new(start as u32, line.content as u32);
        match self.scan.line(text) {
            Ok(None) => false,
            Ok(Some(found)) => {
                let value = text.get(found.value.clone()).unwrap_or_default();
                let value_start = (start + found.value.start) as u32;
                let value_span = Span::new(value_start, value_start + value.len() as u32);
                if found.name == "escape" {
                    match directive::escape_of(value) {
                        Ok(escape) => self.file.escape = escape,
                        Err(kind) => self.error(kind, value_span, line.number),
                    }
                }
                self.file.directives.push(Directive {
                    name: found.name,
                    value: value.to_owned(),
                    value_span,
                    span: Span::new(span.start, value_span.end),
                    line: line.number,
                });
                true
            }
            Err(kind) => {
                self.error(kind, span, line.number);
                true
            }
        }
    }

    fn comment(&mut self, line: Line, start: usize, inside: bool) {
        self.piece(PieceKind::Comment, line.start, line.end);
        let bare = self.slice(line.start, line.content);
        if !inside {
            // BuildKit drops the line's first byte, whatever it is, and trims: only a `#` in the
            // first column can be a bare one.
            if bare.starts_with('#') && bare.get(1..).unwrap_or_default().trim().is_empty() {
                self.block.clear();
            } else {
                self.block.push(self.file.comments.len());
            }
        }
        self.file.comments.push(Comment {
            span: Span::new(start as u32, line.content as u32),
            line: line.number,
            inside,
            indented: start > line.start,
        });
    }

    /// Where the continuation of a line begins, if it has one: the escape character at its end,
    /// blanks behind it allowed, unless another stands before it.
    fn continuation(&self, from: usize, line: Line) -> Option<usize> {
        let escape = self.file.escape.byte();
        let text = self
            .slice(from, line.content)
            .trim_end_matches([' ', '\t'])
            .as_bytes();
        match text {
            [.., before, last] if *last == escape && *before != escape => {
                Some(from + text.len() - 1)
            }
            [last] if *last == escape => Some(from),
            _ => None,
        }
    }

    /// Adds a physical line to a logical one; true if the logical line goes on.
    fn code(&mut self, logical: &mut MappedText, from: usize, line: Line) -> bool {
        match self.continuation(from, line) {
            Some(end) => {
                logical.push(self.slice(from, end), from as u32);
                self.piece(PieceKind::Code, line.start, end);
                self.piece(PieceKind::Continuation, end.max(line.start), line.end);
                true
            }
            None => {
                logical.push(self.slice(from, line.content), from as u32);
                self.piece(PieceKind::Code, line.start, line.end);
                false
            }
        }
    }

    fn instruction(&mut self, first: Line, start: usize) {
        let block = std::mem::take(&mut self.block);
        let mut logical = MappedText::default();
        let mut goes_on = self.code(&mut logical, start, first);
        let mut last = first;
        let mut empty = false;
        while goes_on && let Some(line) = self.next_line() {
            last = line;
            let content = self.slice(line.start, line.content);
            let trimmed = content.trim_start();
            if trimmed.starts_with('#') {
                self.comment(line, line.content - trimmed.len(), true);
            } else if trimmed.is_empty() {
                empty = true;
                self.piece(PieceKind::EmptyContinuation, line.start, line.end);
            } else {
                goes_on = self.code(&mut logical, line.start, line);
            }
        }
        let (mut instruction, errors) = arguments::read(logical, self.file.escape, first.number);
        self.file.errors.extend(errors);
        instruction.comment_block = block;
        instruction.end_line = last.number;
        if empty {
            instruction.empty_continuation =
                Some(Span::new(last.start as u32, last.content as u32));
        }
        self.heredocs(&mut instruction);
        self.file.instructions.push(instruction);
    }

    fn heredocs(&mut self, instruction: &mut Instruction) {
        let target = instruction.unwrapped();
        let takes = match &target.kind {
            Kind::Run(command) => !command.is_exec(),
            Kind::Copy(transfer) | Kind::Add(transfer) => !transfer.json,
            _ => false,
        };
        // A COPY that is refused for its arguments still owns the bodies below it.
        let refused = matches!(target.kind, Kind::Invalid(_))
            && matches!(target.keyword, Some(Keyword::Copy | Keyword::Add));
        if !(takes || refused) || !instruction.logical.text().contains("<<") {
            return;
        }
        let Ok(words) = word::raw_words(instruction.logical.text()) else {
            return;
        };
        for word in words {
            let Some((head, delimiter)) = arguments::heredoc_word(&word.text) else {
                continue;
            };
            let word_span = instruction.logical.span(word.range);
            let (body, terminator) =
                self.heredoc_body(&delimiter.name, head.chomp, word_span, instruction);
            instruction.heredocs.push(Heredoc {
                name: delimiter.name,
                descriptor: head.descriptor,
                word_span,
                chomp: head.chomp,
                expand: !delimiter.quoted,
                body,
                terminator,
            });
            instruction.span.end = terminator.map_or(body.end, |t| t.end);
            instruction.end_line = self.line;
        }
        arguments::attach_heredocs(instruction);
    }

    /// Consumes a body and its end.
    fn heredoc_body(
        &mut self,
        name: &str,
        chomp: bool,
        word_span: Span,
        instruction: &Instruction,
    ) -> (Span, Option<Span>) {
        let start = self.at;
        let ended = self
            .last_lines
            .as_ref()
            .is_none_or(|last| last.get(name).is_some_and(|&at| at >= start));
        if ended {
            let (at, line) = (self.at, self.line);
            let errors = self.file.errors.len();
            while let Some(line) = self.next_line() {
                let content = self.slice(line.start, line.content);
                let content = if chomp {
                    content.trim_start_matches('\t')
                } else {
                    content
                };
                if content == name {
                    self.piece(PieceKind::HeredocBody, start, line.start);
                    self.piece(PieceKind::HeredocEnd, line.start, line.end);
                    let body = Span::new(start as u32, line.start as u32);
                    let end = Span::new(line.start as u32, line.content as u32);
                    return (body, Some(end));
                }
            }
            (self.at, self.line) = (at, line);
            self.file.errors.truncate(errors);
            self.index_lines();
        }
        self.error(
            SyntaxErrorKind::UnterminatedHeredoc(name.to_owned()),
            word_span,
            instruction.start_line,
        );
        // BuildKit gives up here. What follows is most likely the body up to the next
        // instruction in capitals.
        while let Some(line) = self.peek_line() {
            let word = self.slice(line.start, line.content);
            let word = word.split([' ', '\t']).next().unwrap_or_default();
            if Keyword::of(word).is_some_and(|k| k.as_str() == word) {
                break;
            }
            self.next_line();
        }
        self.piece(PieceKind::HeredocBody, start, self.at);
        (Span::new(start as u32, self.at as u32), None)
    }

    fn index_lines(&mut self) {
        let mut last = HashMap::new();
        let mut at = self.at;
        for line in self.slice(self.at, self.text.len()).split_inclusive('\n') {
            let content = line.trim_end_matches(['\r', '\n']);
            last.insert(content, at);
            last.insert(content.trim_start_matches('\t'), at);
            at += line.len();
        }
        self.last_lines = Some(last);
    }

    /// What only the order of the instructions shows.
    fn check_order(&mut self) {
        if self.file.instructions.is_empty() {
            // A refused directive has said what is wrong already.
            if self.file.errors.is_empty() {
                let text = self.text.strip_suffix('\n').unwrap_or(self.text);
                let line = text.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
                let start = text.rfind('\n').map_or(0, |n| n + 1);
                self.error(
                    SyntaxErrorKind::NoInstructions,
                    Span::at(start as u32),
                    line,
                );
            }
            return;
        }
        let from = |i: &Instruction| i.keyword == Some(Keyword::From);
        let Some(first) = self.file.instructions.iter().position(from) else {
            if self.file.errors.iter().all(|e| e.deferred)
                && let instructions = &self.file.instructions
                && let other = instructions
                    .iter()
                    .find(|i| i.keyword != Some(Keyword::Arg))
                && let Some(first) = other.or(instructions.first())
            {
                let (span, line) = (first.name.span, first.start_line);
                self.error(SyntaxErrorKind::NoStage, span, line);
            }
            return;
        };
        let early: Vec<_> = self
            .file
            .instructions
            .iter()
            .take(first)
            .filter(|i| i.keyword.is_some_and(|k| k != Keyword::Arg))
            .map(|i| (i.name.as_str().to_owned(), i.name.span, i.start_line))
            .collect();
        for (name, span, line) in early {
            self.error(SyntaxErrorKind::BeforeFrom(name), span, line);
        }
    }
}
