//! Which tags of a golden image are golden.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::images::Tag;
use crate::text::matches_wildcard;

/// Tags: one with `*` for any text, or comparisons of its numbers that all have to hold, with commas
/// between them: `>= 2508`, `>= 1.2, < 2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    text: String,
    /// Empty where the text is a tag.
    comparisons: Vec<(Comparison, Vec<u64>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Comparison {
    /// Those of two signs before their first one.
    const ALL: [(&'static str, Comparison); 5] = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Less),
        (">", Comparison::More),
        ("=", Comparison::Equal),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Equal => order.is_eq(),
            Comparison::AtLeast => order.is_ge(),
            Comparison::More => order.is_gt(),
        }
    }
}

/// How the tags of a golden image are written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no tag and no range of tags: write `2508`, `3.*`, `>= 2508` or `>= 1.2, < 2`")]
pub struct NoTags(String);

impl Tags {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, NoTags> {
        let wrong = || NoTags(text.to_owned());
        let trimmed = text.trim();
        let is_range = trimmed.starts_with(['<', '>', '=']);
        let is_tag =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '*' | '+');
        if !is_range {
            let fits = !trimmed.is_empty() && trimmed.chars().all(is_tag);
            return fits
                .then(|| Self {
                    text: trimmed.to_owned(),
                    comparisons: Vec::new(),
                })
                .ok_or_else(wrong);
        }
        let comparisons = trimmed.split(',').map(|part| {
            let part = part.trim();
            let (sign, comparison) = Comparison::ALL
                .into_iter()
                .find(|(sign, _)| part.starts_with(sign))?;
            let version = part.get(sign.len()..)?.trim();
            let is_version = version
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
            let numbers = numbers(version);
            (is_version && !numbers.is_empty()).then_some((comparison, numbers))
        });
        let comparisons: Option<Vec<_>> = comparisons.collect();
        Ok(Self {
            text: trimmed.to_owned(),
            comparisons: comparisons.ok_or_else(wrong)?,
        })
    }

    /// Whether a tag is one of them.
    pub fn fit(&self, tag: &str) -> bool {
        if self.comparisons.is_empty() {
            return matches_wildcard(&self.text, tag);
        }
        let numbers = numbers(Tag::parse(tag).version);
        let mut comparisons = self.comparisons.iter();
        !numbers.is_empty() && comparisons.all(|(c, to)| c.holds(compare(&numbers, to)))
    }

    /// The one tag that they are.
    pub fn only(&self) -> Option<&str> {
        let is_tag = self.comparisons.is_empty() && !self.text.contains('*');
        is_tag.then_some(self.text.as_str())
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The numbers of a version or a date.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|n| n.parse().ok()).collect()
}

/// Orders versions by their numbers, of which the shorter one lacks zeros: `2` is `2.0`.
pub(super) fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let at = |version: &[u64], i: usize| version.get(i).copied().unwrap_or_default();
    let longest = a.len().max(b.len());
    (0..longest)
        .map(|i| at(a, i).cmp(&at(b, i)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The last of several tags by their numbers, the newest at the end.
pub(super) fn newest(tags: &[Tags], number: usize) -> Vec<&Tags> {
    let mut all: Vec<(&Tags, Vec<u64>)> = tags
        .iter()
        .map(|tag| (tag, numbers(Tag::parse(&tag.text).version)))
        .collect();
    all.sort_by(|a, b| compare(&a.1, &b.1));
    let first = all.len().saturating_sub(number);
    all.into_iter().skip(first).map(|(tag, _)| tag).collect()
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Tags {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tags".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A tag, `*` for any text in it, or a range of tags: `>= 1.2, < 2`.",
            "type": "string",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(tags: &str, tag: &str) -> bool {
        Tags::parse(tags).unwrap().fit(tag)
    }

    #[test]
    fn a_range_compares_the_numbers_of_a_tag() {
        assert!(fits(">= 2508", "2508") && fits(">=2508", "2601") && !fits(">= 2508", "2507"));
        assert!(fits(">= 1.2, < 2", "1.2") && fits(">= 1.2, < 2", "1.10.3-slim"));
        assert!(!fits(">= 1.2, < 2", "2.0") && !fits(">= 1.2, < 2", "1.1.9"));
        assert!(fits("= 3", "3.0") && !fits("= 3", "3.1"));
        assert!(fits("> 2025-08-01", "2025-09-01") && fits("> 20250801", "20250802"));
        assert!(!fits(">= 1", "latest") && !fits(">= 1", "bookworm"));
    }

    #[test]
    fn a_tag_stands_for_itself() {
        assert!(fits("3.0", "3.0") && !fits("3.0", "3.0.1") && fits("3.*", "3.1-slim"));
        assert_eq!(Tags::parse("3.0").unwrap().only(), Some("3.0"));
        assert_eq!(Tags::parse("3.*").unwrap().only(), None);
        assert_eq!(Tags::parse(">= 3").unwrap().only(), None);
    }

    #[test]
    fn what_is_no_range_says_how_one_is_written() {
        for wrong in ["", ">", ">= x", ">= 1.2 < 2", "~> 1.2", "a b", ">= 1,"] {
            assert!(Tags::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_newest_tags_are_those_with_the_highest_numbers() {
        let tags = ["2508", "2601", "2512"].map(|t| Tags::parse(t).unwrap());
        let newest: Vec<String> = newest(&tags, 2).iter().map(|t| t.to_string()).collect();
        assert_eq!(newest, ["2512", "2601"]);
    }
}
