//! Words: from the parser's tree to values, parts and spans.

use std::borrow::Cow;
use std::ops::Range;

use shuck_ast as ast;

use super::command::{Quoting, Value, Word, WordPart};
use crate::span::{MappedText, Span};

/// The text a tree was read from, and the way from there to the file.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub text: &'a str,
    pub place: Place<'a>,
    /// What is added to every offset of the tree.
    pub base: usize,
    /// Whether it stands in backticks, where backslashes are resolved twice.
    pub backticks: bool,
}

/// Where a text stands in the file.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// Piece by piece.
    Mapped(&'a MappedText),
    /// Somewhere in here: its own offsets say nothing.
    Within(Span),
}

impl<'a> Text<'a> {
    pub(super) fn mapped(text: &'a MappedText) -> Self {
        Text {
            text: text.text(),
            place: Place::Mapped(text),
            base: 0,
            backticks: false,
        }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The file span of a range of the text.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        match self.place {
            Place::Mapped(mapped) => mapped.span(range),
            Place::Within(span) => span,
        }
    }

    pub(super) fn is_contiguous(&self, range: Range<usize>) -> bool {
        match self.place {
            Place::Mapped(mapped) => mapped.is_contiguous(range),
            Place::Within(_) => false,
        }
    }

    /// The range of a node of the tree, moved into the text and onto character boundaries.
    pub(super) fn range(&self, span: ast::Span) -> Range<usize> {
        let start = self.boundary(span.start.offset() + self.base);
        let end = self.boundary(span.end.offset() + self.base);
        start..end.max(start)
    }

    fn boundary(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at.min(self.text.len()))
    }
}

/// A word, and whether commands may hide in it.
pub(super) struct Converted {
    pub word: Word,
    pub nested: bool,
}

/// The word of a tree.
pub(super) fn convert(text: &Text, word: &ast::Word) -> Converted {
    let range = text.range(word.span);
    convert_at(text, word, range)
}

/// The word of a tree, at a place that is known better than the tree does.
pub(super) fn convert_at(text: &Text, word: &ast::Word, range: Range<usize>) -> Converted {
    let raw = text.slice(range.clone());
    let mut out = bare(text, range.clone());
    out.braces = word.has_active_brace_expansion();
    if let [part] = word.parts.as_slice()
        && let ast::WordPart::Literal(_) = part.kind
        && !raw.contains('\\')
    {
        out.glob = is_glob(raw);
        return Converted {
            word: out,
            nested: false,
        };
    }
    let quoted = word.parts.iter().filter(|p| p.kind.is_quoted()).count();
    out.quoting = match quoted {
        0 => Quoting::Bare,
        1 if word.parts.len() == 1 => Quoting::Wholly,
        _ => Quoting::Partly,
    };
    let mut pieces = Pieces {
        text,
        parts: Vec::new(),
        literal: String::new(),
        quoted: false,
        nested: false,
        glob: false,
        places: Places::of(text, word, range),
    };
    pieces.read(&word.parts, false);
    pieces.flush();
    let nested = pieces.nested;
    out.glob = pieces.glob;
    let all_literal = pieces
        .parts
        .iter()
        .all(|p| matches!(p, WordPart::Literal { .. }));
    if all_literal {
        let mut value = String::new();
        for part in pieces.parts {
            if let WordPart::Literal { text, .. } = part {
                value.push_str(&text);
            }
        }
        out.value = if value == out.raw {
            Value::AsWritten
        } else {
            Value::Cooked(value)
        };
    } else {
        out.value = Value::Dynamic;
        out.parts = pieces.parts;
    }
    Converted { word: out, nested }
}

/// A word that means what is written.
pub(super) fn bare(text: &Text, range: Range<usize>) -> Word {
    Word {
        span: text.span(range.clone()),
        raw: text.slice(range.clone()).to_string(),
        parts: Vec::new(),
        quoting: Quoting::Bare,
        glob: false,
        braces: false,
        contiguous: text.is_contiguous(range.clone()),
        range,
        value: Value::AsWritten,
    }
}

/// The word that consists of `prefix` as it stands and the value after it: `X=` and `"$y"`.
pub(super) fn joined(text: &Text, range: Range<usize>, value: &Word) -> Word {
    let mut out = bare(text, range.clone());
    let prefix = text.slice(range.start..value.range.start.max(range.start));
    out.glob = value.glob;
    out.braces = value.braces;
    out.quoting = match value.quoting {
        Quoting::Bare => Quoting::Bare,
        _ => Quoting::Partly,
    };
    match value.literal() {
        Some(literal) => {
            let whole = format!("{prefix}{literal}");
            if whole != out.raw {
                out.value = Value::Cooked(whole);
            }
        }
        None => {
            out.value = Value::Dynamic;
            out.parts.push(WordPart::Literal {
                text: prefix.to_string(),
                quoted: false,
            });
            out.parts.extend(value.parts.iter().cloned());
        }
    }
    out
}

/// The rest of a word after its first `at` bytes, which stand there as they are.
pub(super) fn without_prefix(text: &Text, word: &Word, at: usize) -> Word {
    let start = (word.range.start + at).min(word.range.end);
    let mut out = bare(text, start..word.range.end);
    if !matches!(text.place, Place::Mapped(_)) || text.text.is_empty() {
        out.span = word.span;
        out.raw = word.raw.get(at..).unwrap_or_default().to_string();
    }
    out.quoting = word.quoting;
    out.glob = word.glob;
    out.braces = word.braces;
    match word.literal() {
        Some(literal) => {
            let rest = literal.get(at..).unwrap_or_default();
            if rest != out.raw {
                out.value = Value::Cooked(rest.to_string());
            }
        }
        None => {
            out.value = Value::Dynamic;
            out.parts = word.parts.clone();
            if let Some(WordPart::Literal { text, .. }) = out.parts.first_mut() {
                text.drain(..at.min(text.len()));
                if text.is_empty() {
                    out.parts.remove(0);
                }
            }
        }
    }
    out
}

fn is_glob(text: &str) -> bool {
    text.bytes().any(|b| matches!(b, b'*' | b'?')) || (text.contains('[') && text.contains(']'))
}

/// Collects the parts of one word.
struct Pieces<'a> {
    text: &'a Text<'a>,
    parts: Vec<WordPart>,
    literal: String,
    quoted: bool,
    nested: bool,
    glob: bool,
    places: Places<'a>,
}

impl Pieces<'_> {
    fn read(&mut self, parts: &[ast::WordPartNode], quoted: bool) {
        for (i, part) in parts.iter().enumerate() {
            let range = self.places.next(part, parts.get(i + 1), quoted);
            match &part.kind {
                ast::WordPart::Literal(literal) => {
                    let start = self.literal.len();
                    self.begin(quoted);
                    self.push_literal(literal, part, range, quoted);
                    if !quoted && is_glob(self.literal.get(start..).unwrap_or_default()) {
                        self.glob = true;
                    }
                }
                ast::WordPart::SingleQuoted { value, dollar } => {
                    self.begin(true);
                    if *dollar && !self.text.slice(range.clone()).is_ascii() {
                        // Its escapes were resolved in a text without these characters.
                        let span = self.text.span(range);
                        self.push(WordPart::Other { span, quoted: true });
                    } else if *dollar && !value.is_source_backed() {
                        self.literal.push_str(value.slice(""));
                    } else {
                        let open = if *dollar { 2 } else { 1 };
                        let inner = range.start + open..range.end.saturating_sub(1);
                        self.literal.push_str(self.text.slice(inner));
                    }
                }
                ast::WordPart::DoubleQuoted { parts, dollar } => {
                    self.begin(true);
                    let outer = self.places.open(range, *dollar);
                    self.read(parts, true);
                    self.places.close(outer);
                }
                ast::WordPart::CommandSubstitution { .. } => {
                    self.nested = true;
                    let span = self.text.span(range);
                    self.push(WordPart::CommandSubstitution {
                        span,
                        quoted,
                        commands: 0..0,
                    });
                }
                other => {
                    let span = self.text.span(range);
                    let part = match variable(other) {
                        Some((name, modified)) => {
                            self.nested |= modified;
                            WordPart::Variable {
                                name: name.to_string(),
                                span,
                                quoted,
                                modified,
                            }
                        }
                        None => {
                            self.nested = true;
                            WordPart::Other { span, quoted }
                        }
                    };
                    self.push(part);
                }
            }
        }
    }

    fn push_literal(
        &mut self,
        literal: &ast::LiteralText,
        part: &ast::WordPartNode,
        range: Range<usize>,
        quoted: bool,
    ) {
        match literal {
            ast::LiteralText::Owned(text) if part.span.start.offset() == part.span.end.offset() => {
                self.literal.push_str(text);
            }
            _ => {
                let mut raw = Cow::Borrowed(self.text.slice(range));
                if self.text.backticks && raw.contains('\\') {
                    let mut once = String::with_capacity(raw.len());
                    unescape(&raw, Escapes::Heredoc, |piece, _| once.push_str(piece));
                    raw = Cow::Owned(once);
                }
                unescape(&raw, Escapes::in_quotes(quoted), |piece, _| {
                    self.literal.push_str(piece);
                });
            }
        }
    }

    fn begin(&mut self, quoted: bool) {
        if self.quoted != quoted {
            self.flush();
            self.quoted = quoted;
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(WordPart::Literal {
                text: std::mem::take(&mut self.literal),
                quoted: self.quoted,
            });
        }
    }

    fn push(&mut self, part: WordPart) {
        self.flush();
        self.parts.push(part);
    }
}

/// What a backslash quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Anything: outside quotes.
    Bare,
    /// In double quotes.
    Quoted,
    /// In the body of a here-document, and in backticks for what stands in them.
    Heredoc,
}

impl Escapes {
    fn resolve(self, escaped: char) -> bool {
        match self {
            Self::Bare => true,
            Self::Quoted => matches!(escaped, '$' | '`' | '"' | '\\' | '\n'),
            Self::Heredoc => matches!(escaped, '$' | '`' | '\\' | '\n'),
        }
    }

    fn in_quotes(quoted: bool) -> Self {
        if quoted { Self::Quoted } else { Self::Bare }
    }
}

/// Hands on the pieces of `raw` that stay after backslashes are resolved, with their offsets.
fn unescape(raw: &str, escapes: Escapes, mut keep: impl FnMut(&str, usize)) {
    let mut from = 0;
    let mut chars = raw.char_indices();
    while let Some((i, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let Some((j, escaped)) = chars.next() else {
            break;
        };
        if escapes.resolve(escaped) {
            keep(raw.get(from..i).unwrap_or_default(), from);
            from = if escaped == '\n' { j + 1 } else { j };
        }
    }
    keep(raw.get(from..).unwrap_or_default(), from);
}

/// The variable an expansion is of, and whether more than its value is asked for.
fn variable(part: &ast::WordPart) -> Option<(&str, bool)> {
    use ast::WordPart as P;
    Some(match part {
        P::Variable(name) => (name.as_str(), false),
        P::Parameter(parameter) => match &parameter.syntax {
            ast::ParameterExpansionSyntax::Bourne(syntax) => bourne(syntax)?,
            ast::ParameterExpansionSyntax::Zsh(syntax) => match &syntax.target {
                ast::ZshExpansionTarget::Reference(reference) => (reference.name.as_str(), true),
                _ => return None,
            },
        },
        P::ParameterExpansion { reference, .. }
        | P::Length(reference)
        | P::ArrayAccess(reference)
        | P::ArrayLength(reference)
        | P::ArrayIndices(reference)
        | P::Substring { reference, .. }
        | P::ArraySlice { reference, .. }
        | P::IndirectExpansion { reference, .. }
        | P::Transformation { reference, .. } => (reference.name.as_str(), true),
        P::PrefixMatch { prefix, .. } => (prefix.as_str(), true),
        _ => return None,
    })
}

fn bourne(syntax: &ast::BourneParameterExpansion) -> Option<(&str, bool)> {
    use ast::BourneParameterExpansion as E;
    Some(match syntax {
        E::Access { reference } => (reference.name.as_str(), reference.subscript.is_some()),
        E::Length { reference }
        | E::Indices { reference }
        | E::Indirect { reference, .. }
        | E::Slice { reference, .. }
        | E::Operation { reference, .. }
        | E::Transformation { reference, .. } => (reference.name.as_str(), true),
        E::PrefixMatch { prefix, .. } => (prefix.as_str(), true),
    })
}

/// Where the parts of a word stand.
///
/// The tree places words exactly, but in some words with backslashes the parts after them
/// stand a few bytes off. Then the parts are found again by their delimiters.
struct Places<'a> {
    text: &'a Text<'a>,
    at: usize,
    end: usize,
    trusted: bool,
}

impl<'a> Places<'a> {
    fn of(text: &'a Text<'a>, word: &ast::Word, range: Range<usize>) -> Self {
        let mut places = Self {
            text,
            at: range.start,
            end: range.end,
            trusted: true,
        };
        let end = range.end;
        places.trusted = !text.slice(range).contains('\\') || places.agree(&word.parts, end);
        places
    }

    /// Whether every part starts and ends as parts of its kind do.
    fn agree(&self, parts: &[ast::WordPartNode], end: usize) -> bool {
        parts.iter().all(|part| {
            let range = self.text.range(part.span);
            let raw = self.text.slice(range.clone());
            if range.end > end {
                return false;
            }
            match &part.kind {
                ast::WordPart::Literal(_) => true,
                ast::WordPart::SingleQuoted { .. } => {
                    raw.starts_with(['\'', '$']) && raw.ends_with('\'')
                }
                ast::WordPart::DoubleQuoted { parts, .. } => {
                    raw.starts_with(['"', '$'])
                        && raw.ends_with('"')
                        && self.agree(parts, range.end)
                }
                _ => raw.starts_with(['$', '`', '<', '>', '=', '(', '*']),
            }
        })
    }

    /// The place of the next part; `following` is the one after it.
    fn next(
        &mut self,
        part: &ast::WordPartNode,
        following: Option<&ast::WordPartNode>,
        quoted: bool,
    ) -> Range<usize> {
        let given = self.text.range(part.span);
        let literal = matches!(part.kind, ast::WordPart::Literal(_));
        let end = match &part.kind {
            // The tree ends some literals early: they reach to the next part.
            _ if literal && self.trusted => match following {
                Some(next) => self.text.range(next.span).start,
                None => self.end,
            },
            _ if literal && quoted => self.peek(&['$', '`', '"']),
            _ if literal => self.peek(&['$', '`', '"', '\'', '<', '>']),
            _ if self.trusted => {
                self.at = given.start;
                given.end
            }
            ast::WordPart::SingleQuoted { dollar, .. } => {
                self.find(&['\'']);
                let open = self.at + 1;
                if *dollar {
                    self.at = self.at.saturating_sub(1);
                }
                let rest = self.text.slice(open..self.end);
                rest.find('\'').map_or(self.end, |i| open + i + 1)
            }
            ast::WordPart::DoubleQuoted { dollar, .. } => {
                self.find(&['"']);
                if *dollar {
                    self.at = self.at.saturating_sub(1);
                }
                self.end
            }
            _ => {
                self.find(&['$', '`', '<', '>']);
                self.at + given.len()
            }
        };
        let end = self.text.boundary(end.min(self.end));
        let start = self.text.boundary(self.at).min(end);
        self.at = end;
        start..end
    }

    /// Goes into a double-quoted part; what it gives belongs to `close`.
    fn open(&mut self, part: Range<usize>, dollar: bool) -> (usize, usize) {
        let outer = (part.end, self.end);
        self.at = (part.start + 1 + usize::from(dollar)).min(part.end);
        if self.trusted {
            self.end = part.end.saturating_sub(1).max(self.at);
        }
        outer
    }

    fn close(&mut self, (part, outer): (usize, usize)) {
        if self.trusted {
            self.at = part;
        } else {
            self.find(&['"']);
            self.at = (self.at + 1).min(self.end);
        }
        self.end = outer;
    }

    /// Moves on to the next of these characters.
    fn find(&mut self, wanted: &[char]) {
        self.at = self.peek(wanted);
    }

    /// Where the next of these characters stands that no backslash quotes.
    fn peek(&self, wanted: &[char]) -> usize {
        let mut chars = self.text.slice(self.at..self.end).char_indices();
        while let Some((i, c)) = chars.next() {
            if c == '\\' {
                chars.next();
            } else if wanted.contains(&c) {
                return self.at + i;
            }
        }
        self.end
    }
}

/// The script in a word that a shell is given, each byte mapped to where it stands: quotes
/// removed, expansions left as they are written. Nothing if the word has no static text.
pub(super) fn script_text(text: &Text, word: &ast::Word) -> Option<MappedText> {
    let Place::Mapped(mapped) = text.place else {
        return None;
    };
    let range = text.range(word.span);
    let mut out = MappedText::default();
    let mut some = false;
    if let [part] = word.parts.as_slice()
        && let ast::WordPart::DoubleQuoted { parts, dollar } = &part.kind
    {
        some |= parts
            .iter()
            .any(|p| matches!(p.kind, ast::WordPart::Literal(_)));
        let start = range.start + 1 + usize::from(*dollar);
        push_unescaped(
            mapped,
            start..range.end.saturating_sub(1),
            Escapes::Quoted,
            &mut out,
        );
    } else {
        let mut places = Places::of(text, word, range.clone());
        if !places.trusted {
            return None;
        }
        for (i, part) in word.parts.iter().enumerate() {
            let range = places.next(part, word.parts.get(i + 1), false);
            match &part.kind {
                ast::WordPart::Literal(_) => {
                    some = true;
                    push_unescaped(mapped, range, Escapes::Bare, &mut out);
                }
                ast::WordPart::SingleQuoted { dollar: false, .. } => {
                    some = true;
                    let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                    out.append(&mapped.part(inner));
                }
                ast::WordPart::SingleQuoted { .. } => return None,
                ast::WordPart::DoubleQuoted { dollar, parts } => {
                    some |= parts
                        .iter()
                        .any(|p| matches!(p.kind, ast::WordPart::Literal(_)));
                    let start = range.start + 1 + usize::from(*dollar);
                    push_unescaped(
                        mapped,
                        start..range.end.saturating_sub(1),
                        Escapes::Quoted,
                        &mut out,
                    );
                }
                _ => out.append(&mapped.part(range)),
            }
        }
    }
    (some && !out.text().trim().is_empty()).then_some(out)
}

/// Appends a range of a text without the backslashes that quote something.
pub(super) fn push_unescaped(
    mapped: &MappedText,
    range: Range<usize>,
    escapes: Escapes,
    out: &mut MappedText,
) {
    let raw = mapped.text().get(range.clone()).unwrap_or_default();
    unescape(raw, escapes, |piece, at| {
        if !piece.is_empty() {
            let start = range.start + at;
            out.append(&mapped.part(start..start + piece.len()));
        }
    });
}
