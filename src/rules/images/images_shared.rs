//! What the rules on images share.

use crate::diagnostic::Severity;
use crate::facts::{Facts, ImageUse, ImageUseKind, Place};
use crate::images::{HIDDEN, ImageRef, Publisher, Tag, official_name, publisher};
use crate::policy::Policy;
use crate::rule::Context;
use crate::text::matches_wildcard;

/// The images that this file's own build takes, invalid references left out: a name behind
/// ONBUILD may be a stage of the file that builds on this one.
pub(super) fn images<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = &'f ImageUse> {
    facts.images.iter().filter(|i| {
        i.image.validity.is_ok() && facts.nodes.get(i.node).is_some_and(|node| !node.onbuild)
    })
}

/// Whether a `--from` may as well name a build context or a misspelt stage: one word without a
/// tag that is no Docker Official Image.
pub(super) fn may_be_context(image: &ImageUse) -> bool {
    !matches!(image.kind, ImageUseKind::From(_))
        && image.image.is_untagged()
        && is_local_name(&image.image)
}

/// Whether a name is one word that no image on Docker Hub can have: only official images stand
/// there without a namespace.
pub(super) fn is_local_name(image: &ImageRef) -> bool {
    !image.text.contains('/') && official_name(image).is_none()
}

/// The place of the name without tag and digest.
pub(super) fn name_place(facts: &Facts<'_>, image: &ImageUse) -> Place {
    let ranges = &image.image.ranges;
    let place = facts.place(image, 0..ranges.repository.end);
    if place.is_exact {
        return place;
    }
    let repository = facts.place(image, ranges.repository.clone());
    if repository.is_exact {
        repository
    } else {
        place
    }
}

/// The place of the tag's version; of the whole tag if it has none, of the name without a tag.
pub(super) fn version_place(facts: &Facts<'_>, image: &ImageUse) -> Place {
    let Some(range) = image.image.ranges.tag.clone() else {
        return name_place(facts, image);
    };
    match Tag::of(&image.image) {
        Some(tag) if !tag.version.is_empty() => {
            let start = range.start + tag.prefix.len();
            facts.place(image, start..start + tag.version.len())
        }
        _ => facts.place(image, range),
    }
}

/// The reference as people read it: variables resolved, `…` for one that is not known.
pub(super) fn shown(image: &ImageRef) -> String {
    image.text.replace(HIDDEN, "…")
}

/// Repositories of which nothing but moving tags is published: rolling releases, and vendors who
/// keep the tags of releases to themselves. A name that ends in `/` stands for all below it.
const ROLLING: [&str; 9] = [
    // https://edu.chainguard.dev/chainguard/chainguard-images/about/images-features/
    "cgr.dev/chainguard/",
    "docker.io/chainguard/",
    "docker.io/clearlinux/",
    "docker.io/library/archlinux",
    "docker.io/library/clearlinux",
    "docker.io/opensuse/tumbleweed",
    // https://github.com/GoogleContainerTools/distroless#what-images-are-available
    "gcr.io/distroless/",
    // https://google.github.io/oss-fuzz/getting-started/new-project-guide/#base-images
    "gcr.io/oss-fuzz-base/",
    "registry.opensuse.org/opensuse/tumbleweed",
];

/// Whether the image has only moving tags, so that a digest alone holds it.
fn is_rolling(image: &ImageRef) -> bool {
    let Some(name) = image.canonical_name() else {
        return false;
    };
    ROLLING.iter().any(|known| match known.ends_with('/') {
        true => name.starts_with(known),
        false => name == *known,
    })
}

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

/// Reports an image that moves with every release.
pub(super) fn report_moving(cx: &mut Context<'_>, image: &ImageRef, place: Place, message: String) {
    let mut report = cx.report(place.span, message).help(pin_help(image));
    if let Some((_, here)) = place.variable {
        report = report.label(here, "used here");
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

/// An image in configuration: a name, perhaps a tag and a digest; `*` stands for any text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern<'p> {
    /// The name, in full or as people write it.
    pub(super) name: &'p str,
    /// The tag.
    pub(super) tag: Option<&'p str>,
    /// The digest.
    pub(super) digest: Option<&'p str>,
}

/// Whether a pattern fits an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It surely does.
    Yes,
    /// It surely does not.
    No,
    /// The name fits, but not the tag or the digest.
    OtherTag,
    /// A variable decides.
    Unknown,
}

impl<'p> Pattern<'p> {
    pub(super) fn of(text: &'p str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let last = rest.rfind('/').map_or(0, |i| i + 1);
        let (name, tag) = match rest.get(last..).and_then(|end| end.split_once(':')) {
            Some((end, tag)) => (rest.get(..last + end.len()).unwrap_or_default(), Some(tag)),
            None => (rest, None),
        };
        Self { name, tag, digest }
    }

    /// What the image is called where the pattern fits it: in full or as people write it.
    pub(super) fn name_of(&self, image: &ImageRef) -> Option<String> {
        let familiar = image.familiar_name();
        if matches_wildcard(self.name, &familiar) {
            return Some(familiar);
        }
        image
            .canonical_name()
            .filter(|full| matches_wildcard(self.name, full))
    }

    pub(super) fn fit(&self, image: &ImageRef) -> Fit {
        if image.is_hidden() {
            return Fit::Unknown;
        }
        if self.name_of(image).is_none() {
            return Fit::No;
        }
        let mut fit = Fit::Yes;
        if let Some(tag) = self.tag {
            fit = match image.effective_tag() {
                Some(used) if matches_wildcard(tag, used) => Fit::Yes,
                Some(_) => Fit::OtherTag,
                None if image.tag.is_some() => Fit::Unknown,
                // With nothing but a digest, the tag is nowhere to be seen.
                None => Fit::OtherTag,
            };
        }
        match (self.digest, &image.digest) {
            (None, _) => fit,
            (Some(digest), Some(used)) => match used.known() {
                // The digest alone decides which bits these are.
                Some(used) if matches_wildcard(digest, used) => Fit::Yes,
                Some(_) => Fit::OtherTag,
                None => Fit::Unknown,
            },
            (Some(_), None) => Fit::OtherTag,
        }
    }
}

/// Whether one of the patterns fits the image for sure.
pub(super) fn fits_any<S: AsRef<str>>(patterns: &[S], image: &ImageRef) -> bool {
    patterns
        .iter()
        .any(|p| Pattern::of(p.as_ref()).fit(image) == Fit::Yes)
}

/// Whether a registry, or a part of one, is in a list of the policy. `None` if a variable decides.
pub(super) fn is_listed(registries: &[String], image: &ImageRef) -> Option<bool> {
    let registry = image.registry.known()?;
    let name = image.canonical_name();
    let mut unknown = false;
    for entry in registries {
        let entry = entry.trim_end_matches('/');
        let (host, path) = match entry.split_once('/') {
            Some((host, path)) => (host, Some(path)),
            None => (entry, None),
        };
        if !matches_wildcard(
            &hub(&host.to_ascii_lowercase()),
            &registry.to_ascii_lowercase(),
        ) {
            continue;
        }
        match (path, &name) {
            (None, _) => return Some(true),
            (Some(_), None) => unknown = true,
            (Some(path), Some(name)) => {
                let used = name.get(registry.len() + 1..).unwrap_or_default();
                if matches_wildcard(path, used) || matches_wildcard(&format!("{path}/*"), used) {
                    return Some(true);
                }
            }
        }
    }
    if unknown { None } else { Some(false) }
}

/// The names people give Docker Hub.
fn hub(host: &str) -> String {
    match host {
        "index.docker.io"
        | "registry-1.docker.io"
        | "registry.hub.docker.com"
        | "hub.docker.com" => crate::images::DOCKER_HUB.to_owned(),
        other => other.to_owned(),
    }
}

/// Whether the image is one of the organisation's golden images. `None` if a variable decides.
pub(super) fn is_golden(policy: &Policy, image: &ImageRef) -> Option<bool> {
    let mut unknown = false;
    for golden in &policy.golden {
        match Pattern::of(&golden.image).fit(image) {
            Fit::Yes => return Some(true),
            Fit::Unknown => unknown = true,
            Fit::No | Fit::OtherTag => {}
        }
    }
    if unknown { None } else { Some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, image: &str) -> Fit {
        Pattern::of(pattern).fit(&ImageRef::parse(image))
    }

    #[test]
    fn a_pattern_fits_the_short_and_the_full_name() {
        assert_eq!(fit("python", "python:3.12"), Fit::Yes);
        assert_eq!(fit("docker.io/library/python", "python"), Fit::Yes);
        assert_eq!(fit("docker.io/library/*", "python"), Fit::Yes);
        assert_eq!(fit("golden/*", "registry.example/golden/x"), Fit::No);
        assert_eq!(fit("r.example:5000/x", "r.example:5000/x:1"), Fit::Yes);
    }

    #[test]
    fn tag_and_digest_must_fit_where_the_pattern_has_them() {
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(fit("a/b:3.0", "a/b:3.0"), Fit::Yes);
        assert_eq!(fit("a/b:3.0", &format!("a/b:3.0@{digest}")), Fit::Yes);
        assert_eq!(fit("a/b:3.0", &format!("a/b@{digest}")), Fit::OtherTag);
        assert_eq!(
            fit(&format!("a/b@{digest}"), &format!("a/b:1@{digest}")),
            Fit::Yes
        );
        assert_eq!(fit(&format!("a/b@{digest}"), "a/b:1"), Fit::OtherTag);
        assert_eq!(fit("a/b:latest", "a/b"), Fit::Yes);
        assert_eq!(fit("a/b:3.*", "a/b:2.1"), Fit::OtherTag);
        assert_eq!(fit("a/b:3.0", "a/b:\u{E000}"), Fit::Unknown);
        assert_eq!(fit("a/b", "a/\u{E000}"), Fit::Unknown);
    }

    #[test]
    fn registries_are_listed_by_host_or_by_path() {
        let listed = |list: &[&str], image: &str| {
            let list: Vec<String> = list.iter().map(|s| (*s).to_owned()).collect();
            is_listed(&list, &ImageRef::parse(image))
        };
        assert_eq!(listed(&["docker.io"], "python"), Some(true));
        assert_eq!(listed(&["hub.docker.com"], "python"), Some(true));
        assert_eq!(listed(&["docker.io/library"], "python"), Some(true));
        assert_eq!(listed(&["docker.io/library/"], "some/python"), Some(false));
        assert_eq!(listed(&["GHCR.io"], "ghcr.io/a/b"), Some(true));
        assert_eq!(listed(&["*.corp.example"], "r.corp.example/a"), Some(true));
        assert_eq!(
            listed(&["corp.example"], "corp.example:5000/a"),
            Some(false)
        );
        assert_eq!(
            listed(&["corp.example:5000"], "corp.example:5000/a"),
            Some(true)
        );
        assert_eq!(listed(&["a.example"], "\u{E000}/python"), None);
        assert_eq!(listed(&["a.example/team"], "a.example/\u{E000}"), None);
        assert_eq!(listed(&["a.example"], "b.example/\u{E000}"), Some(false));
    }
}
