//! `non-golden-base`: a base that is none of the organisation's golden images.

use crate::facts::{ImageUse, ImageUseKind};
use crate::fix::{Edit, Fix};
use crate::images::{ImageRef, Publisher, publisher};
use crate::policy::images::{Fit, Pattern, Verdict, fits_any, is_listed};
use crate::policy::{Bases, Golden, Policy, StageKind};
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
        if fits_any(&self.allow, image) || policy.is_own(image) {
            return;
        }
        let kind = match used.kind {
            ImageUseKind::From(stage) => {
                let stage = facts.stages.get(stage);
                Some(if stage.is_some_and(|s| s.in_final) {
                    StageKind::Final
                } else {
                    StageKind::Build
                })
            }
            ImageUseKind::CopyFrom | ImageUseKind::MountFrom => None,
        };
        let verdict = policy.judge(image, kind);
        match verdict {
            Verdict::Unknown => return,
            Verdict::Golden(golden) => {
                if kind == Some(StageKind::Final) {
                    check_digest(cx, used, golden);
                }
                return;
            }
            Verdict::OtherStage(_) | Verdict::Not => {}
        }
        let replacement = replacement(policy, image, kind);
        let counts = match kind {
            Some(StageKind::Final) => true,
            Some(StageKind::Build) => !self.final_only && !may_build(policy, image),
            // A file may be copied from anywhere unless there is a golden image for it.
            None => !self.final_only && !may_build(policy, image) && replacement.is_some(),
        };
        if !counts {
            return;
        }
        let place = facts.place(used, 0..image.text.len());
        let name = image.shown();
        // Where a range of tags is golden, the range is what to say.
        let shown = replacement.as_ref().map(|(written, golden)| {
            let is_open = written.contains('*');
            (
                if is_open {
                    name_of(golden)
                } else {
                    written.clone()
                },
                *golden,
            )
        });
        let message = match (verdict, &shown) {
            (Verdict::OtherStage(golden), _) if golden.stages == Some(StageKind::Build) => {
                format!("`{name}` is golden for build stages, and this is a final one")
            }
            (Verdict::OtherStage(_), _) => {
                format!("`{name}` is golden for final stages, and this is a build stage")
            }
            (_, Some((written, _))) => {
                format!("`{name}` is not golden: `{written}` replaces it")
            }
            (_, None) => format!("`{name}` is not a golden image"),
        };
        let help = match &shown {
            Some((written, golden)) => {
                let mut help = format!("build on the golden image `{written}`");
                help.push_str(&contact(golden));
                help
            }
            None => {
                let fitting = policy.golden.iter().filter(|g| g.is_for(kind));
                let fitting = fitting.filter(|g| g.deprecated.is_none());
                let names: Vec<String> = fitting.map(name_of).collect();
                let names = text::choice_of_names(names.iter().map(String::as_str));
                format!("build on a golden image: {names}")
            }
        };
        let report = cx.report_at(&place, message).help(help);
        // A star that could not be filled in is not for a Dockerfile.
        let written = replacement.map(|(written, _)| written);
        if let Some(golden) = written.filter(|w| place.is_exact && !w.contains('*')) {
            let edit = Edit::replace(place.span, golden.as_str());
            report.fix(Fix::unsafe_(format!("build on `{golden}`"), vec![edit]));
        }
    }
}

/// A golden image with the tags that are golden.
fn name_of(golden: &Golden) -> String {
    let labels = golden
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    let labels: Vec<String> = labels.collect();
    if golden.image.is_empty() {
        return format!("*, labelled {}", labels.join(", "));
    }
    let tags: Vec<String> = golden.allowed().iter().map(|t| t.to_string()).collect();
    if tags.is_empty() {
        golden.image.clone()
    } else {
        format!("{}:{}", golden.image, tags.join(" | "))
    }
}

/// Who keeps a golden image, and where it is described.
fn contact(golden: &Golden) -> String {
    match (&golden.owner, &golden.docs) {
        (Some(owner), Some(docs)) => format!(" (kept by {owner}; see {docs})"),
        (Some(owner), None) => format!(" (kept by {owner})"),
        (None, Some(docs)) => format!(" (see {docs})"),
        (None, None) => String::new(),
    }
}

/// Whether build stages may use an image that is not golden.
fn may_build(policy: &Policy, image: &ImageRef) -> bool {
    match policy.build_stages {
        Bases::Golden => false,
        Bases::Any => true,
        Bases::Trusted if policy.trusted_registries.is_empty() => {
            publisher(image) != Publisher::Unknown
        }
        Bases::Trusted => is_listed(&policy.trusted_registries, image) != Some(false),
    }
}

/// A final stage may need a digest.
fn check_digest(cx: &mut Context<'_>, used: &ImageUse, golden: &Golden) {
    if !cx.policy.final_digest || used.image.digest.is_some() {
        return;
    }
    let place = cx.facts.place(used, 0..used.image.text.len());
    let name = used.image.shown();
    let message = format!("the base of a final stage needs a digest, and `{name}` has none");
    let help = format!("pin its digest, `{name}@sha256:…`{}", contact(golden));
    cx.report_at(&place, message).help(help);
}

/// The golden image that stands for an image: the one whose pattern says most about it, as it is
/// written here.
fn replacement<'p>(
    policy: &'p Policy,
    image: &ImageRef,
    kind: Option<StageKind>,
) -> Option<(String, &'p Golden)> {
    let mut best: Option<(Says, String, &Golden)> = None;
    let fitting = policy.golden.iter().filter(|g| g.is_for(kind));
    let fitting = fitting.filter(|g| !g.image.is_empty());
    for golden in fitting.filter(|g| g.deprecated.is_none()) {
        let own = (policy.fit(golden, image) == Fit::OtherTag).then_some(golden.image.as_str());
        let fitting = golden
            .replaces
            .iter()
            .map(String::as_str)
            .filter(|replaced| Pattern::of(replaced).fit(image) == Fit::Yes);
        for pattern in own.into_iter().chain(fitting) {
            let says = says(pattern);
            if best.as_ref().is_none_or(|(most, ..)| says > *most) {
                best = Some((says, golden_for(golden, pattern, image), golden));
            }
        }
    }
    best.map(|(_, written, golden)| (written, golden))
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
    let allowed = golden.allowed();
    let asked = to.tag.filter(|tag| *tag != "*");
    let listed = || match kept.filter(|kept| allowed.iter().any(|tags| tags.fit(kept))) {
        Some(kept) => Some(kept),
        // The last of the list is the one to move to; a range names none.
        None => allowed.last().map(|tags| tags.only().unwrap_or("*")),
    };
    match asked.or_else(|| if allowed.is_empty() { kept } else { listed() }) {
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
            ..Golden::default()
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
        let of = |image: &str| replacement(&policy, &ImageRef::parse(image), None).map(|r| r.0);
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
        let of = replacement(&policy, &ImageRef::parse(&image), None).map(|r| r.0);
        assert_eq!(of.as_deref(), Some("r.example/python:3.12"));
    }
}
