//! Passwords that a program reads.

use std::ops::Range;

use super::{Input, own_words};
use crate::secrets::base64;
use crate::secrets::words::{Line, Word, base, lines_of};

/// The command that wrote the file that another reads.
pub(super) fn writer<'l>(line: &Line, lines: &'l [Line]) -> Option<&'l Line> {
    let source = line.source.as_ref()?;
    lines.iter().find(|l| l.target.as_ref() == Some(source))
}

/// What a command prints, as one word.
pub(super) fn printed(line: &Line, lines: &[Line]) -> Option<Word> {
    let mut words = own_words(line);
    let program = words.next()?;
    match base(&program.text) {
        "echo" | "printf" | "write-output" => {}
        "yes" => {}
        "base64" => {
            // The password in the detour is the base64 itself.
            let before = line.piped.and_then(|p| lines.get(p))?;
            let text = printed(before, lines)?;
            let decoded = base64::text(&text.text)?;
            let end = text.text.trim_end().len();
            let place = text.part(0..end);
            return Some(place.stand_for(&decoded));
        }
        "cat" => return line.stdin.clone(),
        // It passes on what it gets.
        "tr" | "tee" | "head" | "tail" => {
            let before = line.piped.and_then(|p| lines.get(p))?;
            return printed(before, lines);
        }
        // A text is a command of PowerShell: `'x' | ConvertTo-SecureString`.
        _ if program.quoted && words.next().is_none() => return Some(program.clone()),
        _ => return None,
    }
    let is_option = |w: &&Word| w.text.len() <= 3 && w.text.starts_with('-');
    let arguments: Vec<&Word> = words.skip_while(is_option).collect();
    if program.text.ends_with("printf") {
        let (format, values) = arguments.split_first()?;
        return Some(formatted(format, values));
    }
    match arguments.as_slice() {
        [] => None,
        [only] => Some((*only).clone()),
        many => Some(Word::joined(many)),
    }
}

/// What `printf` prints.
pub(super) fn formatted(format: &Word, values: &[&Word]) -> Word {
    let mut pieces: Vec<Word> = Vec::new();
    let mut rest = values.iter();
    // The format is used again while there are values.
    loop {
        let before = rest.len();
        let mut from = 0;
        for (at, _) in format.text.match_indices('%') {
            let takes = format.text.as_bytes().get(at + 1);
            if !matches!(takes, Some(b's' | b'b')) {
                continue;
            }
            pieces.push(format.part(from..at));
            pieces.extend(rest.next().map(|w| (*w).clone()));
            from = at + 2;
        }
        pieces.push(format.part(from..format.text.len()));
        if rest.len() == 0 || rest.len() == before {
            break;
        }
    }
    let pieces: Vec<&Word> = pieces.iter().collect();
    Word::concatenated(&pieces)
}

/// The passwords in a text that a program reads.
pub(super) fn inputs(
    input: Input,
    fields: bool,
    text: &Word,
    push: &mut dyn FnMut(&Word, Range<usize>, &str),
) {
    for range in lines_of(&text.text) {
        let line = text.text.get(range.clone()).unwrap_or_default();
        match input {
            Input::Pairs => {
                let Some((user, rest)) = line.split_once(':') else {
                    continue;
                };
                let start = range.start + user.len() + 1;
                let rest = rest.trim_end();
                // `newusers` has more fields; a hash is no password.
                let end = rest.find(':').filter(|_| fields).unwrap_or(rest.len());
                if !rest.starts_with('$') && end > 0 {
                    push(text, start..start + end, user.trim());
                }
            }
            Input::Logins => {
                let mut words = line.split_ascii_whitespace();
                let user = words.next().filter(|w| *w == "user").and(words.next());
                if let (Some(user), Some(password)) = (user, words.next()) {
                    let at = range.start + (password.as_ptr() as usize - line.as_ptr() as usize);
                    push(text, at..at + password.len(), user);
                }
            }
            Input::Password => {
                let password = line.trim_end();
                // What people are asked, no answer.
                if !password.is_empty() && !matches!(password, "y" | "yes" | "Y" | "n") {
                    push(text, range.start..range.start + password.len(), "");
                    return;
                }
            }
        }
    }
}
