//! `missing-ssh-key`: a repository is fetched over SSH, and the build has no key for it.

use crate::facts::absence;
use crate::facts::mount::MountKind;
use crate::facts::packages::Manager;
use crate::facts::{Command, Facts, Node};
use crate::images::OsFamily;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(MissingSshKey);

/// What says that keys or the keys of hosts come from somewhere, or that the address is replaced.
const KEYS: [&str; 13] = [
    ".ssh",
    "/etc/ssh",
    "GIT_CONFIG",
    "GIT_SSH",
    "PRIVATE_KEY",
    "SSH_AUTH_SOCK",
    "core.sshCommand",
    "gitconfig",
    "id_ed25519",
    "id_rsa",
    "insteadOf",
    "ssh-add",
    "ssh-agent",
];

/// What says that the keys of hosts are known, or not asked for.
const HOSTS: [&str; 9] = [
    "/etc/ssh",
    "GIT_CONFIG",
    "GIT_SSH",
    "StrictHostKeyChecking",
    "core.sshCommand",
    "gitconfig",
    "insteadOf",
    "known_hosts",
    "ssh-keyscan",
];

/// Verbs of git that ask a server.
const VERBS: [&str; 5] = ["clone", "fetch", "ls-remote", "pull", "submodule"];

impl Rule for MissingSshKey {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut said = std::collections::HashSet::new();
        for node in facts.nodes.iter().filter(|n| n.is(Keyword::Run)) {
            let (Some(stage), Some(script)) = (node.stage, &node.script) else {
                continue;
            };
            if node.onbuild || said.contains(&stage) || !absence::is_read(node, script) {
                continue;
            }
            let fetches = script.commands.iter().enumerate();
            let mut fetches = fetches.filter_map(|(index, c)| Some((index, fetched(c)?)));
            let Some((index, (place, host))) = fetches.next() else {
                continue;
            };
            if !script.is_fatal(index) || may_have_key(facts, node, stage) {
                continue;
            }
            let lends = node.mounts.iter().any(|m| m.kind == MountKind::Ssh);
            let name = script
                .commands
                .get(index)
                .map_or("git", |c| c.name.as_str());
            let mentions = |texts: &[&str]| {
                let mut texts = texts.iter();
                texts.any(|t| facts.is_mentioned_before(node, t) || facts.is_copied_before(node, t))
            };
            let (message, help) = match lends {
                true if !mentions(&HOSTS) => (
                    format!(
                        "`{name}` cannot check the key of `{host}`: nothing writes `known_hosts`"
                    ),
                    format!(
                        "write it first, `ssh-keyscan {host} >> ~/.ssh/known_hosts`, and compare it \
                         with what the host publishes"
                    ),
                ),
                false if !mentions(&KEYS) => (
                    format!("`{name}` has no SSH key for `{host}`"),
                    "fetch over https, or lend your keys: `RUN --mount=type=ssh …`, and \
                     `docker build --ssh default`"
                        .to_owned(),
                ),
                _ => continue,
            };
            said.insert(stage);
            cx.report(place, message).help(help);
        }
    }
}

/// Whether keys may be there that the file does not show: those of a base that nobody knows, of a mount,
/// of a folder that is copied to where a home or the system's files are.
fn may_have_key(facts: &Facts<'_>, node: &Node<'_>, stage: usize) -> bool {
    let is_known =
        absence::family(facts, stage) != OsFamily::Unknown && absence::is_written_out(facts, stage);
    let is_lent = |kind| matches!(kind, MountKind::Secret | MountKind::Bind);
    let brings = |n: &Node<'_>| {
        let target = facts.copied(n).and_then(|c| c.target.as_deref());
        target.is_some_and(|t| {
            matches!(t, "/" | "/root" | "/etc") || t.starts_with("/home") || t.contains('~')
        })
    };
    let mut before = facts.chain_nodes(stage).filter(|n| n.index < node.index);
    !is_known
        || node.mounts.iter().any(|m| is_lent(m.kind))
        || !facts.may_search(facts.nodes.len())
        || before.any(brings)
}

/// The address over SSH that a command fetches from, and its host.
fn fetched(command: &Command) -> Option<(Span, String)> {
    let is_git = command.name == "git"
        && command
            .subcommand()
            .is_some_and(|verb| VERBS.contains(&verb));
    let installs = crate::facts::packages::call_within(command, 0)
        .is_some_and(|install| matches!(install.manager, Manager::Pip | Manager::Uv));
    if !is_git && !installs {
        return None;
    }
    command.args().iter().find_map(|word| {
        let host = ssh_host(word.literal()?, is_git)?;
        Some((word.span, host.to_owned()))
    })
}

/// The host of `ssh://git@host:22/path`, `git+ssh://host/path` and, for git, `git@host:path`.
fn ssh_host(text: &str, is_git: bool) -> Option<&str> {
    let rest = match text.split_once("ssh://") {
        Some(("" | "git+", rest)) => rest,
        Some((before, rest)) if before.ends_with("@ git+") || before.ends_with("@git+") => rest,
        _ => {
            let (login, rest) = text.split_once('@').filter(|_| is_git)?;
            let (host, _) = rest.split_once(':')?;
            let is_name = |t: &str| {
                let mut all = t.chars();
                !t.is_empty()
                    && all.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            };
            return (is_name(login) && is_name(host)).then_some(host);
        }
    };
    let host = rest.split(['/', ':']).next()?;
    let host = host.rsplit('@').next()?;
    (!host.is_empty() && !host.contains('$')).then_some(host)
}
