//! Calls that take a password: `define('DB_PASSWORD', 'x')`, `make_password('x')`, `send "x\r"`.

use std::ops::Range;

use super::{Named, judged, password};
use crate::secrets::name;

/// What `expect` is told to answer where a password is asked for: `send "x\r"`.
pub(super) fn in_dialogues(text: &str, found: &mut Vec<Named>) {
    if !text.contains("expect") {
        return;
    }
    for (at, _) in text.match_indices("send ") {
        let from = text.floor_char_boundary(at.saturating_sub(160));
        let before = text.get(from..at).unwrap_or_default();
        let question = before.rfind("expect").and_then(|i| before.get(i..));
        let asks = question.is_some_and(|q| q.contains("assword") || q.contains("assphrase"));
        let start = at + "send ".len();
        let rest = text.get(start..).unwrap_or_default();
        let bare = rest.trim_start().trim_start_matches("-- ").trim_start();
        let Some(inner) = bare.trim_start_matches('\\').strip_prefix('"') else {
            continue;
        };
        let Some(end) = inner.find(['\\', '"', '\n']) else {
            continue;
        };
        let start = start + (rest.len() - inner.len());
        let value = inner.get(..end).unwrap_or_default();
        if asks && let Some(kind) = judged(&password(), value) {
            found.push(Named::password(start..start + value.len(), kind));
        }
    }
}

/// The text of a string behind blanks.
pub(super) fn string_behind(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(from..)?;
    string(line, from + (rest.len() - rest.trim_start().len()))
}

/// Calls that take a password alone, or as their last argument: `make_password('x')`,
/// `create_superuser('a', 'a@b.c', 'x')`.
pub(super) fn in_single_calls(line: &str, found: &mut Vec<Named>) {
    const FIRST: [&str; 7] = [
        "set_password(",
        "make_password(",
        "generate_password_hash(",
        "password_hash(",
        "crypt(",
        "hashpw(",
        "passwd(",
    ];
    // What the number of the password is, and whether an address stands before it.
    const LATER: [(&str, usize, bool); 9] = [
        ("create_superuser(", 2, false),
        ("create_user(", 2, true),
        ("db.auth(", 1, false),
        ("NetworkCredential(", 1, false),
        ("new PDO(", 2, false),
        ("DBI->connect(", 2, false),
        ("new mysqli(", 2, false),
        ("mysqli_connect(", 2, false),
        ("mysql_connect(", 2, false),
    ];
    if !line.contains('(') {
        return;
    }
    let mut push = |value: Range<usize>| {
        let text = line.get(value.clone()).unwrap_or_default();
        if let Some(kind) = judged(&password(), text) {
            found.push(Named::password(value, kind));
        }
    };
    for call in FIRST {
        for (at, _) in line.match_indices(call) {
            let before = line.get(..at).and_then(|b| b.chars().next_back());
            let start = at + call.len();
            let rest = line.get(start..).unwrap_or_default();
            let start = start + usize::from(rest.starts_with("b'") || rest.starts_with("b\""));
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' || call == "crypt(")
                && let Some((value, _)) = string(line, start)
            {
                push(value);
            }
        }
    }
    for (call, number, mailed) in LATER {
        for (at, _) in line.match_indices(call) {
            let mut strings = Vec::new();
            let mut from = at + call.len();
            while let Some((text, behind)) = string_behind(line, from) {
                strings.push(text);
                let rest = line.get(behind..).unwrap_or_default();
                let Some(next) = rest.trim_start().strip_prefix(',') else {
                    break;
                };
                from = line.len() - next.len();
            }
            let is_address =
                |r: &Range<usize>| line.get(r.clone()).is_some_and(|t| t.contains('@'));
            let is_known = !mailed || strings.get(1).is_some_and(is_address);
            if let Some(last) = strings.get(number).filter(|_| is_known) {
                push(last.clone());
            }
        }
    }
}

/// Calls that give a name a value: `define('DB_PASSWORD', 'x')`.
pub(super) fn in_calls(line: &str, found: &mut Vec<Named>) {
    const CALLS: &[&str] = &[
        "define(",
        "setenv(",
        "putenv(",
        "Variable(",
        "setProperty(",
        "SetValue(",
    ];
    for call in CALLS {
        for (at, _) in line.match_indices(call) {
            let start = at + call.len();
            let Some((name, rest)) = string(line, start) else {
                continue;
            };
            let after = line.get(rest..).unwrap_or_default();
            let Some(value) = after.trim_start().strip_prefix(',') else {
                continue;
            };
            let from = line.len() - value.trim_start().len();
            let (Some((value, _)), Some(class)) = (
                string(line, from),
                line.get(name.clone()).and_then(name::classify),
            ) else {
                continue;
            };
            let text = line.get(value.clone()).unwrap_or_default();
            if let Some(kind) = judged(&class, text) {
                found.push(Named {
                    name: line.get(name).unwrap_or_default().to_owned(),
                    noun: class.noun,
                    range: value,
                    kind,
                    is_bare: false,
                });
            }
        }
    }
}

/// The text of a string that begins at `from`, perhaps with `\"`, and what is behind it.
pub(super) fn string(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(from..)?;
    let bare = rest.trim_start_matches(['\\', ' ']);
    let quote = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let start = from + (rest.len() - bare.len()) + 1;
    let inner = line.get(start..)?;
    let close = inner.find(quote)?;
    let text = inner.get(..close)?.trim_end_matches('\\');
    Some((start..start + text.len(), start + close + 1))
}
