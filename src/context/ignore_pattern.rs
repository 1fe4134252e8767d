//! What one pattern of a `.dockerignore` matches.
//!
//! Docker turns a pattern into a Go regular expression and lets most characters through as they
//! are: `|` separates alternatives, `{2}` repeats, `\d` is a digit and `[^a]` takes a slash. The
//! `regex` crate reads braces, classes within classes and some escapes in another way than Go, so
//! they are translated.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// The most that a `{n,m}` may ask for.
const MAX_REPEAT: u32 = 1000;

/// The largest expression worth building, in bytes. A larger one matches nothing.
const MAX_SIZE: usize = 1 << 20;

/// What a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    /// That path.
    Exact(String),
    /// Paths that begin so.
    Prefix(String),
    /// Paths that end so; of a text that begins with a slash the rest is matched too.
    Suffix(String),
    /// Paths that an expression takes.
    Any(Expression),
    /// Nothing: Go refuses the expression. So it does with a class of Unicode's (`\pL`) here.
    Broken,
}

/// An expression that is built when a path first meets it: many never do.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    text: String,
    built: OnceLock<Option<Regex>>,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl Expression {
    fn new(text: String) -> Self {
        Self {
            text,
            built: OnceLock::new(),
        }
    }

    fn is_match(&self, path: &str) -> bool {
        let build = || {
            let mut builder = RegexBuilder::new(&self.text);
            builder.size_limit(MAX_SIZE).build().ok()
        };
        let built = self.built.get_or_init(build).as_ref();
        built.is_some_and(|regex| regex.is_match(path.as_bytes()))
    }
}

impl Matcher {
    pub(super) fn of(pattern: &str) -> Self {
        enum Kind {
            Exact,
            Prefix,
            Suffix,
            Expression,
        }
        // As Docker does it, one character after the other; its order decides what comes of it.
        let mut kind = Kind::Exact;
        let mut expression = "^".to_owned();
        let mut chars = pattern.chars().peekable();
        let mut is_first = true;
        while let Some(c) = chars.next() {
            match c {
                '*' if chars.next_if_eq(&'*').is_some() => {
                    chars.next_if_eq(&'/');
                    kind = match (chars.peek(), kind) {
                        (None, Kind::Exact) => Kind::Prefix,
                        (None, _) => {
                            expression.push_str(".*");
                            Kind::Expression
                        }
                        (Some(_), _) => {
                            expression.push_str("(.*/)?");
                            Kind::Expression
                        }
                    };
                    if is_first {
                        kind = Kind::Suffix;
                    }
                }
                '*' | '?' => {
                    expression.push_str("[^/]");
                    if c == '*' {
                        expression.push('*');
                    }
                    kind = Kind::Expression;
                }
                '.' | '+' | '(' | ')' | '$' => expression.extend(['\\', c]),
                '\\' => {
                    expression.push('\\');
                    if let Some(next) = chars.next() {
                        expression.push(next);
                        kind = Kind::Expression;
                    }
                }
                '[' | ']' => {
                    expression.push(c);
                    kind = Kind::Expression;
                }
                c => expression.push(c),
            }
            is_first = false;
        }
        match kind {
            Kind::Exact => Self::Exact(pattern.to_owned()),
            Kind::Prefix => Self::Prefix(pattern.strip_suffix("**").unwrap_or(pattern).to_owned()),
            Kind::Suffix => Self::Suffix(pattern.get(2..).unwrap_or_default().to_owned()),
            Kind::Expression => {
                expression.push('$');
                match translate(&expression) {
                    Some(text) => Self::Any(Expression::new(text)),
                    None => Self::Broken,
                }
            }
        }
    }

    /// Whether it matches that path, not one above it.
    pub(super) fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(text) => path == text,
            Self::Prefix(text) => path.starts_with(text.as_str()),
            Self::Suffix(text) => {
                path.ends_with(text.as_str()) || text.strip_prefix('/') == Some(path)
            }
            Self::Any(expression) => expression.is_match(path),
            Self::Broken => false,
        }
    }
}

/// The expression that Docker makes in the syntax of `regex`; nothing if Go refuses it.
fn translate(go: &str) -> Option<String> {
    let mut reader = Reader { rest: go };
    let mut out = String::with_capacity(go.len() + 8);
    // Whether the last step may be repeated: there is one, and it is not repeated yet.
    let mut repeatable = false;
    while let Some(c) = reader.next() {
        match c {
            '*' => {
                repeatable.then(|| out.push('*'))?;
                repeatable = false;
                continue;
            }
            '{' => {
                if let Some(times) = reader.braces()? {
                    repeatable.then(|| out.push_str(&times))?;
                    repeatable = false;
                    continue;
                }
                out.push_str("\\{");
            }
            '|' => {
                out.push('|');
                repeatable = false;
                continue;
            }
            '(' => {
                reader.rest = reader.rest.strip_prefix(".*/)?")?;
                out.push_str("(?:.*/)?");
                repeatable = false;
                continue;
            }
            '^' | '$' | '.' => out.push(c),
            '[' => out.push_str(&reader.class()?),
            '\\' => match reader.rest.chars().next()? {
                'Q' => {
                    let quoted = reader.rest.get(1..)?;
                    let (quoted, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                    out.push_str(&regex::escape(quoted));
                    reader.rest = rest;
                }
                'A' | 'z' => out.extend(['\\', reader.next()?]),
                'b' | 'B' => out.push_str(&format!("(?-u:\\{})", reader.next()?)),
                _ => match reader.shorthand() {
                    Some(class) => out.push_str(&format!("[{class}]")),
                    None => out.push_str(&literal(reader.escape()?)),
                },
            },
            c => out.push_str(&literal(c)),
        }
        repeatable = true;
    }
    Some(out)
}

/// A character that stands for itself, in a class too.
fn literal(c: char) -> String {
    if c.is_ascii_punctuation() || c.is_ascii_control() {
        format!("\\x{{{:X}}}", u32::from(c))
    } else {
        c.to_string()
    }
}

/// Reads the expression that Docker makes as Go reads it.
struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    /// What follows `{`: how often, nothing if the brace is one, no answer for a bad number.
    fn braces(&mut self) -> Option<Option<String>> {
        let Some((inner, rest)) = self.rest.split_once('}') else {
            return Some(None);
        };
        let (least, most) = match inner.split_once(',') {
            Some((least, most)) => (least, Some(most)),
            None => (inner, None),
        };
        let is_number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits && (text.len() == 1 || !text.starts_with('0'))
        };
        if !is_number(least) || !most.is_none_or(|most| most.is_empty() || is_number(most)) {
            return Some(None);
        }
        let value = |text: &str| text.parse::<u32>().ok().filter(|n| *n <= MAX_REPEAT);
        let least = value(least)?;
        if let Some(most) = most
            && !most.is_empty()
            && value(most)? < least
        {
            return None;
        }
        self.rest = rest;
        Some(Some(format!("{{{inner}}}")))
    }

    /// Behind a backslash: one of `d`, `s`, `w` and their opposites, as a part of a class.
    fn shorthand(&mut self) -> Option<&'static str> {
        let class = match self.rest.chars().next()? {
            'd' => "[:digit:]",
            'D' => "[:^digit:]",
            's' => r"\t\n\x0C\r\x20",
            'S' => r"[^\t\n\x0C\r\x20]",
            'w' => "[:word:]",
            'W' => "[:^word:]",
            _ => return None,
        };
        self.next();
        Some(class)
    }

    /// The character that stands behind a backslash.
    fn escape(&mut self) -> Option<char> {
        let c = self.next()?;
        let code = match c {
            '0'..='7' => {
                let is_octal = |c: &char| ('0'..='7').contains(c);
                if c != '0' && !self.rest.chars().next().as_ref().is_some_and(is_octal) {
                    return None;
                }
                let mut code = c.to_digit(8)?;
                for _ in 0..2 {
                    match self.rest.chars().next().filter(is_octal) {
                        Some(digit) => {
                            code = code * 8 + digit.to_digit(8)?;
                            self.next();
                        }
                        None => break,
                    }
                }
                code
            }
            'x' => match self.rest.strip_prefix('{') {
                Some(rest) => {
                    let (digits, rest) = rest.split_once('}')?;
                    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                        return None;
                    }
                    self.rest = rest;
                    u32::from_str_radix(digits.trim_start_matches('0'), 16)
                        .ok()
                        .or(digits.bytes().all(|b| b == b'0').then_some(0))?
                }
                None => {
                    let (high, low) = (self.next()?.to_digit(16)?, self.next()?.to_digit(16)?);
                    high * 16 + low
                }
            },
            'a' => 7,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            _ => return None,
        };
        char::from_u32(code)
    }

    /// The class whose `[` is behind.
    fn class(&mut self) -> Option<String> {
        let mut out = "[".to_owned();
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.rest = rest;
            out.push('^');
        }
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            if let Some(rest) = self.rest.strip_prefix("[:")
                && let Some((name, rest)) = rest.split_once(":]")
            {
                if !NAMED.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return None;
                }
                out.push_str(&format!("[:{name}:]"));
                self.rest = rest;
                continue;
            }
            if self.rest.starts_with('\\') {
                let before = self.rest;
                self.next();
                if let Some(more) = self.shorthand() {
                    out.push_str(more);
                    continue;
                }
                self.rest = before;
            }
            let low = self.member()?;
            out.push_str(&literal(low));
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1 {
                self.next();
                let high = self.member()?;
                if high < low {
                    return None;
                }
                out.push('-');
                out.push_str(&literal(high));
            }
        }
        self.next();
        out.push(']');
        Some(out)
    }

    /// A character of a class.
    fn member(&mut self) -> Option<char> {
        match self.next()? {
            '\\' => self.escape(),
            c => Some(c),
        }
    }
}

/// The classes that have names.
const NAMED: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];
