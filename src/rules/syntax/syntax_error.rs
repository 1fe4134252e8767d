//! `syntax-error`: what BuildKit refuses.

use super::refused;
use crate::diagnostic::Severity;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::SyntaxErrorKind;
use crate::syntax::check::CHECK_ARGUMENT;

rule!(SyntaxError);

impl Rule for SyntaxError {
    fn check_file(&self, cx: &mut Context<'_>) {
        if let Some(span) = cx.file().template() {
            cx.report(
                span,
                "this is a template, from which a Dockerfile is yet to be made",
            )
            .help("lint what is made of it")
            .severity(Severity::Info);
            return;
        }
        report_errors(cx, |_| true);
    }
}

/// Reports what BuildKit refuses; of the errors of the syntax, those that count.
pub(crate) fn report_errors(
    cx: &mut Context<'_>,
    counts: impl Fn(&crate::syntax::SyntaxError) -> bool,
) {
    let facts = cx.facts;
    // Some have rules of their own.
    let own = |kind: &SyntaxErrorKind| {
        matches!(
            kind,
            SyntaxErrorKind::BeforeFrom(_)
                | SyntaxErrorKind::OnbuildChain
                | SyntaxErrorKind::OnbuildTrigger(_)
        )
    };
    let arguments = &facts.build.arguments;
    let replaced = arguments.iter().any(|(name, _)| name == CHECK_ARGUMENT);
    for error in cx
        .file()
        .errors
        .iter()
        .filter(|e| !own(&e.kind) && counts(e))
    {
        if replaced && matches!(error.kind, SyntaxErrorKind::CheckOptions(_)) {
            continue;
        }
        let report = cx.report(error.span, error.kind.to_string());
        if let Some(help) = error.kind.help() {
            report.help(help);
        }
    }
    let refused = facts.context().and_then(|c| c.ignore().refused());
    if let Some(pattern) = refused {
        let message = format!("the ignore file has a pattern that Docker refuses: `{pattern}`");
        cx.report(Span::at(0), message).help(match pattern {
            "!" => "write the path to take back behind the `!`",
            p if p.contains('\\') => "write `/` between directories, not `\\`",
            _ => "close the bracket, or write `\\[` for a bracket",
        });
    }
    for error in refused::errors(facts) {
        let report = cx.report(error.span, error.message);
        if let Some(help) = error.help {
            report.help(help);
        }
    }
}
