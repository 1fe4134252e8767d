//! `add-instead-of-copy`: ADD where COPY does the same.

use crate::edits::keyword_like;
use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

rule!(AddInsteadOfCopy);

impl Rule for AddInsteadOfCopy {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Add(transfer) = &node.instruction.kind else {
            return;
        };
        if node.keyword() != Some(Keyword::Add) {
            return;
        }
        if transfer.sources.iter().all(|s| s.heredoc.is_some()) {
            return;
        }
        let mut certain = true;
        for source in &transfer.sources {
            if source.heredoc.is_some() {
                continue;
            }
            let text = cx.facts.masked(node.index, &source.word);
            match kind_of(&text) {
                Source::Special => return,
                Source::Plain => {}
                Source::Perhaps => certain = false,
            }
        }
        let name = node.instruction.name.span;
        let only_copy = node
            .instruction
            .flags
            .iter()
            .all(|f| matches!(f.name.as_str(), "chown" | "chmod" | "link" | "exclude"));
        let report = cx
            .report(
                name,
                "`ADD` copies files here: it also unpacks and downloads, `COPY` does not",
            )
            .help("use `COPY`");
        if only_copy {
            let edits = vec![Edit::replace(
                name,
                keyword_like(node.instruction, Keyword::Copy),
            )];
            report.fix(if certain {
                Fix::safe("use `COPY`", edits)
            } else {
                Fix::unsafe_("use `COPY`", edits)
            });
        }
    }
}

/// What ADD makes of a source.
enum Source {
    /// It is downloaded or unpacked, or that is not known.
    Special,
    /// It is copied.
    Plain,
    /// It is copied unless it is an archive in spite of its name.
    Perhaps,
}

fn kind_of(text: &str) -> Source {
    let text = text.trim_matches(['"', '\'']);
    let hidden = text.contains(crate::images::HIDDEN);
    let lower = text.to_lowercase();
    let remote =
        lower.contains("://") || lower.starts_with("git@") || lower.starts_with("github.com/");
    const ARCHIVES: [&str; 20] = [
        ".tar", ".tgz", ".taz", ".gz", ".tbz", ".tbz2", ".tb2", ".bz2", ".bz", ".txz", ".xz",
        ".lzma", ".tlz", ".lz", ".zst", ".tzst", ".z", ".tpz", ".tar.*", ".tar*",
    ];
    // An image root has no ending: `ADD rootfs /`, `ADD layer*`.
    if remote || ARCHIVES.iter().any(|a| lower.ends_with(a)) || lower.contains(".tar.") {
        return Source::Special;
    }
    let name = lower
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    if hidden {
        // A variable may be an address or an archive; with a plain ending behind it, it is none.
        return match name.rsplit_once('.') {
            Some((_, ending)) if is_plain(ending) && !lower.starts_with(crate::images::HIDDEN) => {
                Source::Plain
            }
            _ => Source::Special,
        };
    }
    if lower.ends_with('/') || matches!(name, "" | "." | "..") {
        return Source::Plain;
    }
    match name.rsplit_once('.') {
        Some((_, ending)) if is_plain(ending) => Source::Plain,
        _ => Source::Perhaps,
    }
}

/// Endings of files that are no archives that ADD unpacks.
fn is_plain(ending: &str) -> bool {
    matches!(
        ending,
        "c" | "cc"
            | "cfg"
            | "cnf"
            | "conf"
            | "config"
            | "cpp"
            | "cs"
            | "csproj"
            | "css"
            | "csv"
            | "deb"
            | "ear"
            | "env"
            | "exe"
            | "go"
            | "gradle"
            | "h"
            | "html"
            | "ini"
            | "jar"
            | "java"
            | "js"
            | "json"
            | "key"
            | "list"
            | "lock"
            | "md"
            | "mod"
            | "pem"
            | "php"
            | "pl"
            | "properties"
            | "ps1"
            | "py"
            | "rb"
            | "repo"
            | "rpm"
            | "rs"
            | "sbt"
            | "service"
            | "sh"
            | "sql"
            | "sum"
            | "toml"
            | "ts"
            | "txt"
            | "war"
            | "whl"
            | "xml"
            | "yaml"
            | "yml"
            | "zip"
            | "crt"
            | "apk"
            | "r"
    )
}
