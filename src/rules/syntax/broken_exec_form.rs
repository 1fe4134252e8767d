//! `broken-exec-form`: an array that is not JSON.

use crate::facts::{Dialect, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{CommandLine, Kind, Word, is_shell_test};

rule!(BrokenExecForm);

impl Rule for BrokenExecForm {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        match &node.instruction.kind {
            Kind::Cmd(CommandLine::Shell(word)) | Kind::Entrypoint(CommandLine::Shell(word)) => {
                let text = word.as_str();
                let bare = text.starts_with('[') && !is_shell_test(text);
                // PowerShell begins a type with a bracket.
                let powershell = matches!(node.shell, Dialect::PowerShell);
                if looks_like_array(text)
                    || (bare && !powershell && text.ends_with(']'))
                    || (!powershell && is_open(text))
                {
                    report(cx, node, &word.text, word.span, "shell text");
                }
            }
            Kind::Run(CommandLine::Shell(word))
                if looks_like_array(word.as_str())
                    || !matches!(node.shell, Dialect::PowerShell)
                        && node.instruction.heredocs.is_empty()
                        && is_open(word.as_str()) =>
            {
                report(cx, node, &word.text, word.span, "shell text");
            }
            Kind::Healthcheck(check) => {
                if let Some(CommandLine::Shell(word)) = &check.command
                    && looks_like_array(word.as_str())
                {
                    report(cx, node, &word.text, word.span, "shell text");
                }
            }
            Kind::Copy(transfer) | Kind::Add(transfer) if !transfer.json => {
                let first = transfer.sources.first().map(|s| &s.word);
                words(cx, node, first, &transfer.destination);
            }
            Kind::Volume(volume) if !volume.json => {
                if let (Some(first), Some(last)) = (volume.paths.first(), volume.paths.last()) {
                    words(cx, node, Some(first), last);
                }
            }
            _ => {}
        }
    }
}

fn words(cx: &mut Context<'_>, node: &Node<'_>, first: Option<&Word>, last: &Word) {
    let Some(first) = first else { return };
    let closed = node.instruction.logical.text().contains(']');
    if !looks_like_array(first.as_str()) && (closed || !first.as_str().starts_with('[')) {
        return;
    }
    let span = first.span.to(last.span);
    let logical = &node.instruction.logical;
    let text = logical.text();
    let start = text.find(first.as_str()).unwrap_or_default();
    let array = logical.part(start..text.trim_end().len());
    report(cx, node, &array, span, "plain words");
}

fn report(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    array: &crate::span::MappedText,
    span: Span,
    read_as: &str,
) {
    let text = array.text();
    // A comment behind the array is another rule's.
    let closed = text
        .rfind(']')
        .map(|i| text.get(i + 1..).unwrap_or_default());
    if closed.is_some_and(|rest| rest.trim_start().starts_with('#')) {
        return;
    }
    let (at, reason) = fault(text);
    let wrong = text.get(at..).and_then(|t| t.chars().next());
    let place = array.span(at..at + wrong.map_or(0, char::len_utf8));
    let place = if place.is_empty() { span } else { place };
    let edits = mended(text).map(|mended| vec![Edit::replace(span, mended)]);
    let contiguous = array.is_contiguous(0..text.len());
    let name = &node.instruction.name;
    let report = cx
        .report(
            place,
            format!("this `{name}` is {read_as}, not an array: {reason}"),
        )
        .help("write strict JSON: `[\"program\", \"argument\"]`");
    if let Some(edits) = edits.filter(|_| contiguous) {
        report.fix(Fix::unsafe_("make it JSON", edits));
    }
}

/// Whether a bracket opens a text and none closes it: neither an array nor a test of the shell.
fn is_open(text: &str) -> bool {
    text.starts_with('[') && !text.contains(']') && !text.contains('$')
}

/// Whether a text begins like an array of strings.
fn looks_like_array(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('[') else {
        return false;
    };
    let inner = rest.trim_start();
    if !inner.starts_with(['"', '\'', '“', '‘']) {
        return false;
    }
    // `[ "$x" = y ]` is a test.
    inner.len() == rest.len() || is_listed(inner)
}

/// Whether a comma follows the first string, or the bracket that closes the array.
fn is_listed(inner: &str) -> bool {
    let mut chars = inner.chars();
    let quote = match chars.next() {
        Some('“') => '”',
        Some('‘') => '’',
        Some(quote) => quote,
        None => return false,
    };
    let rest = chars.as_str();
    let Some(close) = rest.find(quote) else {
        return false;
    };
    let after = rest.get(close + quote.len_utf8()..).unwrap_or_default();
    after.trim_start().starts_with(',')
}

/// Where a text stops being an array of strings, and why.
fn fault(text: &str) -> (usize, &'static str) {
    let curly = |c: char| matches!(c, '“' | '”' | '„' | '‘' | '’');
    if let Some(at) = text.find(curly) {
        return (at, "these are not straight quotes");
    }
    let Err(error) = serde_json::from_str::<Vec<String>>(text) else {
        return (0, "it is not JSON");
    };
    // Columns count bytes; a text of one line is all there is.
    let at = text.floor_char_boundary(error.column().saturating_sub(1));
    let reason = match text.get(at..).and_then(|t| t.chars().next()) {
        Some('\'') => "JSON strings stand in double quotes",
        Some(']') if text.get(..at).is_some_and(|t| t.trim_end().ends_with(',')) => {
            "no comma may stand before the bracket"
        }
        Some('"') => "a comma is missing",
        _ if error.is_eof() || !text.contains(']') => "the bracket is never closed",
        Some('\\') => "JSON does not know this escape",
        _ if text.trim_end().ends_with(']') => "it is not JSON",
        _ => "text follows the array",
    };
    let at = if reason == "the bracket is never closed" {
        0
    } else {
        at
    };
    (at, reason)
}

/// The array with its quotes and commas set right, if that makes it one.
fn mended(text: &str) -> Option<String> {
    let mut straight: String = text
        .chars()
        .map(|c| match c {
            '“' | '”' | '„' => '"',
            '‘' | '’' => '\'',
            c => c,
        })
        .collect();
    if !straight.contains('"') && !straight.contains('\\') {
        straight = straight.replace('\'', "\"");
    }
    let body = straight.trim_end();
    if let Some(inner) = body.strip_suffix(']') {
        let inner = inner.trim_end();
        if let Some(inner) = inner.strip_suffix(',') {
            straight = format!("{inner}]");
        }
    }
    let words: Vec<String> = serde_json::from_str(&straight).ok()?;
    // An empty word is no program.
    let fits = straight != text && words.first().is_none_or(|program| !program.is_empty());
    fits.then_some(straight)
}
