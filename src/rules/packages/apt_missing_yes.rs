//! `apt-missing-yes`: apt waits for an answer that nobody gives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{
    after_verb, call_of, call_span, is_answered, is_copied_before, is_said_before, run_installs,
};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager, PackageOrigin};
use crate::fix::Fix;
use crate::rule::{Context, Rule};

/// See `rules/packages/apt-missing-yes.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AptMissingYes {}

impl Rule for AptMissingYes {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        for install in run_installs(node) {
            if !matches!(
                install.manager,
                Manager::AptGet | Manager::Apt | Manager::Aptitude
            ) || !asks(install)
                || is_answered(node, install)
                || is_said_before(facts, node, "Assume-Yes")
                || is_copied_before(facts, node, "apt.conf")
            {
                continue;
            }
            let edit = after_verb(facts, node, install, "-y");
            let report = cx
                .report(
                    call_span(facts, install),
                    format!(
                        "`{}` may ask for confirmation, and nobody answers",
                        call_of(install)
                    ),
                )
                .help("add `-y`");
            if let Some(edit) = edit {
                report.fix(Fix::safe("add `-y`", vec![edit]));
            }
        }
    }
}

/// Whether the call does something that it asks about first.
fn asks(install: &Install) -> bool {
    let named = !install.packages.is_empty() || install.more;
    let acts = match install.action {
        Action::Remove => named || install.verb.starts_with("auto"),
        // apt asks if more is to be installed than was named: for a file that is on hand, seldom.
        Action::Install => match install.packages.as_slice() {
            [only] => only.origin != PackageOrigin::Path,
            _ => true,
        },
        action => action == Action::Upgrade,
    };
    acts && !says_yes(install)
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
