//! `yum-missing-yes`: yum waits for an answer that nobody gives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{
    after_verb, call_of, call_span, is_answered, is_copied_before, is_said_before, run_installs,
};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::fix::Fix;
use crate::rule::{Context, Rule};

/// See `rules/packages/yum-missing-yes.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct YumMissingYes {}

impl Rule for YumMissingYes {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        for install in run_installs(node) {
            if !matches!(install.manager, Manager::Yum)
                || !asks(install)
                || is_answered(node, install)
                || is_said_before(facts, node, "assumeyes")
                || is_copied_before(facts, node, "yum.conf")
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
        action => matches!(action, Action::Install | Action::Upgrade),
    };
    acts && !says_yes(install)
}

/// Whether an option answers.
fn says_yes(install: &Install) -> bool {
    install.has_flag(&["-y", "--assumeyes", "--assumeno"])
        || install.flags.iter().any(|f| {
            f.name == "--setopt" && f.value.as_deref().is_some_and(|v| v.contains("assumeyes"))
        })
}
