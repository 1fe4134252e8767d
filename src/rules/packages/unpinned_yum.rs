//! `unpinned-yum`: an RPM package without a version.

use super::packages_shared::report_unpinned_rpm;
use crate::facts::Node;
use crate::facts::packages::Manager;
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedYum);

impl Rule for UnpinnedYum {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        report_unpinned_rpm(cx, node, &[Manager::Yum]);
    }
}
