//! `# shellcheck disable=SC2086`.

use super::{Name, Parsed, split_names};
use crate::rules;
use crate::syntax::linter_comment::{self, Reach};

/// Reads a comment; `at` gives the place of a part of it.
pub(super) fn read(comment: &str, at: impl Fn(&str) -> u32) -> Option<Parsed> {
    let read = linter_comment::shellcheck(comment)?;
    let lists = read.values("disable");
    let mut names: Vec<Name> = lists.flat_map(|l| split_names(l, at(l))).collect();
    for name in &mut names {
        // It may leave the letters out, and every code is the whole rule.
        if name.text.starts_with(|c: char| c.is_ascii_digit()) {
            name.text.insert_str(0, "SC");
        } else if name.text == "all" {
            name.text = rules::SHELLCHECK.to_owned();
        }
    }
    (!names.is_empty()).then(|| Parsed {
        reach: Reach::Next,
        names,
        reason: read.reason.to_owned(),
        foreign: true,
    })
}

/// Whether `code` lies in a range of ShellCheck's: `SC2000-SC2999`.
pub(super) fn in_range(range: &str, code: &str) -> bool {
    let number = |code: &str| -> Option<u16> {
        let code = code.trim_start_matches(['S', 's', 'C', 'c']);
        code.parse().ok()
    };
    let ends = range
        .split_once('-')
        .and_then(|(first, last)| Some(number(first)?..=number(last)?));
    match (ends, number(code)) {
        (Some(ends), Some(code)) => ends.contains(&code),
        _ => false,
    }
}
