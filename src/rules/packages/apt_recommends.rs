//! `apt-recommends`: apt also installs what packages recommend.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{
    after_verb, call_of, call_span, is_copied_before, is_said_before, run_installs, ships,
};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::fix::Fix;
use crate::rule::{Context, Rule};

/// See `rules/packages/apt-recommends.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AptRecommends {
    /// Whether stages that do not end up in the image count too.
    pub every_stage: bool,
}

impl Rule for AptRecommends {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        for install in run_installs(node) {
            let installs = install.manager.is_apt()
                && matches!(install.verb.as_str(), "install" | "build-dep" | "satisfy")
                && (!install.packages.is_empty() || install.more);
            if install.action != Action::Install
                || !installs
                || is_decided(install)
                || !(self.every_stage || ships(facts, node))
                || is_said_before(facts, node, "Install-Recommends")
                || is_copied_before(facts, node, "apt.conf")
            {
                continue;
            }
            let option = match install.manager {
                Manager::Aptitude => "--without-recommends",
                _ => "--no-install-recommends",
            };
            let edit = after_verb(facts, node, install, option);
            let report = cx
                .report(
                    call_span(facts, install),
                    format!(
                        "`{}` also installs what the packages recommend",
                        call_of(install)
                    ),
                )
                .help(format!("add `{option}` and name what is really needed"));
            if let Some(edit) = edit {
                report.fix(Fix::unsafe_(format!("add `{option}`"), vec![edit]));
            }
        }
    }
}

/// Whether the call says what to do with recommended packages.
fn is_decided(install: &Install) -> bool {
    const NAMES: [&str; 6] = [
        "--no-install-recommends",
        "--install-recommends",
        "--without-recommends",
        "--with-recommends",
        "-R",
        "--no-recommends",
    ];
    install.has_flag(&NAMES)
        || install.flags.iter().any(|f| {
            matches!(f.name.as_str(), "-o" | "--option")
                && f.value
                    .as_deref()
                    .is_some_and(|v| v.to_lowercase().contains("install-recommends"))
        })
}
