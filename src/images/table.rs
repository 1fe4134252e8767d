//! What is known of images, from `data/*.toml` by way of `build.rs`.
//!
//! The heads of the files say what their keys mean, where they come from and as of when.

use std::sync::OnceLock;

use super::{BaseRelease, BaseUser, DefaultShell, ImageRef, OsFamily, Tag};
use crate::date::Date;

/// A system, language or server whose releases come to an end.
#[derive(Debug)]
pub(super) struct Product {
    /// `debian`, its name in `data/releases.toml`.
    pub(super) id: &'static str,
    /// `Debian`, `Python`.
    pub(super) name: &'static str,
    /// The family of systems that it belongs to; unknown if it is no system.
    pub(super) system: OsFamily,
    /// The first release whose `/bin/sh` knows `set -o pipefail`, if some do not.
    pub(super) pipefail_from: Option<&'static str>,
    /// The first release whose images have `/bin`, `/lib` and `/sbin` as links into `/usr`.
    pub(super) merged_usr_from: Option<&'static str>,
    /// The first release whose images have no lists of packages.
    pub(super) without_lists_from: Option<&'static str>,
    /// Where the packages of old releases are kept.
    pub(super) archive: Option<&'static str>,
    /// The word that stands before a version in the tags of other images; empty if none does.
    pub(super) tag_word: &'static str,
    /// Newest first.
    pub(super) releases: &'static [Release],
}

/// A release of a product.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) version: &'static str,
    /// `bookworm`; empty if it has none.
    pub(super) code: &'static str,
    /// The day it came out.
    pub(super) released: Option<Date>,
    /// The day of the last updates.
    pub(super) ends: Option<Date>,
    /// Whether it is named among what gets updates.
    pub(super) advise: bool,
    /// The day its packages left the servers that its images name.
    pub(super) archived: Option<Date>,
}

/// The variants of an image that a line of tags speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variants {
    /// All that stand on Debian or Ubuntu.
    Any,
    /// The slim ones of them.
    Slim,
    /// Those on Alpine.
    Alpine,
}

/// The tags of an image that begin alike, and the systems that they were built on in turn.
#[derive(Debug)]
pub(super) struct Line {
    /// The first numbers of the version; none stands for `latest`.
    pub(super) numbers: &'static [u64],
    /// The variants that it speaks of.
    pub(super) variants: Variants,
    /// Oldest first.
    pub(super) suites: &'static [Suite],
}

/// A system below a line of tags.
#[derive(Debug)]
pub(super) struct Suite {
    /// The code name of a release.
    pub(super) code: &'static str,
    /// The day from which the moving tag of the line stood on it.
    pub(super) since: Option<Date>,
    /// The first exact version that was last built on it.
    pub(super) from: Option<&'static [u64]>,
}

impl Release {
    /// The day of the last updates, if that is over.
    pub(super) fn ended(&self, as_of: Date) -> Option<Date> {
        self.ends.filter(|day| *day <= as_of)
    }

    /// Whether it is out and gets updates.
    pub(super) fn is_supported(&self, as_of: Date) -> bool {
        self.released.is_some_and(|day| day <= as_of) && self.ended(as_of).is_none()
    }
}

/// A family of systems.
#[derive(Debug)]
pub(super) struct System {
    pub(super) family: OsFamily,
    pub(super) shell: DefaultShell,
    /// Words of a tag that name it, alone or with a version.
    pub(super) words: &'static [&'static str],
    /// The shells of tags that have one of these words.
    pub(super) shells: &'static [(&'static [&'static str], DefaultShell)],
}

/// An image, or all whose names begin alike.
#[derive(Debug)]
pub(super) struct Image {
    /// `python` of a Docker Official Image; else the full name, or the start of it.
    pub(super) name: &'static str,
    /// Whether it gets no updates any more.
    pub(super) retired: bool,
    /// What to use instead, in words.
    pub(super) instead: Option<&'static str>,
    /// Whose releases its tags name.
    pub(super) product: Option<&'static Product>,
    /// What it is built on.
    pub(super) system: OsFamily,
    /// Whether every variant is built on that.
    pub(super) every_variant: bool,
    /// The shell, if it is not the system's.
    pub(super) shell: Option<DefaultShell>,
    /// The words of the SHELL that it sets.
    pub(super) runs_with: &'static [&'static str],
    pub(super) user: BaseUser,
    pub(super) directory: Option<&'static str>,
    pub(super) ports: &'static [u16],
    /// The directories that it declares as volumes.
    pub(super) volumes: &'static [&'static str],
    /// The variables that it sets besides `PATH`, with blanks between them; an empty list is complete.
    pub(super) variables: Option<&'static str>,
    /// Whether a tag with one number names a release that gets nothing but fixes.
    pub(super) major_is_release: bool,
    /// How many numbers of a version name one build; at least from this major version on.
    pub(super) exact_numbers: u8,
    pub(super) exact_numbers_from: u64,
    /// Whether nothing but moving tags is published.
    pub(super) rolling: bool,
    /// Whether it starts the CMD as it is.
    pub(super) plain: bool,
    /// Whether what is built on it is a workplace, and no product.
    pub(super) for_builds: bool,
    /// Whether its configuration answers the questions of its package manager.
    pub(super) answers_yes: bool,
    /// Whether no repository is set up in it but those of its distribution.
    pub(super) distribution_alone: bool,
    /// Whether its variants on Debian and Ubuntu have no lists of packages.
    pub(super) without_lists: bool,
    /// Whether it keeps apt from installing the distribution's PHP.
    pub(super) forbids_php: bool,
    /// The words of tags that stand for what no release has yet.
    pub(super) unreleased: &'static [&'static str],
    /// The words of tags whose variants get no updates any more.
    pub(super) ended: &'static [&'static str],
    pub(super) slim: Option<Slim>,
    pub(super) variants: &'static [Variant],
}

/// The smaller variant of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slim {
    /// Where the word `slim` goes in a tag.
    pub word: SlimWord,
    /// What it leaves out, in words.
    pub without: &'static str,
}

/// Where the word `slim` goes in a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlimWord {
    /// `3.13-slim-bookworm`
    Before,
    /// `22-bookworm-slim`
    Behind,
}

/// What is different for some of an image's tags. All conditions must hold.
#[derive(Debug)]
pub(super) struct Variant {
    /// A word of the tag begins with one of these.
    pub(super) tag: &'static [&'static str],
    /// The name behind that of the entry is one of these; `*` ends a part of it that goes on.
    pub(super) path: &'static [&'static str],
    /// The first two numbers of the tag's version are these or later.
    pub(super) from: Option<(u64, u64)>,
    /// They come before these.
    pub(super) below: Option<(u64, u64)>,
    pub(super) user: Option<BaseUser>,
    pub(super) directory: Option<&'static str>,
    pub(super) ports: Option<&'static [u16]>,
    pub(super) system: Option<OsFamily>,
}

include!(concat!(env!("OUT_DIR"), "/images.rs"));

/// The entry of an image, once it is asked for. It follows from the rest of a reference, so that all
/// are alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry(OnceLock<Option<&'static Image>>);

impl PartialEq for Entry {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Entry {}

impl Image {
    /// The Docker Official Image of a name.
    pub(super) fn official(name: &str) -> Option<&'static Image> {
        let at = OFFICIAL
            .binary_search_by(|image| image.name.cmp(name))
            .ok()?;
        OFFICIAL.get(at)
    }

    /// The entry of an image, or of those whose names begin alike. `None` if a variable hides
    /// which image it is.
    pub(super) fn of(image: &ImageRef) -> Option<&'static Image> {
        *image.entry.0.get_or_init(|| {
            if let Some(official) = super::publishers::official(image) {
                return Some(official);
            }
            let (registry, path) = (image.registry.known()?, image.repository.known()?);
            let full = || registry.bytes().chain([b'/']).chain(path.bytes());
            let exact = OTHERS.binary_search_by(|other| other.name.bytes().cmp(full()));
            if let Ok(at) = exact {
                return OTHERS.get(at);
            }
            GROUPS
                .iter()
                .find(|group| group.rest(registry, path).is_some())
        })
    }

    /// What follows the entry's name in a full name.
    fn rest<'p>(&self, registry: &str, path: &'p str) -> Option<&'p str> {
        let folder = self.name.strip_prefix(registry)?.strip_prefix('/')?;
        path.strip_prefix(folder)
    }

    /// What the first variant of `image` that says something about it says. `Err` if that takes a
    /// tag, and there is none to go by.
    pub(super) fn variant<T>(
        &self,
        image: &ImageRef,
        what: impl Fn(&Variant) -> Option<T>,
    ) -> Result<Option<T>, NoTag> {
        let saying = || self.variants.iter().filter(|v| what(v).is_some());
        if image.effective_tag().is_none() && saying().any(Variant::needs_tag) {
            return Err(NoTag);
        }
        let found = saying().find(|variant| variant.fits(self, image));
        Ok(found.and_then(what))
    }
}

/// A variant is known by its tag, and the reference has none that can be seen.
#[derive(Debug)]
pub(super) struct NoTag;

impl Variant {
    fn needs_tag(&self) -> bool {
        !self.tag.is_empty() || self.from.is_some() || self.below.is_some()
    }

    fn fits(&self, entry: &Image, image: &ImageRef) -> bool {
        let path = || {
            let (registry, path) = (image.registry.known()?, image.repository.known()?);
            entry.rest(registry, path)
        };
        let release = || release(image);
        (self.tag.is_empty() || tag_has(image, self.tag))
            && (self.path.is_empty()
                || path().is_some_and(|path| self.path.iter().any(|p| fits_path(p, path))))
            && self
                .from
                .is_none_or(|from| release().is_some_and(|r| r >= from))
            && self
                .below
                .is_none_or(|below| release().is_some_and(|r| r < below))
    }
}

/// Whether a path has these parts; `*` ends a part that goes on.
fn fits_path(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    pattern.split('/').all(|wanted| {
        parts
            .next()
            .is_some_and(|part| match wanted.strip_suffix('*') {
                Some(start) => part.starts_with(start),
                None => part == wanted,
            })
    }) && parts.next().is_none()
}

/// Whether any part of the tag's words, with the version's, is or begins with one of `parts`.
pub(super) fn tag_has(image: &ImageRef, parts: &[&str]) -> bool {
    image.effective_tag().is_some_and(|tag| {
        tag.split(['-', '_'])
            .any(|word| parts.iter().any(|part| word.starts_with(part)))
    })
}

/// The first two numbers of the tag's version. A tag with one number is the newest of its line.
fn release(image: &ImageRef) -> Option<(u64, u64)> {
    let tag = Tag::parse(image.effective_tag()?);
    let mut numbers = tag.numbers().into_iter();
    Some((numbers.next()?, numbers.next().unwrap_or(u64::MAX)))
}

/// The release of a distribution that a word of a tag names, `bookworm`, and the distribution.
pub(super) fn code_name(word: &str) -> Option<(&'static Product, &'static Release)> {
    PRODUCTS.iter().find_map(|product| {
        let mut releases = product.releases.iter();
        let found = releases.find(|release| !release.code.is_empty() && release.code == word)?;
        Some((*product, found))
    })
}

/// Whether a word of a tag is the code name of a release, `bookworm`.
pub fn is_code_name(word: &str) -> bool {
    code_name(word).is_some()
}

/// Whether a word of a tag is the code name of a release that came out that year or later, or is
/// still to come.
pub fn is_code_name_since(word: &str, year: u16) -> bool {
    code_name(word)
        .is_some_and(|(_, release)| release.released.is_none_or(|day| day.year() >= year))
}

/// Whether the releases of an image get nothing but fixes and have one number or a code name.
pub fn is_release_line(image: &ImageRef, precision: super::Precision) -> bool {
    use super::Precision::{Major, Named};
    let Some(entry) = super::publishers::official(image) else {
        return false;
    };
    let has_code_names = || {
        let mut releases = entry.product.iter().flat_map(|product| product.releases);
        releases.any(|release| !release.code.is_empty())
    };
    match precision {
        Major => entry.major_is_release,
        Named => {
            has_code_names() && Tag::of(image).is_some_and(|tag| tag.words().any(is_code_name))
        }
        _ => false,
    }
}

/// The smaller variant of an image, if every release has one.
pub fn slim(image: &ImageRef) -> Option<Slim> {
    Image::of(image)?.slim
}

/// Whether the image has only moving tags, so that a digest alone holds it.
pub fn is_rolling(image: &ImageRef) -> bool {
    Image::of(image).is_some_and(|entry| entry.rolling)
}

/// Whether a Docker Official Image starts the CMD as it is; nothing is known of other images.
pub fn is_plain(image: &ImageRef) -> Option<bool> {
    super::publishers::official(image).map(|entry| entry.plain)
}

/// Whether what is built on an image is a place to build or to develop in, which nobody ships.
pub fn is_for_builds(image: &ImageRef) -> bool {
    Image::of(image).is_some_and(|entry| entry.for_builds)
}

/// The directories that an image declares as volumes, as far as that is known.
pub fn volumes(image: &ImageRef) -> &'static [&'static str] {
    Image::of(image).map_or(&[], |entry| entry.volumes)
}

/// Whether the configuration of an image answers the questions of its package manager.
pub fn answers_yes(image: &ImageRef) -> bool {
    Image::of(image).is_some_and(|entry| entry.answers_yes)
}

/// Whether the packages of a Docker Official Image come from its distribution alone.
pub fn is_distribution_alone(image: &ImageRef) -> bool {
    super::publishers::official(image).is_some_and(|entry| entry.distribution_alone)
}

/// Whether a Docker Official Image on a release of Debian or Ubuntu comes without the lists of packages.
pub fn is_without_lists(image: &ImageRef, release: BaseRelease) -> bool {
    super::publishers::official(image).is_some_and(|entry| entry.without_lists)
        && release.is_without_lists()
}

/// Whether a Docker Official Image keeps apt from installing its distribution's PHP.
pub fn forbids_php(image: &ImageRef) -> bool {
    super::publishers::official(image).is_some_and(|entry| entry.forbids_php)
}

/// The word of an image's tag that stands for what no release has yet: `sid`, `edge`.
pub fn unreleased(image: &ImageRef) -> Option<&str> {
    let words = Image::of(image)?.unreleased;
    let tag = image.effective_tag()?;
    let first = tag.split('-').next()?;
    words.contains(&first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(OFFICIAL.is_sorted_by(|a, b| a.name < b.name));
        assert!(OTHERS.is_sorted_by(|a, b| a.name < b.name));
        assert!(GROUPS.is_sorted_by(|a, b| a.name.len() >= b.name.len()));
        assert!(HUB_PUBLISHERS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(PART_WORDS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn what_an_entry_leaves_open_its_group_says() {
        let of = |text: &str| Image::of(&ImageRef::parse(text)).unwrap();
        let python = of("cgr.dev/chainguard/python");
        assert_eq!(python.system, OsFamily::Wolfi);
        assert_eq!(python.user, BaseUser::NonRoot("65532"));
        let core = of("mcr.microsoft.com/dotnet/core/sdk:3.0");
        assert_eq!(core.product.map(|p| p.name), Some(".NET"));
        assert!(core.variants.is_empty());
        assert!(Image::of(&ImageRef::parse("cgr.dev/other/python")).is_none());
    }

    #[test]
    fn paths_fit_part_by_part() {
        for (pattern, path, fits) in [
            ("ubi*", "ubi9", true),
            ("ubi*", "ubi9/nodejs-20", false),
            ("ubi*/nodejs-*", "ubi9/nodejs-20", true),
            ("ubi*/nodejs-*", "ubi9", false),
            ("ubi/x", "ubi/x", true),
            ("ubi/x", "ubi/xy", false),
        ] {
            assert_eq!(fits_path(pattern, path), fits, "{pattern} {path}");
        }
    }

    #[test]
    fn the_releases_are_days_and_versions() {
        for product in PRODUCTS {
            let mut releases = product.releases.iter();
            assert!(
                releases.any(|r| r.ended(DATA_DATE).is_some()),
                "{product:?}"
            );
            for release in product.releases {
                let days = [release.released, release.ends].into_iter().flatten();
                assert!(days.clone().is_sorted(), "{release:?}");
                for day in days {
                    assert_eq!(Date::parse(&day.to_string()), Some(day), "{release:?}");
                }
            }
        }
    }
}
