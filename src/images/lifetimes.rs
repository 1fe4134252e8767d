//! Releases of well-known images that get no updates any more.

use std::ops::Range;

use super::publishers::official;
use super::table::{Image, PRODUCTS, Product, Release};
use super::{ImageRef, Precision, Publisher, Tag, official_name, publisher};
use crate::date::Date;
use crate::text::list;

/// An end of support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndOfLife {
    /// What has ended: `Debian 10`, `Python 3.8`, `openjdk`.
    pub release: String,
    /// The day of the last updates, `2024-06-30`; `None` if the image as a whole was given up.
    pub date: Option<Date>,
    /// What gets updates instead, in words; empty if nothing is known to on that day.
    pub successor: String,
    /// The part of the tag that says so; `None` if the image as a whole was given up.
    pub in_tag: Option<Range<usize>>,
    /// What would stand there for the nearest release that gets updates, if such a tag is likely
    /// to exist.
    pub next: Option<&'static str>,
}

/// What is known on that day of the end of an image's support. `None` also if it goes on, or if a
/// variable hides the answer.
pub fn end_of_life(image: &ImageRef, as_of: Date) -> Option<EndOfLife> {
    let tag = Tag::of(image);
    retired(image, tag.as_ref()).or_else(|| {
        let tag = tag?;
        ended_release(image, &tag, as_of).or_else(|| ended_system(image, &tag, as_of))
    })
}

fn retired(image: &ImageRef, tag: Option<&Tag<'_>>) -> Option<EndOfLife> {
    let entry = Image::of(image)?;
    let has_ended = |word: &&str| tag.is_some_and(|tag| tag.has_word(word));
    if let Some(word) = entry.ended.iter().find(|word| has_ended(word)) {
        let name = image.familiar_name();
        return Some(EndOfLife {
            release: format!("{name}:{word}"),
            date: None,
            successor: format!("`{name}`, with what it did on its own written out"),
            in_tag: None,
            next: None,
        });
    }
    if !entry.retired {
        return None;
    }
    // Early builds of the next Java still come out as `openjdk`.
    let is_openjdk = official(image).is_some_and(|official| official.name == "openjdk");
    if is_openjdk && tag.is_none_or(|t| t.is_pre_release() || t.text == "latest") {
        return None;
    }
    Some(EndOfLife {
        release: image.familiar_name(),
        date: None,
        successor: entry.instead.unwrap_or("an image that is kept").to_owned(),
        in_tag: None,
        next: None,
    })
}

/// The newest release of an image, as its tag would say it.
pub fn newest_release(image: &ImageRef, as_of: Date) -> Option<&'static str> {
    let product = Image::of(image)?.product?;
    let mut releases = product.releases.iter();
    let newest = releases.find(|r| r.advise && r.is_supported(as_of))?;
    Some(newest.version)
}

fn ended_release(image: &ImageRef, tag: &Tag<'_>, as_of: Date) -> Option<EndOfLife> {
    let product = Image::of(image)?.product?;
    let numbers = match tag.precision {
        Precision::Latest | Precision::Named | Precision::Other => Vec::new(),
        _ => tag.numbers(),
    };
    let version = tag.prefix.len()..tag.prefix.len() + tag.version.len();
    let mut ended = product.releases.iter().filter(|r| r.ended(as_of).is_some());
    if numbers.is_empty() {
        // `buster-slim`, `focal-20240110`
        let found = ended.find(|r| !r.code.is_empty() && tag.has_word(r.code))?;
        return end(product, found, tag, word_in(tag, found.code), as_of);
    }
    let within = |r: &&Release| {
        let mut numbers = numbers.iter().copied();
        numbers_of(r.version).all(|n| numbers.next() == Some(n))
    };
    if let Some(found) = ended.clone().find(within) {
        return end(product, found, tag, version, as_of);
    }
    // `python:2`: all that it may mean has ended.
    let means = |r: &&Release| {
        let mut version = numbers_of(r.version);
        numbers.iter().all(|n| version.next() == Some(*n))
    };
    let mut supported = product.releases.iter().filter(|r| r.is_supported(as_of));
    if supported.any(|r| means(&r)) {
        return None;
    }
    let last = ended.filter(means).max_by_key(|r| r.ended(as_of))?;
    end(product, last, tag, version, as_of)
}

/// The system below an image that goes on itself: `python:3.12-buster`.
fn ended_system(image: &ImageRef, tag: &Tag<'_>, as_of: Date) -> Option<EndOfLife> {
    if publisher(image) == Publisher::Unknown {
        return None;
    }
    // The first word is the release of ROS: `groovy`, `kinetic` and `lunar` are Ubuntu's names too.
    let own = usize::from(official_name(image) == Some("ros"));
    tag.words().skip(own).find_map(|word| {
        PRODUCTS.iter().find_map(|product| {
            let version = word.strip_prefix(product.tag_word);
            let version = version.filter(|_| !product.tag_word.is_empty());
            let names =
                |r: &&Release| version == Some(r.version) || !r.code.is_empty() && r.code == word;
            let mut ended = product.releases.iter().filter(|r| r.ended(as_of).is_some());
            end(product, ended.find(names)?, tag, word_in(tag, word), as_of)
        })
    })
}

fn end(
    product: &Product,
    release: &Release,
    tag: &Tag<'_>,
    in_tag: Range<usize>,
    as_of: Date,
) -> Option<EndOfLife> {
    Some(EndOfLife {
        release: format!("{} {}", product.name, release.version),
        date: Some(release.ended(as_of)?),
        successor: supported(product, as_of),
        next: next(product, release, tag, &in_tag, as_of),
        in_tag: Some(in_tag),
    })
}

/// The nearest release that gets updates, in the words of a tag. The rest of the tag must be one
/// that every release has.
fn next(
    product: &Product,
    release: &Release,
    tag: &Tag<'_>,
    in_tag: &Range<usize>,
    as_of: Date,
) -> Option<&'static str> {
    const COMMON: [&str; 9] = [
        "",
        "slim",
        "alpine",
        "apache",
        "fpm",
        "cli",
        "jre",
        "jdk",
        "management",
    ];
    let at = product
        .releases
        .iter()
        .position(|r| r.version == release.version)?;
    let newer = product.releases.get(..at)?.iter().rev();
    let next = newer.filter(|r| r.advise).find(|r| r.is_supported(as_of))?;
    let (head, rest) = (tag.text.get(..in_tag.start)?, tag.text.get(in_tag.end..)?);
    let written = tag.text.get(in_tag.clone())?;
    let is_code = !release.code.is_empty() && written == release.code;
    // `python:3.12-buster`: the version in front goes on.
    let head_fits = COMMON.contains(&head.trim_end_matches('-')) || is_code;
    let fits = head_fits && rest.split('-').all(|word| COMMON.contains(&word));
    let word = if is_code { next.code } else { next.version };
    let is_number = written.starts_with(|c: char| c.is_ascii_digit());
    (fits && (is_code || is_number) && !word.is_empty()).then_some(word)
}

fn word_in(tag: &Tag<'_>, word: &str) -> Range<usize> {
    let at = tag.text.find(word).unwrap_or_default();
    at..at + word.len()
}

pub(super) fn numbers_of(version: &str) -> impl Iterator<Item = u64> {
    version.split('.').map_while(|n| n.parse().ok())
}

/// The releases that get updates, in words, oldest first; empty on a day past all that are known.
fn supported(product: &Product, as_of: Date) -> String {
    let advised = product.releases.iter().rev();
    let advised = advised.filter(|r| r.advise && r.is_supported(as_of));
    let versions: Vec<&str> = advised.map(|r| r.version).collect();
    list(&versions, "or")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::DATA_DATE;

    fn date_on(day: &str, image: &str) -> Option<String> {
        let end = end_of_life(&ImageRef::parse(image), Date::parse(day).unwrap());
        end.and_then(|e| e.date).map(|date| date.to_string())
    }

    fn date(image: &str) -> Option<String> {
        date_on("2026-11-21", image)
    }

    #[test]
    fn releases_end_by_version_and_by_code_name() {
        for (image, ended) in [
            ("python:3.8", Some("2024-10-07")),
            ("python:3.8.20-slim", Some("2024-10-07")),
            ("python:3.13", None),
            ("python:3", None),
            ("python:2", Some("2020-01-01")),
            ("python", None),
            ("node:14-alpine", Some("2023-04-30")),
            ("node:22", None),
            ("php:5-fpm", Some("2018-12-31")),
            ("php:7", Some("2022-11-28")),
            ("php:8", None),
            ("debian:buster-slim", Some("2024-06-30")),
            ("debian:10.13", Some("2024-06-30")),
            ("debian:12", None),
            ("debian:stable", None),
            ("ubuntu:18.04", Some("2023-05-31")),
            ("ubuntu:focal-20240110", Some("2025-05-31")),
            ("ubuntu:24.04", None),
            ("golang:1.23.1", Some("2025-08-12")),
            ("golang:1", None),
            (
                "mcr.microsoft.com/dotnet/core/sdk:3.0.100",
                Some("2020-03-03"),
            ),
            ("mcr.microsoft.com/dotnet/sdk:10.0", None),
            ("mcr.microsoft.com/dotnet/framework/sdk:4.8", None),
            ("registry.example.com/python:3.8", None),
            ("python:\u{E000}", None),
            ("\u{E000}/python:3.8", None),
        ] {
            assert_eq!(date(image).as_deref(), ended, "{image}");
        }
    }

    #[test]
    fn the_system_below_an_image_may_end_first() {
        assert_eq!(date("python:3.12-buster").as_deref(), Some("2024-06-30"));
        assert_eq!(date("python:3.12-slim-bookworm").as_deref(), None);
        assert_eq!(date("nginx:1.29-alpine3.15").as_deref(), Some("2023-11-01"));
        assert_eq!(date("someone/thing:1-buster").as_deref(), None);
        assert_eq!(
            date("ros:lunar-ros-core-stretch").as_deref(),
            Some("2022-07-01")
        );
        assert_eq!(
            date("ros:kinetic-ros-core-xenial").as_deref(),
            Some("2021-04-02")
        );
        assert_eq!(date("ros:kinetic").as_deref(), None);
        assert_eq!(
            date("buildpack-deps:kinetic").as_deref(),
            Some("2023-07-20")
        );
        assert_eq!(
            date("arm64v8/python:3.12-buster").as_deref(),
            Some("2024-06-30")
        );
    }

    #[test]
    fn it_is_judged_for_a_day() {
        for (day, image, ended) in [
            ("2024-06-29", "debian:10", None),
            ("2024-06-30", "debian:10", Some("2024-06-30")),
            ("2020-07-01", "python:3.8", None),
            ("2020-07-01", "python:2.7", Some("2020-01-01")),
        ] {
            assert_eq!(date_on(day, image).as_deref(), ended, "{day} {image}");
        }
        let day = Date::parse("2020-07-01").unwrap();
        let end = end_of_life(&ImageRef::parse("debian:8"), day).unwrap();
        assert_eq!(end.successor, "9 or 10");
    }

    #[test]
    fn images_that_were_given_up_name_what_took_their_place() {
        let of = |image: &str| end_of_life(&ImageRef::parse(image), DATA_DATE).map(|e| e.successor);
        assert_eq!(of("java:8").as_deref(), Some("`eclipse-temurin`"));
        assert_eq!(
            of("microsoft/dotnet").as_deref(),
            Some("`mcr.microsoft.com/dotnet/sdk`")
        );
        assert!(of("openjdk:11").is_some());
        assert_eq!(of("openjdk:26-ea-slim"), None);
        assert_eq!(of("openjdk:\u{E000}"), None);
        assert!(of("centos:\u{E000}").is_some());
        assert_eq!(of("eclipse-temurin:21"), None);
    }
}
