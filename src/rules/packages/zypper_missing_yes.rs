//! `zypper-missing-yes`: zypper waits for an answer that nobody gives.

use super::confirmation::{Confirmation, report_unanswered};
use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::rule::{Context, Rule, rule};

rule!(ZypperMissingYes);

const CONFIRMATION: Confirmation = Confirmation {
    managers: &[Manager::Zypper],
    setting: None,
    file: "zypper.conf",
    says_yes,
};

impl Rule for ZypperMissingYes {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        report_unanswered(cx, node, install, &CONFIRMATION);
    }
}

/// Whether an option answers.
fn says_yes(install: &Install) -> bool {
    install.has_flag(&[
        "-y",
        "--no-confirm",
        "-n",
        "--non-interactive",
        "-D",
        "--dry-run",
    ])
}
