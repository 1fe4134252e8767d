//! `yum-missing-yes`: yum waits for an answer that nobody gives.

use super::confirmation::{Confirmation, report_unanswered, rpm_says_yes};
use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(YumMissingYes);

const CONFIRMATION: Confirmation = Confirmation {
    managers: &[Manager::Yum],
    setting: Some("assumeyes"),
    file: "yum.conf",
    says_yes: rpm_says_yes,
};

impl Rule for YumMissingYes {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        report_unanswered(cx, node, install, &CONFIRMATION);
    }
}
