//! What one pattern of a `.dockerignore` matches.
//!
//! Docker turns a pattern into a Go regular expression and lets most characters through as they
//! are: `|` separates alternatives, `{2}` repeats, `\d` is a digit and `[^a]` takes a slash.
//! There are no groups in it but the one that `**` makes, so a list of steps says it all. The
//! `regex` crate reads braces, classes within classes, octal escapes and `\Q` in another way than
//! Go, so that a translation would be about as long as this.

/// The most that a `{n,m}` may ask for.
const MAX_REPEAT: u32 = 1000;

/// What a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    /// That path.
    Exact(String),
    /// Paths that begin so.
    Prefix(String),
    /// Paths that end so; of a text that begins with a slash the rest is matched too.
    Suffix(String),
    /// Paths that one of the alternatives takes.
    Any(Vec<Vec<Step>>),
    /// Nothing: Go refuses the expression. So it does with a class of Unicode's (`\pL`) here.
    Broken,
}

/// Something that is matched a number of times in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    what: What,
    least: u32,
    most: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// That character.
    One(char),
    /// A character in or out of these ranges.
    Class(Vec<(char, char)>, bool),
    /// `.`: anything but a line's end.
    Dot,
    /// `(.*/)?`
    Folders,
    Start,
    End,
    /// Between a character of a word and another, or not.
    Boundary(bool),
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
                match Expression::read(&expression) {
                    Some(alternatives) => Self::Any(alternatives),
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
            Self::Any(alternatives) => {
                let mut text: Vec<char> = Vec::new();
                alternatives.iter().any(|steps| {
                    if !begins(steps, path) {
                        return false;
                    }
                    if text.is_empty() {
                        text.extend(path.chars());
                    }
                    run(steps, &text)
                })
            }
            Self::Broken => false,
        }
    }
}

/// A glance at the plain characters that steps begin with.
fn begins(steps: &[Step], path: &str) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return true;
    };
    if first.what != What::Start {
        return true;
    }
    let mut chars = path.chars();
    for step in rest {
        match (&step.what, step.least, step.most) {
            (What::One(c), 1, Some(1)) => {
                if chars.next() != Some(*c) {
                    return false;
                }
            }
            _ => break,
        }
    }
    true
}

/// Whether the steps match a part of the text.
fn run(steps: &[Step], text: &[char]) -> bool {
    // Where the steps so far can have ended.
    let mut reached = vec![true; text.len() + 1];
    for step in steps {
        for _ in 0..step.least {
            reached = step.what.from(&reached, text);
            if !reached.contains(&true) {
                return false;
            }
        }
        match step.most {
            Some(most) => {
                for _ in step.least..most {
                    let next = step.what.from(&reached, text);
                    let mut grew = false;
                    for (old, new) in reached.iter_mut().zip(next) {
                        grew |= new && !*old;
                        *old |= new;
                    }
                    if !grew {
                        break;
                    }
                }
            }
            None => {
                // Each takes one character at most.
                for at in 0..text.len() {
                    let here = reached.get(at) == Some(&true);
                    if here
                        && step.what.takes(text.get(at).copied())
                        && let Some(slot) = reached.get_mut(at + 1)
                    {
                        *slot = true;
                    }
                }
            }
        }
    }
    reached.contains(&true)
}

impl What {
    /// Where it ends if it begins at one of the places.
    fn from(&self, places: &[bool], text: &[char]) -> Vec<bool> {
        let mut out = vec![false; places.len()];
        let mut set = |at: usize| {
            if let Some(slot) = out.get_mut(at) {
                *slot = true;
            }
        };
        let char_at = |at: usize| text.get(at).copied();
        match self {
            What::Folders => {
                let mut open = false;
                for (at, here) in places.iter().enumerate() {
                    let before = at.checked_sub(1).and_then(char_at);
                    open &= before != Some('\n');
                    if *here || (open && before == Some('/')) {
                        set(at);
                    }
                    open |= here;
                }
            }
            What::Start | What::End | What::Boundary(_) => {
                let is_word =
                    |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
                for (at, _) in places.iter().enumerate().filter(|(_, here)| **here) {
                    let holds = match self {
                        What::Start => at == 0,
                        What::End => at == text.len(),
                        What::Boundary(wanted) => {
                            let before = is_word(at.checked_sub(1).and_then(char_at));
                            (before != is_word(char_at(at))) == *wanted
                        }
                        _ => false,
                    };
                    if holds {
                        set(at);
                    }
                }
            }
            _ => {
                for (at, _) in places.iter().enumerate().filter(|(_, here)| **here) {
                    if self.takes(char_at(at)) {
                        set(at + 1);
                    }
                }
            }
        }
        out
    }

    fn takes(&self, c: Option<char>) -> bool {
        let Some(c) = c else { return false };
        match self {
            What::One(wanted) => c == *wanted,
            What::Class(ranges, negated) => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
            What::Dot => c != '\n',
            _ => false,
        }
    }
}

/// How often at least and at most, and what follows.
type Counts<'t> = (Option<u32>, Option<Option<u32>>, &'t str);

/// Reads the expression that Docker makes as Go reads it.
struct Expression<'t> {
    rest: &'t str,
}

impl<'t> Expression<'t> {
    fn read(text: &'t str) -> Option<Vec<Vec<Step>>> {
        let mut reader = Expression { rest: text };
        let mut alternatives = vec![Vec::new()];
        // Whether the last step was given a number of times.
        let mut counted = false;
        while let Some(c) = reader.next() {
            let steps: &mut Vec<Step> = alternatives.last_mut()?;
            let times = match c {
                '*' => Some((0, None)),
                '{' => reader.braces()?,
                _ => None,
            };
            if let Some((least, most)) = times {
                let last = steps.last_mut().filter(|_| !counted)?;
                (last.least, last.most) = (least, most);
                // What takes no character holds or does not, however often it is asked.
                if matches!(last.what, What::Start | What::End | What::Boundary(_)) {
                    last.least = least.min(1);
                    last.most = Some(1);
                }
                counted = true;
                continue;
            }
            counted = false;
            let what = match c {
                '|' => {
                    alternatives.push(Vec::new());
                    continue;
                }
                '^' => What::Start,
                '$' => What::End,
                '.' => What::Dot,
                '(' => {
                    reader.rest = reader.rest.strip_prefix(".*/)?")?;
                    counted = true;
                    What::Folders
                }
                '[' => reader.class()?,
                '\\' => match reader.rest.chars().next()? {
                    'Q' => {
                        let quoted = reader.rest.get(1..)?;
                        let (quoted, rest) = match quoted.split_once("\\E") {
                            Some(halves) => halves,
                            None => (quoted, ""),
                        };
                        steps.extend(quoted.chars().map(|c| Step::once(What::One(c))));
                        reader.rest = rest;
                        continue;
                    }
                    'A' => reader.skip(What::Start),
                    'z' => reader.skip(What::End),
                    'b' => reader.skip(What::Boundary(true)),
                    'B' => reader.skip(What::Boundary(false)),
                    _ => match reader.shorthand() {
                        Some(ranges) => What::Class(ranges, false),
                        None => What::One(reader.escape()?),
                    },
                },
                c => What::One(c),
            };
            steps.push(Step::once(what));
        }
        Some(alternatives)
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn skip(&mut self, what: What) -> What {
        self.next();
        what
    }

    /// What follows `{`: how often, nothing if the brace is one, no answer for a bad number.
    fn braces(&mut self) -> Option<Option<(u32, Option<u32>)>> {
        let Some((least, most, rest)) = self.numbers() else {
            return Some(None);
        };
        let (least, most) = (least?, most?);
        if least > MAX_REPEAT || most.is_some_and(|m| m > MAX_REPEAT || m < least) {
            return None;
        }
        self.rest = rest;
        Some(Some((least, most)))
    }

    /// `2}`, `2,}` or `2,3}`; a number that is too large is there without a value.
    fn numbers(&self) -> Option<Counts<'t>> {
        let number = |text: &str| {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, _) = text.split_at(length);
            let leads_with_zero = digits.len() > 1 && digits.starts_with('0');
            let value = digits.parse::<u32>().ok().filter(|n| *n < 100_000_000);
            (length > 0 && !leads_with_zero).then_some((value, length))
        };
        let (least, length) = number(self.rest)?;
        let rest = self.rest.get(length..)?;
        let (most, rest) = match rest.strip_prefix(',') {
            None => (least.map(Some), rest),
            Some(rest) if rest.starts_with('}') => (Some(None), rest),
            Some(rest) => {
                let (most, length) = number(rest)?;
                (most.map(Some), rest.get(length..)?)
            }
        };
        Some((least, most, rest.strip_prefix('}')?))
    }

    /// Behind a backslash: one of `d`, `s`, `w` and their opposites.
    fn shorthand(&mut self) -> Option<Vec<(char, char)>> {
        let letter = self.rest.chars().next()?;
        let ranges: &[(char, char)] = match letter.to_ascii_lowercase() {
            'd' => &[('0', '9')],
            's' => &[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')],
            'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            _ => return None,
        };
        self.next();
        Some(match letter.is_ascii_uppercase() {
            true => opposite(ranges),
            false => ranges.to_vec(),
        })
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
    fn class(&mut self) -> Option<What> {
        let negated = self.rest.starts_with('^');
        if negated {
            self.next();
        }
        let mut ranges = Vec::new();
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            if let Some(rest) = self.rest.strip_prefix("[:")
                && let Some((name, rest)) = rest.split_once(":]")
            {
                ranges.extend(named(name)?);
                self.rest = rest;
                continue;
            }
            if self.rest.starts_with('\\') {
                let before = self.rest;
                self.next();
                if let Some(more) = self.shorthand() {
                    ranges.extend(more);
                    continue;
                }
                self.rest = before;
            }
            let low = self.member()?;
            let mut high = low;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1 {
                self.next();
                high = self.member()?;
            }
            if high < low {
                return None;
            }
            ranges.push((low, high));
        }
        self.next();
        Some(What::Class(ranges, negated))
    }

    /// A character of a class.
    fn member(&mut self) -> Option<char> {
        match self.next()? {
            '\\' => self.escape(),
            c => Some(c),
        }
    }
}

impl Step {
    fn once(what: What) -> Self {
        Self {
            what,
            least: 1,
            most: Some(1),
        }
    }
}

/// A class such as `alpha` or `^alpha`.
fn named(name: &str) -> Option<Vec<(char, char)>> {
    let (name, negated) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let ranges: &[(char, char)] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\u{7f}')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(match negated {
        true => opposite(ranges),
        false => ranges.to_vec(),
    })
}

/// All characters but those of the sorted ranges, which lie in ASCII.
fn opposite(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut out = Vec::new();
    let mut next = 0_u8;
    for (low, high) in ranges {
        let (low, high) = (*low as u8, *high as u8);
        if let Some(before) = low.checked_sub(1).filter(|b| *b >= next) {
            out.push((char::from(next), char::from(before)));
        }
        next = high + 1;
    }
    out.push((char::from(next), char::MAX));
    out
}
