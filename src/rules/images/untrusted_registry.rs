//! `untrusted-registry`: a registry that is not in the policy's list.

use crate::facts::{ImageUse, Place};
use crate::images::ImageRef;
use crate::policy::images::is_listed;
use crate::rule::{Context, Rule, rule};
use crate::text;

rule!(UntrustedRegistry);

impl Rule for UntrustedRegistry {
    fn check_file(&self, cx: &mut Context<'_>) {
        if let Some(syntax) = &cx.file().syntax {
            let place = Place {
                span: syntax.span,
                is_exact: true,
                variable: None,
            };
            check(cx, &ImageRef::parse(&syntax.image), &place);
        }
    }

    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        if used.may_be_context() {
            return;
        }
        let registry = used.image.ranges.registry.clone();
        let place = match registry.map(|range| cx.facts.place(used, range)) {
            Some(place) if place.is_exact => place,
            _ => cx.facts.name_place(used),
        };
        check(cx, &used.image, &place);
    }
}

fn check(cx: &mut Context<'_>, image: &ImageRef, place: &Place) {
    let policy = cx.policy;
    let trusted = &policy.trusted_registries;
    if let Some(refusal) = policy.read.iter().find_map(|s| s.refusal(image)) {
        cx.report_at(place, refusal)
            .help("take an image that it lets through, or have its rules changed");
        return;
    }
    let searched = policy.read.iter();
    let searched = searched
        .filter_map(|s| s.untrusted_search(image, trusted))
        .next();
    if let Some(searched) = searched {
        let name = image.canonical_name().unwrap_or_default();
        cx.report_at(place, searched)
            .help(format!("write the name in full: `{name}`"));
        return;
    }
    if trusted.is_empty()
        || is_listed(trusted, image) != Some(false)
        || policy.is_golden(image) == Some(true)
    {
        return;
    }
    let name = image
        .canonical_name()
        .unwrap_or_else(|| image.familiar_name());
    let trusted = text::list_of_names(trusted.iter().map(String::as_str));
    cx.report_at(place, format!("`{name}` is in no trusted registry"))
        .help(format!("take it from a trusted registry: {trusted}"));
}
