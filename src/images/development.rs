//! Images to build with, which nobody is to ship, from `data/development.toml`.

use super::{ImageRef, Tag};
use crate::text::matches_wildcard;

include!(concat!(env!("OUT_DIR"), "/development.rs"));

struct Entry {
    names: &'static [&'static str],
    except: &'static [&'static str],
    word: &'static str,
    becomes: Option<&'static str>,
    runs: &'static str,
    has: &'static str,
}

/// What is known of an image to build with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Development {
    /// What it has that nothing needs while it runs.
    pub has: &'static str,
    /// What to ship on, in words.
    pub runs: String,
}

/// What is known of an image that its vendor publishes to build with. `None` if it is to run, if
/// that is not known, or if a variable or a digest hides which it is.
pub fn development(image: &ImageRef) -> Option<Development> {
    if image.is_hidden() {
        return None;
    }
    let familiar = image.familiar_name();
    let full = image.canonical_name()?;
    let is_one = |names: &[&str]| {
        let mut names = names.iter();
        names.any(|name| matches_wildcard(name, &familiar) || matches_wildcard(name, &full))
    };
    ENTRIES.iter().find_map(|entry| {
        if !is_one(entry.names) || is_one(entry.except) {
            return None;
        }
        let tag = Tag::of(image);
        if !entry.word.is_empty() && !tag.is_some_and(|tag| tag.has_word(entry.word)) {
            return None;
        }
        let runs = match entry.becomes {
            Some(word) => {
                let tag = with_word(image.effective_tag()?, entry.word, word);
                format!("`{familiar}:{tag}`")
            }
            None => entry.runs.to_owned(),
        };
        Some(Development {
            has: entry.has,
            runs,
        })
    })
}

/// A tag with another word in the place of one, or with nothing there.
fn with_word(tag: &str, word: &str, other: &str) -> String {
    let words = tag.split('-').filter_map(|part| {
        if part.eq_ignore_ascii_case(word) {
            (!other.is_empty()).then_some(other)
        } else {
            Some(part)
        }
    });
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        "latest".to_owned()
    } else {
        words.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_to_build_with_and_what_to_ship_on() {
        let runs = |text: &str| development(&ImageRef::parse(text)).map(|d| d.runs);
        for (image, expected) in [
            ("dhi.io/python:3.13-dev", Some("`dhi.io/python:3.13`")),
            (
                "dhi.io/python:3.13-alpine3.22-dev",
                Some("`dhi.io/python:3.13-alpine3.22`"),
            ),
            ("acme/dhi-node:22-dev", Some("`acme/dhi-node:22`")),
            ("dhi.io/python:3.13", None),
            ("dhi.io/python", None),
            (
                "cgr.dev/chainguard/node:latest-dev",
                Some("`cgr.dev/chainguard/node:latest`"),
            ),
            (
                "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04",
                Some("`nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04`"),
            ),
            (
                "eclipse-temurin:21-jdk-alpine",
                Some("`eclipse-temurin:21-jre-alpine`"),
            ),
            ("eclipse-temurin:21-jre", None),
            (
                "mcr.microsoft.com/dotnet/sdk:9.0",
                Some("the `aspnet` or `runtime` image of that version"),
            ),
            ("mcr.microsoft.com/dotnet/aspnet:9.0", None),
            (
                "registry.access.redhat.com/ubi9/openjdk-21:1.20",
                Some("the image whose name ends in `-runtime`"),
            ),
            (
                "registry.access.redhat.com/ubi9/openjdk-21-runtime:1.20",
                None,
            ),
            (
                "golang:1.24",
                Some("`scratch`, `gcr.io/distroless/static` or a slim base"),
            ),
            ("python:3.13", None),
            ("someone/python:3.13-dev", None),
        ] {
            assert_eq!(runs(image).as_deref(), expected, "{image}");
        }
    }
}
