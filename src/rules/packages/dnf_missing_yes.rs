//! `dnf-missing-yes`: dnf waits for an answer that nobody gives.

use super::confirmation::{Confirmation, report_unanswered, rpm_says_yes};
use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(DnfMissingYes);

const CONFIRMATION: Confirmation = Confirmation {
    managers: &[Manager::Dnf, Manager::Tdnf],
    setting: Some("assumeyes"),
    file: "dnf.conf",
    says_yes: rpm_says_yes,
};

impl Rule for DnfMissingYes {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        report_unanswered(cx, node, install, &CONFIRMATION);
    }
}
