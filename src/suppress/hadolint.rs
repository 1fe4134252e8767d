//! `# hadolint ignore=DL3006`.

use super::{Parsed, split_names};
use crate::syntax::linter_comment::{self, HadolintComment};

/// Reads a comment; `at` gives the place of a part of it.
pub(super) fn read(comment: &str, at: impl Fn(&str) -> u32) -> Option<Parsed> {
    let HadolintComment::Ignore {
        reach,
        codes,
        reason,
    } = linter_comment::hadolint(comment)?
    else {
        return None;
    };
    Some(Parsed {
        reach,
        names: split_names(codes, at(codes)),
        reason: reason.to_owned(),
        foreign: true,
    })
}
