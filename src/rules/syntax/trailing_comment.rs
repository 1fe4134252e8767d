//! `trailing-comment`: `#` behind arguments is no comment.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{CommandLine, Keyword, Kind, Word};

rule!(TrailingComment);

impl Rule for TrailingComment {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(hash) = hash_of(&node.instruction.kind) else {
            return;
        };
        let end = node.instruction.head.end;
        if hash >= end {
            return;
        }
        let span = Span::new(hash, end);
        let source = cx.source();
        let text = source.slice(span);
        let edits = (!text.contains('\n') && !node.onbuild).then(|| {
            // The blanks before it go with it; the comment moves above the instruction.
            let before = source.slice(Span::new(node.instruction.head.start, hash));
            let kept = before.trim_end_matches([' ', '\t']).len() as u32;
            let start = node.instruction.head.start;
            vec![
                Edit::insert(
                    source.line_start(source.line(start)),
                    format!("{text}{}", source.newline()),
                ),
                Edit::delete(Span::new(start + kept, end)),
            ]
        });
        let name = &node.instruction.name;
        // Arguments that nobody uses do no harm.
        let severity = match node.keyword() {
            Some(Keyword::Arg) => Severity::Warning,
            _ => cx.default_severity(),
        };
        let report = cx
            .report(span, format!("this is no comment but part of the `{name}`"))
            .severity(severity)
            .help("a comment needs a line of its own");
        if let Some(edits) = edits {
            report.fix(Fix::safe("move the comment above the instruction", edits));
        }
    }
}

/// Where a `#` begins that was meant as a comment.
fn hash_of(kind: &Kind) -> Option<u32> {
    let word = |words: &mut dyn Iterator<Item = &Word>| {
        let found = words.skip(1).find(|w| is_hash(w.as_str()))?;
        Some(found.span.start)
    };
    match kind {
        Kind::Expose(words) => word(&mut words.iter()),
        Kind::Volume(volume) if !volume.json => word(&mut volume.paths.iter()),
        Kind::Arg(arguments) => word(&mut arguments.iter().map(|a| &a.word)),
        Kind::Copy(transfer) | Kind::Add(transfer) if !transfer.json => {
            let sources = transfer.sources.iter().map(|s| &s.word);
            word(&mut sources.chain([&transfer.destination]))
        }
        Kind::Workdir(word) | Kind::User(word) | Kind::Stopsignal(word) => inside(word),
        Kind::Env(pairs) | Kind::Label(pairs) if pairs.legacy => {
            inside(&pairs.pairs.first()?.value)
        }
        // Behind an array, it makes the array shell text.
        Kind::Cmd(CommandLine::Shell(word)) | Kind::Entrypoint(CommandLine::Shell(word)) => {
            let text = word.as_str();
            let close = text.starts_with('[').then(|| text.find(']'))??;
            let rest = text.get(close + 1..)?;
            let hash = close + 1 + rest.len() - rest.trim_start().len();
            is_hash(text.get(hash..)?).then(|| word.span_of(hash..hash + 1).start)
        }
        _ => None,
    }
}

/// `#`, `# …`, `#remark`: but not `#1` or `#{x}`.
fn is_hash(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('#') else {
        return false;
    };
    !rest.starts_with(|c: char| c.is_ascii_digit() || c == '{' || c == '!')
}

/// A ` #` outside quotes in a text of one argument.
fn inside(word: &Word) -> Option<u32> {
    let text = word.as_str();
    if text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']) {
        return None;
    }
    let at = text
        .match_indices('#')
        .map(|(i, _)| i)
        .find(|&i| text.get(..i).is_some_and(|t| t.ends_with([' ', '\t'])))?;
    let open = |q: char| {
        text.get(..at)
            .is_some_and(|t| t.matches(q).count() % 2 == 1)
    };
    let fits = is_hash(text.get(at..)?) && !open('"') && !open('\'');
    fits.then(|| word.span_of(at..at + 1).start)
}
