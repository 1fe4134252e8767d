//! `apt-in-script`: `apt` where `apt-get` is meant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::packages_shared::{call_span, run_installs};
use crate::facts::Node;
use crate::facts::packages::Manager;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule};

/// See `rules/packages/apt-in-script.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AptInScript {}

impl Rule for AptInScript {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        for install in run_installs(node) {
            if install.manager != Manager::Apt {
                continue;
            }
            let other = match install.verb.as_str() {
                "list" | "search" | "show" | "policy" | "depends" | "rdepends" | "showsrc" => {
                    "apt-cache"
                }
                _ => "apt-get",
            };
            let same = matches!(
                install.verb.as_str(),
                "install"
                    | "update"
                    | "upgrade"
                    | "remove"
                    | "purge"
                    | "autoremove"
                    | "clean"
                    | "autoclean"
                    | "build-dep"
                    | "download"
                    | "source"
                    | "reinstall"
            );
            let written = facts.source.slice(install.program_span);
            let report = cx
                .report(
                    call_span(facts, install),
                    "`apt` is made for people; its output and options may change",
                )
                .help(format!("use `{other}` in scripts"));
            if same && written == "apt" {
                let edits = vec![Edit::replace(install.program_span, "apt-get")];
                report.fix(Fix::unsafe_("use `apt-get`", edits));
            }
        }
    }
}
