//! `label-not-git-hash`: a label that should be a commit is none.

use super::values;
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotGitHash);

impl Rule for LabelNotGitHash {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        values::check(
            cx,
            node,
            LabelFormat::Hash,
            "is no git hash",
            "write the 40 digits of the commit in lower case, or at least the first 7",
        );
    }
}
