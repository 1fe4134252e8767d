//! `stale-package-index`: the package index is fetched in a layer of its own.

use std::collections::{BTreeSet, HashMap};

use super::paths::has_cache_mount;
use crate::diagnostic::Severity;
use crate::edits::{has_comment_inside, is_below_comment, lines_of, takes_prefix};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Base, Facts, Node, Stage};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(StalePackageIndex);

impl Rule for StalePackageIndex {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut last_uses = LastUses::default();
        for stage in &facts.stages {
            for node in facts.nodes_of(stage) {
                if !node.is(Keyword::Run) {
                    continue;
                }
                if let Some(update) = lone_update(node) {
                    let Some(users) = users(facts, stage, node, update) else {
                        return;
                    };
                    report(cx, node, update, &users, &mut last_uses);
                }
            }
        }
    }
}

/// An installation that works with the index of an earlier layer.
struct User<'f, 'a> {
    node: &'f Node<'a>,
    install: &'f Install,
}

/// For each family of managers the last instruction of the final image that may work with an index,
/// once it is asked for.
type LastUses = HashMap<Option<u8>, Option<usize>>;

fn report(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    update: &Install,
    users: &[User<'_, '_>],
    last_uses: &mut LastUses,
) {
    let Some(first) = users.first() else {
        // An upgrade is a use.
        if update.action == Action::Upgrade {
            return;
        }
        unused(cx, node, update, last_uses);
        return;
    };
    let name = update.manager.as_str();
    let facts = cx.facts;
    let span = span_of(facts, update);
    let alone = users
        .iter()
        .all(|u| u.install.manager == Manager::Apk && u.install.fetches_index());
    // `apk update && apk upgrade`: the upgrade is what it was fetched for.
    let upgrades = |i: &Install| i.action == Action::Upgrade && i.manager == update.manager;
    if alone && node.installs.iter().any(upgrades) {
        return;
    }
    let what = facts.source.slice(span);
    let help = if alone {
        "remove it".to_owned()
    } else {
        let fetch = match update.manager {
            Manager::Pacman => what.to_owned(),
            _ => format!("{name} update"),
        };
        format!("put it in front of the install, in one RUN: `{fetch} && {name} …`")
    };
    let message = if alone {
        format!("`{what}` has no use: the `apk add` that follows fetches the index itself")
    } else {
        format!("`{what}` in its own layer: installs after it use the index as cached")
    };
    let fix = fix(facts, node, update, users, alone);
    let mut report = cx.report(span, message).help(help);
    let label = if alone {
        "fetches the index itself"
    } else {
        "installs from the cached index"
    };
    let at = first.install.program_span.to(first.install.verb_span);
    report = report.label(at, label);
    if alone {
        report = report.severity(Severity::Info);
    }
    if let Some(fix) = fix {
        report.fix(fix);
    }
}

/// The program and what it is told to do; pacman is told by an option.
fn span_of(facts: &Facts<'_>, update: &Install) -> Span {
    let is_line = || !facts.source.slice(update.span).contains('\n');
    match update.manager {
        Manager::Pacman if is_line() => update.span,
        _ => update.program_span.to(update.verb_span),
    }
}

/// Reports an index that nothing uses, if no program that is unknown here may do so.
fn unused(cx: &mut Context<'_>, node: &Node<'_>, update: &Install, last_uses: &mut LastUses) {
    let facts = cx.facts;
    if !facts.stage_of(node).is_some_and(|s| s.in_final) {
        return;
    }
    let family = family(update.manager);
    let last = last_uses
        .entry(family)
        .or_insert_with(|| last_use(facts, family));
    if last.is_some_and(|last| last >= node.index) {
        return;
    }
    let span = span_of(facts, update);
    let what = facts.source.slice(span);
    cx.report(
        span,
        format!("`{what}` has no use: nothing is installed with this index"),
    )
    .help("remove it, or put it in front of the install, in one RUN")
    .severity(Severity::Info);
}

/// The last instruction of the final image that may work with the index of a family. What is built
/// on a stage is looked at as well, images that others build on it are not.
fn last_use(facts: &Facts<'_>, kind: Option<u8>) -> Option<usize> {
    let indifferent = |n: &Node<'_>| {
        !n.is(Keyword::Run)
            || n.script.as_ref().is_some_and(|s| !s.unread)
                && n.commands().iter().enumerate().all(|(i, c)| {
                    let own = n.installs.iter().find(|own| own.command == i);
                    match own.filter(|own| family(own.manager) == kind) {
                        Some(own) => own.action == Action::Update,
                        None => !may_install(&c.name) && !is_manager(&c.name),
                    }
                })
    };
    let stages = facts.stages.iter().rev().filter(|s| s.in_final);
    let mut nodes = stages.flat_map(|s| facts.nodes_of(s).iter().rev());
    nodes
        .find(|n| n.onbuild || !indifferent(n))
        .map(|n| n.index)
}

/// Whether a program works with the index.
fn is_manager(name: &str) -> bool {
    matches!(
        name,
        "apt-get" | "apt" | "aptitude" | "apk" | "pacman" | "dpkg" | "add-apt-repository"
    )
}

/// The update of a RUN that installs nothing with it.
fn lone_update<'n>(node: &'n Node<'_>) -> Option<&'n Install> {
    let update = node
        .installs
        .iter()
        .find(|i| fetches(i) && family(i.manager).is_some())?;
    let kind = family(update.manager);
    let installs = |i: &Install| i.action == Action::Install && family(i.manager) == kind;
    let used = node.installs.iter().any(installs)
        || has_cache_mount(node, update.manager)
        // Something else may install with it: a script, another tool.
        || node
            .commands()
            .iter()
            .enumerate()
            .any(|(i, c)| i > update.command && may_install(&c.name))
        || has_deleted_lists(node, update.command);
    (!used).then_some(update)
}

/// Whether all that is kept of a command is the index: `apt-get update`, and `pacman -Syu`, which
/// upgrades with it.
fn fetches(install: &Install) -> bool {
    match install.action {
        Action::Update => true,
        Action::Upgrade => install.manager == Manager::Pacman && install.fetches_index(),
        _ => false,
    }
}

/// Whether an installation or an upgrade fetches an index for itself that serves what follows too.
fn fetches_itself(install: &Install) -> bool {
    (install.manager.is_apt() || install.manager == Manager::Pacman) && install.fetches_index()
}

/// Whether the index is removed again, so that nothing later can use it.
fn has_deleted_lists(node: &Node<'_>, update: usize) -> bool {
    node.commands().iter().enumerate().any(|(i, c)| {
        i > update
            && c.name == "rm"
            && c.literal_args()
                .any(|w| w.starts_with("/var/lib/apt") || w.starts_with("/var/cache/apk"))
    })
}

/// Programs that do not themselves install packages of the system.
fn may_install(name: &str) -> bool {
    !matches!(
        name,
        "" | "apt-get"
            | "apt"
            | "aptitude"
            | "apk"
            | "pacman"
            | "echo"
            | "set"
            | "true"
            | "cat"
            | "cp"
            | "mkdir"
            | "rm"
            | "sed"
            | "export"
            | "ln"
            | "mv"
            | "dpkg"
            | "apt-key"
            | "locale-gen"
            | "update-locale"
            | "dpkg-reconfigure"
            | "debconf-set-selections"
            | "grep"
            | "date"
            | "ls"
            | "cd"
            | "chmod"
            | "useradd"
            | "usermod"
            | "adduser"
            | "addgroup"
            | "groupadd"
            | "chown"
            | "touch"
            | "pip"
            | "pip3"
            | "add-apt-repository"
            | "tee"
            | "curl"
            | "wget"
            | "gpg"
    )
}

/// The managers whose installations use an index that is fetched on its own. dnf, yum and zypper
/// look after the age of theirs.
fn family(manager: Manager) -> Option<u8> {
    match manager {
        Manager::AptGet | Manager::Apt | Manager::Aptitude => Some(1),
        Manager::Apk => Some(2),
        Manager::Pacman => Some(3),
        _ => None,
    }
}

/// How many stages are searched for those that are built on one.
const MOST_STAGES: usize = 200;

/// The installations that use the index: in the same stage behind the update and in the stages
/// built on it, up to the next update of each; nothing if it takes too long to find out.
fn users<'f, 'a>(
    facts: &'f Facts<'a>,
    stage: &Stage<'a>,
    node: &Node<'_>,
    update: &Install,
) -> Option<Vec<User<'f, 'a>>> {
    let kind = family(update.manager);
    let mut users = Vec::new();
    // A stage is built on earlier ones only, so one look at each is enough.
    let mut family_tree = BTreeSet::from([stage.index]);
    let later = facts.stages.iter().skip(stage.index).take(MOST_STAGES);
    let child_stages = later.filter(|s| {
        let built_on = matches!(s.base, Base::Stage(base) if family_tree.contains(&base));
        if built_on {
            family_tree.insert(s.index);
        }
        built_on || s.index == stage.index
    });
    for child in child_stages {
        let start = child.nodes.start.max(node.index + 1);
        let behind = facts.nodes.get(start..child.nodes.end);
        for later in behind.unwrap_or_default() {
            if !facts.may_search(1) {
                return None;
            }
            if !later.is(Keyword::Run) {
                continue;
            }
            let mut updated = false;
            for install in &later.installs {
                if family(install.manager) != kind {
                    continue;
                }
                match install.action {
                    _ if fetches_itself(install) => updated = true,
                    Action::Update => updated = true,
                    Action::Install if !updated && !is_local(install) => {
                        users.push(User {
                            node: later,
                            install,
                        });
                        // One place per RUN is enough: what follows has the same index.
                        break;
                    }
                    _ => {}
                }
            }
            // A fresh index in this layer serves the layers behind it.
            if updated {
                break;
            }
        }
    }
    Some(users)
}

/// Whether only files are installed: `apt-get install ./x.deb`.
fn is_local(install: &Install) -> bool {
    use crate::facts::packages::PackageOrigin::Path;
    !install.packages.is_empty() && install.packages.iter().all(|p| p.origin == Path)
}

/// Whether something between the update and the installation may work with the index, or the
/// installation's own RUN before it: an upgrade, a download, a script.
fn is_needed_between(facts: &Facts<'_>, node: &Node<'_>, user: &User<'_, '_>) -> bool {
    let may_need = |n: &Node<'_>, command: usize| {
        let install = n.installs.iter().find(|i| i.command == command);
        let found = n.commands().get(command);
        match install {
            Some(i) => family(i.manager).is_some() && i.action != Action::Remove,
            None => found.is_some_and(|c| may_install(&c.name)),
        }
    };
    let between = facts.nodes.get(node.index + 1..=user.node.index);
    between.unwrap_or_default().iter().any(|n| {
        if !n.is(Keyword::Run) {
            return false;
        }
        let end = if n.index == user.node.index {
            user.install.command
        } else {
            n.commands().len()
        };
        n.script.as_ref().is_none_or(|s| s.unread) || (0..end).any(|c| may_need(n, c))
    })
}

/// Removes the RUN of the update, and updates where something is installed.
fn fix(
    facts: &Facts<'_>,
    node: &Node<'_>,
    update: &Install,
    users: &[User<'_, '_>],
    alone: bool,
) -> Option<Fix> {
    let plain = update.action == Action::Update
        && node.commands().len() == 1
        && node.instruction.heredocs.is_empty()
        && !node.instruction.is_exec_form()
        && node.instruction.flags.is_empty();
    if !plain || has_comment_inside(facts, node.instruction.span) {
        return None;
    }
    // Nothing but the command: a comment of the shell's would be lost.
    let arguments = match &node.instruction.kind {
        Kind::Run(line) => facts.source.slice(line.span()).trim(),
        _ => return None,
    };
    if arguments != facts.source.slice(update.span) {
        return None;
    }
    // A comment above it would seem to be about what follows.
    if is_below_comment(facts, node.instruction) {
        return None;
    }
    let mut edits = vec![Edit::delete(lines_of(facts, node)?)];
    if alone {
        return Some(Fix::unsafe_("remove the update", edits));
    }
    let command = facts.source.slice(update.span);
    if command.contains('\n') {
        return None;
    }
    // For several it is better to have one RUN than an update for each.
    let [user] = users else { return None };
    if user.node.instruction.is_exec_form()
        || !takes_prefix(user.node, user.install.command)
        || is_needed_between(facts, node, user)
    {
        return None;
    }
    let start = user.install.span.start;
    edits.push(Edit::insert(start, format!("{command} && ")));
    Some(Fix::unsafe_(
        format!("run `{command}` together with the install"),
        edits,
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing;

    fn count(text: &str) -> usize {
        testing::count("stale-package-index", text)
    }

    fn fixed(text: &str) -> String {
        testing::fixed("stale-package-index", text)
    }

    #[test]
    fn the_index_serves_until_the_next_update() {
        assert_eq!(
            count("FROM a\nRUN apt update\nRUN apt-get install -y x\n"),
            1
        );
        assert_eq!(
            count("FROM a\nRUN apt update\nRUN apt update && apt install -y x\n"),
            0
        );
        assert_eq!(
            count("FROM a\nRUN apt update\nFROM a\nRUN apt install -y x\n"),
            0
        );
        assert_eq!(count("FROM a\nRUN apt update\nRUN apk add x\n"), 0);
        assert_eq!(
            count("FROM a\nRUN apt update\nRUN apt install -y ./x.deb\n"),
            0
        );
        assert_eq!(count("FROM a\nRUN pacman -Sy\nRUN pacman -S x\n"), 1);
        assert_eq!(count("FROM a\nRUN pacman -Syu\nRUN pacman -S x\n"), 1);
        assert_eq!(count("FROM a\nRUN pacman -Syu\nRUN pacman -Sy x\n"), 0);
        assert_eq!(
            count("FROM a\nRUN pacman -Syu && pacman -S x\nRUN make\n"),
            0
        );
        assert_eq!(count("FROM a\nRUN pacman -Syu\nRUN make\n"), 0);
        let deleted =
            "FROM a\nRUN apt update && rm -rf /var/lib/apt/lists/*\nRUN apt install -y x\n";
        assert_eq!(count(deleted), 0);
    }

    #[test]
    fn an_index_without_a_use_is_reported_if_all_is_known() {
        for unused in [
            "RUN apt-get update",
            "RUN apt-get update && echo done\nCMD [\"a\"]",
            "RUN <<EOF\napt-get update\nEOF",
            "RUN [\"apk\", \"update\"]",
        ] {
            assert_eq!(count(&format!("FROM a\n{unused}\n")), 1, "{unused}");
        }
        for unknown in [
            "RUN apt-get update && ./setup",
            "RUN apt-get update\nRUN make deps",
            "RUN apt-get update && apt-get upgrade -y",
            "RUN apt-get update && apt-get build-dep -y x",
            "RUN apt-get update\nRUN apt-get download x",
            "RUN apt-get update\nONBUILD RUN ./x",
            "RUN apt-get update && rm -rf /var/lib/apt/lists/*",
            "RUN dnf makecache",
        ] {
            assert_eq!(count(&format!("FROM a\n{unknown}\n")), 0, "{unknown}");
        }
        assert_eq!(count("FROM a AS b\nRUN apt update\nFROM c\n"), 0);
        assert_eq!(count("FROM a AS b\nRUN apt update\nFROM b\nRUN ./x\n"), 0);
    }

    #[test]
    fn a_fix_keeps_comments_and_the_order_of_lists() {
        for kept in [
            "FROM a\nRUN apt update # now\nRUN apt install -y x\n",
            "FROM a\nRUN apt update\nRUN test -e x || apt install -y x\n",
            "FROM a\nRUN apt update\nRUN [\"apt\", \"install\", \"x\"]\n",
            "FROM a\nRUN apt \\\n  # now\n  update\nRUN apt install -y x\n",
        ] {
            assert_eq!(fixed(kept), kept);
        }
        let text = "FROM a\r\nRUN apt update\r\nRUN set -e; \\\r\n  apt install -y x\r\n";
        let wanted = "FROM a\r\nRUN set -e; \\\r\n  apt update && apt install -y x\r\n";
        assert_eq!(fixed(text), wanted);
    }
}
