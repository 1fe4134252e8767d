//! `syntax-error`: what BuildKit refuses.

use super::{meant, refused};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::{Source, Span};
use crate::syntax::check::CHECK_ARGUMENT;
use crate::syntax::{SyntaxErrorKind, Unread};

rule!(SyntaxError);

impl Rule for SyntaxError {
    fn check_file(&self, cx: &mut Context<'_>) {
        if let Some(unread) = cx.file().unread(cx.source()) {
            let (span, message, help) = match unread {
                Unread::Template(span) => (
                    span,
                    "this is a template, from which a Dockerfile is yet to be made".to_owned(),
                    "lint what is made of it",
                ),
                Unread::Frontend(span, image) => (
                    span,
                    format!("`{image}` reads this file, which has what Docker's frontend refuses"),
                    "lint what the frontend makes of it",
                ),
            };
            cx.report(span, message).help(help).severity(Severity::Info);
            return;
        }
        if is_binary(cx.source()) {
            let start = cx.source().text().chars().next().map_or(0, char::len_utf8);
            cx.report(
                Span::new(0, start as u32),
                "this file is binary, not a Dockerfile",
            )
            .help("name the Dockerfile, or leave this file out with `exclude`");
            return;
        }
        if is_utf16(cx.source().text()) {
            let start = cx.source().text().chars().next().map_or(0, char::len_utf8);
            cx.report(
                Span::new(0, start as u32),
                "this file is UTF-16, and a Dockerfile has to be UTF-8",
            )
            .help("save it as UTF-8; `>` of Windows PowerShell writes UTF-16: use `| Set-Content -Encoding utf8`");
            return;
        }
        let facts = cx.facts;
        // What follows from a line that another instruction took in, or from a here-document that
        // does not begin, is told there.
        let errors = &cx.file().errors;
        let nodes = facts.nodes.iter().filter(|_| !errors.is_empty());
        let swallowed: Vec<Span> = nodes
            .filter_map(|n| {
                let (span, _) = facts.swallowed(n)?;
                Some(Span::new(span.start, n.instruction.span.end))
            })
            .collect();
        let failed = meant::heredocs(facts);
        let follows = |at: u32| {
            let inside = |span: &Span| span.start <= at && at < span.end;
            swallowed.iter().any(inside) || failed.iter().any(|f| inside(&f.body))
        };
        // `FROM --platform linux/amd64 debian` has a word too many only for want of a `=`.
        let lacks_equals = |line: u32| {
            errors.iter().find(|e| {
                let is_flag = matches!(e.kind, SyntaxErrorKind::MissingFlagValue(_));
                is_flag && e.line == line && meant::value_behind(cx.source(), e.span).is_some()
            })
        };
        let told: Vec<Span> = errors
            .iter()
            .filter(|e| lacks_equals(e.line).is_some_and(|flag| flag.span.end <= e.span.start))
            .map(|e| e.span)
            .collect();
        // Behind a `#` in an ENV or LABEL, every word of the comment lacks the same `=`.
        let commented = |error: &crate::syntax::SyntaxError| {
            let text = |e: &crate::syntax::SyntaxError| cx.source().slice(e.span).to_owned();
            let lacks = |e: &&crate::syntax::SyntaxError| {
                matches!(e.kind, SyntaxErrorKind::MissingEquals { .. }) && e.line == error.line
            };
            lacks(&error) && {
                let mut before = errors.iter().filter(lacks);
                before.any(|e| e.span.start < error.span.start && text(e).starts_with('#'))
            }
        };
        let behind_comment: Vec<Span> = errors
            .iter()
            .filter(|e| commented(e))
            .map(|e| e.span)
            .collect();
        report_errors(cx, |error| {
            !behind_comment.contains(&error.span)
                && !follows(error.span.start)
                && !told.contains(&error.span)
        });
        for heredoc in &failed {
            cx.report(
                heredoc.span,
                format!(
                    "no here-document begins here: a blank stands between `<<-` and `{}`",
                    heredoc.word
                ),
            )
            .help(format!("write `<<-{}`", heredoc.word))
            .fix(Fix::safe(
                "take the blank away",
                vec![Edit::delete(heredoc.blank)],
            ));
        }
        for node in &facts.nodes {
            for (span, name) in meant::flags(node) {
                cx.report(
                    span,
                    format!("`-{name}=` is no flag: flags begin with two dashes"),
                )
                .help(format!("write `--{name}=`"))
                .fix(Fix::safe(
                    "write the second dash",
                    vec![Edit::insert(span.start, "-")],
                ));
            }
        }
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
        let value = match &error.kind {
            SyntaxErrorKind::MissingFlagValue(_) => meant::value_behind(cx.source(), error.span),
            _ => None,
        };
        let report = cx.report(error.span, error.kind.to_string());
        if let Some((blanks, value)) = value {
            let flag = facts.source.slice(error.span);
            report
                .help(format!("write `{flag}={value}`"))
                .fix(Fix::safe("write `=`", vec![Edit::replace(blanks, "=")]));
        } else if let Some(help) = error.kind.help() {
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

/// Whether a file is none of text: it begins as programs, archives and pictures do, or has zeros
/// and other control characters where UTF-16 has none.
fn is_binary(source: &Source) -> bool {
    const BEGINS: [&[u8]; 8] = [
        b"\x7fELF",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"%PDF-",
        b"MZ\x90\0",
        b"\xcf\xfa\xed\xfe",
    ];
    let bytes = source.bytes();
    if BEGINS.iter().any(|begin| bytes.starts_with(begin)) {
        return true;
    }
    let head = bytes.get(..512).unwrap_or(bytes);
    let zeros = |odd: usize| {
        let half = head.iter().skip(odd).step_by(2);
        half.filter(|b| **b == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let half = head.len() / 2;
    // UTF-16 of a Dockerfile has its zeros in one half.
    let is_utf16 = even.max(odd) * 4 >= half * 3 && even.min(odd) * 20 <= half;
    let control = |b: &&u8| **b < b' ' && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let controls = head.iter().filter(control).count();
    even + odd > 0 && !is_utf16 && controls * 20 >= head.len()
}

/// Whether a text was read from UTF-16: every other byte of such a file is mostly zero.
fn is_utf16(text: &str) -> bool {
    let head: Vec<char> = text.chars().take(64).collect();
    let zeros = head.iter().filter(|c| **c == '\0').count();
    zeros > 2 && zeros * 3 >= head.len()
}
