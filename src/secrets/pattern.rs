//! The organisation's own shapes of secrets, as regular expressions.

use std::borrow::Cow;
use std::ops::Range;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A regular expression written in the configuration; linear in the text whatever it says.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Whether it is found anywhere in a text.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Where it is found: its first group, if it has one that took part, or all of it.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.0
            .captures_iter(text)
            .filter_map(|c| c.get(1).or_else(|| c.get(0)))
            .map(|found| found.range())
            .filter(|range| !range.is_empty())
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Regex::new(&text).map(Self).map_err(|e| {
            // The crate draws the place over several lines; the last one says what is wrong.
            let text = e.to_string();
            let reason = text.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            serde::de::Error::custom(format!("not a regular expression: {reason}"))
        })
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "regex",
            "description": "A regular expression, in the syntax of Rust's regex crate.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<Pattern, serde_json::Error> {
        serde_json::from_value(serde_json::Value::from(text))
    }

    #[test]
    fn the_first_group_is_the_secret() {
        let found = |p: &str, text: &str| -> Vec<Range<usize>> {
            pattern(p).expect("a pattern").find(text).collect()
        };
        assert_eq!(found("acme_[0-9]+", "x acme_12 acme_3"), [2..9, 10..16]);
        assert_eq!(
            found("key=(k[0-9]+)", "key=k12"),
            std::slice::from_ref(&(4..7))
        );
        assert_eq!(found("(?:a|b(c))", "a bc"), [0..1, 3..4]);
        assert!(found("x*", "aaa").is_empty());
    }

    #[test]
    fn what_is_no_regular_expression_is_an_error_in_one_line() {
        let error = pattern("acme_[0-9").expect_err("not closed").to_string();
        assert_eq!(error, "not a regular expression: unclosed character class");
    }
}
