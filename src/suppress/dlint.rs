//! `# dlint: ignore[untagged-image] reason`.

use super::{Parsed, split_names};
use crate::syntax::linter_comment::Reach;

/// Reads a comment; `at` gives the place of a part of it.
pub(super) fn read(comment: &str, at: impl Fn(&str) -> u32) -> Option<Parsed> {
    let body = comment.trim_start_matches('#').trim_start();
    let rest = body.strip_prefix("dlint:")?.trim_start();
    let (reach, rest) = match rest.strip_prefix("ignore-file") {
        Some(rest) => (Reach::File, rest),
        None => (Reach::Next, rest.strip_prefix("ignore")?),
    };
    let (names, reason) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(Parsed {
        reach,
        names: split_names(names, at(names)),
        reason: reason.trim().to_owned(),
        foreign: false,
    })
}
