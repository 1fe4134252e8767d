//! Flags of RUN that give it more than it needs.

use crate::facts::{Facts, Node};
use crate::fix::Edit;
use crate::span::Span;
use crate::syntax::{Flag, Keyword};

/// A flag of a RUN that has a value.
pub(super) fn of_run<'n>(node: &'n Node<'_>, name: &str, value: &str) -> Option<&'n Flag> {
    if node.keyword() != Some(Keyword::Run) {
        return None;
    }
    let mut flags = node.instruction.flags.iter();
    flags.find(|f| f.name == name && f.value.as_ref().is_some_and(|v| v.as_str() == value))
}

/// Leaves a flag out, with the blanks behind it.
pub(super) fn removal(facts: &Facts<'_>, flag: &Flag) -> Edit {
    let text = facts.source.text();
    let behind = text.get(flag.span.end as usize..).unwrap_or_default();
    let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    Edit::delete(Span::new(flag.span.start, flag.span.end + gap as u32))
}
