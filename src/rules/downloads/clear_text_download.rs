//! `clear-text-download`: code comes over a connection that everybody on the way can change.

use crate::diagnostic::Severity;
use crate::facts::downloads::{Address, holds_code, is_fetcher};
use crate::facts::{Command, Facts, Node};
use crate::fix::{Applicability, Edit, Fix};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(ClearTextDownload);

impl Rule for ClearTextDownload {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let mut found: Vec<(Address, bool)> = Vec::new();
        match &node.instruction.kind {
            Kind::Add(transfer) if node.instruction.flag("checksum").is_none() => {
                for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
                    let text = facts.masked(node.index, &source.word);
                    let address = Address::in_text(&text, source.word.span);
                    // What an image is made of is code or decides how code runs.
                    found.extend(address.filter(is_clear).map(|a| (a, true)));
                }
            }
            Kind::Run(_) => {
                for (index, command) in node.commands().iter().enumerate() {
                    let wanted = is_fetcher(command) || clones(command) || installs(command);
                    if !wanted {
                        continue;
                    }
                    for address in facts.addresses(node, command) {
                        if is_clear(&address) {
                            let code = is_code(facts, node, index, command, &address);
                            found.push((address, code));
                        }
                    }
                }
            }
            _ => {}
        }
        if found.is_empty() || facts.checks_download_later(node) {
            return;
        }
        for (address, code) in found {
            let scheme = &address.scheme;
            let report = cx
                .report(
                    address.span,
                    format!("`{scheme}://` lets whoever is on the way change what arrives"),
                )
                .help("fetch it over `https`, or compare its digest");
            let report = match secured(facts, &address) {
                Some(fix) => report.fix(fix),
                None => report,
            };
            if !code {
                report.severity(Severity::Info);
            }
        }
    }
}

/// Whether an address is one whose answers can be changed on the way.
fn is_clear(address: &Address) -> bool {
    let clear = matches!(address.scheme.as_str(), "http" | "ftp" | "git");
    clear && address.host.is_some() && !address.is_near()
}

/// Whether `git` fetches a repository.
fn clones(command: &Command) -> bool {
    command.name == "git"
        && command
            .literal_args()
            .any(|a| matches!(a, "clone" | "fetch" | "pull" | "add"))
        || matches!(command.name.as_str(), "svn" | "hg")
            && command
                .literal_args()
                .any(|a| matches!(a, "co" | "checkout" | "clone" | "export"))
}

/// Whether a package manager is given an address: of a package, or of an index without signatures.
fn installs(command: &Command) -> bool {
    match command.name.as_str() {
        "pip" | "pip2" | "pip3" | "uv" | "npm" | "yarn" | "pnpm" | "gem" | "rpm" | "yum"
        | "dnf" | "microdnf" | "tdnf" | "zypper" | "go" | "easy_install" | "pecl" | "apt-key"
        | "cpanm" => true,
        name => name.starts_with("python") && command.literal_args().any(|a| a == "pip"),
    }
}

/// Whether what arrives is run, unpacked, installed or trusted.
fn is_code(
    facts: &Facts<'_>,
    node: &Node<'_>,
    index: usize,
    command: &Command,
    address: &Address,
) -> bool {
    const TRUSTED: [&str; 6] = [".asc", ".gpg", ".key", ".pub", ".repo", ".list"];
    let path = address.path();
    let name = file_name(path);
    if !is_fetcher(command) || holds_code(path) || TRUSTED.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let Some(script) = &node.script else {
        return false;
    };
    let trusts = |c: &Command| {
        matches!(c.name.as_str(), "apt-key" | "gpg" | "gpg2")
            && c.pipeline == command.pipeline.map(|(p, n)| (p, n + 1))
    };
    if command.pipeline.is_some() && script.commands.iter().any(trusts) {
        return true;
    }
    let file = facts.fetched_file(node, command, address);
    file.as_deref().is_some_and(holds_code)
        || facts.uses_download(node, script, Some((index, command)), file.as_deref())
}

/// The same address over TLS; whether the server speaks it is not known.
fn secured(facts: &Facts<'_>, address: &Address) -> Option<Fix> {
    if address.scheme != "http" {
        return None;
    }
    let word = facts.source.slice(address.span);
    let at = word.find("http://")?;
    let start = address.span.start + at as u32 + 4;
    Some(Fix::new(
        "fetch it over `https`",
        vec![Edit::replace(Span::at(start), "s")],
        Applicability::DisplayOnly,
    ))
}
