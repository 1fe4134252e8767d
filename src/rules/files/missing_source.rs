//! `missing-source`: a COPY or a mount of what the build context does not have.

use crate::context::ContextOrigin;
use crate::facts::{CopyOrigin, Dialect, Node, Remote};
use crate::rule::{Context, Rule, rule};

rule!(MissingSource);

impl Rule for MissingSource {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        if node.onbuild || matches!(node.shell, Dialect::Cmd | Dialect::PowerShell) {
            return;
        }
        // What no build needs is never copied.
        if facts.stage_of(node).is_none_or(|s| !s.is_needed) {
            return;
        }
        let copied = facts.copied(node);
        let copied = copied.filter(|c| c.origin == CopyOrigin::Context);
        let sources = copied.into_iter().flat_map(|c| &c.sources);
        let mounted: Vec<_> = facts.mounted(node).collect();
        let mounted = mounted.iter().map(|source| (source, true));
        let sources: Vec<_> = sources.map(|s| (s, false)).chain(mounted).collect();
        if sources.is_empty() {
            return;
        }
        // A template is copied beside a project, which has the files.
        let mut folders = facts.source.path().components();
        if folders.any(|c| matches!(c.as_os_str().to_str(), Some("template" | "templates"))) {
            return;
        }
        let context = facts.context();
        let Some(context) = context.filter(|c| c.origin == ContextOrigin::Stated) else {
            return;
        };
        for (source, is_mount) in sources {
            let Some(path) = source.path() else { continue };
            let text = source.text.as_deref().unwrap_or_default();
            // A pattern may match nothing.
            let is_pattern = !is_mount && text.contains(['*', '?', '[', '\\', '$']);
            // `..` is a fault of its own.
            let climbs = path.starts_with("..");
            if is_pattern || climbs || path == "." || Remote::of(text).is_some() {
                continue;
            }
            if context.exists(&path) || context.is_made(&path) || is_output(&path) {
                continue;
            }
            let help = match context.nearest(&path) {
                Some(near) => format!("did you mean `{near}`?"),
                None if facts.is_beside(&path) => {
                    "paths start at the build context, not at the Dockerfile".to_owned()
                }
                None => "name what is there, or build with the directory that has it".to_owned(),
            };
            let message = format!("`{text}` is not in the build context");
            cx.report(source.span, message).help(help);
        }
    }
}

/// Whether a path lies in a folder that build tools write, so that something made it before.
fn is_output(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part,
            ".next"
                | ".nuxt"
                | ".output"
                | ".svelte-kit"
                | "_build"
                | "build"
                | "dist"
                | "node_modules"
                | "obj"
                | "out"
                | "publish"
                | "target"
        )
    })
}
