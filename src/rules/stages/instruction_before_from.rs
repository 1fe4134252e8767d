//! `instruction-before-from`: an instruction that stands before the first stage.

use crate::rule::{Context, Rule, rule};
use crate::syntax::SyntaxErrorKind;

rule!(InstructionBeforeFrom);

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
