//! `yum-missing-yes`: yum waits for an answer that nobody gives.

use super::packages_shared::{Confirmation, report_unanswered, rpm_says_yes};
use crate::facts::Node;
use crate::facts::packages::Manager;
use crate::rule::{Context, Rule, rule};

rule!(YumMissingYes);

const CONFIRMATION: Confirmation = Confirmation {
    managers: &[Manager::Yum],
    setting: Some("assumeyes"),
    file: "yum.conf",
    says_yes: rpm_says_yes,
};

impl Rule for YumMissingYes {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        report_unanswered(cx, node, &CONFIRMATION);
    }
}
