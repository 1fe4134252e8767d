//! `vanishing-download`: a file that its server removes when the next version comes.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::facts::hosts::vanishing;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(VanishingDownload);

/// Programs that fetch files.
const FETCH: [&str; 4] = ["aria2c", "axel", "curl", "wget"];

impl Rule for VanishingDownload {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.onbuild {
            return;
        }
        match &node.instruction.kind {
            Kind::Run(_) => {
                for (index, command) in node.commands().iter().enumerate() {
                    if !FETCH.contains(&command.name.as_str()) || !node.must_succeed(index) {
                        continue;
                    }
                    for word in command.args() {
                        if check(cx, word.literal().unwrap_or(&word.raw), word.span) {
                            return;
                        }
                    }
                }
            }
            Kind::Add(transfer) => {
                let sources = transfer.sources.iter().filter(|s| s.heredoc.is_none());
                for source in sources {
                    let span = source.word.text.span(0..source.word.as_str().len());
                    if check(cx, source.word.as_str(), span) {
                        return;
                    }
                }
            }
            Kind::Env(pairs) => {
                for pair in &pairs.pairs {
                    let span = pair.value.text.span(0..pair.value.as_str().len());
                    if check(cx, pair.value.as_str(), span) {
                        return;
                    }
                }
            }
            Kind::Arg(arguments) => {
                for value in arguments.iter().filter_map(|a| a.value.as_ref()) {
                    let span = value.text.span(0..value.as_str().len());
                    if check(cx, value.as_str(), span) {
                        return;
                    }
                }
            }
            _ => {}
        }
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
