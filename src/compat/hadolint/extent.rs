//! How far ShellCheck's parser reads a script.
//!
//! Where a list of commands could end, it stops at what cannot go on (`)`, `fi`, `; ;`) and keeps
//! what it has; where something has begun and goes wrong (`name (x)`, `[` without `]`, `${`
//! without `}`) it keeps nothing.

use crate::shell::{self, Dialect, Script, ShellError};
use crate::span::MappedText;

/// Prefixes that are tried before a script counts as unreadable.
const TRIES: usize = 12;

/// What it reads of a script, if anything.
pub(super) fn read(text: &str) -> Option<Script> {
    let parse = |text: &str| shell::parse(&MappedText::verbatim(text, 0), &Dialect::Bash);
    let fails = |script: &Script| script.errors.iter().any(ShellError::is_mistake);
    let whole = parse(text);
    let scan = Scan::of(text);
    if !fails(&whole) {
        match scan.hard {
            None => return Some(whole),
            Some(Hard::Everything) => return None,
            Some(Hard::Stop(at)) => {
                let script = parse(text.get(..at)?);
                return (!fails(&script)).then_some(script);
            }
        }
    }
    if scan.hard == Some(Hard::Everything) {
        return None;
    }
    let prefixes = scan.stops.iter().take(TRIES);
    prefixes
        .filter_map(|&at| text.get(..at))
        .filter(|prefix| !prefix.trim().is_empty())
        .map(parse)
        .find(|script| !fails(script))
}

/// A mistake that our own parser lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hard {
    /// Reading ends here.
    Stop(usize),
    /// Nothing is read.
    Everything,
}

/// What a text is inside of.
enum Inside {
    /// Double quotes.
    Quotes,
    /// `$(…)`, `(…)`, an array: the command that goes on behind it.
    Brackets(Current),
}

/// The command that is being read.
#[derive(Default)]
struct Current {
    /// Its words so far.
    words: usize,
    /// Whether the first begins with a single `[`.
    test: bool,
    /// Whether it is what ends with `fi` or `done`.
    compound: bool,
    /// Whether `]` closed it.
    closed: bool,
    /// Where its last word begins and ends.
    last: (usize, usize),
    /// The separator before it: `;` and `&` and line breaks end a list, `&&` and `|` do not.
    may_end: bool,
}

/// Words behind which a command begins.
const OPENERS: [&str; 11] = [
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "coproc",
];
/// Words that begin no command.
const CLOSERS: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

struct Scan {
    hard: Option<Hard>,
    /// Where reading may end, in order.
    stops: Vec<usize>,
}

impl Scan {
    fn of(text: &str) -> Scan {
        let mut scan = Scan {
            hard: None,
            stops: Vec::new(),
        };
        let bytes = text.as_bytes();
        let at = |i: usize| bytes.get(i).copied().unwrap_or(b' ');
        let mut stack: Vec<Inside> = Vec::new();
        let mut now = Current::default();
        let mut i = 0;
        while i < bytes.len() && scan.hard.is_none() {
            let quoted = matches!(stack.last(), Some(Inside::Quotes));
            let next = at(i + 1);
            match at(i) {
                b'\\' => {
                    if !quoted && !matches!(next, b'\n' | b'\r') {
                        now.letter(text, i);
                    }
                    now.last.1 = i + 2;
                    i += 2;
                    continue;
                }
                b'"' => {
                    if quoted {
                        stack.pop();
                    } else {
                        now.letter(text, i);
                        stack.push(Inside::Quotes);
                    }
                    now.last.1 = i + 1;
                }
                b'$' if next == b'{' => {
                    now.letter(text, i);
                    match end_of(text, i + 2, b'{', b'}') {
                        Some(end) => i = end,
                        None => scan.hard = Some(Hard::Everything),
                    }
                    now.last.1 = i;
                    continue;
                }
                b'$' if next == b'(' && at(i + 2) == b'(' => {
                    now.letter(text, i);
                    i = end_of(text, i + 2, b'(', b')').unwrap_or(bytes.len());
                    now.last.1 = i;
                    continue;
                }
                b'$' if next == b'(' => {
                    now.letter(text, i);
                    stack.push(Inside::Brackets(std::mem::take(&mut now)));
                    i += 2;
                    continue;
                }
                b'`' => {
                    now.letter(text, i);
                    let mut end = i + 1;
                    while end < bytes.len() && at(end) != b'`' {
                        end += if at(end) == b'\\' { 2 } else { 1 };
                    }
                    i = end;
                    now.last.1 = i + 1;
                }
                _ if quoted => {}
                b'\'' => {
                    now.letter(text, i);
                    while i + 1 < bytes.len() && at(i + 1) != b'\'' {
                        i += 1;
                    }
                    i += 1;
                    now.last.1 = i + 1;
                }
                b'#' if now.last.1 != i || i == 0 => {
                    while i + 1 < bytes.len() && at(i + 1) != b'\n' {
                        i += 1;
                    }
                }
                b'<' if next == b'<' && at(i + 2) == b'<' => i += 2,
                b'<' if next == b'<' => {
                    if !is_ended(text, i + 2) {
                        scan.hard = Some(Hard::Everything);
                    }
                    // What follows may be no shell text.
                    return scan;
                }
                b'<' | b'>' if next == b'(' => {
                    now.letter(text, i);
                    stack.push(Inside::Brackets(std::mem::take(&mut now)));
                    i += 2;
                    continue;
                }
                b'(' => match scan.open(text, i, &mut now, stack.is_empty()) {
                    Open::Skip(to) => {
                        i = to;
                        continue;
                    }
                    Open::Inside => stack.push(Inside::Brackets(std::mem::take(&mut now))),
                    Open::Words => {
                        stack.push(Inside::Brackets(std::mem::take(&mut now)));
                        now.words = 1;
                    }
                    Open::Stop => {}
                },
                b')' => {
                    now.end(text, &mut scan);
                    match stack.pop() {
                        Some(Inside::Brackets(before)) => {
                            now = before;
                            // A subshell is a command.
                            now.compound |= now.words == 0;
                            now.words = now.words.max(1);
                            now.last.1 = i + 1;
                        }
                        _ => {
                            scan.stops.push(i);
                            now = Current::default();
                        }
                    }
                }
                b'[' if now.words == 0 && next == b'[' => {
                    let rest = text.get(i..).unwrap_or_default();
                    let Some(end) = rest.find("]]") else {
                        return scan;
                    };
                    now.words = 1;
                    i += end + 1;
                    now.last = (i, i + 1);
                }
                separator @ (b';' | b'&' | b'|' | b'\n') => {
                    // `2>&1`, `&>x` and `>|x` are redirections.
                    let redirects = separator != b';'
                        && (i > 0 && matches!(at(i - 1), b'>' | b'<')
                            || separator == b'&' && next == b'>');
                    if !redirects {
                        let double = next == separator && separator != b'\n';
                        let empty = now.words == 0 && now.may_end && separator != b'\n';
                        if empty || separator == b';' && double {
                            if stack.is_empty() {
                                scan.stops.push(i);
                            }
                            if empty && !double && stack.is_empty() && separator == b';' {
                                scan.hard = Some(Hard::Stop(i));
                                return scan;
                            }
                        }
                        now.end(text, &mut scan);
                        let line = separator == b'\n' && now.words == 0;
                        let before = now.may_end;
                        now = Current::default();
                        now.may_end = match separator {
                            b'\n' if line => before,
                            b'\n' | b';' => true,
                            b'&' => !double,
                            _ => false,
                        };
                        i += usize::from(double);
                    }
                }
                b' ' | b'\t' | b'\r' => {}
                _ => {
                    now.letter(text, i);
                    let begins = now.words == 1 && now.may_end || now.words == 2 && now.compound;
                    if begins && now.last.0 == i && stack.is_empty() {
                        let word = word_at(text, i);
                        if CLOSERS.contains(&word) {
                            scan.stops.push(i);
                        }
                    }
                    now.last.1 = i + 1;
                    // A keyword ends where the blank begins.
                    let ends =
                        matches!(next, b' ' | b'\t' | b'\n' | b'\r' | b';') || i + 1 == bytes.len();
                    if ends && (now.words == 1 || now.words == 2 && now.compound) {
                        let word = text.get(now.last.0..now.last.1).unwrap_or_default();
                        if OPENERS.contains(&word) {
                            now = Current {
                                last: (i, i + 1),
                                ..Current::default()
                            };
                        }
                        now.compound = CLOSERS.contains(&word);
                    }
                }
            }
            i += 1;
        }
        now.end(text, &mut scan);
        scan
    }

    /// At an opening bracket.
    fn open(&mut self, text: &str, i: usize, now: &mut Current, outermost: bool) -> Open {
        let before = i.checked_sub(1).and_then(|b| text.as_bytes().get(b));
        let glued = now.words > 0 && now.last.1 == i;
        if glued && before.is_some_and(|b| b"=?*+@!".contains(b)) {
            return Open::Words;
        }
        if now.words == 0 {
            return match text.as_bytes().get(i + 1) {
                Some(b'(') => {
                    now.words = 1;
                    Open::Skip(end_of(text, i + 1, b'(', b')').unwrap_or(text.len()))
                }
                _ => Open::Inside,
            };
        }
        let last = text.get(now.last.0..now.last.1).unwrap_or_default();
        let rest = text.get(i + 1..).unwrap_or_default();
        let first = now.words == 1;
        let function = text.get(..now.last.0).unwrap_or_default().trim_end();
        if first || function.ends_with("function") {
            if let Some(behind) = rest.trim_start().strip_prefix(')') {
                *now = Current::default();
                return Open::Skip(text.len() - behind.len());
            }
            // `for ((i = 0; …`
            if last == "for" {
                return Open::Skip(end_of(text, i + 1, b'(', b')').unwrap_or(text.len()));
            }
            self.hard = Some(Hard::Everything);
            return Open::Stop;
        }
        if last == "in" {
            return Open::Inside;
        }
        if outermost {
            self.stops.push(i);
        }
        self.hard = Some(if outermost {
            Hard::Stop(i)
        } else {
            Hard::Everything
        });
        Open::Stop
    }
}

enum Open {
    /// What is inside is passed over up to here.
    Skip(usize),
    /// Commands are.
    Inside,
    /// The words of an array or a pattern are.
    Words,
    Stop,
}

impl Current {
    /// A letter of a word.
    fn letter(&mut self, text: &str, i: usize) {
        let goes_on = self.words > 0 && self.last.1 == i;
        if goes_on {
            return;
        }
        self.words += 1;
        self.last = (i, i + 1);
        let word = word_at(text, i);
        if self.words == 1 {
            self.test = word.starts_with('[');
        }
        self.closed |= word == "]";
    }

    /// The end of the command.
    fn end(&self, text: &str, scan: &mut Scan) {
        let last = text.get(self.last.0..self.last.1).unwrap_or_default();
        if self.test && !self.closed && last != "]" {
            scan.hard.get_or_insert(Hard::Everything);
        }
    }
}

/// Whether the here-document whose delimiter follows has an end.
fn is_ended(text: &str, from: usize) -> bool {
    let rest = text.get(from..).unwrap_or_default();
    let rest = rest
        .strip_prefix('-')
        .unwrap_or(rest)
        .trim_start_matches(' ');
    let word = word_at(rest, 0).replace(['"', '\'', '\\'], "");
    rest.lines().skip(1).any(|line| line.trim() == word)
}

/// The letters up to a blank or an operator.
fn word_at(text: &str, i: usize) -> &str {
    let rest = text.get(i..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_whitespace() || ";&|()<>".contains(c));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

/// Behind the bracket that closes one, those in between counted.
fn end_of(text: &str, from: usize, open: u8, close: u8) -> Option<usize> {
    let mut depth = 1usize;
    let mut bytes = text.bytes().enumerate().skip(from);
    while let Some((i, b)) = bytes.next() {
        match b {
            b'\\' => drop(bytes.next()),
            b if b == open => depth += 1,
            b if b == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}
