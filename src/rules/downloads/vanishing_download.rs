//! `vanishing-download`: a file that its server removes when the next version comes.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::facts::downloads::is_fetcher;
use crate::facts::hosts::vanishing;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Kind, Word};

rule!(VanishingDownload);

impl Rule for VanishingDownload {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !node.onbuild {
            let texts = texts(node);
            texts.into_iter().any(|(text, span)| check(cx, text, span));
        }
    }
}

/// What may hold the address of a file that the build fetches.
fn texts<'n>(node: &'n Node<'_>) -> Vec<(&'n str, Span)> {
    let whole = |word: &'n Word| {
        let text = word.as_str();
        (text, word.text.span(0..text.len()))
    };
    match &node.instruction.kind {
        Kind::Run(_) => {
            let commands = node.commands().iter().enumerate();
            let fetchers = commands.filter(|(i, c)| is_fetcher(c) && node.must_succeed(*i));
            let words = fetchers.flat_map(|(_, command)| command.args());
            words
                .map(|w| (w.literal().unwrap_or(&w.raw), w.span))
                .collect()
        }
        Kind::Add(transfer) => {
            let sources = transfer.sources.iter().filter(|s| s.heredoc.is_none());
            sources.map(|source| whole(&source.word)).collect()
        }
        Kind::Env(pairs) => pairs.pairs.iter().map(|pair| whole(&pair.value)).collect(),
        Kind::Arg(arguments) => {
            let values = arguments.iter().filter_map(|a| a.value.as_ref());
            values.map(whole).collect()
        }
        _ => Vec::new(),
    }
}

/// Reports the first address in a text whose file goes.
fn check(cx: &mut Context<'_>, text: &str, span: Span) -> bool {
    if !text.contains("://") {
        return false;
    }
    let Some((address, known)) = vanishing(text) else {
        return false;
    };
    let file = cx.facts.source.text();
    let is_versioned = address.contains('$') || address.bytes().any(|b| b.is_ascii_digit());
    if !is_versioned || known.unless.iter().any(|word| file.contains(word)) {
        return false;
    }
    let host = address.split('/').next().unwrap_or(address);
    cx.report(
        span,
        format!(
            "`{host}` {}: this is gone when the next one comes",
            known.keeps
        ),
    )
    .help(known.instead)
    .severity(Severity::Warning);
    true
}
