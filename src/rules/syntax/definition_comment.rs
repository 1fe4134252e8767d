//! `definition-comment`: a comment above ARG or FROM that does not describe it.

use crate::facts::{Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(DefinitionComment);

impl Rule for DefinitionComment {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if let Some(found) = of_node(cx.facts, node) {
            let comment = found.comment;
            found.report(cx, comment);
        }
    }
}

/// A comment that does not describe the instruction below it.
pub(crate) struct OtherComment {
    comment: Span,
    /// What the instruction declares.
    names: Vec<String>,
}

/// The comment above an ARG or a FROM, if it does not describe it.
pub(crate) fn of_node(facts: &Facts<'_>, node: &Node<'_>) -> Option<OtherComment> {
    if node.onbuild {
        return None;
    }
    let names: Vec<String> = match &node.instruction.kind {
        Kind::Arg(arguments) => arguments.iter().map(|a| a.name.to_string()).collect(),
        Kind::From(from) => match &from.alias {
            Some((_, name)) => vec![name.as_str().to_lowercase()],
            None => return None,
        },
        _ => return None,
    };
    let last = node.instruction.comment_block.last();
    let comment = last.and_then(|&c| facts.file.comments.get(c))?;
    let text = comment.buildkit_text(facts.source);
    let first = text.split(' ').next().unwrap_or_default();
    let is_described = names.iter().any(|n| n == first);
    (!is_described).then_some(OtherComment {
        comment: comment.span,
        names,
    })
}

impl OtherComment {
    /// Reports it at a place.
    pub(crate) fn report(&self, cx: &mut Context<'_>, place: Span) {
        let name = match self.names.as_slice() {
            [only] => only.as_str(),
            _ => "name",
        };
        cx.report(
            place,
            format!("this does not describe `{}`", self.names.join("`, `")),
        )
        .help(format!(
            "write `# {name} description`, or set it apart with a line of a bare `#`"
        ));
    }
}
