//! What a word comes to in an environment.

use std::borrow::Cow;
use std::ops::Range;

use super::template::{ModifierKind, Part, Reference, Template, is_name};
use super::{ExpandError, ExpandErrorKind};

/// How much work variables may cause in one word: bytes taken from their values, steps of
/// matching a pattern. Words can refer to each other and grow exponentially; Linux passes no
/// environment string longer than this.
pub(super) const MAX_WORK: usize = 128 * 1024;

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

/// An error, and where the lexer stands when it happens.
pub(super) struct Stop {
    pub(super) error: ExpandError,
    pub(super) at: usize,
}

impl Stop {
    fn new(kind: ExpandErrorKind, range: Range<usize>, reference: &Reference) -> Self {
        Self {
            error: ExpandError { kind, range },
            at: reference.range.end,
        }
    }
}

/// Text, or nothing if a variable that is not known decides.
type Text = Option<String>;

pub(super) struct Evaluator<'l, 'v> {
    lookup: &'l mut dyn FnMut(&str) -> Var<'v>,
    work: usize,
}

impl<'l, 'v> Evaluator<'l, 'v> {
    pub(super) fn new(lookup: &'l mut dyn FnMut(&str) -> Var<'v>) -> Self {
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

    pub(super) fn template(&mut self, template: &Template) -> Result<Text, Stop> {
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

    pub(super) fn reference(
        &mut self,
        reference: &Reference,
    ) -> Result<Option<Cow<'v, str>>, Stop> {
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
