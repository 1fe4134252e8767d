//! `label-not-semver`: a label that should be a version is none.

use super::values;
use crate::facts::Node;
use crate::policy::LabelFormat;
use crate::rule::{Context, Rule, rule};

rule!(LabelNotSemver);

impl Rule for LabelNotSemver {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        values::check(
            cx,
            node,
            LabelFormat::Semver,
            "is no semantic version",
            "write three numbers, such as `1.2.3` or `1.2.3-rc.1`",
        );
    }
}
