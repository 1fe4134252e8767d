//! `instruction-before-from`: an instruction that stands before the first stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::{Context, Rule};
use crate::syntax::SyntaxErrorKind;

/// See `rules/stages/instruction-before-from.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstructionBeforeFrom {}

impl Rule for InstructionBeforeFrom {
    fn check_file(&self, cx: &mut Context<'_>) {
        let errors = cx.file().errors.iter();
        for error in errors.filter(|e| matches!(e.kind, SyntaxErrorKind::BeforeFrom(_))) {
            let report = cx.report(error.span, error.kind.to_string());
            if let Some(help) = error.kind.help() {
                report.help(help);
            }
        }
    }
}
