//! One fault is one finding: at several places of an instruction with a label for each, and without
//! what only follows from it.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::Fix;
use crate::rules::COVERS_ITS_TEXT;
use crate::span::Span;
use crate::syntax::File;

/// The family whose rules speak of images, which are the same wherever a file names them.
const IMAGES: &str = "images";

/// The family whose rules say the same of one package after the other.
const PACKAGES: &str = "packages";

/// The families whose rules say the same wherever it holds. What others find at two places are two
/// faults.
const FOLDED: [&str; 6] = [IMAGES, PACKAGES, "files", "layers", "runtime", "shell"];

/// The codes of ShellCheck of which that is true too.
const FOLDED_CODES: [&str; 3] = ["SC2006", "SC2086", "SC2164"];

/// What makes two findings one: where they stand, whose they are, what they say and offer.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    instruction: Option<u32>,
    rule: &'static str,
    code: Option<String>,
    severity: Severity,
    message: Option<String>,
    help: Option<String>,
    fix: Option<String>,
}

impl Kind {
    /// Nothing for what has to be told each time. Errors are: each breaks by itself.
    fn of(file: &File, diagnostic: &Diagnostic) -> Option<Self> {
        let family = diagnostic.rule.family;
        let code = diagnostic.code.as_deref();
        if diagnostic.severity == Severity::Error
            || !FOLDED.contains(&family)
            || code.is_some_and(|code| !FOLDED_CODES.contains(&code))
        {
            return None;
        }
        let instruction = file.instruction_at(diagnostic.span.start);
        Some(Self {
            instruction: instruction
                .filter(|_| family != IMAGES)
                .map(|i| i.span.start),
            rule: diagnostic.rule.id,
            code: diagnostic.code.clone(),
            severity: diagnostic.severity,
            message: (family != PACKAGES).then(|| diagnostic.message.clone()),
            help: diagnostic.help.clone(),
            fix: diagnostic.fix.as_ref().map(|fix| fix.title.clone()),
        })
    }
}

/// Leaves out what others say of a text that is wrong where it stands.
pub(super) fn consequences(found: &mut Vec<Diagnostic>) {
    let covers = |d: &&Diagnostic| COVERS_ITS_TEXT.contains(&d.rule.id);
    let covered: Vec<Span> = found.iter().filter(covers).map(|d| d.span).collect();
    if covered.is_empty() {
        return;
    }
    found.retain(|d| {
        COVERS_ITS_TEXT.contains(&d.rule.id)
            || !covered
                .iter()
                .any(|span| span.start <= d.span.start && d.span.end <= span.end)
    });
}

/// Puts together what one rule says again and again of an instruction, or of one image.
pub(super) fn repeats(file: &File, found: &mut Vec<Diagnostic>) {
    // Most files say nothing twice.
    if found.len() < 2 {
        return;
    }
    found.sort_by(super::order);
    let mut first: HashMap<Kind, usize> = HashMap::new();
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for diagnostic in found.drain(..) {
        let known = Kind::of(file, &diagnostic).and_then(|kind| {
            let next = kept.len();
            let at = *first.entry(kind).or_insert(next);
            kept.get_mut(at)
        });
        match known {
            Some(known) if can_join(known.fix.as_ref(), diagnostic.fix.as_ref()) => {
                join(known, diagnostic);
            }
            _ => kept.push(diagnostic),
        }
    }
    *found = kept;
}

/// Whether two fixes are one: neither undoes what the other does.
fn can_join(one: Option<&Fix>, other: Option<&Fix>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return one.is_none() && other.is_none();
    };
    one.applicability == other.applicability
        && one.edits.iter().all(|edit| {
            let mut others = other.edits.iter();
            others.all(|o| o.span.end < edit.span.start || edit.span.end < o.span.start)
        })
}

fn join(known: &mut Diagnostic, again: Diagnostic) {
    if known.span == again.span && known.message == again.message {
        return;
    }
    let remark = if known.message == again.message {
        "and here".to_owned()
    } else {
        again.message
    };
    known.label(again.span, remark);
    known.labels.extend(again.labels);
    if let (Some(fix), Some(more)) = (&mut known.fix, again.fix) {
        fix.edits.extend(more.edits);
    }
}
