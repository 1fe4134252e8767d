//! `unverified-download`: what a server sends is installed or run, and nothing says that it is what
//! was meant.

use super::installed::is_installed;
use crate::facts::downloads::{Address, is_fetcher};
use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(UnverifiedDownload);

impl Rule for UnverifiedDownload {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(script) = &node.script else {
            return;
        };
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        let mut found: Vec<Address> = Vec::new();
        for (index, command) in script.commands.iter().enumerate() {
            if !is_fetcher(command) || is_piped_to_interpreter(node, command) {
                continue;
            }
            let addresses = facts.addresses(node, command);
            let remote = addresses
                .into_iter()
                .filter(|a| a.scheme == "https" && !a.is_near() && !names_commit(&a.text));
            for address in remote {
                let file = facts.fetched_file(node, command, &address);
                let fetched = (index, command);
                if is_installed(facts, node, script, fetched, file.as_deref()) == Some(true) {
                    found.push(address);
                }
            }
        }
        if found.is_empty() || facts.verifies_later(node) {
            return;
        }
        for address in found {
            cx.report(
                address.span,
                "nothing says that this download is what was meant",
            )
            .help("compare its digest (`sha256sum -c`) or check its signature, or use `ADD --checksum`");
        }
    }
}

/// Whether an address says which commit it is of, so that it cannot give anything else.
fn names_commit(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() == 40 || run.len() == 64)
}

/// Whether `pipe-to-shell` speaks of it.
fn is_piped_to_interpreter(node: &Node<'_>, command: &Command) -> bool {
    let Some(((pipeline, part), script)) = command.pipeline.zip(node.script.as_ref()) else {
        return false;
    };
    let parts = script.pipelines.get(pipeline).map_or(&[][..], |p| &p.parts);
    let behind = parts.get(part + 1..).unwrap_or_default();
    let mut commands = behind.iter().flat_map(|p| script.slice(p.commands.clone()));
    commands.any(|c| matches!(c.name.as_str(), "sh" | "bash" | "zsh" | "dash" | "ash"))
}
