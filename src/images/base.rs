//! The release of the distribution that an image is built on.

use super::lifetimes::numbers_of;
use super::publishers::official;
use super::table::{Image, Line, PRODUCTS, Product, Release, SUITES, Variants, code_name};
use super::{DefaultShell, ImageRef, OsFamily, Tag, default_shell, os_family};
use crate::date::Date;

/// A release of a distribution.
#[derive(Debug, Clone, Copy)]
pub struct BaseRelease {
    product: &'static Product,
    release: &'static Release,
    /// The word that stands for it while it is on its way: `testing`, `edge`.
    moving: Option<&'static str>,
}

impl BaseRelease {
    /// The distribution as `data/releases.toml` calls it: `debian`, `alpine-linux`.
    pub fn distribution(self) -> &'static str {
        self.product.id
    }

    /// The version: `12`, `22.04`.
    pub fn version(self) -> &'static str {
        self.release.version
    }

    /// The code name, `bookworm`; empty if it has none.
    pub fn code(self) -> &'static str {
        self.release.code
    }

    /// What people call it: `Debian 12`, `Alpine edge`.
    pub fn name(self) -> String {
        let version = self.moving.unwrap_or(self.release.version);
        format!("{} {version}", self.product.name)
    }

    /// Whether it is on its way to a release.
    pub fn is_moving(self) -> bool {
        self.moving.is_some()
    }

    /// The day its packages left the servers that its images name, if that is known and over.
    pub fn archived(self, as_of: Date) -> Option<Date> {
        self.release.archived.filter(|day| *day <= as_of)
    }

    /// Whether `/bin`, `/sbin`, `/lib` and `/lib64` are links into `/usr`; `None` if that is not
    /// known.
    pub fn has_merged_usr(self) -> Option<bool> {
        let from = self.product.merged_usr_from?;
        Some(self.is_since(self.product.id, from))
    }

    /// Whether the images of the release come without the lists of packages.
    pub(super) fn is_without_lists(self) -> bool {
        let from = self.product.without_lists_from;
        from.is_some_and(|from| self.is_since(self.product.id, from))
    }

    /// Whether it got its last updates.
    pub fn is_ended(self, as_of: Date) -> bool {
        self.release.ended(as_of).is_some()
    }

    /// Where the packages of such releases are kept.
    pub fn archive(self) -> Option<&'static str> {
        self.product.archive
    }

    /// Whether it is that version of that distribution or a later one.
    pub fn is_since(self, distribution: &str, version: &str) -> bool {
        self.product.id == distribution && numbers_of(self.release.version).ge(numbers_of(version))
    }

    /// Whether it comes before that version of that distribution.
    pub fn is_before(self, distribution: &str, version: &str) -> bool {
        self.product.id == distribution && numbers_of(self.release.version).lt(numbers_of(version))
    }
}

/// The release of a distribution that an image is built on, as of a day: what its tag says, else
/// what tags of that form stood on. `None` if that is not known.
pub fn base_release(image: &ImageRef, as_of: Date) -> Option<BaseRelease> {
    let tag = Tag::of(image)?;
    named(image, &tag)
        .or_else(|| own(image, &tag, as_of))
        .or_else(|| usual(image, &tag, as_of))
}

/// Words of tags for what is on its way to a release; Debian's next one is on its way in all of its suites.
const MOVING: [&str; 4] = ["edge", "sid", "testing", "unstable"];

/// What an image is built on whose tag stands for no release yet, as of a day: Debian's next release, and
/// for Alpine's `edge` the newest, which it has left behind.
pub fn moving_release(image: &ImageRef, as_of: Date) -> Option<BaseRelease> {
    let product = Image::of(image)?.product?;
    let word = super::unreleased(image)?;
    let moving = MOVING.into_iter().find(|moving| *moving == word);
    let mut releases = product.releases.iter();
    let is_out = |r: &&Release| r.released.is_some_and(|day| day <= as_of);
    let release = match product.id {
        "alpine-linux" => releases.find(is_out),
        "debian" => releases
            .rev()
            .find(|r| r.ended(as_of).is_none() && !is_out(r)),
        _ => None,
    }?;
    Some(BaseRelease {
        product,
        release,
        moving: Some(moving?),
    })
}

/// Names of Ubuntu's releases that releases of ROS have as well: `acme/robot:kinetic`.
const OF_ROS_TOO: [&str; 3] = ["groovy", "kinetic", "lunar"];

/// A word of the tag says it: `python:3.12-bookworm`, `nginx:1.29-alpine3.23`.
fn named(image: &ImageRef, tag: &Tag<'_>) -> Option<BaseRelease> {
    // Releases of ROS and of Ubuntu share names. Of `ros` itself only the first word is ROS's.
    let entry = official(image).map(|entry| entry.name);
    let own = usize::from(entry == Some("ros"));
    let is_ros = |word: &str| entry.is_none() && OF_ROS_TOO.contains(&word);
    let mut words = tag.words().skip(own).filter(|word| !is_ros(word));
    words.find_map(word_of_release)
}

/// The image is the distribution's: `debian:12`, `alpine`, `ubuntu:22.04`.
fn own(image: &ImageRef, tag: &Tag<'_>, as_of: Date) -> Option<BaseRelease> {
    let product = Image::of(image)?.product?;
    if product.system == OsFamily::Unknown {
        return None;
    }
    let found = |release| {
        Some(BaseRelease {
            product,
            release,
            moving: None,
        })
    };
    let numbers = tag.numbers();
    let with_version = |r: &&Release| {
        let mut numbers = numbers.iter().copied();
        numbers_of(r.version).all(|n| numbers.next() == Some(n))
    };
    if numbers.is_empty() {
        let is_newest = tag.text == "latest" || tag.text == "stable" || tag.text == "stable-slim";
        if !is_newest {
            return None;
        }
    } else if let Some(release) = product.releases.iter().find(with_version) {
        return found(release);
    }
    // `alpine:3`, `alpine`
    let fits = |r: &&Release| {
        let mut version = numbers_of(r.version);
        r.released.is_some_and(|day| day <= as_of)
            && numbers.iter().all(|n| version.next() == Some(*n))
            && (product.id != "ubuntu" || has_long_support(r.version))
    };
    let releases = product.releases.iter().filter(fits);
    found(releases.max_by_key(|r| r.released)?)
}

/// Whether a release of Ubuntu is one of every second April, which alone become `ubuntu:latest`
/// (https://hub.docker.com/_/ubuntu).
fn has_long_support(version: &str) -> bool {
    let mut numbers = numbers_of(version);
    numbers.next().is_some_and(|year| year % 2 == 0) && numbers.next() == Some(4)
}

/// What the tags without a word for it stood on: `python:3.6` was last built on Debian 11.
fn usual(image: &ImageRef, tag: &Tag<'_>, as_of: Date) -> Option<BaseRelease> {
    // The words of other systems: `windowsservercore`, `oracle`.
    let is_alpine = match os_family(image) {
        OsFamily::Debian => false,
        OsFamily::Alpine if tag.has_word("alpine") => true,
        _ => return None,
    };
    let name = Image::of(image)?.name;
    let at = SUITES
        .binary_search_by(|(image, _)| (*image).cmp(name))
        .ok()?;
    let (_, lines) = SUITES.get(at)?;
    let numbers = tag.numbers();
    let is_slim = tag.has_word("slim");
    let is_moving = numbers.is_empty() && matches!(tag.text, "alpine" | "latest" | "slim");
    // `8u212` is more exact than its number.
    // The variants for ONBUILD ended long before the others.
    if numbers.is_empty() && !is_moving || !tag.qualifier.is_empty() || tag.has_word("onbuild") {
        return None;
    }
    let fits = |line: &&Line| {
        numbers.starts_with(line.numbers)
            && line.numbers.is_empty() == numbers.is_empty()
            && match line.variants {
                Variants::Any => !is_alpine,
                Variants::Slim => is_slim && !is_alpine,
                Variants::Alpine => is_alpine,
            }
    };
    let line = lines.iter().filter(fits);
    let line = line.max_by_key(|line| (line.numbers.len(), line.variants))?;
    let suite = line.suites.iter().rev().find(|suite| {
        let exact = numbers.len() > line.numbers.len();
        let is_reached = suite.since.is_none_or(|day| day <= as_of);
        match suite.from {
            // `14.19` moved on to the last of its patches.
            Some(from) if exact => {
                let mut padded = numbers.clone();
                padded.resize(from.len().max(padded.len()), u64::MAX);
                is_reached && padded.as_slice() >= from
            }
            None if exact => false,
            _ => is_reached && suite.since.is_some(),
        }
    })?;
    word_of_release(suite.code)
}

/// The release that a word of a tag names: `bookworm`, `alpine3.23`.
fn word_of_release(word: &str) -> Option<BaseRelease> {
    if let Some((product, release)) = code_name(word) {
        return Some(BaseRelease {
            product,
            release,
            moving: None,
        });
    }
    let products = PRODUCTS.iter().filter(|p| !p.tag_word.is_empty());
    products.copied().find_map(|product| {
        let version = word.strip_prefix(product.tag_word)?;
        let mut releases = product.releases.iter();
        let release = releases.find(|r| !version.is_empty() && r.version == version)?;
        Some(BaseRelease {
            product,
            release,
            moving: None,
        })
    })
}

/// Whether the `/bin/sh` of an image knows `set -o pipefail`; `None` if that is not known.
///
/// BusyBox has it since 1.16 of 2010, bash since 3.0, dash since 0.5.13 and where a distribution
/// added it (`data/releases.toml`).
pub fn sh_has_pipefail(image: &ImageRef, as_of: Date) -> Option<bool> {
    match default_shell(image) {
        DefaultShell::Ash | DefaultShell::Bash => Some(true),
        DefaultShell::Dash => {
            let base = base_release(image, as_of)?;
            let from = base.product.pipefail_from?;
            Some(base.is_since(base.product.id, from))
        }
        DefaultShell::Cmd | DefaultShell::None | DefaultShell::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::DATA_DATE;

    fn on(day: &str, image: &str) -> Option<String> {
        let day = Date::parse(day).unwrap();
        base_release(&ImageRef::parse(image), day).map(BaseRelease::name)
    }

    #[test]
    fn the_tag_names_the_release() {
        for (image, release) in [
            ("debian:12-slim", Some("Debian 12")),
            ("debian:12.5", Some("Debian 12")),
            ("debian:buster-20240110-slim", Some("Debian 10")),
            ("debian", Some("Debian 13")),
            ("debian:stable-slim", Some("Debian 13")),
            ("debian:testing", None),
            ("ubuntu:22.04", Some("Ubuntu 22.04")),
            ("ubuntu:focal", Some("Ubuntu 20.04")),
            ("ubuntu:kinetic", Some("Ubuntu 22.10")),
            ("acme/robot:ros-kinetic-base", None),
            ("acme/robot:ros-jammy", Some("Ubuntu 22.04")),
            ("alpine:3.19.1", Some("Alpine 3.19")),
            ("alpine", Some("Alpine 3.24")),
            ("alpine:edge", None),
            ("centos:7.9.2009", Some("CentOS 7")),
            ("centos", Some("CentOS 8")),
            ("amazonlinux:2", Some("Amazon Linux 2")),
            ("amazonlinux", Some("Amazon Linux 2023")),
            ("fedora:41", Some("Fedora 41")),
            ("python:3.12-bookworm", Some("Debian 12")),
            ("nginx:1.29-alpine3.23", Some("Alpine 3.23")),
            ("python:3.12-windowsservercore", None),
            ("example.com/debian:12", None),
        ] {
            assert_eq!(on("2026-11-21", image).as_deref(), release, "{image}");
        }
    }

    #[test]
    fn tags_without_a_word_for_it_stand_on_what_they_were_built_on() {
        for (day, image, release) in [
            ("2026-11-21", "python:3.6", Some("Debian 11")),
            ("2026-11-21", "python:3.6-slim", Some("Debian 11")),
            ("2026-11-21", "python:3.6.9", Some("Debian 10")),
            ("2020-07-01", "python:3.6", Some("Debian 10")),
            ("2019-01-01", "python:3.6", Some("Debian 9")),
            ("2026-11-21", "python:3.6-alpine", Some("Alpine 3.15")),
            ("2020-07-01", "php:7.3-fpm-alpine", Some("Alpine 3.12")),
            ("2026-11-21", "php:7.3.19-alpine", Some("Alpine 3.12")),
            ("2020-07-01", "node:alpine", Some("Alpine 3.11")),
            ("2026-11-21", "node:20-alpine", Some("Alpine 3.23")),
            ("2026-11-21", "composer:2-alpine", None),
            ("2026-11-21", "python", Some("Debian 13")),
            ("2026-11-21", "python:3", Some("Debian 13")),
            ("2023-07-01", "python:3-slim", Some("Debian 12")),
            ("2026-11-21", "node:8", Some("Debian 9")),
            ("2026-11-21", "node:8.11.2", Some("Debian 8")),
            ("2026-11-21", "node:14.19", Some("Debian 10")),
            ("2026-11-21", "node:14.19.0-slim", Some("Debian 9")),
            ("2026-11-21", "node:20", Some("Debian 12")),
            ("2026-11-21", "golang:1.16", Some("Debian 11")),
            ("2026-11-21", "ubuntu", Some("Ubuntu 26.04")),
            ("2020-07-01", "ubuntu", Some("Ubuntu 20.04")),
            ("2026-11-21", "python:rc", None),
            ("2026-11-21", "python:2-onbuild", None),
            ("2010-07-01", "python:3.6", None),
        ] {
            assert_eq!(on(day, image).as_deref(), release, "{day} {image}");
        }
    }

    #[test]
    fn some_shells_have_no_pipefail() {
        for (image, has) in [
            ("debian:12", Some(false)),
            ("debian:13", Some(true)),
            ("ubuntu:24.04", Some(false)),
            ("python:3.6-slim", Some(false)),
            ("debian:testing", None),
            ("alpine", Some(true)),
            ("centos:7", Some(true)),
            ("example.com/app", None),
        ] {
            assert_eq!(
                sh_has_pipefail(&ImageRef::parse(image), DATA_DATE),
                has,
                "{image}"
            );
        }
    }

    #[test]
    fn the_suites_are_known_releases_in_order() {
        assert!(SUITES.is_sorted_by(|a, b| a.0 < b.0));
        for (image, lines) in SUITES {
            assert!(Image::of(&ImageRef::parse(image)).is_some(), "{image}");
            for line in *lines {
                assert!(!line.suites.is_empty(), "{image}");
                for suite in line.suites {
                    let is_known = word_of_release(suite.code).is_some();
                    assert!(is_known || suite.code.is_empty(), "{image} {suite:?}");
                }
                let days = line.suites.iter().filter_map(|s| s.since);
                let from = line.suites.iter().filter_map(|s| s.from);
                assert!(days.is_sorted() && from.is_sorted(), "{image} {line:?}");
            }
        }
    }
}
