//! Where the programs of the table take a credential: behind an option, in a pair, as an operand.

use std::ops::Range;

use super::input::{inputs, printed, writer};
use super::login::user;
use super::{Input, Position, Positioned, add, is_flag};
use crate::secrets::listed;
use crate::secrets::name;
use crate::secrets::value::{self, ValueKind};
use crate::secrets::words::{HOLE, Line, Word, base};

pub(super) fn apply(
    position: &Position,
    program: &str,
    arguments: &[Word],
    line: &Line,
    lines: &[Line],
    taken: &mut Vec<Range<usize>>,
    found: &mut Vec<Positioned>,
) {
    if !position.with.is_empty() && !arguments.iter().any(|w| has_flag(w, position.with)) {
        return;
    }
    let mut operands = arguments
        .iter()
        .enumerate()
        .filter(|(_, w)| !is_flag(w) || position.after.contains(&w.text.as_str()));
    let mut first = 0;
    if !position.after.is_empty() {
        let texts: Vec<(usize, &str)> = operands
            .by_ref()
            .map(|(i, w)| (i, w.text.trim_end_matches([',', '"'])))
            .collect();
        let sub = texts.windows(position.after.len()).find(|window| {
            window
                .iter()
                .zip(position.after)
                .all(|((_, text), wanted)| text.eq_ignore_ascii_case(wanted))
        });
        let Some((last, _)) = sub.and_then(<[_]>::last) else {
            return;
        };
        first = last + 1;
    }
    // Alone they ask, and what follows is an operand.
    let asks = |w: &&Word| position.joined.contains(&w.text.as_str());
    taken.extend(arguments.iter().filter(asks).map(|w| w.range.clone()));
    let mut push = |word: &Word, part: Range<usize>, user: &str| {
        taken.push(word.range.clone());
        found.extend(judge(position, program, word, part, user));
    };
    let user = user(arguments);
    let mut i = 0;
    while let Some(word) = arguments.get(i) {
        i += 1;
        let flag = word.text.trim_end_matches([',', '"']);
        let flag = flag.trim_start_matches('"');
        let next = arguments.get(i);
        for wanted in position.value {
            if let Some(start) = behind_colon(&word.text, wanted) {
                push(word, start..word.text.len(), user);
            } else if flag.eq(*wanted) || bundles(flag, wanted) {
                if let Some(next) = next.filter(|n| !is_option(n)) {
                    push(next, 0..next.text.len(), user);
                }
            } else if let Some(start) = joined(&word.text, wanted) {
                // `-p=X`, which those who take `-p X` read so.
                let equals = word.text.get(start..).is_some_and(|t| t.starts_with('='));
                push(word, start + usize::from(equals)..word.text.len(), user);
            }
        }
        for wanted in position.joined {
            if let Some(start) = joined(&word.text, wanted) {
                push(word, start..word.text.len(), user);
            }
        }
        for wanted in position.pair {
            let separator = position.separator.unwrap_or(':');
            if flag.eq(*wanted) || bundles(flag, wanted) {
                if let Some(next) = next {
                    pair(next, 0, separator, wanted.ends_with("uri"), &mut push);
                }
            } else if let Some(start) = joined(&word.text, wanted) {
                pair(word, start, separator, wanted.ends_with("uri"), &mut push);
            }
        }
    }
    if let Some(number) = position.operand {
        operand(
            position,
            number,
            arguments.get(first..).unwrap_or_default(),
            &mut push,
        );
    }
    if let Some(input) = position.input {
        let given = line.stdin.clone().or_else(|| {
            let before = line.piped.and_then(|p| lines.get(p));
            let fed = || {
                line.source
                    .as_ref()
                    .and(line.fed)
                    .and_then(|f| lines.get(f))
            };
            printed(before.or_else(|| writer(line, lines)).or_else(fed)?, lines)
        });
        if let Some(text) = given {
            let fields = program == "newusers";
            inputs(input, fields, &text, &mut push);
        }
    }
}

/// `--password-stdin`, `-o password_stdin`: any program that says that it reads a password.
pub(super) fn by_standard_input(line: &Line, lines: &[Line], found: &mut Vec<Positioned>) {
    let reads = line.words.iter().any(|w| {
        let text = w.text.trim_start_matches('-');
        text.ends_with("stdin")
            && ["pass", "pw", "token", "secret"]
                .iter()
                .any(|n| text.contains(n))
    });
    if !reads {
        return;
    }
    let given = line.stdin.clone().or_else(|| {
        let before = line.piped.and_then(|p| lines.get(p));
        printed(before.or_else(|| writer(line, lines))?, lines)
    });
    let Some(text) = given else {
        return;
    };
    let program = line.words.first().map_or("", |w| base(&w.text)).to_owned();
    let mut push = |word: &Word, part: Range<usize>, user: &str| {
        let secret = word.text.get(part.clone()).unwrap_or_default();
        if let Some(kind) = positioned_kind(secret, user) {
            add(found, Positioned::of(&program, word, part, kind));
        }
    };
    inputs(Input::Password, false, &text, &mut push);
}

/// Whether a word is an option and no value that begins with a dash.
pub(super) fn is_option(word: &Word) -> bool {
    let text = &word.text;
    text.starts_with("--") || text.len() == 2 && text.starts_with('-') || text.is_empty()
}

pub(super) fn has_flag(word: &Word, flag: &str) -> bool {
    let text = word.text.as_str();
    if flag.len() > 2 {
        return text.split('=').next() == Some(flag);
    }
    let letter = flag.chars().nth(1).unwrap_or('-');
    text.starts_with('-') && !text.starts_with("--") && text.contains(letter)
}

/// `-fsSu` ends with the option `-u`.
pub(super) fn bundles(flag: &str, wanted: &str) -> bool {
    wanted.len() == 2
        && flag.len() > 2
        && flag.len() <= 8
        && flag.starts_with('-')
        && !flag.starts_with("--")
        && wanted.get(1..).is_some_and(|letter| flag.ends_with(letter))
        && flag.bytes().skip(1).all(|b| b.is_ascii_alphabetic())
        && flag.bytes().skip(1).all(|b| flag.bytes().filter(|c| *c == b).count() == 1)
        // `-pass` is a word.
        && !matches!(flag, "-pass" | "-user")
        && !name::classify(flag).is_some_and(|n| n.strong)
}

/// Where the value of `--option=X` or `-oX` begins.
pub(super) fn joined(text: &str, flag: &str) -> Option<usize> {
    let rest = text.strip_prefix(flag)?;
    if rest.is_empty() {
        return None;
    }
    let is_letter = flag.len() == 2 && flag.starts_with('-') || flag == "-hp";
    // An option of its own that takes the next word.
    if is_letter && listed("-password -passwd -pass -Password -PASSWORD -kfile", text) {
        return None;
    }
    match rest.strip_prefix('=') {
        Some("") => None,
        Some(_) if !is_letter => Some(flag.len() + 1),
        _ if is_letter => Some(flag.len()),
        _ => None,
    }
}

pub(super) fn behind_colon(text: &str, flag: &str) -> Option<usize> {
    let head = text.get(..flag.len())?;
    (flag.ends_with([':', '=']) && head.eq_ignore_ascii_case(flag) && text.len() > flag.len())
        .then_some(flag.len())
}

/// `user:password`, from `start` on.
pub(super) fn pair(
    word: &Word,
    start: usize,
    separator: char,
    is_address: bool,
    push: &mut dyn FnMut(&Word, Range<usize>, &str),
) {
    let Some(text) = word.text.get(start..) else {
        return;
    };
    let Some((user, password)) = text.split_once(separator) else {
        return;
    };
    if password.is_empty() {
        // `token:` has it in the place of the user.
        if value::is_random(user) {
            push(word, start..start + user.len(), "");
        }
        return;
    }
    // `user/password@host`; an address without a scheme.
    let end = match separator {
        '/' => password.find('@'),
        _ if is_address => password.rfind('@'),
        _ => None,
    };
    let end = end.unwrap_or(password.len());
    let from = start + user.len() + separator.len_utf8();
    push(word, from..from + end, user);
}

pub(super) fn operand(
    position: &Position,
    number: i8,
    arguments: &[Word],
    push: &mut dyn FnMut(&Word, Range<usize>, &str),
) {
    let mut operands: Vec<&Word> = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if position.options.contains(&word.text.as_str()) {
            words.next();
        } else if !is_flag(word) {
            operands.push(word);
        }
    }
    let key = operands.first().map_or("", |w| w.text.as_str());
    if !key.starts_with(position.key) || operands.len() < position.least {
        return;
    }
    let chosen = match usize::try_from(number) {
        Ok(number) => operands.get(number),
        // What comes last is an operand and not the only one.
        Err(_) if operands.len() > 1 || position.with.is_empty() => operands.last(),
        Err(_) => None,
    };
    let Some(word) = chosen else {
        return;
    };
    // The next command of `steamcmd`.
    if word.text.starts_with('+') && position.after.iter().any(|a| a.starts_with('+')) {
        return;
    }
    match position.separator {
        Some(separator) => pair(word, 0, separator, false, push),
        None if word.text.contains('=') && !word.quoted && !word.text.ends_with('=') => {}
        None => push(word, 0..word.text.len(), ""),
    }
}

pub(super) fn judge(
    position: &Position,
    program: &str,
    word: &Word,
    part: Range<usize>,
    user: &str,
) -> Option<Positioned> {
    let text = word.text.get(part.clone())?;
    // The quotes and commas of JSON that could not be read.
    let text = text.trim_end_matches([']', ',']);
    let text = text.strip_suffix('"').unwrap_or(text);
    let part = part.start..part.start + text.len();
    let secret = text.strip_prefix(position.prefix)?;
    let part = part.start + position.prefix.len()..part.end;
    let kind = positioned_kind(secret, user)?;
    Some(Positioned::of(program, word, part, kind))
}

/// What stands where a program takes a password; nothing if that comes from elsewhere.
pub(super) fn positioned_kind(secret: &str, user: &str) -> Option<ValueKind> {
    if secret.len() < 3 || secret.contains(HOLE) || secret.starts_with("%") {
        return None;
    }
    // A connection string, in which only a part is secret.
    if secret.contains(';') && secret.matches('=').count() > 1 {
        return None;
    }
    let kind = value::classify_password(secret, user);
    match kind {
        ValueKind::Human | ValueKind::Random | ValueKind::Default => Some(kind),
        // A number is a password here.
        ValueKind::Setting if secret.len() > 3 && secret.bytes().all(|b| b.is_ascii_digit()) => {
            Some(ValueKind::Default)
        }
        ValueKind::Digest if secret.len() >= 20 && !secret.contains([':', ' ']) => {
            Some(ValueKind::Random)
        }
        _ => None,
    }
}
