//! `syntax-error`: what BuildKit refuses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::{Context, Rule};

/// See `rules/syntax/syntax-error.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SyntaxError {}

impl Rule for SyntaxError {
    fn check_file(&self, cx: &mut Context<'_>) {
        for error in &cx.file().errors {
            let report = cx.report(error.span, error.kind.to_string());
            if let Some(help) = error.kind.help() {
                report.help(help);
            }
        }
        for error in cx.facts.build_errors() {
            let report = cx.report(error.span, error.message);
            if let Some(help) = error.help {
                report.help(help);
            }
        }
    }
}
