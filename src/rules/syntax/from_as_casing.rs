//! `from-as-casing`: `FROM … as`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Stage;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule};
use crate::syntax::Kind;

/// See `rules/syntax/from-as-casing.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FromAsCasing {}

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
