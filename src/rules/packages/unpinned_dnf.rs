//! `unpinned-dnf`: an RPM package without a version.

use super::unpinned::report_unpinned_rpm;
use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedDnf);

impl Rule for UnpinnedDnf {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        report_unpinned_rpm(
            cx,
            install,
            &[Manager::Dnf, Manager::Microdnf, Manager::Tdnf],
        );
    }
}
