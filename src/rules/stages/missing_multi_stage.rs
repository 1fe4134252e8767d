//! `missing-multi-stage`: the image ships the toolchain that compiled its program.

use super::toolchain::compiled;
use crate::facts::ImageUseKind;
use crate::rule::{Context, Rule, rule};

rule!(MissingMultiStage);

impl Rule for MissingMultiStage {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        // Who builds on the image may want its tools.
        if facts.chain_nodes(last.index).any(|n| n.onbuild) {
            return;
        }
        let Some(found) = compiled(facts, last) else {
            return;
        };
        let Some(root) = facts.chain(last.index).last() else {
            return;
        };
        let used = facts
            .own_images()
            .find(|i| i.kind == ImageUseKind::From(root.index));
        let Some(used) = used else {
            return;
        };
        let name = found.toolchain.name;
        let message = format!(
            "`{}` ships with the image: {name}, which only builds it",
            used.image.shown()
        );
        let place = facts.name_place(used);
        cx.report_at(&place, message)
            .help(format!(
                "build in a stage of its own, and copy the result into one on {}",
                found.toolchain.small
            ))
            .label(facts.call_span(found.install), "compiled here");
    }
}
