//! `root-user`: the image is told to run as the superuser.

use crate::diagnostic::Severity;
use crate::facts::program::{PrivilegeDrop, Program, is_root};
use crate::images::BaseUser;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(RootUser);

impl Rule for RootUser {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        let Some(user) = facts.effective_user(last.index) else {
            return;
        };
        let Some(value) = user.value.as_deref().filter(|v| is_root(v)) else {
            return;
        };
        if facts.is_windows(last.index) {
            return;
        }
        if facts.drops_privileges(last.index) != PrivilegeDrop::No {
            return;
        }
        let launch = facts.launch(last.index);
        let base = facts.base_user(last.index);
        let before = facts
            .chain_nodes(last.index)
            .filter(|n| n.index < user.node)
            .filter_map(|n| match &n.instruction.kind {
                Kind::User(word) => facts.text(n.index, word),
                _ => None,
            })
            .filter(|u| !is_root(u))
            .last();
        // On a base that is root anyway it says nothing new of a shell or a build tool, and of an
        // image that starts what its base does only if another user was set before.
        let started = launch.program();
        let starts_nothing = match started {
            Some(Program::Tool) => true,
            Some(_) => false,
            None => before.is_none(),
        };
        if starts_nothing && base == BaseUser::Root {
            return;
        }
        let development = facts
            .source
            .path()
            .components()
            .any(|c| c.as_os_str() == ".devcontainer");
        // A shell or a build tool is started by someone who may choose the user; so is a
        // development container.
        let mild = development
            || matches!(started, Some(Program::Tool))
            || started.is_none() && base == BaseUser::Root;
        let written = facts.source.slice(user.span);
        let message = if written.contains('$') {
            format!("the image runs as `{value}`, the value of `{written}`")
        } else {
            format!("the image runs as `{written}`")
        };
        let help = match (before, base) {
            (Some(name), _) => format!("switch back when the work as root is done: `USER {name}`"),
            (None, BaseUser::NonRoot(name)) => {
                format!(
                    "switch back to the base image's user when the work as root is done: `USER {name}`"
                )
            }
            _ => "end with the `USER` the program needs, after the steps that need root".to_owned(),
        };
        let mut report = cx.report(user.span, message).help(help);
        if mild {
            report = report.severity(Severity::Info);
        }
        if user.stage != last.index {
            report.label(last.from.head, "the final image is built on that stage");
        }
    }
}
