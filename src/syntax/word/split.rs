//! Texts that BuildKit splits into words while it expands them: `EXPOSE` and heredocs.

use std::ops::Range;

use super::evaluate::Var;
use super::template::{Mode, ModifierKind, Part, Reference, Syntax, Template, parse};
use super::{ExpandError, Expansion, observed};

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
