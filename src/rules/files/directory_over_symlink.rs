//! `directory-over-symlink`: a tree with a directory where the base has a link.

use crate::facts::{CopyOrigin, Node};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;
use crate::text::has_wildcard;

rule!(DirectoryOverSymlink);

/// The links of a merged `/usr`.
const LINKS: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

impl Rule for DirectoryOverSymlink {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !matches!(node.keyword(), Some(Keyword::Copy | Keyword::Add)) || node.onbuild {
            return;
        }
        let facts = cx.facts;
        let copied = facts.copied(node).filter(|c| {
            c.origin == CopyOrigin::Context && c.target.as_deref().is_some_and(|t| t == "/")
        });
        let (Some(copied), Some(stage), Some(context)) = (copied, node.stage, facts.context())
        else {
            return;
        };
        let release = facts.root_release(stage);
        let Some(release) = release.filter(|r| r.has_merged_usr() == Some(true)) else {
            return;
        };
        for source in &copied.sources {
            let Some(path) = source.path().filter(|p| !has_wildcard(p)) else {
                continue;
            };
            let inside = |name: &&str| match path.as_str() {
                "." => (*name).to_owned(),
                path => format!("{path}/{name}"),
            };
            let is_there = |name: &&&str| {
                let inside = inside(name);
                context.is_directory(&inside) && !context.is_ignored(&inside)
            };
            if let Some(name) = LINKS.iter().find(is_there) {
                let inside = inside(name);
                cx.report(
                    source.span,
                    format!(
                        "`{inside}` is a directory, and `/{name}` of {} a link: the build fails",
                        release.name()
                    ),
                )
                .help(format!("move it to `usr/{name}` in the tree"));
            }
        }
    }
}
