//! `run-together`: a command that became an argument of the one before it.

use crate::facts::Node;
use crate::facts::packages::{Action, Install, call_within};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(RunTogether);

/// Verbs that are no names of packages anybody asks for.
const VERBS: [&str; 14] = [
    "add",
    "autoclean",
    "autoremove",
    "ci",
    "clean",
    "del",
    "dist-upgrade",
    "install",
    "makecache",
    "purge",
    "remove",
    "uninstall",
    "update",
    "upgrade",
];

impl Rule for RunTogether {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let script = node.script.as_ref().filter(|_| node.is(Keyword::Run));
        let command = script.and_then(|s| s.commands.get(install.command));
        let Some(command) = command.filter(|_| has_verb(install)) else {
            return;
        };
        let behind = command.words.iter().enumerate();
        let mut behind = behind.filter(|(_, w)| w.span.start >= install.verb_span.end);
        let swallowed = behind.find_map(|(at, _)| call_within(command, at).filter(is_call));
        let Some(swallowed) = swallowed else { return };
        let span = swallowed.program_span.to(swallowed.verb_span);
        let message = format!(
            "`{}` is an argument of `{}` here, no command",
            swallowed.call(),
            install.call()
        );
        let report = cx.report(span, message).help("put `&&` before it");
        if !node.instruction.is_exec_form() {
            let edit = Edit::insert(span.start, "&& ");
            report.fix(Fix::unsafe_("put `&&` before it", vec![edit]));
        }
    }
}

/// Whether it is a call and no list of packages: `pip wheel` may be two.
fn is_call(install: &Install) -> bool {
    let verb = install.verb.as_str();
    has_verb(install) && VERBS.contains(&verb)
}

/// Whether a call says what it does, by a verb that its manager knows.
fn has_verb(install: &Install) -> bool {
    install.action != Action::Other && !install.verb.is_empty()
}
