//! Which images the patterns and registries of a policy mean.

use super::{Golden, Policy, StageKind, Tags, tags};
use crate::images::{DOCKER_HUB, ImageRef, Publisher, publisher};
use crate::text::matches_wildcard;

/// What a policy says of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'p> {
    /// It is one of the golden images.
    Golden(&'p Golden),
    /// It is one, but not for stages of this kind.
    OtherStage(&'p Golden),
    /// It is none of them.
    Not,
    /// A variable decides.
    Unknown,
}

impl Policy {
    /// Whether the image is one of the organisation's golden images. `None` if a variable decides.
    pub fn is_golden(&self, image: &ImageRef) -> Option<bool> {
        match self.judge(image, None) {
            Verdict::Golden(_) | Verdict::OtherStage(_) => Some(true),
            Verdict::Not => Some(false),
            Verdict::Unknown => None,
        }
    }

    /// Whether the tree makes an image itself.
    pub fn is_own(&self, image: &ImageRef) -> bool {
        self.own.images.iter().any(|made| is_made(made, image))
    }

    /// Whether an image is a golden one of that entry: its labels count too.
    pub fn fit(&self, golden: &Golden, image: &ImageRef) -> Fit {
        let fit = golden.fit(image);
        if fit != Fit::Yes || golden.labels.is_empty() {
            return fit;
        }
        let mut made = self.own.labels.iter();
        let Some((_, labels)) = made.find(|(made, _)| is_made(made, image)) else {
            // Nobody but the organisation sets its labels.
            return if publisher(image) == Publisher::Unknown {
                Fit::Unknown
            } else {
                Fit::No
            };
        };
        let fits = golden
            .labels
            .iter()
            .map(|(key, wanted)| match labels.get(key) {
                Some(Some(value)) if matches_wildcard(wanted, value) => Fit::Yes,
                Some(None) => Fit::Unknown,
                _ => Fit::No,
            });
        let fits: Vec<Fit> = fits.collect();
        match () {
            () if fits.contains(&Fit::No) => Fit::No,
            () if fits.contains(&Fit::Unknown) => Fit::Unknown,
            () => Fit::Yes,
        }
    }

    /// What the policy says of an image that is the base of a stage of that kind.
    pub fn judge(&self, image: &ImageRef, kind: Option<StageKind>) -> Verdict<'_> {
        let (mut unknown, mut elsewhere) = (false, None);
        for golden in &self.golden {
            match self.fit(golden, image) {
                Fit::Yes if golden.is_for(kind) => return Verdict::Golden(golden),
                Fit::Yes => elsewhere = elsewhere.or(Some(golden)),
                Fit::Unknown => unknown = true,
                Fit::No | Fit::OtherTag => {}
            }
        }
        match elsewhere {
            _ if unknown => Verdict::Unknown,
            Some(golden) => Verdict::OtherStage(golden),
            None => Verdict::Not,
        }
    }
}

/// Whether an image that the tree makes is the one that is used.
fn is_made(made: &str, used: &ImageRef) -> bool {
    let made = ImageRef::parse(made);
    made.same_repository(used) && made.effective_tag() == used.effective_tag()
}

impl Golden {
    /// Whether an image is this one, by its name.
    pub fn fit(&self, image: &ImageRef) -> Fit {
        let name = if self.image.is_empty() {
            "*"
        } else {
            &self.image
        };
        let fit = Pattern::of(name).fit(image);
        if fit != Fit::Yes || self.tags.is_empty() {
            return fit;
        }
        let Some(tag) = image.effective_tag() else {
            // With nothing but a digest, the tag is nowhere to be seen.
            return if image.tag.is_some() {
                Fit::Unknown
            } else {
                Fit::OtherTag
            };
        };
        if self.allowed().iter().any(|tags| tags.fit(tag)) {
            Fit::Yes
        } else {
            Fit::OtherTag
        }
    }

    /// The tags that are golden; none if all are.
    pub fn allowed(&self) -> Vec<&Tags> {
        match self.newest {
            Some(number) => tags::newest(&self.tags, number),
            None => self.tags.iter().collect(),
        }
    }

    /// Whether stages of a kind may build on it.
    pub fn is_for(&self, kind: Option<StageKind>) -> bool {
        match (self.stages, kind) {
            (Some(own), Some(kind)) => own == kind,
            _ => true,
        }
    }
}

/// An image in configuration: a name, perhaps a tag and a digest; `*` stands for any text.
#[derive(Debug, Clone, Copy)]
pub struct Pattern<'p> {
    /// The name, in full or as people write it.
    pub name: &'p str,
    /// The tag.
    pub tag: Option<&'p str>,
    /// The digest.
    pub digest: Option<&'p str>,
}

/// Whether a pattern fits an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
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
    /// Reads a pattern.
    pub fn of(text: &'p str) -> Self {
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
    pub fn name_of(&self, image: &ImageRef) -> Option<String> {
        let familiar = image.familiar_name();
        if matches_wildcard(self.name, &familiar) {
            return Some(familiar);
        }
        image
            .canonical_name()
            .filter(|full| matches_wildcard(self.name, full))
    }

    /// Whether it fits an image.
    pub fn fit(&self, image: &ImageRef) -> Fit {
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
pub fn fits_any<S: AsRef<str>>(patterns: &[S], image: &ImageRef) -> bool {
    patterns
        .iter()
        .any(|p| Pattern::of(p.as_ref()).fit(image) == Fit::Yes)
}

/// Whether a registry, or a part of one, is in a list of the policy. `None` if a variable decides.
pub fn is_listed(registries: &[String], image: &ImageRef) -> Option<bool> {
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
        | "hub.docker.com" => DOCKER_HUB.to_owned(),
        other => other.to_owned(),
    }
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
