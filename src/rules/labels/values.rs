//! Labels whose values do not have the form that the policy wants.

use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::Context;
use crate::syntax::Kind;

/// Reports the labels of a format whose values do not have it; `what` says so.
pub(super) fn check(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    format: LabelFormat,
    what: &str,
    help: &str,
) {
    let Kind::Label(pairs) = &node.instruction.kind else {
        return;
    };
    for pair in &pairs.pairs {
        let facts = cx.facts;
        let key = facts.text(node.index, &pair.name);
        let Some(key) = key.filter(|k| cx.policy.label_schema.get(k) == Some(&format)) else {
            continue;
        };
        // A value that is known at build time only is nobody's mistake; an empty one has a rule
        // of its own.
        let Some(value) = facts.text(node.index, &pair.value) else {
            continue;
        };
        if !value.is_empty() && !format.fits(&value) {
            cx.report(
                pair.value.span,
                format!("the label `{key}` {what}: `{value}`"),
            )
            .help(help);
        }
    }
}
