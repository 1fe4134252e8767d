//! `# tally ignore=DL3006,StageNameCasing;reason=…`, `# tally global ignore=…`.

use super::{Parsed, split_names};
use crate::rules;
use crate::syntax::linter_comment::Reach;

/// Reads a comment; `at` gives the place of a part of it. Rules of tally that no rule here stands
/// for are left out.
pub(super) fn read(comment: &str, at: impl Fn(&str) -> u32) -> Option<Parsed> {
    let rest = comment.trim_start().trim_start_matches('#').trim_start();
    let rest = after(rest, "tally")?.strip_prefix(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (reach, rest) = match after(rest, "global") {
        Some(rest) => (Reach::File, rest.trim_start()),
        None => (Reach::Next, rest),
    };
    let rest = after(rest, "ignore")?.trim_start().strip_prefix('=')?;
    let (names, reason) = rest.split_once(';').unwrap_or((rest, ""));
    let reason = after(reason.trim(), "reason=").unwrap_or_default();
    let mut names = split_names(names, at(names));
    for name in &mut names {
        // `hadolint/DL3006`
        if let Some((family, bare)) = name.text.split_once('/') {
            name.span.start += family.len() as u32 + 1;
            name.text = bare.to_owned();
        }
    }
    names.retain(|name| rules::is_code(&name.text) || !rules::by_name(&name.text).is_empty());
    (!names.is_empty()).then(|| Parsed {
        reach,
        names,
        reason: reason.trim().to_owned(),
        foreign: true,
    })
}

/// What follows a word, whatever its case.
fn after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_reach_and_reason() {
        let of = |comment: &str| {
            let start = comment.as_ptr() as usize;
            let parsed = read(comment, |part| (part.as_ptr() as usize - start) as u32)?;
            let names: Vec<&str> = parsed
                .names
                .iter()
                .map(|n| &comment[n.span.range()])
                .collect();
            let reach = if parsed.reach == Reach::File {
                "file"
            } else {
                "next"
            };
            Some(format!("{reach} {} {}", names.join(" "), parsed.reason))
        };
        for (comment, expected) in [
            ("# tally ignore=DL3006", Some("next DL3006 ")),
            (
                "# tally ignore=hadolint/DL3006, SC2086;reason=old base",
                Some("next DL3006 SC2086 old base"),
            ),
            (
                "# tally global ignore=StageNameCasing,max-lines;reason=made",
                Some("file StageNameCasing made"),
            ),
            ("# tally global ignore=max-lines", None),
            ("# tally ignores nothing", None),
            ("# tallying", None),
        ] {
            assert_eq!(of(comment).as_deref(), expected, "{comment}");
        }
    }
}
