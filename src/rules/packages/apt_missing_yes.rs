//! `apt-missing-yes`: apt waits for an answer that nobody gives.

use super::confirmation::{Confirmation, report_unanswered};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::images::answers_yes;
use crate::rule::{Context, Rule, rule};

rule!(AptMissingYes);

const CONFIRMATION: Confirmation = Confirmation {
    managers: &[Manager::AptGet, Manager::Apt, Manager::Aptitude],
    setting: Some("Assume-Yes"),
    file: "apt.conf",
    says_yes: asks_nothing,
};

impl Rule for AptMissingYes {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let image = node.stage.and_then(|stage| cx.facts.root_image(stage));
        if !image.is_some_and(answers_yes) {
            report_unanswered(cx, node, install, &CONFIRMATION);
        }
    }
}

/// Whether an option answers, or there is no question.
fn asks_nothing(install: &Install) -> bool {
    // apt asks if more is to be installed than was named: for a file that is on hand, seldom.
    let lone_file = match install.packages.as_slice() {
        [only] => install.action == Action::Install && only.origin == PackageOrigin::Path,
        _ => false,
    };
    lone_file || says_yes(install)
}

/// Whether an option answers, or nothing is done at all.
fn says_yes(install: &Install) -> bool {
    const NO_QUESTION: [&str; 10] = [
        "-y",
        "--yes",
        "--assume-yes",
        "--force-yes",
        "--trivial-only",
        "-s",
        "--simulate",
        "--dry-run",
        "--just-print",
        "--print-uris",
    ];
    let named = |name: &str| {
        let is = |f: &&crate::facts::packages::Flag| f.name == name;
        install.flags.iter().filter(is).count()
    };
    let quiet = named("-q") + named("--quiet");
    // `-q=2` is read letter by letter.
    let level = install.has_flag(&["-="]) && install.has_flag(&["-2", "-3"])
        || install
            .flag_value(&["--quiet"])
            .is_some_and(|v| matches!(v, "2" | "3"));
    let configured = install.flags.iter().any(|f| {
        matches!(f.name.as_str(), "-o" | "--option")
            && f.value
                .as_deref()
                .is_some_and(|v| v.to_lowercase().contains("assume-yes"))
    });
    install.has_flag(&NO_QUESTION) || quiet >= 2 || level || configured
}
