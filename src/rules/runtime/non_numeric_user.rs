//! `non-numeric-user`: a user that the cluster cannot tell from root.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(NonNumericUser);

impl Rule for NonNumericUser {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.final_stage() else {
            return;
        };
        let Some(user) = facts.effective_user(last.index) else {
            return;
        };
        let Some(value) = user.value.as_deref() else {
            return;
        };
        let name = value.split(':').next().unwrap_or(value);
        let number = !name.is_empty() && name.chars().all(|c| c.is_ascii_digit());
        if !number && !name.is_empty() && name != "root" && !facts.is_windows(last.index) {
            let written = facts.nodes.get(user.node).map(text_of).unwrap_or_default();
            cx.report(
                user.span,
                format!("`{written}` is a name: `runAsNonRoot` cannot tell that it is not root"),
            )
            .help("write the number of the user");
        }
    }
}

fn text_of<'n>(node: &'n Node<'_>) -> &'n str {
    match &node.instruction.kind {
        Kind::User(word) => word.as_str(),
        _ => "",
    }
}
