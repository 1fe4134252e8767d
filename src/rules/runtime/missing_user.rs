//! `missing-user`: an application runs as the superuser because nobody said otherwise.

use crate::diagnostic::Severity;
use crate::facts::program::{PrivilegeDrop, Program};
use crate::facts::{Base, Command, Facts};
use crate::images::{self, BaseUser, ImageRef, Tag};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(MissingUser);

impl Rule for MissingUser {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        let stage = last.index;
        let for_others = facts.nodes_of(last).iter().any(|n| n.onbuild);
        if for_others
            || facts.effective_user(stage).is_some()
            || facts.base_user(stage) != BaseUser::Root
            || facts.is_windows(stage)
        {
            return;
        }
        let launch = facts.launch(stage);
        let Some(node) = launch.node() else { return };
        let (command, own_code) = match launch.program() {
            Some(Program::Code(command)) => (command, true),
            Some(Program::Binary(command) | Program::Script(command)) => (command, false),
            _ => return,
        };
        // Without an ENTRYPOINT of its own the image keeps that of its base, which may well drop
        // privileges; those of systems and language runtimes do not.
        if launch.entrypoint.is_none() && !facts.is_plain_base(stage) {
            return;
        }
        // A lone binary may be a tool that people run on their own files.
        let serves = is_service(facts, stage);
        if !serves && !own_code || facts.drops_privileges(stage) != PrivilegeDrop::No {
            return;
        }
        let shown = shown(command);
        let help = match (facts.created_users(stage).last(), facts.root_base(stage)) {
            (Some(user), _) => format!("the file creates `{user}`: add `USER {user}`"),
            (None, Base::Scratch) => {
                "add `USER` with a number, such as `USER 65532:65532`: there is no user list"
                    .to_owned()
            }
            (None, Base::Image(i)) if images::official_name(i) == Some("node") => {
                "add `USER node`: the base image brings that user along".to_owned()
            }
            (None, Base::Image(i)) if brings_app_user(i) => {
                "add `USER $APP_UID`: the base image brings that user along".to_owned()
            }
            (None, _) => "create a user and name it with `USER` before the end".to_owned(),
        };
        let span = match &node.instruction.kind {
            Kind::Cmd(line) | Kind::Entrypoint(line) => line.span(),
            _ => node.instruction.head,
        };
        let from = facts.chain(stage).last().map(|s| s.from.head);
        let mut report = cx
            .report(span, format!("`{shown}` runs as root: no `USER` is set"))
            .help(help);
        if let Some(from) = from {
            report = report.label(from, "this base leaves the user at root");
        }
        if !serves {
            report.severity(Severity::Info);
        }
    }
}

/// Whether the container is there for others to use: it opens ports or is asked for its health.
fn is_service(facts: &Facts<'_>, stage: usize) -> bool {
    !facts.base_ports(stage).is_empty()
        || facts
            .chain(stage)
            .any(|s| !s.exposes.is_empty() || !s.healthchecks.is_empty())
}

/// Whether it is an image of .NET 8 or later, which has the user `app` and its number in `APP_UID`.
fn brings_app_user(image: &ImageRef) -> bool {
    let version = Tag::of(image).and_then(|tag| tag.numbers().first().copied());
    image
        .familiar_name()
        .starts_with("mcr.microsoft.com/dotnet/")
        && version >= Some(8)
}

/// The program and what it runs, for a message.
fn shown(command: &Command) -> String {
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|w| w.literal().unwrap_or(&w.raw))
        .collect();
    let count = match words.get(1) {
        Some(&("-jar" | "-m")) => 3,
        Some(second) if second.starts_with('-') => 1,
        _ => 2,
    };
    words.get(..count).unwrap_or(&words).join(" ")
}
