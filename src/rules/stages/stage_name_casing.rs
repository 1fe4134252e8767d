//! `stage-name-casing`: capitals in a stage name.

use crate::facts::Stage;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(StageNameCasing);

impl Rule for StageNameCasing {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        // BuildKit looks before it knows whether the FROM is one.
        let word = match &stage.from.kind {
            Kind::Invalid(words) if words.len() == 3 => words.get(2),
            _ => stage.name_word,
        };
        let Some(word) = word else { return };
        let lower = word.as_str().to_lowercase();
        if lower == word.as_str() {
            return;
        }
        let span = word.span;
        let fits = word.text.is_contiguous(0..word.as_str().len());
        let report = cx
            .report(span, format!("stage name `{word}` is not in lower case"))
            .help(format!("write `{lower}`"));
        if fits {
            report.fix(Fix::safe(
                format!("write `{lower}`"),
                vec![Edit::replace(span, lower)],
            ));
        }
    }
}
