//! `nested-onbuild`: a trigger that cannot be one.

use crate::rule::{Context, Rule, rule};
use crate::syntax::SyntaxErrorKind;

rule!(NestedOnbuild);

impl Rule for NestedOnbuild {
    fn check_file(&self, cx: &mut Context<'_>) {
        let is_trigger = |kind: &SyntaxErrorKind| {
            matches!(
                kind,
                SyntaxErrorKind::OnbuildChain | SyntaxErrorKind::OnbuildTrigger(_)
            )
        };
        for error in cx.file().errors.iter().filter(|e| is_trigger(&e.kind)) {
            let report = cx.report(error.span, error.kind.to_string());
            if let Some(help) = error.kind.help() {
                report.help(help);
            }
        }
    }
}
