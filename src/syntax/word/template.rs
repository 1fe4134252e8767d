//! Words as they are written: text and references with their places, nothing evaluated.

use std::ops::Range;
use std::slice;

use super::evaluate::{Evaluator, Value, Var};
use super::{ExpandError, ExpandErrorKind};

/// How deep `${a:-${b:-…}}` may nest. Reading and evaluating recurse, so there is an end to it.
pub(super) const MAX_DEPTH: usize = 100;

/// A word, read but not evaluated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// Text and references, in order. Quotes and escape characters belong to no part.
    pub parts: Vec<Part>,
    /// The bytes of the word it was read from.
    pub range: Range<usize>,
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text: a piece of the word as it stands there, or a single escaped character.
    Literal {
        /// The text.
        text: String,
        /// Where it stands; for an escaped character with its escape.
        range: Range<usize>,
        /// Whether spaces in it do not separate words: in quotes, after an escape.
        quoted: bool,
    },
    /// A variable.
    Reference(Reference),
}

impl Part {
    /// Where the part stands in the word.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Literal { range, .. } => range.clone(),
            Self::Reference(reference) => reference.range.clone(),
        }
    }
}

/// `$name`, `${name}` or `${name…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The variable; empty in `${+x}`.
    pub name: String,
    /// All of it, from the `$`.
    pub range: Range<usize>,
    /// The name alone.
    pub name_range: Range<usize>,
    /// What follows the name in braces.
    pub modifier: Option<Box<Modifier>>,
    /// Where the double quotes around it open. Inside a modifier's word only the quotes in that
    /// word count.
    pub double_quote: Option<usize>,
}

impl Reference {
    /// Whether it stands in double quotes.
    pub fn in_double_quotes(&self) -> bool {
        self.double_quote.is_some()
    }

    /// Whether it is written with braces.
    pub fn is_braced(&self) -> bool {
        self.name_range.start - self.range.start == 2
    }
}

/// What a reference does with its variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifier {
    /// Which one it is.
    pub kind: ModifierKind,
    /// From the operator to the closing brace, which is left out.
    pub range: Range<usize>,
    /// The word after the operator: default, alternative, message or pattern.
    pub word: Template,
    /// The replacement of `${name/pattern/replacement}`.
    pub replacement: Option<Template>,
}

/// The operators in `${name…}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModifierKind {
    /// `-` and `:-`: the word if the variable is not set.
    Default {
        /// With the colon: an empty value counts as none.
        or_empty: bool,
    },
    /// `+` and `:+`: the word if the variable is set.
    Alternative {
        /// With the colon: an empty value counts as none.
        or_empty: bool,
    },
    /// `?` and `:?`: an error if the variable is not set.
    Required {
        /// With the colon: an empty value counts as none.
        or_empty: bool,
    },
    /// `#` and `##`: without what the pattern matches at the start.
    RemovePrefix {
        /// Doubled: the longest match.
        greedy: bool,
    },
    /// `%` and `%%`: without what the pattern matches at the end.
    RemoveSuffix {
        /// Doubled: the longest match.
        greedy: bool,
    },
    /// `/` and `//`: what the pattern matches is replaced.
    Replace {
        /// Doubled: every match.
        all: bool,
    },
    /// A colon and this character. BuildKit reads it to the closing brace and then refuses it.
    Unsupported(char),
}

/// What quotes and escapes mean in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// A word of an instruction, with the file's escape character.
    Word {
        /// The escape character.
        escape: char,
    },
    /// The body of a `COPY` or `ADD` heredoc: backslash escapes, quotes are text.
    HeredocBody,
}

impl Syntax {
    pub(super) fn mode(self) -> Mode {
        let mode = Mode {
            escape: '\\',
            quotes: true,
            keep_quotes: false,
            keep_escapes: false,
        };
        match self {
            Self::Word { escape } => Mode { escape, ..mode },
            Self::HeredocBody => Mode {
                quotes: false,
                ..mode
            },
        }
    }
}

impl Template {
    /// Reads a word.
    ///
    /// # Errors
    ///
    /// When BuildKit refuses the word in every environment, except for
    /// [`ModifierKind::Unsupported`], which BuildKit only looks at after the variable.
    pub fn parse(text: &str, escape: char) -> Result<Self, ExpandError> {
        Self::read(text, Syntax::Word { escape })
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// As for [`Template::parse`].
    pub fn read(text: &str, syntax: Syntax) -> Result<Self, ExpandError> {
        let (template, error) = parse(text, syntax.mode());
        error.map_or(Ok(template), Err)
    }

    /// Every reference in the order of the text, with those inside modifiers.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        References {
            stack: vec![self.parts.iter()],
        }
    }

    /// The text, if there is no reference in it.
    pub fn literal(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal { text, .. } => out.push_str(text),
                Part::Reference(_) => return None,
            }
        }
        Some(out)
    }

    /// The one reference that is the whole word, quoted or not.
    pub fn sole_reference(&self) -> Option<&Reference> {
        match self.parts.as_slice() {
            [Part::Reference(reference)] => Some(reference),
            _ => None,
        }
    }

    /// The text in an environment. Every reference is looked up, those in words that are not
    /// needed too, as BuildKit does.
    ///
    /// # Errors
    ///
    /// When BuildKit refuses the word in this environment.
    pub fn evaluate<'v>(
        &self,
        lookup: &mut dyn FnMut(&str) -> Var<'v>,
    ) -> Result<Value, ExpandError> {
        Evaluator::new(lookup)
            .template(self)
            .map(Value::from)
            .map_err(|stop| stop.error)
    }
}

struct References<'t> {
    stack: Vec<slice::Iter<'t, Part>>,
}

impl<'t> Iterator for References<'t> {
    type Item = &'t Reference;

    fn next(&mut self) -> Option<&'t Reference> {
        while let Some(parts) = self.stack.last_mut() {
            match parts.next() {
                Some(Part::Reference(reference)) => {
                    if let Some(modifier) = &reference.modifier {
                        let replacement = modifier.replacement.iter();
                        self.stack.extend(replacement.map(|r| r.parts.iter()));
                        self.stack.push(modifier.word.parts.iter());
                    }
                    return Some(reference);
                }
                Some(Part::Literal { .. }) => {}
                None => {
                    self.stack.pop();
                }
            }
        }
        None
    }
}

/// How a text is read.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    pub(super) escape: char,
    /// Whether quotes quote; else they are text.
    pub(super) quotes: bool,
    pub(super) keep_quotes: bool,
    pub(super) keep_escapes: bool,
}

/// Reads a text; with an error comes what was complete before it.
pub(super) fn parse(text: &str, mode: Mode) -> (Template, Option<ExpandError>) {
    let mut parser = Parser {
        text,
        mode,
        pos: 0,
        depth: 0,
        complete: Vec::new(),
    };
    // Go's scanner skips a byte order mark.
    parser.eat('\u{feff}');
    match parser.until(None, mode.keep_escapes) {
        Ok(mut template) => {
            template.range.start = 0;
            (template, None)
        }
        Err(error) => {
            let template = Template {
                parts: parser.complete,
                range: 0..text.len(),
            };
            (template, Some(error))
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    mode: Mode,
    pos: usize,
    depth: usize,
    /// After an error: the parts that BuildKit has evaluated before it, from all levels.
    complete: Vec<Part>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.pos..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    /// Passes over ordinary text, most of any word, in one go.
    fn skip_until(&mut self, signs: &[char]) {
        let rest = self.slice(self.pos..self.text.len());
        // Every sign is ASCII and no letter: the bytes of other characters are none.
        let is_sign = |b: u8| {
            let c = char::from(b);
            !b.is_ascii_alphanumeric() && (c == self.mode.escape || signs.contains(&c))
        };
        self.pos += rest.bytes().position(is_sign).unwrap_or(rest.len());
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.pos += c.len_utf8();
        }
        found
    }

    fn at_end(&self) -> bool {
        self.pos == self.text.len()
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn fail<T>(&self, kind: ExpandErrorKind, start: usize) -> Result<T, ExpandError> {
        Err(ExpandError {
            kind,
            range: start..self.pos,
        })
    }

    /// Notes what was complete at this level before the error further in.
    fn abandon(&mut self, mut parts: Vec<Part>) {
        parts.append(&mut self.complete);
        self.complete = parts;
    }

    /// Reads to `stop`, which is consumed and left out, or to the end of the text. The end
    /// where a `stop` is due is left to the caller.
    fn until(&mut self, stop: Option<char>, keep_escapes: bool) -> Result<Template, ExpandError> {
        let start = self.pos;
        let mut parts = Vec::new();
        match self.parts(&mut parts, stop, keep_escapes) {
            Ok(()) => {
                let range = start..self.pos;
                if stop.is_some() {
                    self.next();
                }
                Ok(Template { parts, range })
            }
            Err(error) => {
                self.abandon(parts);
                Err(error)
            }
        }
    }

    fn parts(
        &mut self,
        parts: &mut Vec<Part>,
        stop: Option<char>,
        keep_escapes: bool,
    ) -> Result<(), ExpandError> {
        while let Some(c) = self.peek() {
            let start = self.pos;
            if stop == Some(c) {
                return Ok(());
            }
            match c {
                '$' => self.dollar(parts, None)?,
                '<' => self.less_than(parts),
                '\'' if self.mode.quotes => self.single_quotes(parts)?,
                '"' if self.mode.quotes => self.double_quotes(parts, keep_escapes)?,
                _ => {
                    self.next();
                    if c != self.mode.escape {
                        self.skip_until(&['$', '<', '\'', '"', stop.unwrap_or('$')]);
                        self.verbatim(parts, start, false);
                    } else if keep_escapes {
                        self.next();
                        self.verbatim(parts, start, true);
                    } else if let Some(escaped) = self.next() {
                        self.changed(parts, escaped.to_string(), start);
                    }
                }
            }
        }
        match stop {
            // The caller names the substitution that is open.
            Some(_) => self.fail(ExpandErrorKind::MissingBrace, self.pos),
            None => Ok(()),
        }
    }

    /// Adds the text from `start` as it stands.
    fn verbatim(&self, parts: &mut Vec<Part>, start: usize, quoted: bool) {
        let piece = self.slice(start..self.pos);
        if let Some(Part::Literal {
            text,
            range,
            quoted: last,
        }) = parts.last_mut()
            && *last == quoted
            && range.end == start
            && range.len() == text.len()
        {
            text.push_str(piece);
            range.end = self.pos;
        } else if !piece.is_empty() {
            parts.push(Part::Literal {
                text: piece.to_owned(),
                range: start..self.pos,
                quoted,
            });
        }
    }

    /// Adds text that is not what stands there from `start`.
    fn changed(&self, parts: &mut Vec<Part>, text: String, start: usize) {
        parts.push(Part::Literal {
            text,
            range: start..self.pos,
            quoted: true,
        });
    }

    /// `<<` keeps the blanks that follow it: a heredoc's name may come after them.
    fn less_than(&mut self, parts: &mut Vec<Part>) {
        let start = self.pos;
        self.next();
        let double = self.eat('<');
        self.verbatim(parts, start, false);
        if double {
            let start = self.pos;
            while matches!(self.peek(), Some('\t' | '\r' | ' ')) {
                self.next();
            }
            self.verbatim(parts, start, true);
        }
    }

    fn single_quotes(&mut self, parts: &mut Vec<Part>) -> Result<(), ExpandError> {
        let open = self.pos;
        self.next();
        let inside = self.pos;
        let Some(len) = self.slice(inside..self.text.len()).find('\'') else {
            self.pos = self.text.len();
            return self.fail(ExpandErrorKind::UnclosedSingleQuote, open);
        };
        self.pos += len;
        if self.mode.keep_quotes {
            self.next();
            self.verbatim(parts, open, true);
        } else {
            self.verbatim(parts, inside, true);
            self.next();
        }
        Ok(())
    }

    fn double_quotes(
        &mut self,
        parts: &mut Vec<Part>,
        keep_escapes: bool,
    ) -> Result<(), ExpandError> {
        let open = self.pos;
        self.next();
        if self.mode.keep_quotes {
            // A part of its own: `Splitter::interrupt` cuts here.
            parts.push(Part::Literal {
                text: '"'.into(),
                range: open..self.pos,
                quoted: true,
            });
        }
        while let Some(c) = self.peek() {
            let start = self.pos;
            if c == '$' {
                self.dollar(parts, Some(open))?;
                continue;
            }
            self.next();
            if c == '"' {
                if self.mode.keep_quotes {
                    self.verbatim(parts, start, true);
                }
                return Ok(());
            }
            if c != self.mode.escape {
                self.skip_until(&['$', '"']);
                self.verbatim(parts, start, true);
                continue;
            }
            let Some(escaped) = self.peek() else {
                break;
            };
            let escapes = matches!(escaped, '"' | '$') || escaped == c;
            if escapes {
                self.next();
            }
            match (escapes, keep_escapes) {
                (true, false) => self.changed(parts, escaped.to_string(), start),
                // An escape that escapes nothing is kept twice.
                (false, true) => self.changed(parts, format!("{c}{c}"), start),
                (true, true) | (false, false) => self.verbatim(parts, start, true),
            }
        }
        self.fail(ExpandErrorKind::UnclosedDoubleQuote, open)
    }

    fn dollar(
        &mut self,
        parts: &mut Vec<Part>,
        double_quote: Option<usize>,
    ) -> Result<(), ExpandError> {
        let start = self.pos;
        self.next();
        let braced = self.eat('{');
        if braced {
            match self.peek() {
                None => return self.fail(ExpandErrorKind::MissingBrace, start),
                Some('{' | '}' | ':') => {
                    let range = start..self.pos + 1;
                    let kind = ExpandErrorKind::BadSubstitution;
                    return Err(ExpandError { kind, range });
                }
                Some(_) => {}
            }
        }
        let name_start = self.pos;
        self.name();
        let name_range = name_start..self.pos;
        if !braced && name_range.is_empty() {
            self.verbatim(parts, start, double_quote.is_some());
            return Ok(());
        }
        let modifier = if braced { self.modifier(start)? } else { None };
        parts.push(Part::Reference(Reference {
            name: self.slice(name_range.clone()).to_owned(),
            range: start..self.pos,
            name_range,
            modifier,
            double_quote,
        }));
        Ok(())
    }

    fn name(&mut self) {
        match self.peek() {
            Some(c) if is_digit(c) => {
                while self.peek().is_some_and(is_digit) {
                    self.next();
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => {
                self.next();
            }
            _ => {
                while self.peek().is_some_and(is_name) {
                    self.next();
                }
            }
        }
    }

    /// What follows the name in `${name…}`, with the closing brace.
    fn modifier(&mut self, reference: usize) -> Result<Option<Box<Modifier>>, ExpandError> {
        let start = self.pos;
        let Some(operator) = self.next() else {
            let kind = ExpandErrorKind::UnsupportedModifier(char::REPLACEMENT_CHARACTER.into());
            return self.fail(kind, reference);
        };
        let kind = match operator {
            '}' => return Ok(None),
            '-' => ModifierKind::Default { or_empty: false },
            '+' => ModifierKind::Alternative { or_empty: false },
            '?' => ModifierKind::Required { or_empty: false },
            ':' => match self.next() {
                Some('-') => ModifierKind::Default { or_empty: true },
                Some('+') => ModifierKind::Alternative { or_empty: true },
                Some('?') => ModifierKind::Required { or_empty: true },
                Some('#' | '%') => {
                    let modifier = self.slice(start..self.pos).to_owned();
                    return self.fail(ExpandErrorKind::UnsupportedModifier(modifier), start);
                }
                Some(c) => ModifierKind::Unsupported(c),
                None => return self.fail(ExpandErrorKind::MissingBrace, reference),
            },
            '#' => ModifierKind::RemovePrefix {
                greedy: self.eat('#'),
            },
            '%' => ModifierKind::RemoveSuffix {
                greedy: self.eat('%'),
            },
            '/' => ModifierKind::Replace { all: self.eat('/') },
            c => return self.fail(ExpandErrorKind::UnsupportedModifier(c.to_string()), start),
        };
        let raw = matches!(operator, '#' | '%' | '/');
        let (word, replacement) = if operator == '/' {
            let pattern = self.nested(reference, '/', raw)?;
            match self.nested(reference, '}', raw) {
                Ok(replacement) => (pattern, Some(replacement)),
                Err(error) => {
                    self.abandon(pattern.parts);
                    return Err(error);
                }
            }
        } else {
            (self.nested(reference, '}', raw)?, None)
        };
        Ok(Some(Box::new(Modifier {
            kind,
            range: start..self.pos - 1,
            word,
            replacement,
        })))
    }

    fn nested(
        &mut self,
        reference: usize,
        stop: char,
        keep_escapes: bool,
    ) -> Result<Template, ExpandError> {
        if self.depth == MAX_DEPTH {
            return self.fail(ExpandErrorKind::TooDeep, reference);
        }
        self.depth += 1;
        let result = self.until(Some(stop), keep_escapes);
        self.depth -= 1;
        match result {
            // Whatever is wrong where the text ends, BuildKit reports this.
            Err(_) if self.at_end() => {
                let kind = if stop == '/' {
                    ExpandErrorKind::MissingSlash
                } else {
                    ExpandErrorKind::MissingBrace
                };
                self.fail(kind, reference)
            }
            result => result,
        }
    }
}

/// Go's `unicode.IsDigit`: decimal digits of all scripts. `char::is_numeric` has fractions,
/// superscripts and the like too.
fn is_digit(c: char) -> bool {
    /// The zeros; nine digits follow each.
    const ZEROS: [u32; 67] = [
        0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
        0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
        0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
        0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
        0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60,
        0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0,
        0x1E950,
    ];
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    let c = u32::from(c);
    (0x1FBF0..=0x1FBF9).contains(&c)
        || ZEROS
            .get(ZEROS.partition_point(|&zero| zero <= c).wrapping_sub(1))
            .is_some_and(|zero| c - zero < 10)
}

/// A character of a name: Go's `unicode.IsLetter` or `unicode.IsDigit`, or an underscore.
pub(super) fn is_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    (c.is_alphabetic() && !c.is_numeric()) || is_digit(c)
}
