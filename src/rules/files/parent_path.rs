//! `parent-path`: a source above the build context, which there is not.

use crate::context::ContextOrigin;
use crate::diagnostic::Severity;
use crate::facts::{CopiedSource, CopyOrigin, Facts, Node, Remote};
use crate::fix::{Edit, Fix};
use crate::path::{clean, normal_parts};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;

rule!(ParentPath);

impl Rule for ParentPath {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        if node.stage.is_some_and(|s| facts.is_windows(s)) {
            return;
        }
        let copied = facts.copied(node);
        let copied = copied.filter(|c| c.origin == CopyOrigin::Context);
        let mounted: Vec<CopiedSource> = facts.mounted(node).collect();
        let sources = copied.into_iter().flat_map(|c| &c.sources).chain(&mounted);
        for source in sources {
            let Some(text) = climbs(source) else { continue };
            let rest = normal_parts(text).join("/");
            let meant = match rest.as_str() {
                "" => "all of the build context".to_owned(),
                rest => format!("`{rest}` of the build context"),
            };
            let report = cx
                .report(
                    source.span,
                    format!("nothing lies above the build context: `{text}` is {meant}"),
                )
                .help("build with the directory above as the context: `docker build -f <this file> ..`");
            let report = if is_missing(facts, &rest) {
                report.severity(Severity::Error)
            } else {
                report
            };
            if let Some(fix) = without_parent(facts, source.span, text, &rest) {
                report.fix(fix);
            }
        }
    }
}

/// The text of a source that leads above the root, as it would be read elsewhere.
pub(super) fn climbs(source: &CopiedSource) -> Option<&str> {
    let text = source.text.as_deref()?;
    if source.is_heredoc || Remote::of(text).is_some() {
        return None;
    }
    let path = clean(text.trim_start_matches('/'));
    // `..data` is a name.
    (path == ".." || path.starts_with("../")).then_some(text)
}

/// Whether the context is known for sure not to have it.
fn is_missing(facts: &Facts<'_>, path: &str) -> bool {
    let context = facts
        .context()
        .filter(|c| c.origin == ContextOrigin::Stated);
    context.is_some_and(|c| !path.contains(['*', '?', '[']) && !c.exists(path) && !c.is_made(path))
}

/// The same file, named as the builder reads it.
fn without_parent(facts: &Facts<'_>, span: Span, text: &str, rest: &str) -> Option<Fix> {
    let is_plain = facts.source.slice(span) == text && text.ends_with(rest) && !rest.is_empty();
    is_plain.then(|| {
        let cut = Span::new(span.start, span.end - rest.len() as u32);
        Fix::safe(
            "name the file that the builder takes",
            vec![Edit::delete(cut)],
        )
    })
}
