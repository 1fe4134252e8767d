//! `missing-certificates`: a download over https where nobody's certificate can be checked.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::facts::absence;
use crate::facts::packages::Install;
use crate::facts::{Facts, Node, Verified};
use crate::images::Presence;
use crate::rule::{Context, Rule, rule};
use crate::shell::{Command, Script};
use crate::syntax::Keyword;

rule!(MissingCertificates);

/// The name of the certificates in `data/bases.toml`; Debian's package of them is called so too.
const CERTIFICATES: &str = "ca-certificates";

/// What checks certificates against those of the system.
const CLIENTS: [&str; 3] = ["curl", "git", "wget"];

/// What says that certificates come from elsewhere.
const OTHERS: [&str; 5] = [
    "/etc/ssl",
    "CURL_CA_BUNDLE",
    "GIT_SSL",
    "SSL_CERT",
    "ca-bundle",
];

impl Rule for MissingCertificates {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut said = HashSet::new();
        for node in facts
            .nodes
            .iter()
            .filter(|n| n.is(Keyword::Run) && !n.onbuild)
        {
            let (Some(stage), Some(script)) = (node.stage, &node.script) else {
                continue;
            };
            let root = absence::root(facts, stage);
            if said.contains(&root) || !absence::is_read(node, script) {
                continue;
            }
            if check(cx, node, stage, script) {
                said.insert(root);
            }
        }
    }
}

fn check(cx: &mut Context<'_>, node: &Node<'_>, stage: usize, script: &Script) -> bool {
    let facts = cx.facts;
    let mut programs = facts.programs_before(node);
    for (index, command) in script.commands.iter().enumerate() {
        let is_missing = || programs.presence(CERTIFICATES) == Presence::Absent;
        let client = CLIENTS.iter().find(|name| **name == command.name);
        if let Some(client) = client.filter(|_| is_missing())
            // Without the program, that is what is missing.
            && programs.presence(client) != Presence::Absent
            && !absence::is_guarded(script, index, client)
            && let Some(address) = checked(facts, node, index, command)
        {
            let may_be_there = OTHERS.iter().any(|text| {
                facts.is_mentioned_before(node, text) || facts.is_copied_before(node, text)
            });
            if may_be_there || !installs_no_more(facts, node, stage) {
                return true;
            }
            let message = format!(
                "`{client}` finds no certificates to check this address with: `{CERTIFICATES}` is not installed"
            );
            let report = cx.report(address.span, message).help(format!(
                "install `{CERTIFICATES}` with `{client}`, which only recommends it"
            ));
            if !absence::is_written_out(facts, stage) || !script.is_fatal(index) {
                report.severity(Severity::Warning);
            }
            return true;
        }
        programs.run(node, index);
    }
    false
}

/// The address of a download whose certificate is checked.
fn checked(
    facts: &Facts<'_>,
    node: &Node<'_>,
    index: usize,
    command: &Command,
) -> Option<crate::facts::downloads::Address> {
    let is_off = facts.switched_off().iter().any(|off| {
        off.node <= node.index
            && off.verified == Verified::Certificates
            && (off.command.is_none() || off.node == node.index && off.command == Some(index))
    });
    let others = [
        "--cacert",
        "--capath",
        "--ca-certificate",
        "--ca-directory",
        "-c",
    ];
    if is_off || command.hides_options() || command.has_any_flag(&others) {
        return None;
    }
    let mut addresses = facts.addresses(node, command).into_iter();
    addresses.find(|a| a.scheme == "https")
}

/// Whether no call so far installed what packages recommend.
fn installs_no_more(facts: &Facts<'_>, node: &Node<'_>, stage: usize) -> bool {
    let plain = |install: &Install| {
        install.manager.is_apt()
            && (install.packages.is_empty() && !install.more
                || install.has_flag(&["--no-install-recommends", "--no-recommends"]))
    };
    let before = facts.chain_nodes(stage).filter(|n| n.index <= node.index);
    let mut installs = before.flat_map(Node::run_installs);
    installs.all(plain)
}
