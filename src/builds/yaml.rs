//! YAML as a tree in which every value knows its place.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::Fault;
use crate::span::Span;

/// How many maps merge keys may lead to from one.
const MAX_MERGES: usize = 1000;
/// The most collections a file may have in each other, aliases followed.
const MAX_DEPTH: usize = 128;
/// The most values a file may have, aliases followed.
const MAX_WEIGHT: usize = 1 << 22;

/// A value and its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
    pub(crate) mark: Mark,
    /// How many collections it has in each other, aliases followed.
    depth: usize,
    /// How many values it is made of, aliases followed.
    weight: usize,
}

/// A tag that says how Compose takes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Another one, or none.
    None,
    /// `!reset`: what is written before this file goes.
    Reset,
    /// `!override`: it is not merged with what is written before this file.
    Override,
    /// `!!str`: it is text, whatever it looks like.
    Text,
}

#[derive(Debug)]
pub(crate) enum Value {
    Scalar {
        text: String,
        /// Neither quoted nor a block: `true` is a boolean and `~` is nothing.
        plain: bool,
        /// A `|` block: its lines stand in the file as they are.
        literal: bool,
    },
    List(Vec<Rc<Node>>),
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

impl Node {
    /// A scalar that is written as part of a text.
    pub(crate) fn part(span: Span, text: &str) -> Self {
        let value = Value::Scalar {
            text: text.to_owned(),
            plain: false,
            literal: false,
        };
        Self {
            span,
            value,
            mark: Mark::None,
            depth: 0,
            weight: 1,
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar as Compose passes it on: of a number that is not quoted, its value.
    /// Nothing for what is no scalar, and for dates that nobody means.
    pub(crate) fn as_argument(&self) -> Option<Cow<'_, str>> {
        let text = self.text()?;
        match &self.value {
            Value::Scalar { plain: true, .. } => plain_scalar(text),
            _ => Some(Cow::Borrowed(text)),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true, .. }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The elements of a list.
    pub(crate) fn items(&self) -> &[Rc<Node>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key, `<<` looked into.
    pub(crate) fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.find(key, &mut { MAX_MERGES })
    }

    /// `merges` is how many more maps are looked into.
    fn find(&self, key: &str, merges: &mut usize) -> Option<&Rc<Node>> {
        let Value::Map(pairs) = &self.value else {
            return None;
        };
        let own = pairs.iter().rev().find(|(k, _)| k.text() == Some(key));
        if let Some((_, value)) = own {
            return Some(value);
        }
        self.merged().find_map(|merged| {
            *merges = merges.checked_sub(1)?;
            merged.find(key, merges)
        })
    }

    /// The maps that `<<` takes in, the strongest first.
    fn merged(&self) -> impl Iterator<Item = &Rc<Node>> {
        let pairs = match &self.value {
            Value::Map(pairs) => pairs.as_slice(),
            _ => &[],
        };
        pairs
            .iter()
            .filter(|(k, _)| k.text() == Some("<<"))
            .flat_map(|(_, v)| match &v.value {
                Value::List(items) => items.iter().collect(),
                _ => vec![v],
            })
    }

    /// The pairs of a map with those that `<<` takes in, own ones first, each key once.
    pub(crate) fn pairs(&self) -> Vec<(&str, &Rc<Node>, &Rc<Node>)> {
        let mut out = Vec::new();
        self.collect(&mut out, &mut HashSet::new(), &mut { MAX_MERGES });
        out
    }

    fn collect<'n>(
        &'n self,
        out: &mut Vec<(&'n str, &'n Rc<Node>, &'n Rc<Node>)>,
        seen: &mut HashSet<&'n str>,
        merges: &mut usize,
    ) {
        let Value::Map(pairs) = &self.value else {
            return;
        };
        for (key, value) in pairs {
            if let Some(name) = key.text()
                && name != "<<"
                && seen.insert(name)
            {
                out.push((name, key, value));
            }
        }
        for merged in self.merged() {
            let Some(less) = merges.checked_sub(1) else {
                return;
            };
            *merges = less;
            merged.collect(out, seen, merges);
        }
    }
}

/// Collections that are being read.
enum Open {
    List(Vec<Rc<Node>>),
    /// With the key whose value comes next, and the keys so far.
    Map(Vec<(Rc<Node>, Rc<Node>)>, Option<Rc<Node>>, HashSet<String>),
}

/// How many values a collection of these is made of.
fn sum<'n>(nodes: impl Iterator<Item = &'n Rc<Node>>) -> usize {
    nodes.fold(1, |sum, node| sum.saturating_add(node.weight))
}

/// Reads the documents of a file that are not empty.
pub(crate) fn parse(text: &str) -> Result<Vec<Rc<Node>>, Fault> {
    let mut anchors: HashMap<usize, Rc<Node>> = HashMap::new();
    let mut open: Vec<(Open, usize, u32, Mark)> = Vec::new();
    let mut documents = Vec::new();
    for next in Parser::new_from_str(text) {
        let (event, place) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or_default();
            Fault::new(Span::at(at as u32), error.info())
        })?;
        let range = place.byte_range().unwrap_or_default();
        let span = Span::new(range.start as u32, range.end as u32);
        let mark = |tag: &Option<std::borrow::Cow<'_, granit_parser::Tag>>| {
            let suffix = tag.as_ref().map(|tag| tag.suffix());
            match suffix {
                Some("reset") => Mark::Reset,
                Some("override") => Mark::Override,
                Some("str") => Mark::Text,
                _ => Mark::None,
            }
        };
        let done = match event {
            Event::Scalar(value, style, anchor, tag) => {
                let mark = mark(&tag);
                let value = match mark {
                    Mark::Reset => null(),
                    _ => Value::Scalar {
                        text: value.into_owned(),
                        plain: style == ScalarStyle::Plain && mark != Mark::Text,
                        literal: style == ScalarStyle::Literal,
                    },
                };
                let node = Rc::new(Node {
                    span,
                    value,
                    mark,
                    depth: 0,
                    weight: 1,
                });
                anchors.insert(anchor, Rc::clone(&node));
                Some(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                open.push((Open::List(Vec::new()), anchor, span.start, mark(&tag)));
                None
            }
            Event::MappingStart(_, anchor, tag) => {
                let map = Open::Map(Vec::new(), None, HashSet::new());
                open.push((map, anchor, span.start, mark(&tag)));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((collection, anchor, start, mark)) => {
                    let weight = match &collection {
                        Open::List(items) => sum(items.iter()),
                        Open::Map(pairs, ..) => sum(pairs.iter().flat_map(|(k, v)| [k, v])),
                    };
                    let (depth, value) = match collection {
                        _ if mark == Mark::Reset => (0, null()),
                        Open::List(items) => {
                            let depths = items.iter().map(|item| item.depth);
                            (1 + depths.max().unwrap_or_default(), Value::List(items))
                        }
                        Open::Map(pairs, ..) => {
                            let depths =
                                pairs.iter().map(|(key, value)| key.depth.max(value.depth));
                            (1 + depths.max().unwrap_or_default(), Value::Map(pairs))
                        }
                    };
                    let span = Span::new(start, span.end.max(start));
                    if depth > MAX_DEPTH {
                        return Err(Fault::new(span, "it is nested too deeply"));
                    }
                    if weight > MAX_WEIGHT {
                        return Err(Fault::new(span, "its aliases make it too big"));
                    }
                    let node = Rc::new(Node {
                        span,
                        value,
                        mark,
                        depth,
                        weight,
                    });
                    anchors.insert(anchor, Rc::clone(&node));
                    Some(node)
                }
                None => None,
            },
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(node) => Some(Rc::clone(node)),
                None => return Err(Fault::new(span, "the anchor holds itself")),
            },
            _ => None,
        };
        if open.len() > MAX_DEPTH {
            return Err(Fault::new(span, "it is nested too deeply"));
        }
        let Some(node) = done else { continue };
        match open.last_mut() {
            Some((Open::List(items), ..)) => items.push(node),
            Some((Open::Map(pairs, key, seen), ..)) => match key.take() {
                Some(key) => pairs.push((key, node)),
                None => {
                    if let Some(name) = node.text()
                        && !seen.insert(name.to_owned())
                    {
                        let message = format!("the key `{name}` stands here twice");
                        return Err(Fault::new(node.span, message));
                    }
                    *key = Some(node);
                }
            },
            None => documents.push(node),
        }
    }
    documents.retain(|root| !root.is_null());
    Ok(documents)
}

/// What a scalar that is not quoted means, written out as Go does.
fn plain_scalar(text: &str) -> Option<Cow<'_, str>> {
    match text {
        "true" | "True" | "TRUE" => return Some(Cow::Borrowed("true")),
        "false" | "False" | "FALSE" => return Some(Cow::Borrowed("false")),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Some(Cow::Borrowed(text));
    }
    if let Some(date) = date(text) {
        return date.map(Cow::Owned);
    }
    let bare = text.replace('_', "");
    let (sign, digits) = match bare.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", bare.strip_prefix('+').unwrap_or(&bare)),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)),
        [b'0', _, ..] => (8, digits.get(1..)),
        _ => (10, Some(digits)),
    };
    let digits = digits.unwrap_or_default();
    if !digits.starts_with(['-', '+'])
        && let Ok(number) = u64::from_str_radix(digits, base)
        && (sign.is_empty() || number <= 1 << 63)
    {
        let sign = if number == 0 && bare != "-0" {
            ""
        } else {
            sign
        };
        return Some(Cow::Owned(format!("{sign}{number}")));
    }
    let is_float = bare
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    match bare.parse::<f64>() {
        Ok(number) if is_float && number.is_finite() => Some(Cow::Owned(go_float(number))),
        _ => Some(Cow::Borrowed(text)),
    }
}

/// A date as Go writes it; nothing in it if a time goes with it.
fn date(text: &str) -> Option<Option<String>> {
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut parts = day.split('-');
    let mut number = |least: usize, most: usize| {
        let part = parts.next()?;
        let fits = (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(4, 4)?, number(1, 2)?, number(1, 2)?);
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day) && parts.next().is_none();
    is_day.then(|| {
        if time.is_empty() {
            Some(format!("{year:04}-{month:02}-{day:02} 00:00:00 +0000 UTC"))
        } else {
            None
        }
    })
}

/// A number as Go's `%v` writes it.
fn go_float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        number.to_string()
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", exponent.abs())
    }
}

fn null() -> Value {
    Value::Scalar {
        text: String::new(),
        plain: true,
        literal: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_and_merge_keys_are_followed_and_own_keys_win() {
        let text = "x: &x {a: 1, b: 2}\ny:\n  <<: [*x, {c: 4}]\n  b: 3\n";
        let root = parse(text).unwrap().remove(0);
        let y = root.get("y").unwrap();
        let value = |key| y.get(key).and_then(|n| n.text());
        assert_eq!(
            (value("a"), value("b"), value("c")),
            (Some("1"), Some("3"), Some("4"))
        );
        let keys: Vec<&str> = y.pairs().iter().map(|p| p.0).collect();
        assert_eq!(keys, ["b", "a", "c"]);
        let at = y.get("b").unwrap().span;
        assert_eq!(&text[at.range()], "3");
    }

    #[test]
    fn faults_have_places_and_bombs_cost_nothing() {
        let fault = parse("a: [1,\nb: }").unwrap_err();
        assert!(fault.span.start > 0, "{fault:?}");
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for i in 1..40 {
            let before = i - 1;
            bomb.push_str(&format!("a{i}: &a{i} [*a{before}, *a{before}]\n"));
        }
        let fault = parse(&bomb).unwrap_err();
        assert_eq!(fault.message, "its aliases make it too big");
        assert!(bomb[fault.span.range()].starts_with('['), "{fault:?}");
        assert!(parse(&"[".repeat(5000)).is_err());
        assert!(parse("a: &a [*a]").is_err());
        assert!(parse("").unwrap().is_empty());
        assert_eq!(parse("a: 1\n---\nb: 2\n---\n").unwrap().len(), 2);
        let fault = parse("a: 1\nb: {c: 1, c: 2}\n").unwrap_err();
        assert_eq!(fault.span.start, 15);
    }

    #[test]
    fn numbers_that_are_not_quoted_are_numbers() {
        for (written, passed) in [
            ("3.10", "3.1"),
            ("3.0", "3"),
            ("\"3.10\"", "3.10"),
            ("!!str 3.10", "3.10"),
            ("3.10.1", "3.10.1"),
            ("010", "8"),
            ("08", "8"),
            ("0x1F", "31"),
            ("-0b11", "-3"),
            ("0o17", "15"),
            ("1_000", "1000"),
            ("+1", "1"),
            ("1e5", "100000"),
            ("1000000.0", "1e+06"),
            ("0.00001", "1e-05"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("TRUE", "true"),
            ("yes", "yes"),
            ("12:30", "12:30"),
            ("1.2.3-rc", "1.2.3-rc"),
            ("2024-1-2", "2024-01-02 00:00:00 +0000 UTC"),
        ] {
            let root = parse(written).unwrap().remove(0);
            assert_eq!(root.as_argument().as_deref(), Some(passed), "{written}");
        }
        let root = parse("2024-01-02T10:00:00Z").unwrap().remove(0);
        assert_eq!(root.as_argument(), None);
    }
}
