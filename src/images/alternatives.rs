//! Images that do the same in other ways, from `data/alternatives.toml`.

use super::{ImageRef, Tag};
use crate::text::matches_wildcard;

include!(concat!(env!("OUT_DIR"), "/alternatives.rs"));

/// What a kind of image gives and costs.
#[derive(Debug)]
pub struct Kind {
    /// `slim`, `distroless`.
    pub name: &'static str,
    /// What speaks for it.
    pub gives: &'static str,
    /// What speaks against it.
    pub costs: &'static str,
    /// System, libc and package manager.
    pub system: &'static str,
    /// The user that it runs as.
    pub user: &'static str,
    /// Where that is written.
    pub source: &'static str,
    /// When it was read.
    pub read: &'static str,
}

struct Family {
    what: &'static str,
    names: &'static [&'static str],
    variants: &'static [Variant],
}

struct Variant {
    /// Which of [`KINDS`].
    kind: usize,
    image: &'static str,
    majors: &'static [&'static str],
    note: &'static str,
    size: &'static str,
}

/// An image that does the same.
#[derive(Debug)]
pub struct Alternative {
    /// Which kind of image it is.
    pub kind: &'static Kind,
    /// Its reference; `<version>` stands where none is asked for.
    pub image: String,
    /// The versions that it is published for, if not for the one that is asked for.
    pub only: &'static [&'static str],
    /// What else is to be said.
    pub note: &'static str,
    /// What its source says of its size.
    pub size: &'static str,
}

/// What an image is for, and those that do the same; nothing if that is not known.
pub fn alternatives(image: &ImageRef) -> Option<(&'static str, Vec<Alternative>)> {
    let full = image.canonical_name()?;
    let familiar = image.familiar_name();
    let family = FAMILIES.iter().find(|family| {
        let mut names = family.names.iter();
        names.any(|name| matches_wildcard(name, &familiar) || matches_wildcard(name, &full))
    })?;
    // Behind the name where the tag says none: `nodejs22-debian12`, `openjdk-21`.
    let in_name = full.rsplit('/').next().unwrap_or_default();
    let in_name = in_name.split("-debian").next().unwrap_or_default();
    let digits = |text: &str| -> String {
        let start = text
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(text.len());
        let rest = text.get(start..).unwrap_or_default();
        rest.chars().take_while(char::is_ascii_digit).collect()
    };
    let tag = Tag::of(image).map(|tag| tag.version.to_owned());
    let version = tag
        .filter(|v| !v.is_empty())
        .unwrap_or_else(|| match digits(in_name) {
            number if number.is_empty() => "<version>".to_owned(),
            number => number,
        });
    let major = version.split('.').next().unwrap_or_default();
    let all = family.variants.iter().filter_map(|variant| {
        let image = variant
            .image
            .replace("{version}", &version)
            .replace("{major}", major);
        let fits = variant.majors.is_empty() || variant.majors.contains(&major);
        Some(Alternative {
            kind: KINDS.get(variant.kind)?,
            image: if fits {
                image
            } else {
                variant
                    .image
                    .replace("{major}", "<version>")
                    .replace("{version}", "<version>")
            },
            only: if fits { &[] } else { variant.majors },
            note: variant.note,
            size: variant.size,
        })
    });
    Some((family.what, all.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(image: &str) -> Vec<(&'static str, String)> {
        let found = alternatives(&ImageRef::parse(image));
        let found = found.map(|(_, all)| all).unwrap_or_default();
        found.into_iter().map(|a| (a.kind.name, a.image)).collect()
    }

    #[test]
    fn the_version_that_is_asked_for_is_kept() {
        let pair = |kind: &'static str, image: &str| (kind, image.to_owned());
        let node = of("docker.io/library/node:22.1-bookworm");
        assert_eq!(node[0], pair("full", "node:22.1"));
        assert_eq!(node[1], pair("slim", "node:22.1-slim"));
        assert!(node.contains(&pair("distroless", "gcr.io/distroless/nodejs22-debian13")));
        assert_eq!(
            of("gcr.io/distroless/nodejs22-debian12")[0],
            pair("full", "node:22")
        );
        assert_eq!(of("node")[0], pair("full", "node:<version>"));
        assert!(of("someone/tool:1").is_empty());
    }

    #[test]
    fn what_is_not_published_for_a_version_says_for_which_it_is() {
        let (_, all) = alternatives(&ImageRef::parse("node:18")).unwrap();
        let distroless = all.iter().find(|a| a.kind.name == "distroless").unwrap();
        assert_eq!(distroless.only, ["20", "22", "24"]);
        assert!(distroless.image.contains("<version>"));
    }

    #[test]
    fn every_alternative_is_a_reference_and_leads_back_to_its_family() {
        for family in FAMILIES {
            for name in family.names.iter().filter(|name| !name.contains('*')) {
                let found = alternatives(&ImageRef::parse(name)).map(|(what, _)| what);
                assert_eq!(found, Some(family.what), "{name}");
            }
            for variant in family.variants {
                let image = variant
                    .image
                    .replace("{version}", "3")
                    .replace("{major}", "3");
                let image = ImageRef::parse(&image);
                assert!(image.validity.is_ok(), "{}", variant.image);
            }
        }
    }
}
