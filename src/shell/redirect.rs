//! Redirections and here-documents.

use std::ops::Range;

use shuck_ast as ast;

use super::command::{Heredoc, Redirect, RedirectKind, Word};
use super::read::Reader;
use super::script::FrameKind;
use super::word::{self, Place};
use crate::span::MappedText;

impl Reader<'_> {
    /// Reads redirections; `given` is the one whose here-document is read as a script.
    pub(super) fn redirects(
        &mut self,
        redirects: &[ast::Redirect],
        given: Option<usize>,
    ) -> Vec<Redirect> {
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

    pub(super) fn heredoc(&self, tree: &ast::Heredoc) -> Heredoc {
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
        }
        Heredoc {
            delimiter: word::convert(&self.text, &tree.delimiter.raw)
                .word
                .literal()
                .unwrap_or(raw)
                .to_string(),
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
}

/// Whether a redirection gives a command its standard input as text.
pub(super) fn is_input(redirect: &ast::Redirect) -> bool {
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
