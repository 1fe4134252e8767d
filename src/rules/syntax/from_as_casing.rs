//! `from-as-casing`: `FROM … as`.

use crate::facts::Stage;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(FromAsCasing);

impl Rule for FromAsCasing {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        // BuildKit looks before it knows whether the word is an `AS`.
        let word = match &stage.from.kind {
            Kind::From(from) => from.alias.as_ref().map(|(keyword, _)| keyword),
            Kind::Invalid(words) if words.len() >= 3 => words.get(1),
            _ => None,
        };
        let Some(word) = word else { return };
        let from = stage.from.name.as_str();
        let wanted = if from == from.to_lowercase() {
            word.as_str().to_lowercase()
        } else if from == from.to_uppercase() {
            word.as_str().to_uppercase()
        } else {
            return;
        };
        if wanted == word.as_str() {
            return;
        }
        let span = word.span;
        let message = format!("`{word}` is not written like `{from}`");
        let contiguous = word.text.is_contiguous(0..word.as_str().len());
        let report = cx.report(span, message).help(format!("write `{wanted}`"));
        if contiguous && matches!(stage.from.kind, Kind::From(_)) {
            let edit = Edit::replace(span, wanted.clone());
            report.fix(Fix::safe(format!("write `{wanted}`"), vec![edit]));
        }
    }
}
