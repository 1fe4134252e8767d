//! Putting fixes into a text, once.

use std::collections::BTreeSet;

use super::{Edit, Fix};

/// Puts as many fixes into `text` as do not touch each other: sorted by place, a fix is left for
/// the next round if one of its edits begins at or before the end of one already taken, and
/// identical edits are made once. Gives the new text and the indexes of the fixes that went in.
pub fn apply<'f>(text: &[u8], fixes: impl Iterator<Item = &'f Fix>) -> (Vec<u8>, Vec<usize>) {
    let mut order: Vec<(usize, &Fix, Vec<&Edit>)> = fixes
        .enumerate()
        .filter(|(_, fix)| !fix.edits.is_empty())
        .map(|(i, fix)| {
            let mut edits: Vec<&Edit> = fix.edits.iter().collect();
            edits.sort();
            (i, fix, edits)
        })
        .collect();
    order.sort_by(|a, b| a.2.first().cmp(&b.2.first()).then(a.0.cmp(&b.0)));
    let mut taken: BTreeSet<&Edit> = BTreeSet::new();
    let mut applied = Vec::new();
    for (index, _, edits) in order {
        let fits = edits.iter().all(|e| {
            e.span.end as usize <= text.len() && (taken.contains(e) || is_free(&taken, e))
        });
        let apart = edits
            .iter()
            .zip(edits.iter().skip(1))
            .all(|(a, b)| a.span.end <= b.span.start && a != b);
        if fits && apart {
            taken.extend(edits);
            applied.push(index);
        }
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in taken {
        let range = edit.span.range();
        out.extend_from_slice(text.get(at..range.start).unwrap_or_default());
        out.extend_from_slice(edit.content.as_bytes());
        at = range.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    (out, applied)
}

/// Whether an edit touches none of those taken.
fn is_free(taken: &BTreeSet<&Edit>, edit: &Edit) -> bool {
    // Edits taken do not overlap, so only the neighbours on either side can touch this one.
    let touches = |e: &&&Edit| e.span.start <= edit.span.end && edit.span.start <= e.span.end;
    let before = taken.range::<&Edit, _>(..edit).next_back();
    let after = taken.range::<&Edit, _>(edit..).next();
    !before.iter().any(touches) && !after.iter().any(touches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn replace(start: u32, end: u32, content: &str) -> Fix {
        Fix::safe("t", vec![Edit::replace(Span::new(start, end), content)])
    }

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        let fixes = [replace(0, 1, "x"), replace(1, 2, "y"), replace(3, 3, "z")];
        let (text, applied) = apply(b"abc", fixes.iter());
        assert_eq!(text, b"xbcz");
        assert_eq!(applied, [0, 2]);
    }

    #[test]
    fn the_same_edit_from_two_rules_is_made_once() {
        let fixes = [replace(1, 1, "-y "), replace(1, 1, "-y ")];
        let (text, applied) = apply(b"ab", fixes.iter());
        assert_eq!(text, b"a-y b");
        assert_eq!(applied, [0, 1]);
    }

    #[test]
    fn a_fix_goes_in_whole_or_not_at_all() {
        let both = Fix::safe(
            "t",
            vec![Edit::delete(Span::new(0, 1)), Edit::delete(Span::new(4, 5))],
        );
        let fixes = [replace(4, 5, "!"), both];
        let (text, applied) = apply(b"abcde", fixes.iter());
        assert_eq!(text, b"bcd");
        assert_eq!(applied, [1]);
    }
}
