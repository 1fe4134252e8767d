//! `still-packed`: ADD fetches an archive that nothing unpacks, and something is looked for in it.

use crate::facts::{Copied, CopyOrigin, Facts, FromTarget, Node, Remote, is_tar_archive};
use crate::path::{clean, file_name};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

rule!(StillPacked);

/// Programs that unpack, or may.
const UNPACKERS: [&str; 16] = [
    "7z", "7za", "ar", "bsdtar", "bunzip2", "cpio", "gunzip", "gzip", "jar", "make", "python",
    "python3", "tar", "unar", "unxz", "unzip",
];

impl Rule for StillPacked {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Kind::Add(_) = &node.instruction.kind else {
            return;
        };
        if node.onbuild || node.instruction.flag("unpack").is_some() {
            return;
        }
        let Some(copied) = facts.copied(node) else {
            return;
        };
        for source in &copied.sources {
            let text = source.text.as_deref().unwrap_or_default();
            let address = text.split(['?', '#']).next().unwrap_or_default();
            let name = file_name(address);
            if Remote::of(text) != Some(Remote::Web) || !is_archive(name) {
                continue;
            }
            let Some(use_) = looked_for(facts, node, copied, name) else {
                continue;
            };
            cx.report(
                source.span,
                format!("`ADD` does not unpack what it fetches: `{name}` stays an archive"),
            )
            .label(use_, "looked for in it here")
            .help("pass `--unpack=true` (Dockerfile 1.17), or unpack it with `tar` in a RUN");
        }
    }
}

/// The instruction that uses the folder into which an archive is fetched, if nothing can unpack it.
fn looked_for(
    facts: &Facts<'_>,
    node: &Node<'_>,
    copied: &Copied,
    name: &str,
) -> Option<crate::span::Span> {
    let stage = facts.stage_of(node)?;
    let target = copied.target.as_deref()?;
    if is_archive(file_name(target)) || target == "/" {
        return None;
    }
    let is_taken = facts
        .nodes
        .iter()
        .filter_map(|n| facts.copied(n))
        .any(|c| c.origin == CopyOrigin::From(FromTarget::Stage(stage.index)));
    if is_taken {
        return None;
    }
    let inner = format!("{}/", clean(target));
    let mut found = None;
    let after = facts.nodes.iter().filter(|n| n.index > node.index);
    for other in after.filter(|n| n.stage == Some(stage.index) && !n.onbuild) {
        let text = facts.source.slice(other.instruction.span);
        match &other.instruction.kind {
            Kind::Run(_) | Kind::Cmd(_) | Kind::Entrypoint(_) => {
                // A script that nobody here can read may do it.
                let may_unpack = other.commands().iter().any(|c| {
                    UNPACKERS.contains(&c.name.as_str())
                        || c.name.is_empty()
                        || c.name.ends_with(".sh")
                        || c.name.contains("entrypoint")
                        || c.script.is_some()
                });
                if may_unpack
                    || text.contains(name)
                    || other.script.as_ref().is_none_or(|s| s.unread)
                {
                    return None;
                }
            }
            _ if text.contains(name) => return None,
            _ => {}
        }
        let is_use = other.is(Keyword::Run)
            || matches!(
                other.keyword(),
                Some(Keyword::Cmd | Keyword::Entrypoint | Keyword::Env | Keyword::Workdir)
            );
        if is_use && found.is_none() && text.contains(&inner) {
            found = Some(other.instruction.span);
        }
    }
    found
}

fn is_archive(name: &str) -> bool {
    is_tar_archive(name) || name.to_lowercase().ends_with(".zip")
}
