//! What can be saved of a script that is not valid.

use std::ops::Range;

use shuck_ast as ast;
use shuck_parser::parser::Lexer;

use super::command::Connector;
use super::read::{Join, Reader, plain};
use super::script::FrameKind;
use ast::TokenKind as T;

/// Reads the statements that the parser kept, and the simple commands in between that are
/// whole.
pub(super) fn read(reader: &mut Reader, kept: &[ast::Stmt]) {
    let mut done = 0;
    let mut join = Join::START;
    for stmt in kept {
        let range = reader.text.range(stmt.span);
        between(reader, done..range.start);
        reader.statement(stmt, join);
        join = reader.after(stmt, join.statement + 1);
        done = range.end.max(reader.heredoc_end);
    }
    between(reader, done..reader.text.text.len());
}

/// Reads the commands in a part of the text that the parser gave up.
fn between(reader: &mut Reader, range: Range<usize>) {
    let text = reader.text.slice(range.clone());
    if text.trim().is_empty() {
        return;
    }
    let pieces = pieces(text);
    if pieces.is_empty() {
        return;
    }
    reader.within(FrameKind::Damaged, range.clone(), Join::START, |reader| {
        for (statement, piece) in pieces.into_iter().enumerate() {
            let at = range.start + piece.range.start..range.start + piece.range.end;
            let result = reader.parse(at.clone());
            if !result.diagnostics.is_empty() {
                continue;
            }
            let outer = std::mem::replace(&mut reader.text.base, at.start);
            for stmt in &result.file.body.stmts {
                reader.statement(
                    stmt,
                    Join {
                        connector: piece.connector,
                        statement: u32::try_from(statement).unwrap_or(u32::MAX),
                        ..Join::START
                    },
                );
            }
            reader.text.base = outer;
        }
    });
}

/// A run of words between operators.
struct Piece {
    range: Range<usize>,
    connector: Connector,
}

/// Cuts a text at its operators and keywords. A piece with something broken in it is left
/// out, as its words are not all known.
fn pieces(text: &str) -> Vec<Piece> {
    let plain = plain(text);
    let mut lexer = Lexer::new(&plain);
    let mut pieces = Vec::new();
    let mut range: Option<Range<usize>> = None;
    let mut connector = Connector::Start;
    let mut skipping = false;
    while let Some(token) = lexer.next_lexed_token() {
        let at = token.span.start.offset()..token.span.end.offset();
        if at.start >= at.end {
            break;
        }
        let next = match token.kind {
            T::And => Some(Connector::AndAnd),
            T::Or => Some(Connector::OrOr),
            T::Pipe | T::PipeBoth => Some(Connector::Pipe),
            T::Background | T::BackgroundPipe | T::BackgroundBang => Some(Connector::Background),
            T::Newline => Some(Connector::Newline),
            T::Semicolon | T::DoubleSemicolon | T::SemiAmp | T::DoubleSemiAmp | T::SemiPipe => {
                Some(Connector::Semicolon)
            }
            T::LeftParen | T::RightParen | T::DoubleLeftParen | T::DoubleRightParen => {
                Some(Connector::Start)
            }
            T::HereDoc | T::HereDocStrip => return pieces,
            _ => None,
        };
        if let Some(next) = next {
            if let Some(range) = range.take()
                && !skipping
            {
                pieces.push(Piece { range, connector });
            }
            // What stands before `(` is no command: a function's name, a pattern.
            connector = next;
            skipping = false;
            continue;
        }
        if token.kind == T::Error {
            skipping = true;
            continue;
        }
        if range.is_none() {
            match text.get(at.clone()).unwrap_or_default() {
                "if" | "then" | "else" | "elif" | "while" | "until" | "do" | "!" | "{" => {
                    connector = Connector::Start;
                    continue;
                }
                "for" | "select" | "case" | "function" | "esac" | "fi" | "done" | "}" => {
                    skipping = true;
                }
                _ => {}
            }
        }
        range = Some(match range {
            Some(r) => r.start..at.end,
            None => at,
        });
    }
    if let Some(range) = range
        && !skipping
    {
        pieces.push(Piece { range, connector });
    }
    pieces
}
