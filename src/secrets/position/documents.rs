//! The texts in the words of commands, as the file or the program that gets them reads them: the
//! lines that `echo` and `printf` write, the JSON that `curl` sends, what `sed` puts into a file.

use super::input::printed;
use super::named::prints;
use super::substitution;
use super::{SPEAKERS, is_runner, own_words};
use crate::secrets::assignment::{self, Language, Named};
use crate::secrets::listed;
use crate::secrets::name;
use crate::secrets::scan::{self, Hit};
use crate::secrets::value::ValueKind;
use crate::secrets::words::{Line, Word, base};

/// A value behind the name of a secret in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The value and its name; the range is one of the text that the commands stand in.
    pub named: Named,
    /// The value without what the shell needs around it.
    pub secret: String,
}

/// The values behind names in the words of the commands of a text. `around` is the instruction that
/// it stands in.
pub(super) fn find(lines: &[Line], text: &str, around: &str) -> Vec<Written> {
    let mut found = Vec::new();
    let in_files = assignment::tells_of_passwords(around);
    if !in_files && !name::may_name(text) {
        return found;
    }
    // What is printed in a row goes into one file.
    let mut printed_lines: Vec<Word> = Vec::new();
    for line in lines {
        let program = own_words(line).next().map_or("", |w| base(&w.text));
        if prints(program) {
            if !in_files && !line.words.iter().any(|w| name::may_name(&w.text)) {
                continue;
            }
            printed_lines.extend(printed(line, lines).map(|w| w.decoded()));
            continue;
        }
        flush(&mut printed_lines, around, &mut found);
        if listed(SPEAKERS, program) {
            continue;
        }
        if let Some(text) = &line.stdin {
            read(text, Language::Any, around, &mut found);
        }
        // `replace DB_PASSWORD x -- file`
        if program == "replace"
            && let [_, pattern, value, ..] = line.words.as_slice()
            && let Some(mut named) = assignment::stood_for(&pattern.text, &value.text)
        {
            named.range = value.place(named.range);
            found.push(Written {
                secret: value.text.clone(),
                named,
            });
        }
        if matches!(
            program,
            "sed" | "gsed" | "perl" | "ex" | "ed" | "vim" | "vi"
        ) {
            let words = line.words.iter().filter(|w| name::may_name(&w.text));
            for text in words.flat_map(substitution::written) {
                read(&text, Language::Any, around, &mut found);
            }
            for word in &line.words {
                found.extend(substitution::named(word));
            }
            continue;
        }
        let language = match is_runner(line) {
            true => Language::Shell,
            false => Language::Any,
        };
        for word in line.words.iter().filter(|w| is_text(w)) {
            read(&word.decoded(), language, around, &mut found);
        }
    }
    flush(&mut printed_lines, around, &mut found);
    found
}

/// Whether a word may be more than a word: what stands in one is seen in the raw text.
fn is_text(word: &Word) -> bool {
    word.quoted
        && word.text.contains([' ', '\n', '{', '<', '"', '\'', '\\'])
        && name::may_name(&word.text)
}

fn flush(lines: &mut Vec<Word>, around: &str, found: &mut Vec<Written>) {
    let all: Vec<&Word> = lines.iter().collect();
    if !all.is_empty() {
        let text = Word::lines(&all);
        read(&text, Language::Any, around, found);
    }
    lines.clear();
}

fn read(text: &Word, language: Language, around: &str, found: &mut Vec<Written>) {
    let named = assignment::find(&text.text, language).into_iter();
    let in_files = assignment::in_password_files(&text.text, around);
    for named in named.chain(in_files) {
        let secret = text.text.get(named.range.clone()).unwrap_or_default();
        // What stands for a variable was somebody's choice there, and is judged there.
        if named.kind != ValueKind::Random && text.is_expanded(&named.range) {
            continue;
        }
        found.push(Written {
            secret: secret.to_owned(),
            named: Named {
                range: text.place(named.range.clone()),
                ..named
            },
        });
    }
}

/// What is a secret by its own shape only in the text that a program gets.
pub(super) fn hits(lines: &[Line]) -> Vec<Hit> {
    let words = lines.iter().flat_map(|l| &l.words);
    let mut hits = Vec::new();
    for word in words.filter(|w| w.expanded) {
        let found = scan::scan(&word.text).into_iter().filter(|h| h.certain);
        hits.extend(found.map(|hit| Hit {
            range: word.place(hit.range),
            ..hit
        }));
    }
    hits
}
