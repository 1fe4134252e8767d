//! Lines of an instruction that look like instructions of their own.

use super::{Facts, Node};
use crate::span::Span;
use crate::syntax::{Keyword, PieceKind};

impl Facts<'_> {
    /// The first continued line that begins with an instruction in capitals, and that keyword's
    /// place.
    pub fn swallowed(&self, node: &Node<'_>) -> Option<(Span, Keyword)> {
        let instruction = node.instruction;
        // What is no instruction is a syntax error already.
        let own = instruction.keyword?;
        let pieces = &self.file.pieces;
        let from = pieces.partition_point(|p| p.span.start <= instruction.name.span.start);
        let mut pieces = pieces
            .iter()
            .skip(from)
            .take_while(|p| p.span.start < instruction.head.end);
        pieces.find_map(|piece| {
            if piece.kind != PieceKind::Code {
                return None;
            }
            // An instruction stands in the first column; what an instruction takes is indented.
            let line = self.source.slice(piece.span);
            let word = line.split([' ', '\t']).next().unwrap_or_default();
            let keyword = Keyword::of(word).filter(|k| k.as_str() == word)?;
            // What it runs stands behind the options of a HEALTHCHECK, often on a line of its own.
            if own == Keyword::Healthcheck && keyword == Keyword::Cmd {
                return None;
            }
            let rest = line.get(word.len()..).unwrap_or_default().trim();
            if rest.is_empty() || rest.starts_with('=') {
                return None;
            }
            let start = piece.span.start;
            Some((Span::new(start, start + word.len() as u32), keyword))
        })
    }
}
