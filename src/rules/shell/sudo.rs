//! `sudo`: `sudo` in a build that can choose its user.

use crate::diagnostic::Severity;
use crate::facts::{Command, Facts, Node, RunUser, absence};
use crate::fix::{Edit, Fix};
use crate::images::Presence;
use crate::rule::{Context, Rule, rule};
use crate::shell::Wrapper;
use crate::span::Span;
use crate::syntax::Keyword;

rule! {
    Sudo {
        /// Whether it is reported for any user, also where the base image's is not known.
        pub every: bool,
    }
}

impl Rule for Sudo {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(script) = &node.script else {
            return;
        };
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        let mut calls: Vec<(&Wrapper, &Command)> = script
            .commands
            .iter()
            .flat_map(|c| c.wrappers.iter().map(move |wrapper| (wrapper, c)))
            .filter(|(wrapper, _)| wrapper.name == "sudo")
            .collect();
        let user = cx.facts.user_at(node);
        if matches!(user, RunUser::Root) && !self.every {
            calls.retain(|(_, command)| !is_another_builtin(command));
        }
        // The wrapper of the first command of a RUN speaks for all of them.
        let Some((first, _)) = calls.first() else {
            return;
        };
        match user {
            RunUser::Root if is_plain(first) => {
                let mut edits: Vec<Edit> = Vec::new();
                for (call, command) in &calls {
                    match removal(cx.facts, node, call, command) {
                        Some(edit) => edits.push(edit),
                        None => break,
                    }
                }
                let is_missing = is_missing(cx.facts, node);
                let is_certain = is_missing
                    && node
                        .stage
                        .is_some_and(|s| absence::is_written_out(cx.facts, s));
                let message = if is_missing {
                    "`sudo` is not in the image, and this RUN is root already"
                } else {
                    "`sudo` changes nothing: this RUN is root already"
                };
                let mut report = cx.report(first.span, message).help("leave `sudo` out");
                if is_certain {
                    report = report.severity(Severity::Error);
                }
                if !edits.is_empty() {
                    report.fix(Fix::unsafe_("remove `sudo`", edits));
                }
            }
            RunUser::Other(_) => {
                cx.report(
                    first.span,
                    "`sudo` in a build: the user may become root without a password",
                )
                .help("do what needs root before `USER`, or switch with `USER root`")
                .severity(Severity::Info);
            }
            RunUser::Unknown | RunUser::OfBase(_) if self.every => {
                cx.report(first.span, "`sudo` in a build")
                    .help("do what needs root as `USER root`");
            }
            RunUser::Root if self.every => {
                cx.report(first.span, "`sudo` in a build")
                    .help("switch with `USER`");
            }
            RunUser::Root | RunUser::OfBase(_) | RunUser::Unknown => {}
        }
    }
}

/// Whether `sudo` is asked for nothing but to be root.
fn is_plain(call: &Wrapper) -> bool {
    call.words.iter().skip(1).all(|w| {
        matches!(
            w.literal(),
            Some("-E" | "-H" | "-n" | "-S" | "--" | "-EH" | "-HE" | "--preserve-env")
        )
    })
}

/// Whether the first command that `sudo` runs ends the RUN, since there is no `sudo`.
fn is_missing(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let Some(script) = node.script.as_ref().filter(|s| absence::is_read(node, s)) else {
        return false;
    };
    let mut programs = facts.programs_before(node);
    for (index, command) in script.commands.iter().enumerate() {
        if command.wrappers.iter().any(|w| w.name == "sudo") {
            return programs.presence("sudo") == Presence::Absent
                && !absence::is_guarded(script, index, "sudo")
                && script.is_fatal(index);
        }
        programs.run(node, index);
    }
    false
}

/// Whether the shell has a command of that name, which `sudo` passes by, and which may do something
/// else: dash's `echo -e` prints `-e`.
fn is_another_builtin(command: &Command) -> bool {
    matches!(
        command.name.as_str(),
        "echo" | "printf" | "test" | "[" | "time" | "kill" | "pwd" | "cd" | "umask" | "ulimit"
    )
}

fn removal(facts: &Facts<'_>, node: &Node<'_>, call: &Wrapper, command: &Command) -> Option<Edit> {
    if node.instruction.is_exec_form() || call.words.len() != 1 || is_another_builtin(command) {
        return None;
    }
    let text = facts.source.text();
    let rest = text.get(call.span.end as usize..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let next = rest.get(blanks..)?.chars().next()?;
    let fits = facts.source.slice(call.span) == "sudo"
        && blanks > 0
        && next.is_ascii_alphanumeric()
        // What comes before the program may be an assignment, which the shell then reads.
        && !rest.get(blanks..)?.split_ascii_whitespace().next()?.contains('=');
    fits.then(|| {
        Edit::delete(Span::new(
            call.span.start,
            call.span.end + u32::try_from(blanks).unwrap_or(0),
        ))
    })
}
