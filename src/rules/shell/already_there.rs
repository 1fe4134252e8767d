//! `already-there`: a user, group or folder is made that is there.

use crate::diagnostic::Severity;
use crate::facts::{Base, Command, Facts, Node, absence};
use crate::images::{BaseAccount, OsFamily, base_account, official_name};
use crate::path::{clean, is_in};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(AlreadyThere);

/// Folders that Debian, Ubuntu and Alpine have.
const OF_SYSTEM: [&str; 23] = [
    "/bin",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/var",
    "/var/lib",
    "/var/log",
];

/// What says in a RUN that users are looked for or taken away first.
const CARES: [&str; 9] = [
    "userdel",
    "deluser",
    "groupdel",
    "delgroup",
    "usermod",
    "groupmod",
    "getent",
    "id -u",
    "/etc/passwd",
];

impl Rule for AlreadyThere {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let script = node.script.as_ref().filter(|_| node.is(Keyword::Run));
        let (Some(script), Some(stage)) = (script, node.stage) else {
            return;
        };
        if !absence::is_read(node, script) || !absence::is_written_out(facts, stage) {
            return;
        }
        let mut moved = false;
        for (index, command) in script.commands.iter().enumerate() {
            moved |= matches!(command.name.as_str(), "cd" | "pushd" | "chroot");
            let makes_user = matches!(
                command.name.as_str(),
                "useradd" | "adduser" | "groupadd" | "addgroup"
            );
            if !(makes_user || command.name == "mkdir") || absence::is_guarded(script, index, "") {
                continue;
            }
            let found = match makes_user {
                true => taken(facts, node, stage, command),
                false => existing(facts, node, index, command, moved),
            };
            let Some((span, message, label, help)) = found else {
                continue;
            };
            let mut report = cx.report(span, message).help(help);
            if let Some(label) = label {
                report = report.label(label, "made here");
            }
            if !script.is_fatal(index) {
                report.severity(Severity::Warning);
            }
            return;
        }
    }
}

type Found = (Span, String, Option<Span>, String);

/// A user or group whose name or number the base has.
fn taken(facts: &Facts<'_>, node: &Node<'_>, stage: usize, command: &Command) -> Option<Found> {
    let image = facts.root_image(stage)?;
    let account = base_account(image, facts.root_release(stage))?;
    let allowed = ["-o", "--non-unique", "-f", "--force", "--allow-bad-names"];
    if command.has_any_flag(&allowed) || !facts.may_search(node.index) {
        return None;
    }
    let cares = |n: &Node<'_>| {
        let text = facts.source.slice(n.instruction.span);
        n.is(Keyword::Run) && CARES.iter().any(|word| text.contains(word))
    };
    let mut before = facts.chain_nodes(stage).filter(|n| n.index <= node.index);
    if before.any(cares) {
        return None;
    }
    let (word, what) = number(command, account).or_else(|| named(command, account))?;
    let message = format!(
        "{what} is taken: `{}` has the user `{}`, number {}",
        image.shown(),
        account.name,
        account.id
    );
    let help = format!("use `{}`, remove it first, or take another", account.name);
    Some((word.span, message, None, help))
}

/// The word that gives the number, if that is the one of an account.
fn number<'c>(command: &'c Command, account: &BaseAccount) -> Option<(&'c Word, String)> {
    let makes_group = command.name.starts_with("group") || command.name == "addgroup";
    let names: &[&str] = match makes_group {
        true => &["-g", "--gid"],
        false => &["-u", "--uid"],
    };
    let mut words = command.args().iter().peekable();
    while let Some(word) = words.next() {
        let text = word.literal().unwrap_or_default();
        let value = match text.split_once('=') {
            Some((name, value)) if names.contains(&name) => Some((word, value.to_owned())),
            _ if names.contains(&text) => words
                .peek()
                .and_then(|next| Some((*next, next.literal()?.to_owned()))),
            _ => None,
        };
        if let Some((word, value)) = value {
            let what = if makes_group { "group" } else { "user" };
            return (value.parse() == Ok(account.id))
                .then(|| (word, format!("the number {value} of a {what}")));
        }
    }
    None
}

/// The word that gives the name, if that is the one of an account.
fn named<'c>(command: &'c Command, account: &BaseAccount) -> Option<(&'c Word, String)> {
    let word = match command.name.as_str() {
        "useradd" | "groupadd" => command.words.last()?,
        // `adduser node docker` adds to a group.
        _ => return None,
    };
    word.is(account.name)
        .then(|| (word, format!("the name `{}`", account.name)))
}

/// A folder that something made before, or that every system has.
fn existing(
    facts: &Facts<'_>,
    node: &Node<'_>,
    index: usize,
    command: &Command,
    moved: bool,
) -> Option<Found> {
    let stage = node.stage?;
    let parents = command.flags().any(|w| {
        let text = w.raw.as_str();
        text == "--parents" || !text.starts_with("--") && text.contains('p')
    });
    if parents || command.hides_options() {
        return None;
    }
    let Base::Image(image) = facts.root_base(stage) else {
        return None;
    };
    official_name(image)?;
    let system = matches!(
        absence::family(facts, stage),
        OsFamily::Debian | OsFamily::Alpine
    );
    for word in command.operands(&["-m", "--mode"]) {
        let Some(text) = word.literal().filter(|t| !t.contains(['*', '{', '~'])) else {
            continue;
        };
        if moved && !text.starts_with('/') {
            continue;
        }
        let Some(path) = facts.absolute(node, text).map(|p| clean(&p)) else {
            continue;
        };
        if !facts.may_search(node.index) {
            return None;
        }
        let mut made = None;
        for before in facts.chain_nodes(stage).filter(|n| n.index < node.index) {
            made = match &before.instruction.kind {
                Kind::Workdir(word) => {
                    let path_of = |text: String| Some(clean(&facts.absolute(before, &text)?));
                    let workdir = facts.text(before.index, word).and_then(path_of);
                    let makes = workdir.is_some_and(|w| is_in(&w, &path));
                    made.or(makes.then_some(before.instruction.span))
                }
                _ => made,
            };
        }
        let removes =
            |c: &Command| matches!(c.name.as_str(), "rm" | "rmdir" | "mv" | "find" | "unlink");
        let removed = facts
            .chain_nodes(stage)
            .filter(|n| n.index <= node.index)
            .any(|n| {
                let commands = n.commands();
                let until = if n.index == node.index {
                    index
                } else {
                    commands.len()
                };
                commands.iter().take(until).any(removes)
            });
        let of_system = system && OF_SYSTEM.contains(&path.as_str());
        if !removed && (made.is_some() || of_system) {
            let message = format!("`{text}` is there already, and `mkdir` without `-p` fails");
            return Some((
                word.span,
                message,
                made,
                "leave it out, or pass `-p`".to_owned(),
            ));
        }
    }
    None
}
