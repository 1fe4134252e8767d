//! Images that move with every release.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::facts::{Facts, ImageUse, Place};
use crate::fix::{Applicability, Edit, Fix};
use crate::images::{ImageRef, Publisher, end_of_life, is_rolling, prefixed_official, publisher};
use crate::rule::Context;

/// Whether the name itself says the release, so that `latest` is only its newest update:
/// `ubi9/ubi-minimal`, which Red Hat tells people to use so, `google/ubuntu2404`.
fn names_release(image: &ImageRef) -> bool {
    let release = |part: &str| {
        ["ubi", "rhel", "ubuntu", "debian", "centos"]
            .iter()
            .any(|name| {
                let rest = part.strip_prefix(name).unwrap_or_default();
                rest.trim_start_matches(['-', '_'])
                    .starts_with(|c: char| c.is_ascii_digit())
            })
    };
    image.repository.visible().split('/').any(release)
}

/// Whether `latest` is right: nothing else is published, or the name says the release.
pub(super) fn means_latest(image: &ImageRef) -> bool {
    is_rolling(image) || names_release(image)
}

/// Whether no tag of the image gets updates: which one is named makes no difference.
pub(super) fn is_given_up(image: &ImageRef, as_of: Date) -> bool {
    end_of_life(image, as_of).is_some_and(|end| end.date.is_none())
}

/// Whether nothing can be said of the version: nobody publishes another, the image is given up,
/// the tree makes it itself, or whoever builds the file passes the argument that decides.
pub(super) fn is_settled(cx: &Context<'_>, used: &ImageUse) -> bool {
    let (facts, image) = (cx.facts, &used.image);
    means_latest(image)
        || is_given_up(image, facts.as_of)
        || cx.policy.is_own(image)
        || is_passed(facts, used)
}

/// Whether a workflow, a Makefile or a script passes an argument that the image's name has.
pub(super) fn is_passed(facts: &Facts<'_>, used: &ImageUse) -> bool {
    let passed = &facts.build.handed;
    !passed.is_empty()
        && facts
            .references(&used.word)
            .iter()
            .any(|r| passed.contains(&r.name))
}

/// Whether the name of an official image stands behind a prefix that only the build knows, and no
/// stage has that name.
pub(super) fn behind_prefix(facts: &Facts<'_>, image: &ImageRef) -> bool {
    prefixed_official(image).is_some_and(|rest| facts.stages_named(&rest.text).is_empty())
}

/// Reports an image that moves with every release.
pub(super) fn report_moving(
    cx: &mut Context<'_>,
    image: &ImageRef,
    place: Place,
    message: String,
    tag: Option<&str>,
) {
    // The default of an argument is for whoever builds without saying more; of the project's own
    // images the build says which release it wants.
    let is_default = place.variable.is_some();
    if is_default && publisher(image) == Publisher::Unknown {
        return;
    }
    let mut report = cx.report_at(&place, message).help(pin_help(image));
    if let Some(tag) = tag.filter(|_| place.is_exact) {
        report = report.fix(Fix::new(
            format!("name the newest release, `{tag}`"),
            vec![Edit::replace(place.span, tag)],
            Applicability::DisplayOnly,
        ));
    }
    if is_default {
        report.severity(Severity::Info);
    }
}

/// What to do about a tag that moves.
fn pin_help(image: &ImageRef) -> String {
    let name = image.familiar_name();
    if is_rolling(image) {
        return format!("no tag of a release is published: pin a digest, `{name}@sha256:…`");
    }
    format!("name a release, `{name}:<version>`, or pin a digest")
}
