//! `missing-user`: an application runs as the superuser because nobody said otherwise.

use super::listening::listens;
use crate::diagnostic::Severity;
use crate::edits::{insert_above, insert_below, keyword_like};
use crate::facts::program::{PrivilegeDrop, Program};
use crate::facts::{Base, Command, Facts, Node};
use crate::fix::Fix;
use crate::images::{self, BaseUser, ImageRef, Tag};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

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
        let serves = is_service(facts, stage) || listens(facts, stage);
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
        if let Some(user) = known_user(facts, stage)
            && let Some(fix) = fix(facts, stage, &user)
        {
            report = report.fix(fix);
        }
        if !serves {
            report.severity(Severity::Info);
        }
    }
}

/// The user that the image has for it: one that the file creates, or that the base brings along.
fn known_user(facts: &Facts<'_>, stage: usize) -> Option<String> {
    if let Some(user) = facts.created_users(stage).last() {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        return user.chars().all(is_plain).then(|| user.clone());
    }
    match facts.root_base(stage) {
        Base::Image(i) if images::official_name(i) == Some("node") => Some("node".to_owned()),
        Base::Image(i) if brings_app_user(i) => Some("$APP_UID".to_owned()),
        _ => None,
    }
}

/// Puts the USER behind all that the stage does as root: in front of its CMD or ENTRYPOINT, else at
/// its end.
fn fix(facts: &Facts<'_>, stage: usize, user: &str) -> Option<Fix> {
    let nodes = facts.nodes_of(facts.stages.get(stage)?);
    let starts = |n: &Node<'_>| matches!(n.keyword(), Some(Keyword::Cmd | Keyword::Entrypoint));
    let writes = |n: &Node<'_>| {
        matches!(
            n.keyword(),
            Some(Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir)
        )
    };
    let last = nodes.iter().rposition(writes).map_or(0, |at| at + 1);
    let behind = nodes.get(last..)?;
    let newline = facts.source.newline();
    let keyword = match behind.iter().chain(nodes).find(|n| starts(n)) {
        Some(like) => keyword_like(like.instruction, Keyword::User),
        None => "USER".to_owned(),
    };
    let line = format!("{keyword} {user}{newline}");
    let edit = match behind.iter().find(|n| starts(n)) {
        Some(node) => insert_above(facts, node.instruction, line),
        None => insert_below(facts, nodes.last()?, line)?,
    };
    Some(Fix::unsafe_(format!("run it as `{user}`"), vec![edit]))
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
