//! Words: quotes, escapes and variables as BuildKit's lexer reads them.
//!
//! BuildKit expands while it reads. Here reading gives a [`Template`], which can be looked at
//! without any environment and evaluated as often as needed; [`expand`] puts both together and
//! reports what BuildKit would report first.
//!
//! Letters in names are Unicode's alphabetic characters that are not numbers. Go's letters are
//! slightly fewer: combining vowel signs are not among them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::slice;

/// How deep `${a:-${b:-…}}` may nest. Reading and evaluating recurse, so there is an end to it.
const MAX_DEPTH: usize = 100;

/// How much work variables may cause in one word: bytes taken from their values, steps of
/// matching a pattern. Words can refer to each other and grow exponentially; Linux passes no
/// environment string longer than this.
const MAX_WORK: usize = 128 * 1024;

/// What is known of a variable at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Var<'a> {
    /// It has this value, perhaps an empty one.
    Set(Cow<'a, str>),
    /// It has none.
    Unset,
    /// It is declared, but its value, and whether it has one, is decided elsewhere.
    Unknown,
}

/// What evaluating gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<T = String> {
    /// The outcome, whatever the values that are not known.
    Known(T),
    /// A variable whose value is not known decides, or the value is too long to work out.
    Unknown,
}

impl<T> Value<T> {
    /// The outcome if it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

impl<T> From<Option<T>> for Value<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }
}

/// Why BuildKit refuses a word; the text is BuildKit's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandErrorKind {
    /// `'` without its partner.
    #[error("unexpected end of statement while looking for matching single-quote")]
    UnclosedSingleQuote,
    /// `"` without its partner.
    #[error("unexpected end of statement while looking for matching double-quote")]
    UnclosedDoubleQuote,
    /// `${` without its `}`.
    #[error("syntax error: missing '}}'")]
    MissingBrace,
    /// `${name/pattern}`: the replacement's slash is missing.
    #[error("syntax error: missing '/' in ${{}}")]
    MissingSlash,
    /// `${}`, `${:…` or `${{…`.
    #[error("syntax error: bad substitution")]
    BadSubstitution,
    /// `${name^}`: what follows the name means nothing; U+FFFD stands for the end of the word.
    #[error("unsupported modifier ({0}) in substitution")]
    UnsupportedModifier(String),
    /// `${name?message}`: the variable is missing.
    #[error("{name}: {message}")]
    Refused {
        /// The variable.
        name: String,
        /// The word after the `?`, or BuildKit's own words.
        message: String,
    },
    /// A backslash in a pattern before something it cannot escape.
    #[error("invalid pattern ({pattern}) in substitution: invalid escape '\\{escaped}'")]
    InvalidPattern {
        /// The pattern; backwards for a suffix, as BuildKit shows it.
        pattern: String,
        /// What follows the backslash; U+FFFD stands for the end.
        escaped: char,
    },
    /// Substitutions in substitutions beyond reason. BuildKit has no such limit.
    #[error("substitutions nested too deeply")]
    TooDeep,
}

/// Why BuildKit refuses a word, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ExpandError {
    /// What is wrong.
    pub kind: ExpandErrorKind,
    /// Where: bytes of the word.
    pub range: Range<usize>,
}

impl ExpandError {
    /// The message as BuildKit prints it, with the word it was reading.
    pub fn with_word(&self, word: &str) -> String {
        format!("failed to process {}: {}", quote(word), self.kind)
    }
}

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

/// The variables that a word asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Those that are set, or may be.
    pub matched: BTreeSet<String>,
    /// Those that are not.
    pub unmatched: BTreeSet<String>,
}

/// What [`expand`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion<T = String> {
    /// The text, or the error that BuildKit reports.
    pub result: Result<Value<T>, ExpandError>,
    /// The variables asked for up to the end or the error.
    pub usage: Usage,
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
    fn mode(self) -> Mode {
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

/// Reads and evaluates a text, with the error that BuildKit reports: a variable refused early in
/// the word comes before a quote that is missing later.
pub fn expand<'v>(
    text: &str,
    syntax: Syntax,
    lookup: &mut dyn FnMut(&str) -> Var<'v>,
) -> Expansion {
    observed(text, syntax, lookup, |template, evaluator| {
        evaluator.template(template)
    })
}

/// Reads and evaluates a word, then splits it at spaces outside quotes, also at those that come
/// from a variable. BuildKit does so for `EXPOSE`.
///
/// BuildKit loses what stands between the last space and a `${name…}` with a modifier: `a${b:-c}`
/// gives `c`. So does this.
pub fn process_words<'v>(
    text: &str,
    escape: char,
    lookup: &mut dyn FnMut(&str) -> Var<'v>,
) -> Expansion<Vec<String>> {
    let syntax = Syntax::Word { escape };
    observed(text, syntax, lookup, |template, evaluator| {
        let mut words = Splitter::default();
        let mut known = true;
        for part in &template.parts {
            match part {
                Part::Literal { .. } => words.literal(part),
                Part::Reference(reference) => {
                    let value = evaluator.reference(reference)?;
                    words.interrupt(reference);
                    match value {
                        Some(text) => words.reference(reference, &text, &reference.range),
                        None => known = false,
                    }
                }
            }
        }
        Ok(known.then(|| words.finish().into_iter().map(|w| w.text).collect()))
    })
}

fn observed<'v, T>(
    text: &str,
    syntax: Syntax,
    lookup: &mut dyn FnMut(&str) -> Var<'v>,
    evaluate: impl FnOnce(&Template, &mut Evaluator<'_, 'v>) -> Result<Option<T>, Stop>,
) -> Expansion<T> {
    let mut usage = Usage::default();
    let mut lookup = |name: &str| {
        let var = lookup(name);
        let names = match var {
            Var::Unset => &mut usage.unmatched,
            Var::Set(_) | Var::Unknown => &mut usage.matched,
        };
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        var
    };
    let (template, error) = parse(text, syntax.mode());
    let result = match (evaluate(&template, &mut Evaluator::new(&mut lookup)), error) {
        (Ok(value), None) => Ok(value.into()),
        (Ok(_), Some(error)) => Err(error),
        // An error inside an open brace where the word ends is reported as the open brace.
        (Err(stop), Some(error)) if stop.at == text.len() && error.is_open() => Err(error),
        (Err(stop), _) => Err(stop.error),
    };
    Expansion { result, usage }
}

impl ExpandError {
    fn is_open(&self) -> bool {
        matches!(
            self.kind,
            ExpandErrorKind::MissingBrace | ExpandErrorKind::MissingSlash
        )
    }
}

/// A token of a logical line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawWord {
    /// The token, quotes and escapes kept.
    pub text: String,
    /// Where it stands in the line.
    pub range: Range<usize>,
}

/// Splits a logical line as BuildKit does to look for heredocs: quotes and escapes kept, the
/// escape always a backslash, variables left alone, blanks after `<<` part of the token.
///
/// # Errors
///
/// When BuildKit's lexer fails; then the line has no heredoc.
pub fn raw_words(text: &str) -> Result<Vec<RawWord>, ExpandError> {
    raw_tokens(text, true, true)
}

/// The word after `<<`, unquoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeredocDelimiter {
    /// The name: what the closing line must be.
    pub name: String,
    /// Whether a quote was removed, so that the body is not expanded.
    pub quoted: bool,
}

/// Unquotes the rest of a heredoc token, after `<<`, `-` and blanks; none if it is not exactly
/// one word or its quotes are cut, as in `COPY <<"E F" /`, whose words are split at spaces.
pub fn heredoc_delimiter(raw: &str) -> Option<HeredocDelimiter> {
    let removed = raw_tokens(raw, false, false).ok()?;
    let kept = raw_tokens(raw, true, false).ok()?;
    let ([word], [kept]) = (removed.as_slice(), kept.as_slice()) else {
        return None;
    };
    Some(HeredocDelimiter {
        name: word.text.clone(),
        quoted: quotes(&word.text) != quotes(&kept.text),
    })
}

fn quotes(text: &str) -> usize {
    text.bytes().filter(|b| matches!(b, b'\'' | b'"')).count()
}

fn raw_tokens(
    text: &str,
    keep_quotes: bool,
    keep_escapes: bool,
) -> Result<Vec<RawWord>, ExpandError> {
    let mode = Mode {
        escape: '\\',
        quotes: true,
        keep_quotes,
        keep_escapes,
    };
    let (template, error) = parse(text, mode);
    if let Some(error) = error {
        return Err(error);
    }
    let mut words = Splitter::default();
    for part in &template.parts {
        match part {
            Part::Literal { .. } => words.literal(part),
            Part::Reference(reference) => {
                words.interrupt(reference);
                show(text, reference, &mut |piece, range| {
                    words.reference(reference, piece, range);
                });
            }
        }
    }
    Ok(words.finish())
}

/// A reference to an unset variable as BuildKit writes it out again: one slash for two, and its
/// word without what was removed from it.
fn show(text: &str, reference: &Reference, out: &mut dyn FnMut(&str, &Range<usize>)) {
    let verbatim = |range: Range<usize>, out: &mut dyn FnMut(&str, &Range<usize>)| {
        out(text.get(range.clone()).unwrap_or_default(), &range);
    };
    let whole = &reference.range;
    let Some(modifier) = &reference.modifier else {
        return verbatim(whole.clone(), out);
    };
    let mut operator_end = modifier.word.range.start;
    if matches!(modifier.kind, ModifierKind::Replace { all: true }) {
        operator_end -= 1;
    }
    verbatim(whole.start..operator_end, out);
    show_parts(text, &modifier.word, out);
    if let Some(replacement) = &modifier.replacement {
        verbatim(modifier.word.range.end..replacement.range.start, out);
        show_parts(text, replacement, out);
    }
    verbatim(modifier.range.end..whole.end, out);
}

fn show_parts(text: &str, template: &Template, out: &mut dyn FnMut(&str, &Range<usize>)) {
    for part in &template.parts {
        match part {
            Part::Literal { text, range, .. } => out(text, range),
            Part::Reference(reference) => show(text, reference, out),
        }
    }
}

/// Puts words together out of pieces.
#[derive(Default)]
struct Splitter {
    words: Vec<RawWord>,
    current: RawWord,
    /// Where the pieces of the current word begin: in the source, in the word.
    marks: Vec<(usize, usize)>,
}

impl Splitter {
    fn literal(&mut self, part: &Part) {
        let Part::Literal {
            text,
            range,
            quoted,
        } = part
        else {
            return;
        };
        if *quoted {
            self.push(text, range);
        } else {
            self.split(text, range);
        }
    }

    fn reference(&mut self, reference: &Reference, text: &str, range: &Range<usize>) {
        if reference.in_double_quotes() {
            self.push(text, range);
        } else {
            self.split(text, range);
        }
    }

    /// Reading the word of a modifier empties the buffer that BuildKit collects a word in. What
    /// stands before it in the same double quotes is kept elsewhere.
    fn interrupt(&mut self, reference: &Reference) {
        if reference.modifier.is_none() {
            return;
        }
        let from = reference.double_quote.unwrap_or(reference.range.start);
        let first = self.marks.partition_point(|&(source, _)| source < from);
        let Some(&(source, lost)) = self.marks.get(first) else {
            self.current.text.clear();
            self.marks.clear();
            return;
        };
        if lost == 0 {
            return;
        }
        self.current.text.drain(..lost);
        self.current.range.start = source;
        self.marks.drain(..first);
        for (_, offset) in &mut self.marks {
            *offset -= lost;
        }
    }

    fn push(&mut self, text: &str, range: &Range<usize>) {
        if text.is_empty() {
            return;
        }
        if self.current.text.is_empty() {
            self.current.range.start = range.start;
        }
        self.marks.push((range.start, self.current.text.len()));
        self.current.text.push_str(text);
        self.current.range.end = range.end;
    }

    fn split(&mut self, text: &str, range: &Range<usize>) {
        // A piece that is as long as its source is its source.
        let exact = text.len() == range.len();
        let mut start = 0;
        for piece in text.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end_matches(char::is_whitespace);
            if exact {
                let at = range.start + start;
                self.push(word, &(at..at + word.len()));
            } else {
                self.push(word, range);
            }
            if word.len() < piece.len() {
                self.end_word();
            }
            start += piece.len();
        }
    }

    fn end_word(&mut self) {
        self.marks.clear();
        if !self.current.text.is_empty() {
            self.words.push(std::mem::take(&mut self.current));
        }
    }

    fn finish(mut self) -> Vec<RawWord> {
        self.end_word();
        self.words
    }
}

/// How a text is read.
#[derive(Clone, Copy)]
struct Mode {
    escape: char,
    /// Whether quotes quote; else they are text.
    quotes: bool,
    keep_quotes: bool,
    keep_escapes: bool,
}

/// Reads a text; with an error comes what was complete before it.
fn parse(text: &str, mode: Mode) -> (Template, Option<ExpandError>) {
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
fn is_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    (c.is_alphabetic() && !c.is_numeric()) || is_digit(c)
}

/// An error, and where the lexer stands when it happens.
struct Stop {
    error: ExpandError,
    at: usize,
}

impl Stop {
    fn new(kind: ExpandErrorKind, range: Range<usize>, reference: &Reference) -> Self {
        Self {
            error: ExpandError { kind, range },
            at: reference.range.end,
        }
    }
}

struct Evaluator<'l, 'v> {
    lookup: &'l mut dyn FnMut(&str) -> Var<'v>,
    work: usize,
}

/// Text, or nothing if a variable that is not known decides.
type Text = Option<String>;

impl<'l, 'v> Evaluator<'l, 'v> {
    fn new(lookup: &'l mut dyn FnMut(&str) -> Var<'v>) -> Self {
        Self {
            lookup,
            work: MAX_WORK,
        }
    }

    /// Takes `amount` off the budget; nothing if that is too much.
    fn spend(&mut self, amount: usize) -> Option<()> {
        self.work = self.work.checked_sub(amount)?;
        Some(())
    }

    fn template(&mut self, template: &Template) -> Result<Text, Stop> {
        let mut out = Some(String::new());
        for part in &template.parts {
            let piece = match part {
                Part::Literal { text, .. } => Some(Cow::from(text)),
                Part::Reference(reference) => self.reference(reference)?,
            };
            match (&mut out, piece) {
                (Some(out), Some(piece)) => out.push_str(&piece),
                _ => out = None,
            }
        }
        Ok(out)
    }

    fn reference(&mut self, reference: &Reference) -> Result<Option<Cow<'v, str>>, Stop> {
        // BuildKit evaluates the words first, needed or not.
        let mut word = None;
        let mut replacement = None;
        if let Some(modifier) = &reference.modifier {
            word = self.template(&modifier.word)?;
            if let Some(template) = &modifier.replacement {
                replacement = self.template(template)?;
            }
        }
        let mut var = (self.lookup)(&reference.name);
        if let Var::Set(value) = &var
            && self.spend(value.len()).is_none()
        {
            var = Var::Unknown;
        }
        let Some(modifier) = &reference.modifier else {
            return Ok(value_of(var));
        };
        let is_set = |or_empty: bool| match &var {
            Var::Set(value) => Some(!(or_empty && value.is_empty())),
            Var::Unset => Some(false),
            Var::Unknown => None,
        };
        let text = match modifier.kind {
            ModifierKind::Default { or_empty } => match is_set(or_empty) {
                Some(false) => word,
                Some(true) | None => return Ok(value_of(var)),
            },
            ModifierKind::Alternative { or_empty } => match is_set(or_empty) {
                Some(true) => word,
                Some(false) => Some(String::new()),
                // Set or not, it comes to nothing.
                None => word.filter(String::is_empty),
            },
            ModifierKind::Required { or_empty } => match is_set(or_empty) {
                Some(false) => {
                    let default = match var {
                        Var::Unset => "is not allowed to be unset",
                        Var::Set(_) | Var::Unknown => "is not allowed to be empty",
                    };
                    let kind = ExpandErrorKind::Refused {
                        name: reference.name.clone(),
                        message: word
                            .filter(|word| !word.is_empty())
                            .unwrap_or_else(|| default.to_owned()),
                    };
                    return Err(Stop::new(kind, reference.range.clone(), reference));
                }
                Some(true) | None => return Ok(value_of(var)),
            },
            ModifierKind::RemovePrefix { greedy } => match word {
                Some(word) => {
                    let (pattern, greedy) = greedy_pattern(&word, '#', greedy);
                    let pattern = compile(pattern)
                        .map_err(|kind| Stop::new(kind, modifier.word.range.clone(), reference))?;
                    self.without_prefix(&pattern, greedy, chars_of(&var))
                        .map(String::from_iter)
                }
                None => None,
            },
            ModifierKind::RemoveSuffix { greedy } => match word {
                Some(word) => {
                    let (pattern, greedy) = greedy_pattern(&word, '%', greedy);
                    // Backwards, the shortest suffix is found like the shortest prefix.
                    let pattern = compile(&reverse_pattern(pattern))
                        .map_err(|kind| Stop::new(kind, modifier.word.range.clone(), reference))?;
                    let value = chars_of(&var).map(|value| value.into_iter().rev().collect());
                    self.without_prefix(&pattern, greedy, value)
                        .map(|rest| rest.into_iter().rev().collect())
                }
                None => None,
            },
            ModifierKind::Replace { all } => match word {
                Some(word) => {
                    let pattern = compile(&word)
                        .map_err(|kind| Stop::new(kind, modifier.word.range.clone(), reference))?;
                    self.replace(&pattern, replacement, all, chars_of(&var))
                }
                None => None,
            },
            ModifierKind::Unsupported(c) => {
                let kind = ExpandErrorKind::UnsupportedModifier(format!(":{c}"));
                let start = modifier.range.start;
                let range = start..start + 1 + c.len_utf8();
                return Err(Stop::new(kind, range, reference));
            }
        };
        Ok(text.map(Cow::Owned))
    }

    fn without_prefix(
        &mut self,
        pattern: &[Element],
        greedy: bool,
        value: Option<Vec<char>>,
    ) -> Option<Vec<char>> {
        let mut value = value?;
        let ends = self.match_ends(pattern, &value, greedy)?;
        if let Some(end) = ends.first().copied().flatten() {
            value.drain(..end);
        }
        Some(value)
    }

    fn replace(
        &mut self,
        pattern: &[Element],
        replacement: Option<String>,
        all: bool,
        value: Option<Vec<char>>,
    ) -> Option<String> {
        let value = value?;
        let ends = self.match_ends(pattern, &value, true)?;
        let piece = |range: Range<usize>| value.get(range).unwrap_or_default();
        let next = |from: usize| {
            let found = ends.iter().enumerate().skip(from);
            found
                .clone()
                .find_map(|(start, end)| end.map(|end| start..end))
        };
        let Some(first) = next(0) else {
            return Some(String::from_iter(value));
        };
        let replacement = replacement?;
        if !all {
            let mut out = String::from_iter(piece(0..first.start));
            out.push_str(&replacement);
            out.extend(piece(first.end..value.len()));
            return Some(out);
        }
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        // Go's order: an empty match directly after a match is left alone.
        while let Some(found) = next(at) {
            out.extend(piece(copied..found.start));
            if found.end > copied || found.start == 0 {
                let matched = String::from_iter(piece(found.clone()));
                self.insert(&replacement, &matched, &mut out)?;
            }
            copied = found.end;
            at = copied.max(at + 1);
        }
        out.extend(piece(copied..value.len()));
        Some(out)
    }

    /// Adds the replacement of one match. BuildKit leaves `//` to Go's regular expressions, so
    /// `$0` is the match, any other `$name` is empty and `$$` is a dollar.
    fn insert(&mut self, replacement: &str, matched: &str, out: &mut String) -> Option<()> {
        self.spend(replacement.len())?;
        let mut rest = replacement;
        while let Some((text, group)) = rest.split_once('$') {
            out.push_str(text);
            rest = group;
            if let Some(after) = group.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some((name, after)) = group_name(group) {
                if name == "0" {
                    self.spend(matched.len())?;
                    out.push_str(matched);
                }
                rest = after;
            } else {
                out.push('$');
            }
        }
        out.push_str(rest);
        Some(())
    }

    /// For each place in the value where a match of the pattern begins, where it ends.
    ///
    /// From the end backwards, so that no text needs more than length times pattern steps. The
    /// longest end is what greedy stars give and the shortest what lazy ones give: a star stays
    /// in its line, so a longer or shorter one never makes another match impossible.
    fn match_ends(
        &mut self,
        pattern: &[Element],
        value: &[char],
        longest: bool,
    ) -> Option<Vec<Option<usize>>> {
        self.spend((pattern.len() + 1).checked_mul(value.len() + 1)?)?;
        let mut ends = Vec::with_capacity(value.len() + 1);
        // The end for the last 0, 1, … elements of the pattern, one character further on.
        let mut later: Vec<Option<usize>> = vec![None; pattern.len() + 1];
        let mut here = Vec::with_capacity(later.len());
        let places = (0..=value.len()).rev();
        let chars = std::iter::once(None).chain(value.iter().rev().map(Some));
        for (place, c) in places.zip(chars) {
            let in_line = c.is_some_and(|&c| c != '\n');
            let mut end = Some(place);
            here.clear();
            here.push(end);
            for (element, pair) in pattern.iter().rev().zip(later.windows(2)) {
                let &[rest, same] = pair else { break };
                end = match element {
                    Element::Char(wanted) => rest.filter(|_| c == Some(wanted)),
                    Element::Any => rest.filter(|_| in_line),
                    Element::Star => match (end, same.filter(|_| in_line)) {
                        (Some(a), Some(b)) => Some(if longest { a.max(b) } else { a.min(b) }),
                        (a, b) => a.or(b),
                    },
                };
                here.push(end);
            }
            ends.push(end);
            std::mem::swap(&mut here, &mut later);
        }
        ends.reverse();
        Some(ends)
    }
}

fn value_of(var: Var<'_>) -> Option<Cow<'_, str>> {
    match var {
        Var::Set(value) => Some(value),
        Var::Unset => Some(Cow::Borrowed("")),
        Var::Unknown => None,
    }
}

fn chars_of(var: &Var<'_>) -> Option<Vec<char>> {
    match var {
        Var::Set(value) => Some(value.chars().collect()),
        Var::Unset => Some(Vec::new()),
        Var::Unknown => None,
    }
}

/// BuildKit looks for the doubled sign after evaluating, so it may come from a variable.
fn greedy_pattern(word: &str, sign: char, greedy: bool) -> (&str, bool) {
    match word.strip_prefix(sign) {
        Some(rest) if !greedy => (rest, true),
        _ => (word, greedy),
    }
}

enum Element {
    Char(char),
    /// Any one character of a line.
    Any,
    /// Any number of characters of a line.
    Star,
}

fn compile(pattern: &str) -> Result<Vec<Element>, ExpandErrorKind> {
    let text = pattern.strip_prefix('\u{feff}').unwrap_or(pattern);
    let mut elements = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        elements.push(match c {
            '*' => Element::Star,
            '?' => Element::Any,
            '\\' => match chars.peek().copied() {
                // The escape kept the brace or slash from ending the pattern.
                Some('}' | '/') => continue,
                Some(escaped @ ('*' | '?' | '\\')) => {
                    chars.next();
                    Element::Char(escaped)
                }
                other => {
                    return Err(ExpandErrorKind::InvalidPattern {
                        pattern: pattern.to_owned(),
                        escaped: other.unwrap_or(char::REPLACEMENT_CHARACTER),
                    });
                }
            },
            c => Element::Char(c),
        });
    }
    Ok(elements)
}

/// The pattern backwards, each backslash still before what it escapes.
fn reverse_pattern(pattern: &str) -> String {
    let mut reversed = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\'
            && let Some(escaped) = chars.next()
        {
            reversed.push(escaped);
        }
        reversed.push(c);
    }
    reversed.into_iter().rev().collect()
}

/// The name of a group at the start of `text`, in braces or not, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{');
    let name = inner.unwrap_or(text);
    let (name, rest) = name.split_at(name.find(|c| !is_name(c)).unwrap_or(name.len()));
    if name.is_empty() {
        return None;
    }
    match inner {
        Some(_) => Some((name, rest.strip_prefix('}')?)),
        None => Some((name, rest)),
    }
}

/// Go's `%q`.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            ' '..='~' => out.push(c),
            c if c.is_ascii() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x10000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

fn is_printable(c: char) -> bool {
    // Only at the start of a string are combining characters escaped although printable.
    let text = String::from_iter(['x', c]);
    text.escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, env: &[(&str, &str)]) -> Result<Value, ExpandError> {
        expand(text, Syntax::Word { escape: '\\' }, &mut lookup(env)).result
    }

    fn lookup<'v>(env: &'v [(&str, &'v str)]) -> impl FnMut(&str) -> Var<'v> {
        |name| match env.iter().find(|(n, _)| *n == name) {
            Some((_, "UNKNOWN")) => Var::Unknown,
            Some((_, value)) => Var::Set(Cow::Borrowed(value)),
            None => Var::Unset,
        }
    }

    fn known(text: &str, env: &[(&str, &str)]) -> String {
        value(text, env).unwrap().known().unwrap()
    }

    fn words(text: &str, env: &[(&str, &str)]) -> Vec<String> {
        let words = process_words(text, '\\', &mut lookup(env)).result;
        words.unwrap().known().unwrap()
    }

    fn error(text: &str) -> (String, &str) {
        let error = value(text, &[]).unwrap_err();
        (error.to_string(), &text[error.range])
    }

    #[test]
    fn parts_stand_where_they_say() {
        let text = r#"a\b"c$x"${y:-d'e'}"#;
        let template = Template::parse(text, '\\').unwrap();
        let pieces: Vec<_> = template.parts.iter().map(|p| &text[p.range()]).collect();
        assert_eq!(pieces, ["a", r"\b", "c", "$x", "${y:-d'e'}"]);
        let references: Vec<_> = template.references().collect();
        assert_eq!(references[0].double_quote, Some(3));
        assert!(!references[0].is_braced());
        assert!(references[1].is_braced());
        let modifier = references[1].modifier.as_ref().unwrap();
        assert_eq!(&text[modifier.range.clone()], ":-d'e'");
        assert_eq!(modifier.kind, ModifierKind::Default { or_empty: true });
        assert_eq!(modifier.word.literal().unwrap(), "de");
        assert_eq!(&text[modifier.word.range.clone()], "d'e'");
    }

    #[test]
    fn references_come_in_the_order_of_the_text() {
        let template = Template::parse("$a${b:-${c}$d}${e/$f/$g}$h", '\\').unwrap();
        let names: String = template.references().map(|r| r.name.as_str()).collect();
        assert_eq!(names, "abcdefgh");
    }

    #[test]
    fn a_word_without_references_is_its_text() {
        let literal = |text| Template::parse(text, '`').unwrap().literal();
        assert_eq!(literal(r#"C:\x"a b"'c'`d"#).unwrap(), r"C:\xa bcd");
        assert_eq!(literal("a$"), Some("a$".into()));
        assert_eq!(literal("$a"), None);
    }

    #[test]
    fn an_empty_value_is_not_a_missing_one() {
        let env = [("e", "")];
        assert_eq!(known("${e-w}|${e:-w}|${u-w}|${u:-w}", &env), "|w|w|w");
        assert_eq!(known("${e+w}|${e:+w}|${u+w}|${u:+w}", &env), "w|||");
        assert_eq!(known("${e?}", &env), "");
        let error = value("${e:?}", &env).unwrap_err();
        assert_eq!(error.to_string(), "e: is not allowed to be empty");
    }

    #[test]
    fn a_value_that_is_not_known_hides_only_what_depends_on_it() {
        let env = [("k", "v"), ("u", "UNKNOWN")];
        for text in [
            "$u",
            "${u:-x}",
            "${u+x}",
            "${u?}",
            "${k#$u}",
            "${k/v/$u}",
            "a$u",
        ] {
            assert_eq!(value(text, &env), Ok(Value::Unknown), "{text}");
        }
        for (text, is) in [("${u+}", ""), ("${k:-$u}", "v"), ("${k/x/$u}", "v")] {
            assert_eq!(known(text, &env), is, "{text}");
        }
        let error = value("$u${z?$u}", &env).unwrap_err();
        assert_eq!(error.to_string(), "z: is not allowed to be unset");
        assert_eq!(
            process_words("$u", '\\', &mut lookup(&env)).result,
            Ok(Value::Unknown)
        );
    }

    #[test]
    fn errors_point_at_what_is_wrong() {
        assert_eq!(error("ab'c").1, "'c");
        assert_eq!(error("ab\"c$x").1, "\"c$x");
        assert_eq!(
            error("a${x^}b"),
            ("unsupported modifier (^) in substitution".into(), "^")
        );
        assert_eq!(
            error("${x:é}b"),
            ("unsupported modifier (:é) in substitution".into(), ":é")
        );
        assert_eq!(
            error("${x:#a}"),
            ("unsupported modifier (:#) in substitution".into(), ":#")
        );
        assert_eq!(
            error("a${}b"),
            ("syntax error: bad substitution".into(), "${}")
        );
        assert_eq!(
            error("a${x:-b"),
            ("syntax error: missing '}'".into(), "${x:-b")
        );
        assert_eq!(
            error("a${x/b}"),
            ("syntax error: missing '/' in ${}".into(), "${x/b}")
        );
        assert_eq!(error("a${x?b}c"), ("x: b".into(), "${x?b}"));
        assert_eq!(error(r"a${x#\b}c").1, r"\b");
    }

    #[test]
    fn the_first_error_is_the_one_buildkit_meets_first() {
        assert_eq!(error("${x?e}'").0, "x: e");
        assert_eq!(error("'${x?e}").1, "'${x?e}");
        assert_eq!(error("\"${x?e}").0, "x: e");
        assert_eq!(error("${a:-${x?e}").0, "syntax error: missing '}'");
        assert_eq!(error("${a:-${x?e}b").0, "x: e");
        assert_eq!(error("${a:-'x").0, "syntax error: missing '}'");
        assert_eq!(error("${a/'x").0, "syntax error: missing '/' in ${}");
        assert_eq!(error("${a:1${x?e}}").0, "x: e");
        assert_eq!(error("${a/${x?e}/'").0, "x: e");
    }

    #[test]
    fn patterns_cut_and_replace() {
        let env = [
            ("p", "/usr/local/bin"),
            ("n", "ab\ncb"),
            ("h", "#*l"),
            ("e", ""),
        ];
        assert_eq!(
            known("${p%/*} ${p%%/*} ${p#*/} ${p##*/}", &env),
            "/usr/local  usr/local/bin bin"
        );
        assert_eq!(known("${n#*b} ${n##*b} ${n#?*c}", &env), "\ncb \ncb ab\ncb");
        assert_eq!(known("${p#$h}", &env), "/bin");
        assert_eq!(known("${p//?/x$0}", &env), "x".repeat(14));
        assert_eq!(known(r"${p//l*l/<\$0>}", &env), r"/usr/<\local>/bin");
        assert_eq!(known("${n///-}${e//*/x}${e///x}", &env), "-a-b-\n-c-b-xx");
        assert_eq!(known("${n//*/-}", &env), "-\n-");
        let error = value(r"${p%a\b}", &env).unwrap_err();
        assert_eq!(
            error.to_string(),
            r"invalid pattern (\ba) in substitution: invalid escape '\b'"
        );
    }

    #[test]
    fn words_split_after_expansion() {
        let env = [("s", " a b ")];
        assert_eq!(words("x$s\"$s\"y", &env), ["x", "a", "b", " a b y"]);
        assert_eq!(words(r"a\ b c", &env), ["a b", "c"]);
        assert_eq!(words("<< a <<- b", &env), ["<< a", "<<-", "b"]);
        assert_eq!(words(" ''", &env), Vec::<String>::new());
    }

    #[test]
    fn a_modifier_loses_the_word_before_it_as_in_buildkit() {
        assert_eq!(words("x ab${z:-w}c", &[]), ["x", "wc"]);
        assert_eq!(words(r#"ab\"'c'"d${z:-w}e${z:-v}"f"#, &[]), ["dwevf"]);
        assert_eq!(words("ab${z}c", &[]), ["abc"]);
        let raw = raw_words(r#"\a"c${z:-w}"d"#).unwrap();
        assert_eq!(
            (raw[0].text.as_str(), raw[0].range.clone()),
            (r#""c${z:-w}"d"#, 2..13)
        );
    }

    #[test]
    fn raw_words_keep_what_heredoc_detection_needs() {
        let raw = |text| -> Vec<String> {
            raw_words(text)
                .unwrap()
                .into_iter()
                .map(|w| w.text)
                .collect()
        };
        assert_eq!(
            raw(r#"RUN <<"A B" \'x y"#),
            ["RUN", r#"<<"A B""#, r"\'x", "y"]
        );
        assert_eq!(
            raw(r#"cat <<  E $x ${x:=y z}"#),
            ["cat", "<<  E", "$x", "${x:=y", "z}"]
        );
        assert_eq!(
            raw(r#"${x//a/b} ${x:-\c} "\d""#),
            ["${x/a/b}", "${x:-c}", r#""\\d""#]
        );
        for text in ["it's", "${x[@]}", "${#a}", "${x^^}", "${x", "${x:#y}"] {
            raw_words(text).unwrap_err();
        }
    }

    #[test]
    fn raw_words_say_where_they_stand() {
        let text = "é <<'A B'  ${x:-\\a b} x";
        let raw = raw_words(text).unwrap();
        let pieces: Vec<_> = raw.iter().map(|w| &text[w.range.clone()]).collect();
        assert_eq!(pieces, ["é", "<<'A B'", "${x:-\\a", "b}", "x"]);
        assert_eq!(raw[2].text, "${x:-a");
    }

    #[test]
    fn heredoc_delimiters_are_unquoted() {
        let unquoted = |raw| {
            let delimiter = heredoc_delimiter(raw)?;
            Some((delimiter.name, delimiter.quoted))
        };
        assert_eq!(unquoted("EOF"), Some(("EOF".into(), false)));
        assert_eq!(unquoted(r"\EOF"), Some(("EOF".into(), false)));
        assert_eq!(unquoted("'A B'"), Some(("A B".into(), true)));
        assert_eq!(unquoted("E\"O\"F;"), Some(("EOF;".into(), true)));
        assert_eq!(unquoted("$EOF"), Some(("$EOF".into(), false)));
        assert_eq!(unquoted(r#"A\"B"#), Some(("A\"B".into(), false)));
        assert_eq!(unquoted("''"), None);
        assert_eq!(unquoted("a b"), None);
        assert_eq!(unquoted("\"E"), None);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_as_by_gos_scanner() {
        assert_eq!(known("\u{feff}a\u{feff}", &[]), "a\u{feff}");
    }

    #[test]
    fn names_are_unicode_letters_and_decimal_digits() {
        let env = [("ünï", "1"), ("a", "2"), ("٣", "3"), ("x_9", "4")];
        assert_eq!(known("$ünï-$a²-$٣x-$x_9", &env), "1-2²-3x-4");
    }

    #[test]
    fn messages_quote_the_word_as_go_does() {
        assert_eq!(
            value("'\t\"\u{7f}\u{a0}é\u{10ffff}\\", &[])
                .unwrap_err()
                .with_word("'\t\"\u{7f}\u{a0}é\u{10ffff}\\"),
            r#"failed to process "'\t\"\x7f\u00a0é\U0010ffff\\": unexpected end of statement while looking for matching single-quote"#
        );
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        let deep = "${a:-".repeat(100_000) + "x";
        assert_eq!(
            Template::parse(&deep, '\\').unwrap_err().kind,
            ExpandErrorKind::TooDeep
        );
        raw_words(&deep).unwrap_err();
        let fine = "${a:-".repeat(MAX_DEPTH) + "x" + &"}".repeat(MAX_DEPTH);
        assert_eq!(known(&fine, &[]), "x");
    }

    #[test]
    fn work_is_bounded() {
        let long = "x".repeat(MAX_WORK);
        let env = [("l", long.as_str()), ("s", "abc")];
        assert_eq!(known("$l", &env), long);
        assert_eq!(value("$l$l", &env), Ok(Value::Unknown));
        assert_eq!(value("${l##*y}", &env), Ok(Value::Unknown));
        let many = r"${s//?/".to_owned() + &r"\$0".repeat(MAX_WORK) + "}";
        assert_eq!(value(&many, &env), Ok(Value::Unknown));
    }

    #[test]
    fn long_words_are_read_in_linear_time() {
        for piece in [
            "a",
            "\\a",
            "'a'",
            "$a",
            "${a:-b}",
            "\"$a\"",
            "<< ",
            "\"${a:-b}\"",
            "a b\"${a/b/c}",
        ] {
            let text = piece.repeat((1 << 18) / piece.len());
            let _ = expand(&text, Syntax::Word { escape: '\\' }, &mut |_| Var::Unset);
            let _ = process_words(&text, '\\', &mut |_| Var::Unset);
            let _ = raw_words(&text);
        }
    }
}
