//! Leaving an option out.

use crate::facts::{Facts, SwitchedOff};
use crate::fix::{Edit, Fix};
use crate::span::Span;

/// The fix that leaves an option out, where it is a word or a letter of its own.
pub(super) fn of(facts: &Facts<'_>, off: &SwitchedOff) -> Option<Fix> {
    off.command?;
    let text = facts.source.text();
    let (start, end) = (off.span.start as usize, off.span.end as usize);
    let before = text.get(..start)?;
    let behind = text.get(end..)?;
    let title = format!("leave `{}` out", off.text);
    // A letter of a cluster.
    if off.span.len() == 1 {
        return Some(Fix::unsafe_(title, vec![Edit::delete(off.span)]));
    }
    let blank = |c: char| c == ' ' || c == '\t';
    let line = before.rsplit('\n').next()?;
    let stands_alone = behind.starts_with([' ', '\t', '\n', '\r']) || behind.is_empty();
    if !stands_alone || line.is_empty() || !line.ends_with(blank) {
        return None;
    }
    let span = if line.trim().is_empty() {
        // The first of its line: what follows moves up.
        let gap = behind.len() - behind.trim_start_matches(blank).len();
        let rest = behind.trim_start_matches(blank);
        let escape = facts.file.escape.char();
        let joint = format!("{escape}{}", facts.source.newline());
        let above = before.strip_suffix(line)?;
        if rest.starts_with(&joint) {
            let start = off.span.start - line.len() as u32;
            Span::new(start, off.span.end + (gap + joint.len()) as u32)
        } else if !rest.is_empty() && !rest.starts_with(['\n', '\r']) {
            Span::new(off.span.start, off.span.end + gap as u32)
        } else {
            // The only one of the last line: an empty one would join what stands below.
            let above = above.strip_suffix(&joint)?.trim_end_matches(blank);
            Span::new(above.len() as u32, off.span.end)
        }
    } else {
        let gap = line.len() - line.trim_end_matches(blank).len();
        Span::new(off.span.start - gap as u32, off.span.end)
    };
    Some(Fix::unsafe_(title, vec![Edit::delete(span)]))
}
