//! `definition-comment`: a comment above ARG or FROM that does not describe it.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(DefinitionComment);

impl Rule for DefinitionComment {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.onbuild {
            return;
        }
        let names: Vec<String> = match &node.instruction.kind {
            Kind::Arg(arguments) => arguments.iter().map(|a| a.name.to_string()).collect(),
            Kind::From(from) => match &from.alias {
                Some((_, name)) => vec![name.as_str().to_lowercase()],
                None => return,
            },
            _ => return,
        };
        let last = node.instruction.comment_block.last();
        let Some(comment) = last.and_then(|&c| cx.file().comments.get(c)) else {
            return;
        };
        let text = comment.buildkit_text(cx.source());
        let first = text.split(' ').next().unwrap_or_default();
        if names.iter().any(|n| n == first) {
            return;
        }
        let name = match names.as_slice() {
            [only] => only.as_str(),
            _ => "name",
        };
        let span = match cx.buildkit {
            true => node.instruction.name.span,
            false => comment.span,
        };
        cx.report(
            span,
            format!("this does not describe `{}`", names.join("`, `")),
        )
        .help(format!(
            "write `# {name} description`, or set it apart with a line of a bare `#`"
        ));
    }
}
