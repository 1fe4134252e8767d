//! `untrusted-registry`: a registry that is not in the policy's list.

use super::images_shared::{
    images, is_golden, is_listed, listed_in_words, may_be_context, name_place,
};
use crate::images::ImageRef;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;

rule!(UntrustedRegistry);

impl Rule for UntrustedRegistry {
    fn check_file(&self, cx: &mut Context<'_>) {
        if cx.policy.trusted_registries.is_empty() {
            return;
        }
        let facts = cx.facts;
        if let Some(syntax) = &cx.file().syntax {
            report(cx, &ImageRef::parse(&syntax.image), syntax.span, None);
        }
        for used in images(facts).filter(|used| !may_be_context(used)) {
            let registry = used.image.ranges.registry.clone();
            let place = match registry.map(|range| facts.place(used, range)) {
                Some(place) if place.is_exact => place,
                _ => name_place(facts, used),
            };
            let here = place.variable.map(|(_, here)| here);
            report(cx, &used.image, place.span, here);
        }
    }
}

fn report(cx: &mut Context<'_>, image: &ImageRef, span: Span, here: Option<Span>) {
    let policy = cx.policy;
    let trusted = &policy.trusted_registries;
    if is_listed(trusted, image) != Some(false) || is_golden(policy, image) == Some(true) {
        return;
    }
    let name = image
        .canonical_name()
        .unwrap_or_else(|| image.familiar_name());
    let message = format!("`{name}` is in no trusted registry");
    let trusted = listed_in_words(trusted.iter().map(String::as_str));
    let report = cx
        .report(span, message)
        .help(format!("take it from a trusted registry: {trusted}"));
    if let Some(here) = here {
        report.label(here, "used here");
    }
}
