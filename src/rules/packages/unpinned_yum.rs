//! `unpinned-yum`: an RPM package without a version.

use super::unpinned::report_unpinned_rpm;
use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedYum);

impl Rule for UnpinnedYum {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        report_unpinned_rpm(cx, install, &[Manager::Yum]);
    }
}
