//! `end-of-life-base`: a release that gets no updates any more.

use crate::diagnostic::Severity;
use crate::facts::{Facts, ImageUse, ImageUseKind};
use crate::fix::{Applicability, Edit, Fix};
use crate::images::end_of_life;
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;

rule! {
    EndOfLifeBase {
        /// Images that may be old; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

/// How many of the commands are labelled that fetch what may not run there.
const LABELS: usize = 3;

impl Rule for EndOfLifeBase {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let image = &used.image;
        let Some(end) = end_of_life(image, facts.as_of).filter(|_| !fits_any(&self.allow, image))
        else {
            return;
        };
        let place = match (&image.ranges.tag, &end.in_tag) {
            (Some(tag), Some(part)) => {
                facts.place(used, tag.start + part.start..tag.start + part.end)
            }
            _ => facts.name_place(used),
        };
        let message = match end.date {
            Some(date) => format!(
                "`{}` is out of support: {} got its last updates on {date}",
                image.shown(),
                end.release
            ),
            None => format!("`{}` is given up and gets no updates", end.release),
        };
        let help = match end.date {
            Some(_) if end.successor.is_empty() => {
                "build on a release that gets updates".to_owned()
            }
            Some(_) => format!("build on a release that gets updates: {}", end.successor),
            None => format!("build on {}", end.successor),
        };
        let mut report = cx.report_at(&place, message).help(help);
        if let Some(next) = end.next.filter(|_| place.is_exact) {
            report = report.fix(Fix::new(
                format!("build on `{next}`, and try it"),
                vec![Edit::replace(place.span, next)],
                Applicability::DisplayOnly,
            ));
        }
        if let ImageUseKind::From(stage) = used.kind {
            for (span, name) in fetches(facts, stage) {
                report = report.label(
                    span,
                    format!("fetches what is current, which may not run on {name} any more"),
                );
            }
        }
        let ships = match used.kind {
            ImageUseKind::From(stage) => facts.stages.get(stage).is_some_and(|s| s.in_final),
            ImageUseKind::CopyFrom | ImageUseKind::MountFrom => false,
        };
        if !ships {
            report.severity(Severity::Info);
        }
    }
}

/// The calls in the stages on a base that fetch what is current, each with the runtime for which
/// nobody may make that any more.
fn fetches(facts: &Facts<'_>, stage: usize) -> Vec<(Span, String)> {
    // Each base is looked for in the chains of all stages.
    if !facts.may_search(facts.nodes.len()) {
        return Vec::new();
    }
    let is_on = |s: &&crate::facts::Stage<'_>| facts.chain(s.index).any(|c| c.index == stage);
    let nodes = facts.stages.iter().filter(is_on);
    let nodes = nodes.flat_map(|s| facts.nodes_of(s)).filter(|n| !n.onbuild);
    let calls = nodes.flat_map(|n| n.run_installs().iter().map(move |i| (n, i)));
    let found = calls.filter_map(|(node, install)| {
        let runtime = facts.forsaken_runtime(node, install)?;
        Some((facts.call_span(install), runtime.version.full_name()))
    });
    found.take(LABELS).collect()
}
