//! Positions: byte ranges everywhere, lines and columns only where something is printed.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// A range of bytes in one file: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`; an `end` before `start` gives an empty span at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// An empty span: a place to insert at.
    pub fn at(offset: u32) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies inside.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether `other` lies wholly inside (equal counts).
    pub fn covers(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// As a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place as people count: 1-based line, 1-based column in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in Unicode scalar values (a tab is one).
    pub column: u32,
}

/// A place as editors count: 0-based line, 0-based column in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Utf16Position {
    /// 0-based line.
    pub line: u32,
    /// 0-based column in UTF-16 code units; a byte order mark is one.
    pub character: u32,
}

/// The byte order mark that may stand at the start of a file.
const BOM: &str = "\u{feff}";

/// One file: its path, its text and an index of its lines.
///
/// A file that is not valid UTF-8 is read all the same: each byte that does not decode stands
/// as one `?` in `text`, so every offset is an offset into the original bytes too.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    text: String,
    original: Option<Vec<u8>>,
    line_starts: Vec<u32>,
    /// How many characters begin before every [`STRIDE`] bytes; empty for ASCII.
    characters: Vec<u32>,
}

/// The bytes between two known character counts.
const STRIDE: usize = 1024;

impl Source {
    /// The largest file that is read: offsets are 32 bits wide.
    pub const MAX_BYTES: usize = u32::MAX as usize / 2;

    /// A source from text that is already in memory.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts = line_starts(&text);
        let characters = characters(&text);
        Self {
            path: path.into(),
            text,
            original: None,
            line_starts,
            characters,
        }
    }

    /// A source from the bytes of a file, valid UTF-8 or not.
    pub fn from_bytes(path: impl Into<PathBuf>, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(path, text),
            Err(error) => {
                let bytes = error.into_bytes();
                let mut text = String::with_capacity(bytes.len());
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| '?'));
                }
                Self {
                    original: Some(bytes),
                    ..Self::new(path, text)
                }
            }
        }
    }

    /// The path as the user gave it or as it was found.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text; every `Span` of this file indexes it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the file as they are on disk.
    pub fn bytes(&self) -> &[u8] {
        self.original.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// The text of a span; empty if the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The number of lines; a newline at the very end does not begin another one.
    pub fn line_count(&self) -> u32 {
        let len = self.text.len() as u32;
        let n = self.line_starts.len() as u32;
        if n > 1 && self.line_starts.last() == Some(&len) {
            n - 1
        } else {
            n
        }
    }

    /// The 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|&s| s <= offset).max(1) as u32
    }

    /// The byte offset at which a 1-based line starts; the end of the text for lines beyond it.
    pub fn line_start(&self, line: u32) -> u32 {
        self.line_starts
            .get((line as usize).saturating_sub(1))
            .copied()
            .unwrap_or(self.text.len() as u32)
    }

    /// The span of a 1-based line, its line break left out.
    pub fn line_span(&self, line: u32) -> Span {
        let start = self.line_start(line);
        let end = self.line_start(line + 1);
        let text = self.text.get(start as usize..end as usize).unwrap_or("");
        Span::new(
            start,
            start + text.trim_end_matches(['\r', '\n']).len() as u32,
        )
    }

    /// Line and column of a byte offset; an offset inside a character counts as its start.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.line_start(line) as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.characters_before(end) - self.characters_before(start.min(end));
        // No editor shows the byte order mark as a column.
        let mark = start == 0 && end >= BOM.len() && self.text.starts_with(BOM);
        Position {
            line,
            column: column + 1 - u32::from(mark),
        }
    }

    /// Line and column of a byte offset as editors and the language server protocol count them; an
    /// offset inside a character counts as its start.
    pub fn utf16_position(&self, offset: u32) -> Utf16Position {
        let line = self.line(offset);
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(self.line_start(line) as usize..end);
        let units: usize = before
            .unwrap_or_default()
            .chars()
            .map(char::len_utf16)
            .sum();
        Utf16Position {
            line: line - 1,
            character: units as u32,
        }
    }

    /// How many characters begin before a byte: a line may be as long as the file.
    fn characters_before(&self, offset: usize) -> u32 {
        let known = offset / STRIDE;
        match self.characters.get(known) {
            None => offset as u32,
            Some(before) => {
                let bytes = self.text.as_bytes().get(known * STRIDE..offset);
                before + count_characters(bytes.unwrap_or_default())
            }
        }
    }

    /// The line break this file uses: that of its first line.
    pub fn newline(&self) -> &'static str {
        match self.text.find('\n') {
            Some(i) if self.text[..i].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }
}

fn characters(text: &str) -> Vec<u32> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut before = 0;
    let mut all = vec![0];
    for chunk in text.as_bytes().chunks(STRIDE) {
        before += count_characters(chunk);
        all.push(before);
    }
    all
}

fn count_characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|b| (**b as i8) >= -0x40).count() as u32
}

fn line_starts(text: &str) -> Vec<u32> {
    let mut starts = vec![0];
    let mut rest = text;
    while let Some(at) = rest.find('\n') {
        rest = rest.get(at + 1..).unwrap_or_default();
        starts.push((text.len() - rest.len()) as u32);
    }
    starts
}

/// Text put together from pieces of a file, with the way back to the bytes it came from:
/// a logical line without its continuations, a heredoc body without its tabs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    /// (offset in `text`, offset in the file), ascending in both; runs are contiguous.
    runs: Vec<(u32, u32)>,
}

impl MappedText {
    /// A piece of a file as it stands.
    pub fn verbatim(text: &str, file_start: u32) -> Self {
        let mut mapped = Self::default();
        mapped.push(text, file_start);
        mapped
    }

    /// Appends a piece that starts at `file_start` in the file.
    pub fn push(&mut self, piece: &str, file_start: u32) {
        if piece.is_empty() && !self.runs.is_empty() {
            return;
        }
        let at = self.text.len() as u32;
        let continues = self
            .runs
            .last()
            .is_some_and(|&(t, f)| f + (at - t) == file_start);
        if !continues {
            if self.runs.last().is_some_and(|&(t, _)| t == at) {
                self.runs.pop();
            }
            self.runs.push((at, file_start));
        }
        self.text.push_str(piece);
    }

    /// Appends another mapped text.
    pub fn append(&mut self, other: &MappedText) {
        other.runs_in(0..other.text.len(), |piece, at| self.push(piece, at));
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Shortens the text to `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        while self.runs.len() > 1 && self.runs.last().is_some_and(|&(t, _)| t as usize >= len) {
            self.runs.pop();
        }
    }

    /// The part `range` of this text, still mapped to the file.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> MappedText {
        let mut out = MappedText::default();
        self.runs_in(range, |piece, at| out.push(piece, at));
        out
    }

    /// Calls `each` with every unbroken piece of a range and its place in the file; once with an
    /// empty piece for an empty range.
    pub fn runs_in(&self, range: Range<usize>, mut each: impl FnMut(&str, u32)) {
        if range.is_empty() {
            each("", self.offset(range.start as u32));
            return;
        }
        let first = self.run_at(range.start as u32);
        for (i, &(t, f)) in self.runs.iter().enumerate().skip(first) {
            if t as usize >= range.end {
                break;
            }
            let end = self
                .runs
                .get(i + 1)
                .map_or(self.text.len(), |r| r.0 as usize);
            let a = (t as usize).max(range.start);
            let piece = self.text.get(a..end.min(range.end)).unwrap_or_default();
            each(piece, f + (a as u32 - t));
        }
    }

    /// Where the byte at `offset` of the text stands in the file.
    pub fn offset(&self, offset: u32) -> u32 {
        let (t, f) = self
            .runs
            .get(self.run_at(offset))
            .copied()
            .unwrap_or_default();
        f + offset.saturating_sub(t)
    }

    /// The file span of a range of the text. It covers everything in between: continuations,
    /// comment lines. An empty range gives an empty span.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.offset(range.start as u32);
        if range.is_empty() {
            return Span::at(start);
        }
        Span::new(start, self.offset(range.end as u32 - 1) + 1)
    }

    /// Whether a range of the text is one unbroken piece of the file, so that it can be replaced.
    pub fn is_contiguous(&self, range: Range<usize>) -> bool {
        range.is_empty() || self.run_at(range.start as u32) == self.run_at(range.end as u32 - 1)
    }

    fn run_at(&self, offset: u32) -> usize {
        self.runs
            .partition_point(|&(t, _)| t <= offset)
            .saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_newlines() {
        let s = Source::new("Dockerfile", "a\r\nbé\tx\n");
        assert_eq!(s.position(0), Position { line: 1, column: 1 });
        assert_eq!(s.position(3), Position { line: 2, column: 1 });
        assert_eq!(s.position(7), Position { line: 2, column: 4 });
        assert_eq!(s.line_count(), 2);
        assert_eq!(s.slice(s.line_span(1)), "a");
        assert_eq!(s.newline(), "\r\n");
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let s = Source::new("Dockerfile", "\u{feff}FROM a\nRUN x");
        assert_eq!(s.position(0), Position { line: 1, column: 1 });
        assert_eq!(s.position(3), Position { line: 1, column: 1 });
        assert_eq!(s.position(8), Position { line: 1, column: 6 });
        assert_eq!(s.position(10), Position { line: 2, column: 1 });
    }

    #[test]
    fn columns_of_long_lines_count_characters() {
        for unit in ["ab", "é", "aé€"] {
            let text = format!("x\n{}", unit.repeat(3 * STRIDE));
            let s = Source::new("f", text.as_str());
            for (n, (at, _)) in text.char_indices().enumerate().skip(2).step_by(97) {
                let column = n as u32 - 1;
                assert_eq!(s.position(at as u32), Position { line: 2, column });
            }
        }
    }

    #[test]
    fn bytes_that_do_not_decode_keep_every_offset() {
        let bytes = b"a\xff\xfeb\xc3\xa9".to_vec();
        let s = Source::from_bytes("f", bytes.clone());
        assert_eq!(s.text(), "a??bé");
        assert_eq!(s.bytes(), bytes);
    }

    #[test]
    fn mapped_text_finds_its_way_back() {
        let mut m = MappedText::default();
        m.push("ab", 10);
        m.push("cd", 20);
        assert_eq!(m.text(), "abcd");
        assert_eq!(m.span(1..3), Span::new(11, 21));
        assert_eq!(m.span(0..2), Span::new(10, 12));
        assert_eq!(m.span(2..4), Span::new(20, 22));
        assert!(!m.is_contiguous(1..3));
        assert!(m.is_contiguous(2..4));
        let p = m.part(1..4);
        assert_eq!(p.text(), "bcd");
        assert_eq!(p.span(0..3), Span::new(11, 22));
        assert_eq!(m.part(2..2).span(0..0), Span::at(20));
    }

    #[test]
    fn editors_count_utf16_code_units() {
        let s = Source::new("Dockerfile", "a\n\u{1f40b}é\tx\n");
        let place = |offset| {
            let place = s.utf16_position(offset);
            (place.line, place.character)
        };
        assert_eq!(place(0), (0, 0));
        assert_eq!(place(2), (1, 0));
        assert_eq!(place(4), (1, 0), "inside a character");
        assert_eq!(place(6), (1, 2));
        assert_eq!(place(8), (1, 3));
        assert_eq!(place(9), (1, 4));
        assert_eq!(place(11), (2, 0));
        assert_eq!(place(999), (2, 0));
    }
}
