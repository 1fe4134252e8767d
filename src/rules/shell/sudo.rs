//! `sudo`: `sudo` in a build that can choose its user.

use crate::diagnostic::Severity;
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::images::BaseUser;
use crate::rule::{Context, Rule, rule};
use crate::shell::Wrapper;
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

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
        // The wrapper of the first command of a RUN speaks for all of them.
        let mut calls = script
            .commands
            .iter()
            .flat_map(|c| &c.wrappers)
            .filter(|w| w.name == "sudo");
        let Some(first) = calls.next() else {
            return;
        };
        let user = user_at(cx.facts, node);
        match user {
            User::Root if is_plain(first) => {
                let mut edits: Vec<Edit> = Vec::new();
                let all = [first].into_iter().chain(calls);
                for call in all {
                    match removal(cx.facts, node, call) {
                        Some(edit) => edits.push(edit),
                        None => break,
                    }
                }
                let report = cx
                    .report(
                        first.span,
                        "`sudo` changes nothing: this RUN is root already",
                    )
                    .help("leave `sudo` out");
                if !edits.is_empty() {
                    report.fix(Fix::unsafe_("remove `sudo`", edits));
                }
            }
            User::Other => {
                cx.report(
                    first.span,
                    "`sudo` in a build: the user may become root without a password",
                )
                .help("do what needs root before `USER`, or switch with `USER root`")
                .severity(Severity::Info);
            }
            User::Unknown if self.every => {
                cx.report(first.span, "`sudo` in a build")
                    .help("do what needs root as `USER root`");
            }
            User::Root if self.every => {
                cx.report(first.span, "`sudo` in a build")
                    .help("switch with `USER`");
            }
            User::Root | User::Unknown => {}
        }
    }
}

/// Who runs a RUN.
enum User {
    Root,
    Other,
    Unknown,
}

fn user_at(facts: &Facts<'_>, node: &Node<'_>) -> User {
    let Some(stage) = node.stage else {
        return User::Unknown;
    };
    let set = facts
        .chain_nodes_back(stage)
        .filter(|n| n.index < node.index)
        .find_map(|n| match &n.instruction.kind {
            Kind::User(word) => Some(facts.text(n.index, word)),
            _ => None,
        });
    let is_root = |text: &str| {
        let name = text.split(':').next().unwrap_or(text);
        matches!(name, "root" | "0")
    };
    match set {
        Some(Some(text)) if is_root(&text) => User::Root,
        Some(Some(_)) => User::Other,
        Some(None) => User::Unknown,
        None => match facts.base_user(stage) {
            BaseUser::Root => User::Root,
            BaseUser::NonRoot(_) | BaseUser::Unknown => User::Unknown,
        },
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

fn removal(facts: &Facts<'_>, node: &Node<'_>, call: &Wrapper) -> Option<Edit> {
    if node.instruction.is_exec_form() || call.words.len() != 1 {
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
