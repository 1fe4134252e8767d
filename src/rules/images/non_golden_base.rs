//! `non-golden-base`: a base that is none of the organisation's golden images.

use crate::facts::{ImageUse, ImageUseKind};
use crate::fix::{Edit, Fix};
use crate::images::ImageRef;
use crate::policy::images::{Fit, Pattern, fits_any};
use crate::policy::{Golden, Policy};
use crate::rule::{Context, Rule, rule};
use crate::text;

rule! {
    NonGoldenBase {
        /// Whether only the base of the final image must be golden, not those of build stages.
        pub final_only: bool,
        /// Further images that may be built on; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for NonGoldenBase {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let policy = cx.policy;
        if policy.golden.is_empty() || policy.defines_golden {
            return;
        }
        let image = &used.image;
        if policy.is_golden(image) != Some(false) || fits_any(&self.allow, image) {
            return;
        }
        let replacement = replacement(policy, image);
        let counts = match used.kind {
            ImageUseKind::From(stage) => {
                !self.final_only || facts.stages.get(stage).is_some_and(|s| s.in_final)
            }
            // A file may be copied from anywhere unless there is a golden image for it.
            ImageUseKind::CopyFrom | ImageUseKind::MountFrom => {
                !self.final_only && replacement.is_some()
            }
        };
        if !counts {
            return;
        }
        let place = facts.place(used, 0..image.text.len());
        let name = image.shown();
        let (message, help) = match &replacement {
            Some(golden) => (
                format!("`{name}` is not golden: `{golden}` replaces it"),
                format!("build on the golden image `{golden}`"),
            ),
            None => (
                format!("`{name}` is not a golden image"),
                format!(
                    "build on a golden image: {}",
                    text::list_of_names(policy.golden.iter().map(|g| g.image.as_str()))
                ),
            ),
        };
        let report = cx.report_at(&place, message).help(help);
        // A star that could not be filled in is not for a Dockerfile.
        if let Some(golden) = replacement.filter(|r| place.is_exact && !r.contains('*')) {
            let edit = Edit::replace(place.span, golden.as_str());
            report.fix(Fix::unsafe_(format!("build on `{golden}`"), vec![edit]));
        }
    }
}

/// The golden image that stands for an image: the one whose pattern says most about it.
fn replacement(policy: &Policy, image: &ImageRef) -> Option<String> {
    let mut best: Option<(Says, String)> = None;
    for golden in &policy.golden {
        let whole = Pattern::of(&golden.image);
        let own = (whole.fit(image) == Fit::OtherTag).then_some(golden.image.as_str());
        let fitting = golden
            .replaces
            .iter()
            .map(String::as_str)
            .filter(|replaced| Pattern::of(replaced).fit(image) == Fit::Yes);
        for pattern in own.into_iter().chain(fitting) {
            let says = says(pattern);
            if best.as_ref().is_none_or(|(most, _)| says > *most) {
                best = Some((says, golden_for(golden, pattern, image)));
            }
        }
    }
    best.map(|(_, golden)| golden)
}

/// How much a pattern says: whether the name is exact, the length of the tag, of the name.
type Says = (bool, usize, usize);

fn says(pattern: &str) -> Says {
    let pattern = Pattern::of(pattern);
    let letters = |text: &str| text.chars().filter(|c| *c != '*').count();
    let version = pattern.tag.map_or(0, letters) + pattern.digest.map_or(0, letters);
    (!pattern.name.contains('*'), version, letters(pattern.name))
}

/// What to write for an image that fits `pattern`.
fn golden_for(golden: &Golden, pattern: &str, image: &ImageRef) -> String {
    let (to, from) = (Pattern::of(&golden.image), Pattern::of(pattern));
    let mut name = to.name.to_owned();
    if name.matches('*').count() == 1
        && let Some(used) = from.name_of(image)
        && let Some(text) = text::captured(from.name, &used)
    {
        name = name.replace('*', text);
    }
    if let Some(digest) = to.digest {
        let tag = to.tag.map(|t| format!(":{t}")).unwrap_or_default();
        return format!("{name}{tag}@{digest}");
    }
    // A golden image of every tag keeps the tag that is asked for.
    let kept = image.tag.as_ref().and_then(|tag| tag.known());
    match to.tag.filter(|tag| *tag != "*").or(kept) {
        Some(tag) => format!("{name}:{tag}"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(image: &str, replaces: &[&str]) -> Golden {
        Golden {
            image: image.to_owned(),
            replaces: replaces.iter().map(|s| (*s).to_owned()).collect(),
        }
    }

    #[test]
    fn the_pattern_that_says_most_decides() {
        let policy = Policy {
            golden: vec![
                golden("r.example/any/*", &["docker.io/library/*"]),
                golden("r.example/openjdk:1907", &["openjdk:11*"]),
                golden("r.example/openjdk:1808", &["openjdk:8*", "openjdk"]),
                golden("r.example/sdk", &["mcr.microsoft.com/dotnet/*/sdk"]),
            ],
            ..Policy::default()
        };
        let of = |image: &str| replacement(&policy, &ImageRef::parse(image));
        assert_eq!(
            of("openjdk:11.0.3").as_deref(),
            Some("r.example/openjdk:1907")
        );
        assert_eq!(
            of("openjdk:8u212").as_deref(),
            Some("r.example/openjdk:1808")
        );
        assert_eq!(
            of("r.example/openjdk:7").as_deref(),
            Some("r.example/openjdk:1907")
        );
        assert_eq!(
            of("python:3.12").as_deref(),
            Some("r.example/any/python:3.12")
        );
        assert_eq!(of("python").as_deref(), Some("r.example/any/python"));
        assert_eq!(of("mirror.gcr.io/library/python:3"), None);
        assert_eq!(
            of("mcr.microsoft.com/dotnet/core/sdk:3.0.100").as_deref(),
            Some("r.example/sdk:3.0.100")
        );
    }

    #[test]
    fn a_digest_names_other_bits_and_is_not_kept() {
        let policy = Policy {
            golden: vec![golden("r.example/python", &["python"])],
            ..Policy::default()
        };
        let image = format!("python:3.12@sha256:{}", "a".repeat(64));
        let of = replacement(&policy, &ImageRef::parse(&image));
        assert_eq!(of.as_deref(), Some("r.example/python:3.12"));
    }
}
