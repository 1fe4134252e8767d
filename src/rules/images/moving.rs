//! Images that move with every release.

use crate::diagnostic::Severity;
use crate::facts::{Facts, Place};
use crate::images::{ImageRef, Publisher, is_rolling, prefixed_official, publisher};
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

/// Whether the name of an official image stands behind a prefix that only the build knows, and no
/// stage has that name.
pub(super) fn behind_prefix(facts: &Facts<'_>, image: &ImageRef) -> bool {
    prefixed_official(image).is_some_and(|rest| facts.stages_named(&rest.text).is_empty())
}

/// Reports an image that moves with every release.
pub(super) fn report_moving(cx: &mut Context<'_>, image: &ImageRef, place: Place, message: String) {
    let report = cx.report_at(&place, message).help(pin_help(image));
    if place.variable.is_some() {
        // A note is enough for the default of a variable that a build script sets to a release of
        // the project's own images.
        if publisher(image) == Publisher::Unknown {
            report.severity(Severity::Info);
        }
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
