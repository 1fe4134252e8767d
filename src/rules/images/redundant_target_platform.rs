//! `redundant-target-platform`: the default, said again.

use crate::facts::{Facts, Stage};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Kind, Word};

rule!(RedundantTargetPlatform);

/// The argument that has the platform a build is for.
pub(crate) const NAME: &str = "TARGETPLATFORM";

impl Rule for RedundantTargetPlatform {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let word = stage.from.flag_value("platform");
        if word.is_some_and(|word| is_target_platform(cx.facts, word)) {
            report(cx, stage);
        }
    }
}

/// Whether a word is TARGETPLATFORM, whatever that is: the word gives it back.
pub(crate) fn is_target_platform(facts: &Facts<'_>, word: &Word) -> bool {
    facts.repeats(word, NAME)
}

/// Reports the `--platform` of a stage.
pub(crate) fn report(cx: &mut Context<'_>, stage: &Stage<'_>) {
    let Some(flag) = stage.from.flag("platform") else {
        return;
    };
    let Some(word) = &flag.value else { return };
    let overridden = cx.facts.variable(stage.from_node, NAME);
    let overridden = overridden.is_some_and(|v| v.value.is_some());
    let (span, word_span) = (flag.span, word.span);
    let gone = match (&stage.from.kind, stage.from.flags.as_slice()) {
        (Kind::From(from), [_]) => {
            let gap = Span::new(span.end, from.image.span.start);
            let mut blank = cx.source().slice(gap).bytes();
            blank
                .all(|b| b == b' ' || b == b'\t')
                .then_some(span.to(gap))
        }
        _ => None,
    };
    let report = cx
        .report(word_span, format!("`{word}` is the platform anyway"))
        .help("leave `--platform` out");
    if let Some(gone) = gone.filter(|_| !overridden) {
        let edits = vec![Edit::delete(gone)];
        report.fix(Fix::safe("remove `--platform`", edits));
    }
}
