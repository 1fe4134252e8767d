//! `remote-add-without-checksum`: a download that nobody checks.

use crate::facts::{Command, Facts, Node, Remote};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

rule!(RemoteAddWithoutChecksum);

impl Rule for RemoteAddWithoutChecksum {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Add(transfer) = &node.instruction.kind else {
            return;
        };
        if node.instruction.flag("checksum").is_some() {
            return;
        }
        for source in &transfer.sources {
            let text = cx.facts.masked(node.index, &source.word);
            let text = text.trim_matches(['"', '\'']);
            // A repository is checked out by BuildKit, with its own kind of digest.
            if Remote::of(text) != Some(Remote::Web) || source.heredoc.is_some() {
                continue;
            }
            let address = text.split(['#', '?']).next().unwrap_or(text);
            if is_question(text) || is_checked_later(cx.facts, node, address) {
                continue;
            }
            cx.report(
                source.word.span,
                "whatever the server sends gets into the image: no `--checksum`",
            )
            .help(if transfer.sources.len() == 1 {
                "add `--checksum=sha256:…` with the digest of the file"
            } else {
                "give it an ADD of its own with `--checksum=sha256:…`: a digest is for one source"
            });
        }
    }
}

/// Whether an address is asked for an answer that changes, not for a file: the state of a branch,
/// fetched so that what follows is built again.
fn is_question(address: &str) -> bool {
    let rest = address.split("://").nth(1).unwrap_or_default();
    rest.starts_with("api.") || rest.contains("/git/refs/")
}

/// Whether a later RUN of the file compares a digest or a signature of the file.
fn is_checked_later(facts: &Facts<'_>, node: &Node<'_>, address: &str) -> bool {
    let name = address.rsplit('/').next().unwrap_or_default();
    let signature = [".asc", ".sig", ".sha256", ".sha512", ".sha256sum"];
    let later = facts.nodes.get(node.index + 1..).unwrap_or_default();
    let mut later = later
        .iter()
        .take_while(|n| n.stage == node.stage)
        .take(10 * MOST_LATER)
        .filter(|n| n.is(Keyword::Run))
        .take(MOST_LATER);
    let is_small_part = signature.iter().any(|s| name.ends_with(s));
    later.any(|n| {
        let is_meant = is_small_part
            || node
                .instruction
                .logical
                .text()
                .split_whitespace()
                .last()
                .and_then(|target| target.rsplit('/').find(|p| !p.is_empty()))
                .filter(|target| target.len() > 3)
                .is_some_and(|target| n.instruction.logical.text().contains(target))
            || !name.is_empty() && n.instruction.logical.text().contains(name);
        is_meant && n.commands().iter().any(Command::verifies)
    })
}

/// How many RUNs are searched for a check, at most among ten times as many instructions.
const MOST_LATER: usize = 20;
