//! What is nearly right, and what was meant by it.

use crate::facts::{Facts, Node};
use crate::span::{Source, Span};
use crate::syntax::{Keyword, Kind};

/// A `<<- WORD`, which begins no here-document.
pub(super) struct FailedHeredoc {
    /// All of it.
    pub span: Span,
    /// The blanks that have to go.
    pub blank: Span,
    /// The delimiter, quotes included.
    pub word: String,
    /// The lines that were meant to be its body, and the one that was to end it.
    pub body: Span,
}

/// The here-documents that were meant and do not begin.
pub(super) fn heredocs(facts: &Facts<'_>) -> Vec<FailedHeredoc> {
    let mut found: Vec<FailedHeredoc> = Vec::new();
    for node in facts.nodes.iter().filter(|n| !n.onbuild) {
        let instruction = node.instruction;
        let takes = matches!(
            instruction.keyword,
            Some(Keyword::Run | Keyword::Copy | Keyword::Add)
        );
        if takes && instruction.heredocs.is_empty() {
            found.extend(failed(facts.source, instruction.span));
        }
    }
    found
}

fn failed(source: &Source, instruction: Span) -> Option<FailedHeredoc> {
    let text = source.slice(instruction);
    let at = text.find("<<-")?;
    let behind = text.get(at + 3..)?;
    let word = behind.trim_start_matches([' ', '\t']);
    let blanks = behind.len() - word.len();
    let word = word.split([' ', '\t', '\r', '\n']).next()?;
    let name = word.trim_matches(['"', '\'']);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if blanks == 0 || name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    // Without an end it may be something else: `$((1 <<- x))`.
    let rest = source.text().get(instruction.end as usize..)?;
    let mut end = instruction.end as usize;
    let mut ended = None;
    for line in rest.split_inclusive('\n') {
        end += line.len();
        if line.trim_start_matches('\t').trim_end_matches(['\r', '\n']) == name {
            ended = Some(end);
            break;
        }
    }
    let start = instruction.start + at as u32;
    let blank = Span::new(start + 3, start + 3 + blanks as u32);
    Some(FailedHeredoc {
        span: Span::new(start, blank.end + word.len() as u32),
        blank,
        word: word.to_owned(),
        body: Span::new(instruction.end, ended? as u32),
    })
}

/// Flags with one dash where the instruction knows them with two, by name.
pub(super) fn flags<'a>(node: &'a Node<'_>) -> Vec<(Span, &'a str)> {
    let (first, known): (_, &[&str]) = match &node.instruction.kind {
        Kind::Copy(transfer) | Kind::Add(transfer) if !transfer.json => {
            let sources = transfer.sources.iter().filter(|s| s.heredoc.is_none());
            let words: Vec<_> = sources.map(|s| &s.word).collect();
            let flags = &[
                "chmod", "chown", "checksum", "exclude", "from", "link", "parents",
            ];
            (words, flags)
        }
        Kind::From(from) => (vec![&from.image], &["platform"]),
        _ => return Vec::new(),
    };
    let named = first.into_iter().map_while(|word| {
        let rest = word.as_str().strip_prefix('-')?;
        let (name, _) = rest.split_once('=')?;
        let name = known.iter().find(|k| **k == name)?;
        Some((
            Span::new(word.span.start, word.span.start + name.len() as u32 + 2),
            *name,
        ))
    });
    named.collect()
}

/// The blanks behind a flag, and the word behind those, on the same line.
pub(super) fn value_behind(source: &Source, flag: Span) -> Option<(Span, String)> {
    let rest = source.text().get(flag.end as usize..)?;
    let word = rest.trim_start_matches([' ', '\t']);
    let blanks = rest.len() - word.len();
    let value = word.split([' ', '\t', '\r', '\n']).next()?;
    let fits = !value.is_empty() && !value.starts_with(['-', '\\', '`', '[', '<']);
    let blanks = Span::new(flag.end, flag.end + blanks as u32);
    (fits && !blanks.is_empty()).then(|| (blanks, value.to_owned()))
}
