//! Words that tools did not always know, options that only other implementations know, and what
//! builds rely on though it is only recommended.

use super::lifetimes::numbers_of;
use super::{ImageRef, OsFamily, Tag, base_release, official_name, os_family};
use crate::date::Date;

/// A word that came late, as in `data/options.toml`.
struct Late {
    tool: &'static str,
    word: &'static str,
    releases: &'static [(&'static str, &'static str)],
    brings: &'static [&'static str],
    image: &'static str,
    without: &'static [(&'static str, &'static str)],
}

/// What packages of Debian only recommend and builds rely on.
#[derive(Debug, Clone, Copy)]
pub struct Recommended {
    /// The packages that recommend it.
    pub packages: &'static [&'static str],
    /// What they recommend.
    pub needed: &'static str,
    /// The packages that bring it too.
    pub named: &'static [&'static str],
    /// The programs that do not work without it.
    pub programs: &'static [&'static str],
}

/// Options of a program that the implementation of a system refuses.
#[derive(Debug)]
pub struct Foreign {
    system: OsFamily,
    programs: &'static [&'static str],
    /// The options, and what does the same there; empty where nothing does.
    pub options: &'static [(&'static str, &'static str)],
    /// The packages that bring the implementation that knows them.
    pub packages: &'static [&'static str],
}

/// Programs that an image has and that its package manager does not put another package's over.
struct Kept {
    image: &'static str,
    manager: &'static str,
    /// By the package that would bring it, what brought it.
    programs: &'static [(&'static str, &'static str)],
    versions: &'static [(&'static str, &'static str)],
    since: Date,
    until: Date,
    lines: &'static [&'static str],
}

/// Options that a program of an image no longer knows.
#[derive(Debug)]
pub struct Removed {
    image: &'static str,
    program: &'static str,
    /// The first argument of the calls that are meant.
    pub about: &'static str,
    /// The first version that does not know them.
    pub since: &'static str,
    day: Date,
    /// The options, and what takes their place; empty where nothing does.
    pub options: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/options.rs"));

/// The options that a program of an image refuses though others of its name know them.
pub fn foreign_options(image: &ImageRef, program: &str) -> Option<&'static Foreign> {
    let mut entries = FOREIGN.iter().filter(|f| f.programs.contains(&program));
    let first = entries.next()?;
    let family = os_family(image);
    let entry = std::iter::once(first)
        .chain(entries)
        .find(|f| f.system == family)?;
    let is_busybox = || official_name(image).is_some_and(|name| BUSYBOX_IMAGES.contains(&name));
    (family != OsFamily::Alpine || is_busybox()).then_some(entry)
}

/// Whether the tool that an image has, or that its packages bring, is too old to know a word.
pub fn is_too_old(image: &ImageRef, as_of: Date, tool: &str, word: &str) -> bool {
    let mut late = LATE.iter();
    let Some(late) = late.find(|late| late.tool == tool && late.word == word) else {
        return false;
    };
    let name = official_name(image).unwrap_or_default();
    if late.brings.contains(&name) {
        let version = Tag::of(image).map(|tag| tag.numbers()).unwrap_or_default();
        let before = |end: &str| is_below(&version, end);
        return name == late.image
            && !version.is_empty()
            && late
                .without
                .iter()
                .any(|(from, end)| !before(from) && before(end));
    }
    base_release(image, as_of).is_some_and(|release| {
        let mut releases = late.releases.iter();
        releases.any(|(distribution, first)| release.is_before(distribution, first))
    })
}

/// Whether the version of a tag comes before another. One with fewer numbers is the newest of its line.
fn is_below(version: &[u64], end: &str) -> bool {
    let open = version.iter().copied().chain(std::iter::repeat(u64::MAX));
    let end: Vec<u64> = numbers_of(end).collect();
    open.take(end.len()).lt(end.iter().copied())
}

/// What brought the program of an image over which its package manager does not put the one of a
/// package.
pub fn kept_program(
    image: &ImageRef,
    as_of: Date,
    manager: &str,
    package: &str,
) -> Option<&'static str> {
    let name = official_name(image)?;
    let mut entries = KEPT.iter();
    let kept = entries.find(|kept| kept.image == name && kept.manager == manager)?;
    let (_, brought) = kept.programs.iter().find(|(name, _)| *name == package)?;
    let tag = Tag::of(image)?;
    let version = tag.numbers();
    let has = match version.len() {
        0 => {
            let stays = kept.lines.iter().any(|line| tag.text.starts_with(line));
            as_of >= kept.since && (stays || as_of < kept.until)
        }
        count => {
            let mut versions = kept.versions.iter();
            versions.any(|(from, end)| !is_below(&version, from) && is_below(&version, end))
                && (count > 1 || as_of >= kept.since)
        }
    };
    has.then_some(brought)
}

/// The options that a call of a program of an image surely no longer knows.
pub fn removed_options(
    image: &ImageRef,
    as_of: Date,
    program: &str,
    about: &str,
) -> Option<&'static Removed> {
    let mut entries = REMOVED.iter();
    let removed = entries.find(|r| r.program == program && r.about == about)?;
    let tag = Tag::of(image).filter(|_| official_name(image) == Some(removed.image))?;
    let version = tag.numbers();
    // `php:7`, `php:apache`: the newest that is out.
    let is_moving = version.len() < 2 && as_of >= removed.day;
    let is_new = match version.len() {
        0 => is_moving && (tag.version.is_empty() || tag.text == "latest"),
        count => !is_below(&version, removed.since) && (count > 1 || is_moving),
    };
    is_new.then_some(removed)
}

/// What packages only recommend and builds rely on.
pub fn recommended() -> &'static [Recommended] {
    RECOMMENDED
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::DATA_DATE;

    #[test]
    fn php_lost_options_of_its_configure() {
        let early = Date::new(2019, 6, 1);
        for (image, as_of, about, expected) in [
            ("php:7.3-fpm", DATA_DATE, "gd", false),
            ("php:7.4", DATA_DATE, "gd", true),
            ("php:7", early, "gd", false),
            ("php:7", DATA_DATE, "zip", true),
            ("php:fpm-alpine", DATA_DATE, "gd", true),
            ("php:latest", early, "gd", false),
            ("php:8.4", DATA_DATE, "intl", false),
            ("wordpress:6", DATA_DATE, "gd", false),
        ] {
            let image = ImageRef::parse(image);
            let found = removed_options(&image, as_of, "docker-php-ext-configure", about);
            assert_eq!(found.is_some(), expected, "{image:?} {about}");
        }
    }

    #[test]
    fn npm_keeps_the_programs_of_the_images_that_have_them() {
        let early = Date::new(2019, 12, 1);
        let late = Date::new(2026, 12, 1);
        for (image, as_of, expected) in [
            ("node:20-slim", DATA_DATE, true),
            ("node:8.16", DATA_DATE, false),
            ("node:8.17.0", early, true),
            ("node:8", early, false),
            ("node:8", DATA_DATE, true),
            ("node:9", DATA_DATE, false),
            ("node:11.15", DATA_DATE, false),
            ("node:13.3", DATA_DATE, false),
            ("node:24.1", DATA_DATE, true),
            ("node:25", DATA_DATE, false),
            ("node:lts-alpine", late, true),
            ("node:latest", late, false),
            ("debian:12", DATA_DATE, false),
        ] {
            let image = ImageRef::parse(image);
            let kept = kept_program(&image, as_of, "npm", "yarn");
            assert_eq!(kept.is_some(), expected, "{image:?} {as_of:?}");
        }
        let image = ImageRef::parse("node:20");
        assert_eq!(kept_program(&image, DATA_DATE, "npm", "npx"), Some("npm"));
        assert_eq!(kept_program(&image, DATA_DATE, "npm", "pm2"), None);
        assert_eq!(kept_program(&image, DATA_DATE, "gem", "yarn"), None);
    }

    #[test]
    fn old_releases_and_images_do_not_know_all_words() {
        for (image, tool, word, expected) in [
            ("ubuntu:14.04", "pip", "--no-cache-dir", true),
            ("debian:jessie", "pip", "--no-cache-dir", true),
            ("debian:12", "pip", "--no-cache-dir", false),
            ("python:3.4-jessie", "pip", "--no-cache-dir", false),
            ("alpine:3.2", "apk", "--no-cache", true),
            ("alpine:3.20", "apk", "--no-cache", false),
            ("alpine", "apk", "--no-cache", false),
            ("node:8.11", "npm", "ci", true),
            ("node:14-alpine", "npm", "--omit", true),
            ("node:14.21.3", "npm", "--omit", true),
            ("node:15", "npm", "--omit", false),
            ("node:16", "npm", "--omit", false),
            ("node:lts", "npm", "--omit", false),
            ("ubuntu:20.04", "npm", "--omit", true),
            ("debian:12", "npm", "--omit", false),
            ("node:8", "npm", "ci", false),
            ("node:8.12.0-alpine", "npm", "ci", false),
            ("node:6", "npm", "ci", true),
            ("node:9-slim", "npm", "ci", true),
            ("node:10", "npm", "ci", false),
            ("node:10.1.0", "npm", "ci", true),
            ("node", "npm", "ci", false),
            ("someone/app", "npm", "ci", false),
        ] {
            let found = is_too_old(&ImageRef::parse(image), DATA_DATE, tool, word);
            assert_eq!(found, expected, "{image}");
        }
    }
}
