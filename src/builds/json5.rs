//! JSON as people write it into configuration: with comments, trailing commas, keys without quotes and
//! texts in single quotes (<https://spec.json5.org>).

use serde_json::{Map, Number, Value};

/// How many lists and objects may stand in each other.
const MAX_DEPTH: usize = 64;

/// Reads a text; nothing if it is not well formed.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.skip()?;
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// Leaves out white space and comments; nothing if one of these has no end.
    fn skip(&mut self) -> Option<()> {
        loop {
            self.rest = self
                .rest
                .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            if let Some(comment) = self.rest.strip_prefix("//") {
                let end = comment.find(['\n', '\r', '\u{2028}', '\u{2029}']);
                self.rest = comment.get(end.unwrap_or(comment.len())..)?;
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.split_once("*/")?.1;
            } else {
                return Some(());
            }
        }
    }

    /// Takes a character if it comes next, white space aside.
    fn take(&mut self, wanted: char) -> Option<bool> {
        self.skip()?;
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        Some(rest.is_some())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.take('{')? {
            return self.object(depth);
        }
        if self.take('[')? {
            let mut all = Vec::new();
            while !self.take(']')? {
                all.push(self.value(depth + 1)?);
                if !self.take(',')? {
                    return self.take(']')?.then_some(Value::Array(all));
                }
            }
            return Some(Value::Array(all));
        }
        if self.rest.starts_with(['"', '\'']) {
            return self.text().map(Value::String);
        }
        let word = self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'));
        Some(match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            // Infinities and the like are in nobody's configuration.
            number => Value::Number(number_of(number)?),
        })
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut all = Map::new();
        while !self.take('}')? {
            let key = if self.rest.starts_with(['"', '\'']) {
                self.text()?
            } else {
                let key = self.word(|c| c.is_alphanumeric() || matches!(c, '$' | '_'));
                (!key.is_empty()).then(|| key.to_owned())?
            };
            if !self.take(':')? {
                return None;
            }
            let value = self.value(depth + 1)?;
            all.insert(key, value);
            if !self.take(',')? {
                return self.take('}')?.then_some(Value::Object(all));
            }
        }
        Some(Value::Object(all))
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn text(&mut self) -> Option<String> {
        let mut chars = self.rest.chars();
        let quote = chars.next()?;
        let mut text = String::new();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => match chars.next()? {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    // A line that goes on.
                    '\n' => {}
                    '\r' => {
                        let rest = chars.as_str();
                        chars = rest.strip_prefix('\n').unwrap_or(rest).chars();
                    }
                    c @ ('x' | 'u') => {
                        let digits = if c == 'x' { 2 } else { 4 };
                        let (digits, rest) = chars.as_str().split_at_checked(digits)?;
                        let number = u32::from_str_radix(digits, 16).ok()?;
                        // Halves of pairs are in no path.
                        text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
                        chars = rest.chars();
                    }
                    c => text.push(c),
                },
                '\n' | '\r' => return None,
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }
}

fn number_of(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(digits) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        let number = i64::from_str_radix(digits, 16).ok()?;
        return Some(Number::from(if negative { -number } else { number }));
    }
    let number = digits.parse::<i64>();
    let signed = |n: i64| if negative { -n } else { n };
    match number {
        Ok(number) => Some(Number::from(signed(number))),
        Err(_) => {
            let number: f64 = digits.parse().ok()?;
            Number::from_f64(if negative { -number } else { number })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_people_write_is_read() {
        let text = "\u{feff}// head\n{\n  $schema: 'https://x/y', /* a */ \"a\": [1, -2.5, .5, 0x10,],\n\
                    'b': {c_1: true, d: null,}, e: 'it\\'s \\\n on \\x41\\u0042',\n}// end";
        let expected = json!({
            "$schema": "https://x/y",
            "a": [1, -2.5, 0.5, 16],
            "b": {"c_1": true, "d": null},
            "e": "it's  on AB",
        });
        assert_eq!(parse(text), Some(expected));
        for text in ["{\"a\": [true, 1e3]}", "[]", "\"x\\\\y\"", " 3 "] {
            let strict: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text), Some(strict), "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_nothing() {
        for text in [
            "", "{", "{a}", "[1 2]", "{a: 1} x", "/* ", "'a", "\"a\nb\"", "{a:1,,}", "nul",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
