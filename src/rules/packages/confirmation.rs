//! Package managers that ask before they act, and nobody answers.

use crate::edits::after_verb;
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::fix::Fix;
use crate::rule::Context;

/// When a package manager asks before it acts.
pub(super) struct Confirmation {
    /// Whose calls they are.
    pub managers: &'static [Manager],
    /// What stands in a file that answers for every call, if there is such a setting.
    pub setting: Option<&'static str>,
    /// The end of that file's name.
    pub file: &'static str,
    /// Whether an option answers, or nothing is done at all.
    pub says_yes: fn(&Install) -> bool,
}

/// Reports a call that asks and gets no answer.
pub(super) fn report_unanswered(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    install: &Install,
    asks: &Confirmation,
) {
    let facts = cx.facts;
    let answered = |text: &str| facts.is_mentioned_before(node, text);
    let named = !install.packages.is_empty() || install.more;
    let acts = match install.action {
        Action::Remove => named || install.verb.starts_with("auto"),
        action => matches!(action, Action::Install | Action::Upgrade),
    };
    if !asks.managers.contains(&install.manager)
        || !acts
        || (asks.says_yes)(install)
        || node.is_answered(install)
        || asks.setting.is_some_and(answered)
        || facts.is_copied_before(node, asks.file)
    {
        return;
    }
    let message = format!(
        "`{}` may ask for confirmation, and nobody answers",
        install.call()
    );
    let edit = after_verb(facts, node, install, "-y");
    let report = cx
        .report(facts.call_span(install), message)
        .help("add `-y`");
    if let Some(edit) = edit {
        report.fix(Fix::safe("add `-y`", vec![edit]));
    }
}

/// Whether an option of dnf or yum answers.
pub(super) fn rpm_says_yes(install: &Install) -> bool {
    install.has_flag(&["-y", "--assumeyes", "--assumeno"])
        || install.flags.iter().any(|f| {
            f.name == "--setopt" && f.value.as_deref().is_some_and(|v| v.contains("assumeyes"))
        })
}
