//! YAML as a tree in which every value knows its place.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::invocation::Fault;
use crate::span::Span;

/// How deep anchors and merge keys may lead into each other.
const MAX_MERGES: usize = 16;
/// The most collections a file may have in each other.
const MAX_DEPTH: usize = 128;

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
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
    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true, .. }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The elements of a list.
    pub(super) fn items(&self) -> &[Rc<Node>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key, `<<` looked into.
    pub(super) fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.find(key, MAX_MERGES)
    }

    fn find(&self, key: &str, depth: usize) -> Option<&Rc<Node>> {
        let Value::Map(pairs) = &self.value else {
            return None;
        };
        let own = pairs.iter().rev().find(|(k, _)| k.text() == Some(key));
        if let Some((_, value)) = own {
            return Some(value);
        }
        let depth = depth.checked_sub(1)?;
        self.merged().find_map(|m| m.find(key, depth))
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
    pub(super) fn pairs(&self) -> Vec<(&str, &Rc<Node>, &Rc<Node>)> {
        let mut out = Vec::new();
        self.collect(&mut out, MAX_MERGES);
        out
    }

    fn collect<'n>(&'n self, out: &mut Vec<(&'n str, &'n Rc<Node>, &'n Rc<Node>)>, depth: usize) {
        let Value::Map(pairs) = &self.value else {
            return;
        };
        for (key, value) in pairs {
            if let Some(name) = key.text()
                && name != "<<"
                && !out.iter().any(|(n, ..)| *n == name)
            {
                out.push((name, key, value));
            }
        }
        if let Some(depth) = depth.checked_sub(1) {
            for merged in self.merged() {
                merged.collect(out, depth);
            }
        }
    }
}

/// Collections that are being read.
enum Open {
    List(Vec<Rc<Node>>),
    Map(Vec<(Rc<Node>, Rc<Node>)>, Option<Rc<Node>>),
}

/// Reads the first document of a file; nothing if there is none in it.
pub(super) fn parse(text: &str) -> Result<Option<Rc<Node>>, Fault> {
    let mut anchors: HashMap<usize, Rc<Node>> = HashMap::new();
    let mut open: Vec<(Open, usize, u32, bool)> = Vec::new();
    for next in Parser::new_from_str(text) {
        let (event, place) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or_default();
            Fault::new(Span::at(at as u32), error.info())
        })?;
        let range = place.byte_range().unwrap_or_default();
        let span = Span::new(range.start as u32, range.end as u32);
        let is_reset = |tag: &Option<_>| {
            tag.as_ref()
                .is_some_and(|t: &std::borrow::Cow<'_, granit_parser::Tag>| t.suffix() == "reset")
        };
        let done = match event {
            Event::Scalar(value, style, anchor, tag) => {
                let node = Rc::new(Node {
                    span,
                    value: match is_reset(&tag) {
                        true => null(),
                        false => Value::Scalar {
                            text: value.into_owned(),
                            plain: style == ScalarStyle::Plain,
                            literal: style == ScalarStyle::Literal,
                        },
                    },
                });
                anchors.insert(anchor, Rc::clone(&node));
                Some(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                open.push((Open::List(Vec::new()), anchor, span.start, is_reset(&tag)));
                None
            }
            Event::MappingStart(_, anchor, tag) => {
                let map = Open::Map(Vec::new(), None);
                open.push((map, anchor, span.start, is_reset(&tag)));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((collection, anchor, start, reset)) => {
                    let value = match collection {
                        _ if reset => null(),
                        Open::List(items) => Value::List(items),
                        Open::Map(pairs, _) => Value::Map(pairs),
                    };
                    let span = Span::new(start, span.end.max(start));
                    let node = Rc::new(Node { span, value });
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
            Some((Open::Map(pairs, key), ..)) => match key.take() {
                Some(key) => pairs.push((key, node)),
                None => *key = Some(node),
            },
            None => return Ok(Some(node)),
        }
    }
    Ok(None)
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
        let root = parse(text).unwrap().unwrap();
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
        assert!(parse(&bomb).unwrap().is_some());
        assert!(parse(&"[".repeat(5000)).is_err());
        assert!(parse("a: &a [*a]").is_err());
        assert!(parse("").unwrap().is_none());
    }
}
