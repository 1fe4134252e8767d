//! `argument-without-equals`: an ARG whose value became a second name.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(ArgumentWithoutEquals);

impl Rule for ArgumentWithoutEquals {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Arg(arguments) = &node.instruction.kind else {
            return;
        };
        let [name, value] = arguments.as_slice() else {
            return;
        };
        let bare = name.value.is_none() && value.value.is_none();
        let text = value.name.as_str();
        // Two names are the ordinary form of two arguments: the second must be none.
        if !bare || !is_name(name.name.as_str()) || !is_value(cx, text) {
            return;
        }
        let gap = Span::new(name.name.span.end, value.name.span.start);
        let (name, span) = (name.name.as_str(), value.name.span);
        cx.report(
            span,
            format!("`{text}` is no value of `{name}`, but a second argument"),
        )
        .help(format!("write `ARG {name}={text}`"))
        .fix(Fix::unsafe_(
            "make it the default",
            vec![Edit::replace(gap, "=")],
        ));
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_uppercase() || c == '_')
        && chars.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a word is evidently meant as the value of the argument before it: it cannot be a
/// variable's name, or it is written otherwise than the name, and nothing uses or declares it.
fn is_value(cx: &Context<'_>, text: &str) -> bool {
    if text.is_empty() || is_name(text) {
        return false;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let can_be_name = text.chars().all(word) && !text.starts_with(|c: char| c.is_ascii_digit());
    if !can_be_name {
        return !text.contains('$');
    }
    let used = |reference: &str| cx.source().text().contains(reference);
    !cx.facts.build.gives(text)
        && cx.facts.declarations_of(None, text).next().is_none()
        && !used(&format!("${text}"))
        && !used(&format!("${{{text}"))
}
