//! `relative-workdir`: a WORKDIR whose meaning is up to the base image.

use crate::diagnostic::Severity;
use crate::facts::{Node, Stage, Workdir};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Kind, Word};

rule! {
    RelativeWorkdir {
        /// Whether a relative path after an absolute one is reported too.
        pub after_absolute: bool,
    }
}

impl Rule for RelativeWorkdir {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        for workdir in &stage.workdirs {
            let Some(node) = facts.nodes.get(workdir.node) else {
                continue;
            };
            let Kind::Workdir(word) = &node.instruction.kind else {
                continue;
            };
            match stage.workdir_before(workdir.node) {
                // The first of the chain decides; the ones behind it follow.
                None if workdir.relative => report_first(cx, stage, node, word),
                Some(before) if self.after_absolute => {
                    report_later(cx, node, word, workdir, before);
                }
                _ => {}
            }
        }
    }
}

/// Reports the first WORKDIR of a chain of stages.
pub(crate) fn report_first(cx: &mut Context<'_>, stage: &Stage<'_>, node: &Node<'_>, word: &Word) {
    let facts = cx.facts;
    let written = word.as_str();
    let text = facts.text(node.index, word);
    let home = written.trim_start_matches(['"', '\'']).starts_with('~');
    let base = facts.base_workdir(stage.index);
    let message = match (home, base) {
        (true, _) => format!("`{written}` is relative: `~` is not the home directory here"),
        (false, Some(base)) => {
            format!("`{written}` is relative to the base image's directory, `{base}`")
        }
        (false, None) => format!("`{written}` is relative to whatever directory the base sets"),
    };
    let root = facts.chain(stage.index).last().unwrap_or(stage);
    let report = cx
        .report(word.span, message)
        .help("write the whole path, from `/`")
        .label(root.from.head, "this image decides where the path starts");
    let Some(base) = base else {
        // Whoever owns such a base may well count on its directory.
        report.severity(Severity::Info);
        return;
    };
    if home || text.is_none() || facts.is_windows(stage.index) {
        return;
    }
    let quote = usize::from(written.starts_with(['"', '\'']));
    let bare = written.get(quote..).unwrap_or_default();
    let mut rest = bare;
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter.trim_start_matches('/');
    }
    let cut = quote..quote + bare.len() - rest.len();
    if rest.is_empty() || rest.starts_with('.') || !word.text.is_contiguous(0..written.len()) {
        return;
    }
    let start = format!("{}/", base.trim_end_matches('/'));
    let title = format!("begin with `{start}`");
    let span = if cut.is_empty() {
        Span::at(word.span.start + cut.start as u32)
    } else {
        word.span_of(cut)
    };
    let edits = vec![Edit::replace(span, start)];
    // Another value of the argument may be an image with another directory.
    let fix = if facts.source.slice(root.from.head).contains('$') {
        Fix::unsafe_(title, edits)
    } else {
        Fix::safe(title, edits)
    };
    report.fix(fix);
}

fn report_later(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    word: &Word,
    workdir: &Workdir,
    before: &Workdir,
) {
    let written = word.as_str();
    let text = cx.facts.text(node.index, word);
    let absolute = match &text {
        Some(text) => crate::facts::is_absolute_path(text),
        None => written
            .trim_start_matches(['"', '\''])
            .starts_with(['$', '/']),
    };
    if absolute {
        return;
    }
    let place = cx.facts.nodes.get(before.node).map(|n| n.instruction.head);
    let mut report = cx
        .report(
            word.span,
            format!("`{written}` is relative to the `WORKDIR` before it"),
        )
        .help("write the whole path, from `/`");
    if let Some(place) = place {
        report = report.label(place, "this one decides where the path starts");
    }
    let len = written.len();
    if let Some(path) = &workdir.path
        && text.as_deref() == Some(written)
        && word.text.is_contiguous(0..len)
        && path.starts_with('/')
        && !path.contains("/.")
    {
        let edits = vec![Edit::replace(word.span, path.as_str())];
        report.fix(Fix::safe(format!("write `{path}`"), edits));
    }
}
