//! `apt-in-script`: `apt` where `apt-get` is meant.

use crate::facts::Node;
use crate::facts::packages::{Install, Manager};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};

rule!(AptInScript);

impl Rule for AptInScript {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut calls = facts
            .nodes
            .iter()
            .flat_map(Node::run_installs)
            .filter(|i| i.manager == Manager::Apt);
        // It is one habit: one finding a file, and one fix for all of it.
        let Some(first) = calls.next() else {
            return;
        };
        let rest: Vec<&Install> = calls.collect();
        let edits: Vec<Edit> = std::iter::once(first)
            .chain(rest.iter().copied())
            .filter(|i| is_same(i) && facts.source.slice(i.program_span) == "apt")
            .map(|i| Edit::replace(i.program_span, "apt-get"))
            .collect();
        let mut report = cx
            .report(
                facts.call_span(first),
                "`apt` is made for people; its output and options may change",
            )
            .help(format!("use `{}` in scripts", other(first)));
        for install in rest.iter().take(MOST_LABELS) {
            report = report.label(facts.call_span(install), "the same here");
        }
        if !edits.is_empty() {
            report.fix(Fix::unsafe_("use `apt-get`", edits));
        }
    }
}

/// How many further calls are pointed at.
const MOST_LABELS: usize = 5;

/// The program that scripts call for it.
fn other(install: &Install) -> &'static str {
    match install.verb.as_str() {
        "list" if install.has_flag(&["--installed"]) => "dpkg-query",
        "list" | "search" | "show" | "policy" | "depends" | "rdepends" | "showsrc" => "apt-cache",
        _ => "apt-get",
    }
}

/// Whether `apt-get` has the verb, with the same meaning.
fn is_same(install: &Install) -> bool {
    matches!(
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
    )
}
