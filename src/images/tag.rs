//! What a tag promises: how exactly it names a release, and which variant.

use super::publishers::official;
use super::table::PART_WORDS;
use super::{HIDDEN, ImageRef, Part};
use crate::date::Date;

/// How exactly a reference names its bits.
///
/// A release is pushed under several tags at once, `latest`, `2`, `2.1` and `2.1.106`. With the
/// next releases all but the last move on: a tag floats by what it leaves out. From loose to
/// exact: `Latest` and `Named`, `Major`, `Minor`, `Patch` and `Date`, `Digest`. [`rank`] gives
/// that order. It follows the meaning of the numbers in <https://semver.org>, and the way the
/// Docker Official Images tag
/// (<https://github.com/docker-library/official-images#tags-and-aliases>).
///
/// [`rank`]: Precision::rank
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// `latest`, said or implied.
    Latest,
    /// A channel, a code name or a variant without a version: `stable`, `lts`, `bookworm`,
    /// `slim`, `alpine3.19`.
    Named,
    /// `3`, `12-slim`, `2023`: gets new features.
    Major,
    /// `3.12`, `22.04`: gets patches.
    Minor,
    /// `3.12.1`, `8u212`, `17.0.9_9-jdk`, `1.25rc1`: one release.
    Patch,
    /// A day or a month: `20240115`, `2024-01`, `1907`, `bookworm-20240110-slim`. As exact as a
    /// patch.
    Date,
    /// A digest: these bits.
    Digest,
    /// Not a form that says anything: a commit, a build number.
    Other,
}

impl Precision {
    /// The place in the order from loose to exact; `None` for [`Precision::Other`].
    pub fn rank(self) -> Option<u8> {
        match self {
            Self::Latest | Self::Named => Some(0),
            Self::Major => Some(1),
            Self::Minor => Some(2),
            Self::Patch | Self::Date => Some(3),
            Self::Digest => Some(4),
            Self::Other => None,
        }
    }

    /// Whether this is surely looser than `asked`. A form that says nothing is not.
    pub fn floats_below(self, asked: Precision) -> bool {
        match (self.rank(), asked.rank()) {
            (Some(this), Some(asked)) => this < asked,
            _ => false,
        }
    }
}

/// A tag, taken apart: `prefix` `version` `qualifier` `suffix`, which together are the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The whole tag.
    pub text: &'a str,
    /// What comes before the version: `v`, `release-`, `bookworm-`; all of a tag without one.
    pub prefix: &'a str,
    /// The digits and dots of the version: `3.12.1`; a date as it is written; empty without one.
    pub version: &'a str,
    /// What belongs to the release but is not part of its numbers: `rc1`, `u212`, `_9`, `-rc.1`.
    pub qualifier: &'a str,
    /// The variant: `-slim-bookworm`, `-alpine3.19`, `-jdk`.
    pub suffix: &'a str,
    /// How exactly the tag names a release.
    pub precision: Precision,
}

impl<'a> Tag<'a> {
    /// The tag of a reference, with what is known of how its image is released. `None` if there
    /// is only a digest or a variable hides some of the tag.
    pub fn of(image: &'a ImageRef) -> Option<Tag<'a>> {
        let mut tag = Tag::parse(image.effective_tag()?);
        let exact = official(image).is_some_and(|entry| {
            let numbers = tag.numbers();
            let major = numbers.first().copied().unwrap_or_default();
            numbers.len() >= usize::from(entry.exact_numbers) && major >= entry.exact_numbers_from
        });
        if exact && tag.precision == Precision::Minor {
            tag.precision = Precision::Patch;
        }
        // Windows names its releases by year and month, `1809`, and rebuilds them every month.
        let windows = matches!(&image.repository, Part::Known(r) if r.starts_with("windows"));
        if windows && tag.precision == Precision::Date && tag.version.len() == 4 {
            tag.precision = Precision::Major;
        }
        Some(tag)
    }

    /// Takes a tag apart by its form alone.
    pub fn parse(text: &'a str) -> Tag<'a> {
        if text.is_empty() || text.contains(HIDDEN) {
            return Tag::unversioned(text, Precision::Other);
        }
        let latest = text.eq_ignore_ascii_case("latest");
        if latest || text.starts_with("latest-") {
            return Tag::unversioned(text, Precision::Latest);
        }

        // The first word that is a version of its own decides; a date anywhere makes it exact.
        // Year and month in four figures count at the start only: `nanoserver-1809` is Windows.
        let mut at = 0;
        let mut found: Option<Tag<'a>> = None;
        for word in text.split('-') {
            let v = usize::from(word.starts_with('v'));
            let rest = text.get(at + v..).unwrap_or_default();
            if let Some(length) = date_length(rest).filter(|&length| length > 4 || at == 0) {
                if found.is_none_or(|tag| tag.precision != Precision::Patch) {
                    return Tag::cut(text, at + v, length, 0, Precision::Date);
                }
            } else if found.is_none() && !names_windows(text.get(..at).unwrap_or_default()) {
                if at == 0 && is_opaque(word) {
                    return Tag::unversioned(text, Precision::Other);
                }
                found = version_at(text, at, word);
            }
            at += word.len() + 1;
        }
        if let Some(tag) = found {
            return tag;
        }
        let precision = if text.split(['-', '_']).any(|w| w == "latest") {
            Precision::Latest
        } else if text.split(['-', '_', '.']).any(is_opaque) {
            Precision::Other
        } else {
            Precision::Named
        };
        Tag::unversioned(text, precision)
    }

    fn unversioned(text: &'a str, precision: Precision) -> Tag<'a> {
        Tag {
            text,
            prefix: text,
            version: "",
            qualifier: "",
            suffix: "",
            precision,
        }
    }

    fn cut(
        text: &'a str,
        at: usize,
        version: usize,
        qualifier: usize,
        precision: Precision,
    ) -> Tag<'a> {
        let end = at + version;
        Tag {
            text,
            prefix: text.get(..at).unwrap_or_default(),
            version: text.get(at..end).unwrap_or_default(),
            qualifier: text.get(end..end + qualifier).unwrap_or_default(),
            suffix: text.get(end + qualifier..).unwrap_or_default(),
            precision,
        }
    }

    /// The numbers of the version, `[3, 12, 1]`; none for a date or without a version.
    pub fn numbers(&self) -> Vec<u64> {
        if self.precision == Precision::Date {
            return Vec::new();
        }
        self.version
            .split('.')
            .map_while(|n| n.parse().ok())
            .collect()
    }

    /// The words of the tag that say the variant, from prefix and suffix: `slim`, `bookworm`.
    pub fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.prefix
            .split(['-', '_'])
            .chain(self.suffix.split(['-', '_']))
            .filter(|w| !w.is_empty())
    }

    /// Whether one of the variant's words is `word`.
    pub fn has_word(&self, word: &str) -> bool {
        self.words().any(|w| w == word)
    }

    /// Whether the tag names a pre-release: `1.25rc1`, `3.14-rc`, `6.0.100-preview.1`.
    pub fn is_pre_release(&self) -> bool {
        let qualifier = self.qualifier.trim_start_matches(['-', '.', '_']);
        PRE_RELEASE.iter().any(|name| {
            strip_word(qualifier, name).is_some_and(|rest| !starts_alphabetic(rest))
                || name.len() > 1 && self.has_word(name)
        })
    }

    /// Whether the tag moves on sooner than one of precision `asked` would.
    pub fn floats_below(&self, asked: Precision) -> bool {
        self.precision.floats_below(asked)
    }
}

/// What pre-releases are called.
const PRE_RELEASE: [&str; 7] = ["preview", "alpha", "beta", "rc", "ea", "a", "b"];

/// The version that `word`, at `at` in the tag, begins.
fn version_at<'a>(text: &'a str, at: usize, word: &'a str) -> Option<Tag<'a>> {
    let head = word.bytes().take_while(|b| !b.is_ascii_digit()).count();
    let (name, body) = word.split_at_checked(head)?;
    if body.is_empty() {
        return None;
    }
    let length = numbers_length(body);
    let numbers = body.get(..length)?;
    let count = numbers.split('.').count();
    let precision = match count {
        0 | 1 => Precision::Major,
        2 => Precision::Minor,
        _ => Precision::Patch,
    };
    let rest = text.get(at + head + length..).unwrap_or_default();
    let (qualifier, exact) = qualifier(rest, count);
    let bare = name.is_empty() || name.eq_ignore_ascii_case("v");
    if !bare {
        // `alpine3.19` floats whatever its number; `release1.2.3` and `jdk8u202` do not.
        let variant = is_part(name);
        let build = exact && rest.starts_with(['u', '_']);
        if !build && (variant || count < 3) {
            return None;
        }
    }
    let precision = if exact { Precision::Patch } else { precision };
    // One long number is a build, a serial or a time, not a major version.
    if precision == Precision::Major && numbers.len() > 3 && !is_year(numbers) {
        return Some(Tag::unversioned(text, Precision::Other));
    }
    // `1a2b3c4`, `3abc`: digits that go on as letters.
    let next = rest.get(qualifier..).unwrap_or_default();
    if starts_alphabetic(next) {
        return Some(Tag::unversioned(text, Precision::Other));
    }
    Some(Tag::cut(text, at + head, length, qualifier, precision))
}

/// Whether the number behind a word is a part's version, not the image's: `alpine3.19.1`,
/// `jdk17.0.9`.
fn is_part(word: &str) -> bool {
    PART_WORDS
        .binary_search_by(|part| {
            part.bytes()
                .cmp(word.bytes().map(|b| b.to_ascii_lowercase()))
        })
        .is_ok()
}

/// The length of `1.2.3` at the start of `text`; a dot counts only before a digit.
fn numbers_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut i = 0;
    while digit(i) || (i > 0 && bytes.get(i) == Some(&b'.') && digit(i + 1)) {
        i += 1;
    }
    i
}

/// How much of `rest`, what follows a version of `count` numbers, belongs to the release, and
/// whether that makes the release exact.
fn qualifier(rest: &str, count: usize) -> (usize, bool) {
    let taken = |tail: &str| rest.len() - tail.len();
    let word_end = |text: &str| text.find('-').unwrap_or(text.len());
    // `8u212`
    if let Some(tail) = rest.strip_prefix('u') {
        let digits = digits_length(tail);
        if digits > 0 {
            let build = tail.get(digits..).unwrap_or_default();
            let more = if build.starts_with('b') {
                word_end(build)
            } else {
                0
            };
            return (1 + digits + more, true);
        }
    }
    // `17.0.9_9`
    if let Some(tail) = rest.strip_prefix('_') {
        let digits = digits_length(tail);
        if digits > 0 {
            return (1 + digits, true);
        }
    }
    // `1.25rc1`, `3.13.0b1`, `1.2-rc1`, `6.0.100-preview.1`; `3.14-rc` still moves.
    let body = rest.trim_start_matches(['-', '.', '_']);
    if taken(body) <= 1 {
        for name in PRE_RELEASE {
            let Some(tail) = strip_word(body, name) else {
                continue;
            };
            let number = tail.strip_prefix(['.', '-']).unwrap_or(tail);
            let digits = digits_length(number);
            let numbered = digits > 0 && !starts_alphabetic(number.get(digits..).unwrap_or(""));
            if numbered {
                let tail = number.get(digits..).unwrap_or_default();
                let more = numbers_length(tail.strip_prefix('.').unwrap_or(""));
                return (taken(tail) + if more > 0 { more + 1 } else { 0 }, true);
            }
            // One letter alone is no pre-release.
            if name.len() > 1 && (tail.is_empty() || tail.starts_with('-')) {
                return (taken(tail), false);
            }
        }
    }
    // `1.1.1m`, `3.0.0m2`
    if count >= 3 && starts_alphabetic(rest) {
        return (word_end(rest), true);
    }
    // `9.3-1476`: a build number of three digits or more; `-17` may be a Java version.
    if let Some(tail) = rest.strip_prefix('-') {
        let word = tail.get(..word_end(tail)).unwrap_or_default();
        let first = digits_length(word);
        if first >= 3 && numbers_length(word) == word.len() {
            return (1 + word.len(), true);
        }
    }
    // `2.3.1.Final`, `1.x`
    if let Some(tail) = rest.strip_prefix('.') {
        let end = word_end(tail);
        let word = tail.get(..end).unwrap_or_default();
        if starts_alphabetic(word) && word.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return (1 + end, count >= 3 && !word.eq_ignore_ascii_case("x"));
        }
    }
    (0, false)
}

fn digits_length(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn starts_alphabetic(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `text` after `word`, letter case aside.
fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(tail)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse().is_ok_and(|y: u32| (1990..2100).contains(&y))
}

/// Whether a number that comes next is a release of Windows: `nanoserver-1809`.
fn names_windows(before: &str) -> bool {
    ["nanoserver-", "servercore-"]
        .iter()
        .any(|name| before.ends_with(name))
}

/// A commit: seven or more hexadecimal digits, letters and figures both.
fn is_opaque(word: &str) -> bool {
    let hex = word.strip_prefix('g').unwrap_or(word);
    (7..=64).contains(&hex.len())
        && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && hex.bytes().any(|b| b.is_ascii_digit())
        && hex.bytes().any(|b| b.is_ascii_lowercase())
}

/// The length of the date that `text` begins with, if it does: `20240115`, `2024-01-15`,
/// `2024.01.15`, `2024.01`, `202401`, `240115`, `1907`, and a day with a time after it.
fn date_length(text: &str) -> Option<usize> {
    let digits = digits_length(text);
    let head = text.get(..digits)?;
    let rest = text.get(digits..)?;
    let number = |from: usize, to: usize| head.get(from..to).and_then(|t| t.parse::<u32>().ok());
    let century = |y: Option<u32>| y.is_some_and(|y| (1990..2100).contains(&y));
    // Two-figure years: from the first images (2013) on.
    let short_year = |y: Option<u32>| y.is_some_and(|y| (13..60).contains(&y));
    let month = |m: Option<u32>| m.is_some_and(|m| (1..=12).contains(&m));
    let day = |d: Option<u32>| d.is_some_and(|d| (1..=31).contains(&d));
    let length = match digits {
        4 if century(number(0, 4)) => {
            // `2024-01-15`, `2024.01`: months and days of two figures, one separator throughout.
            let two = |at: usize, separator: u8| -> Option<u32> {
                let piece = text.get(at..at + 3)?;
                let next = text.as_bytes().get(at + 3);
                let ends = !next.is_some_and(u8::is_ascii_digit);
                (ends && piece.as_bytes().first() == Some(&separator))
                    .then(|| piece.get(1..).filter(|p| digits_length(p) == 2))
                    .flatten()
                    .and_then(|p| p.parse().ok())
            };
            let separator = *text.as_bytes().get(4)?;
            if !matches!(separator, b'-' | b'.' | b'_') || !month(two(4, separator)) {
                return if month(number(2, 4)) && short_year(number(0, 2)) && rest.is_empty() {
                    Some(4)
                } else {
                    None
                };
            }
            if day(two(7, separator)) { 10 } else { 7 }
        }
        // `1907`: year and month.
        4 if short_year(number(0, 2)) && month(number(2, 4)) => 4,
        6 if century(number(0, 4)) && month(number(4, 6)) => 6,
        6 if short_year(number(0, 2)) && month(number(2, 4)) && day(number(4, 6)) => 6,
        8 if century(number(0, 4)) && month(number(4, 6)) && day(number(6, 8)) => 8,
        // With hours and minutes, or a serial of two figures, or seconds too.
        10 | 12 | 14 if century(number(0, 4)) && month(number(4, 6)) && day(number(6, 8)) => digits,
        _ => return None,
    };
    // A date ends with its word or has a serial: `20240115.1`, but not `1907b`.
    let next = text.get(length..).and_then(|t| t.chars().next());
    match next {
        Some('.') if length == 4 => None,
        None | Some('-' | '_' | '.') => Some(length),
        // A time: `20240115T1030`.
        Some('T' | 't') if digits == 8 => {
            let time = digits_length(text.get(length + 1..)?);
            (time >= 4).then_some(length + 1 + time)
        }
        Some(_) => None,
    }
}

/// The day that an image's tag names: `20240110`, `2025-08-01`; of a month, `2508` or `2025.08`, its
/// first.
pub fn tag_date(image: &ImageRef) -> Option<Date> {
    let text = image.effective_tag().filter(|_| !image.is_hidden())?;
    let runs: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| !run.is_empty())
        .collect();
    let date = |year: &str, month: &str, day: &str| {
        let is_year = matches!(year.parse(), Ok(2010..=2099));
        Date::parse(&format!("{year}-{month:0>2}-{day:0>2}")).filter(|_| is_year)
    };
    let part =
        |run: &'_ str, from: usize, to: usize| run.get(from..to).unwrap_or_default().to_owned();
    let whole = runs.iter().find(|run| run.len() == 8);
    if let Some(day) = whole.and_then(|r| date(&part(r, 0, 4), &part(r, 4, 6), &part(r, 6, 8))) {
        return Some(day);
    }
    if image.precision() != Some(Precision::Date) {
        return None;
    }
    match runs.as_slice() {
        [year, month, day, ..] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            date(year, month, day)
        }
        [year, month, ..] if year.len() == 4 && month.len() <= 2 => date(year, month, "1"),
        [month] if month.len() == 6 => date(&part(month, 0, 4), &part(month, 4, 6), "1"),
        [month] if month.len() == 4 => {
            date(&format!("20{}", part(month, 0, 2)), &part(month, 2, 4), "1")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Precision::{Date, Latest, Major, Minor, Named, Other, Patch};

    #[test]
    fn the_form_of_a_tag_says_its_precision() {
        for (text, expected) in [
            // latest
            ("latest", Latest),
            ("latest-alpine3.19", Latest),
            ("bullseye-latest", Latest),
            // names
            ("stable", Named),
            ("lts", Named),
            ("slim", Named),
            ("alpine", Named),
            ("alpine3.19", Named),
            ("alpine3.19.1", Named),
            ("bookworm", Named),
            ("slim-bookworm", Named),
            ("lts-jdk17", Named),
            ("lts-alpine3.19", Named),
            ("jammy", Named),
            ("ltsc2022", Named),
            ("windowsservercore-ltsc2022", Named),
            ("jdk17", Named),
            ("nanoserver-1809", Named),
            ("python3.11", Named),
            ("edge", Named),
            ("nightly", Named),
            ("main", Named),
            ("community", Named),
            ("nonroot", Named),
            ("feed", Named),
            // major
            ("3", Major),
            ("v3", Major),
            ("12", Major),
            ("12-slim", Major),
            ("20-alpine3.19", Major),
            ("8-jdk", Major),
            ("2023", Major),
            ("2022-latest", Major),
            ("25-ea", Major),
            ("8-fpm", Major),
            ("1.x", Major),
            // minor
            ("3.12", Minor),
            ("v3.12", Minor),
            ("22.04", Minor),
            ("3.19", Minor),
            ("8.0-jammy-chiseled", Minor),
            ("3.12-slim-bookworm", Minor),
            ("7.2-debian-12", Minor),
            ("3.14-rc", Minor),
            ("3.14-rc-slim", Minor),
            ("8.5-jdk17", Minor),
            ("ubuntu-22.04", Minor),
            ("release-1.2", Minor),
            ("2024.1", Minor),
            ("php8.2-1.2", Minor),
            ("1.2-3.12-bookworm", Minor),
            ("8.0-nanoserver-1809", Minor),
            ("1.21-windowsservercore-ltsc2022", Minor),
            // patch
            ("3.12.1", Patch),
            ("3.12.1-slim", Patch),
            ("v1.2.3", Patch),
            ("2.1.106", Patch),
            ("3.0.100", Patch),
            ("8.0.100", Patch),
            ("8.0.100-jammy", Patch),
            ("17.0.9_9-jdk", Patch),
            ("17.0.9_9-jre-alpine", Patch),
            ("8u212", Patch),
            ("8u212-jdk-slim", Patch),
            ("8u392b08-jdk", Patch),
            ("1.25rc1", Patch),
            ("1.25rc1-alpine", Patch),
            ("3.13.0b1", Patch),
            ("3.14.0a7-slim", Patch),
            ("8.4.0RC1-fpm", Patch),
            ("17beta2", Patch),
            ("17-rc1", Patch),
            ("25-ea-12-jdk", Patch),
            ("6.0.100-preview.1", Patch),
            ("2.0.0-rc.1", Patch),
            ("7.2.4-debian-12-r6", Patch),
            ("9.3-1476", Patch),
            ("9.3-1476.1699548032", Patch),
            ("2023.3.20240117.0", Patch),
            ("10.0.20348.2227", Patch),
            ("2.3.1.Final", Patch),
            ("release-1.2.3", Patch),
            ("release1.2.3", Patch),
            ("1.2.3-20240115", Patch),
            ("1.1.1m", Patch),
            ("3.0.0m2-spatial", Patch),
            ("jdk8u202-b08-alpine-slim", Patch),
            ("jdk-17.0.9_9", Patch),
            ("11.0.3-jdk-slim", Patch),
            ("3.9.6-eclipse-temurin-21", Patch),
            // dates
            ("20240115", Date),
            ("2024-01-15", Date),
            ("2024.01.15", Date),
            ("2024_01_15", Date),
            ("2024-01", Date),
            ("2024.01", Date),
            ("202401", Date),
            ("240115", Date),
            ("1907", Date),
            ("202401151030", Date),
            ("20240115T1030", Date),
            ("bookworm-20240110", Date),
            ("bookworm-20240110-slim", Date),
            ("stable-20240110-slim", Date),
            ("nightly-2024-01-15", Date),
            ("jammy-20240111", Date),
            ("v20240115", Date),
            ("v20240115-9b391474f6", Date),
            ("20240115.1", Date),
            ("9.3-20231119", Patch),
            ("2024-01-slim", Date),
            // says nothing
            ("1a2b3c4", Other),
            ("sha-1a2b3c4", Other),
            ("main-1a2b3c4d", Other),
            ("12345", Other),
            ("3301.v4363ddcca_4e7-3", Other),
            ("1736404155", Other),
            ("", Other),
            ("1.2-\u{E000}", Other),
            ("20241399", Other),
        ] {
            assert_eq!(Tag::parse(text).precision, expected, "{text:?}");
        }
    }

    #[test]
    fn the_pieces_are_the_whole_tag() {
        for (text, prefix, version, qualifier, suffix) in [
            ("3.12.1-slim-bookworm", "", "3.12.1", "", "-slim-bookworm"),
            ("v1.2", "v", "1.2", "", ""),
            ("17.0.9_9-jdk", "", "17.0.9", "_9", "-jdk"),
            ("8u212-jdk", "", "8", "u212", "-jdk"),
            ("1.25rc1-alpine3.19", "", "1.25", "rc1", "-alpine3.19"),
            ("6.0.100-preview.1", "", "6.0.100", "-preview.1", ""),
            (
                "bookworm-20240110-slim",
                "bookworm-",
                "20240110",
                "",
                "-slim",
            ),
            ("lts-alpine", "lts-alpine", "", "", ""),
            ("2024-01-15-slim", "", "2024-01-15", "", "-slim"),
            ("9.3-1476", "", "9.3", "-1476", ""),
        ] {
            let tag = Tag::parse(text);
            let pieces = (tag.prefix, tag.version, tag.qualifier, tag.suffix);
            assert_eq!(pieces, (prefix, version, qualifier, suffix), "{text}");
        }
    }

    #[test]
    fn words_and_numbers_can_be_asked_for() {
        let tag = Tag::parse("3.12.1-slim-bookworm");
        assert_eq!(tag.numbers(), [3, 12, 1]);
        assert_eq!(tag.words().collect::<Vec<_>>(), ["slim", "bookworm"]);
        assert!(tag.has_word("slim"));
        assert!(!tag.has_word("alpine"));
        assert!(Tag::parse("bookworm-20240110").numbers().is_empty());
    }

    #[test]
    fn pre_releases_are_recognised() {
        for (text, expected) in [
            ("1.25rc1", true),
            ("3.14-rc-slim", true),
            ("6.0.100-preview.1", true),
            ("25-ea-12-jdk", true),
            ("3.13.0b1", true),
            ("rc-slim", true),
            ("3.12.1-slim", false),
            ("latest-dev", false),
            ("8-alpine", false),
            ("8-bookworm", false),
            ("17.0.9_9-jdk", false),
            ("8u212", false),
        ] {
            assert_eq!(Tag::parse(text).is_pre_release(), expected, "{text}");
        }
    }

    #[test]
    fn tags_float_by_what_they_leave_out() {
        let order = ["latest", "2", "2.1", "2.1.106"];
        let asked = [Named, Major, Minor, Patch, Precision::Digest];
        for (i, text) in order.iter().enumerate() {
            for (j, asked) in asked.iter().enumerate() {
                assert_eq!(
                    Tag::parse(text).floats_below(*asked),
                    i < j,
                    "{text} {asked:?}"
                );
            }
        }
        assert!(!Tag::parse("20240115").floats_below(Patch));
        assert!(!Tag::parse("1a2b3c4").floats_below(Patch), "cannot be told");
    }

    #[test]
    fn how_an_image_is_released_counts() {
        for (image, expected) in [
            ("debian:12", Some(Major)),
            ("debian:12.5", Some(Patch)),
            ("debian:12.5-slim", Some(Patch)),
            ("ubuntu:22.04", Some(Minor)),
            ("alpine:3.19", Some(Minor)),
            ("alpine:3.19.1", Some(Patch)),
            ("postgres:16", Some(Major)),
            ("postgres:16.2", Some(Patch)),
            ("postgres:9.6", Some(Minor)),
            ("example.com/postgres:16.2", Some(Minor)),
            ("golden/openjdk:1907", Some(Date)),
            ("mcr.microsoft.com/windows/nanoserver:1809", Some(Major)),
            ("python", Some(Latest)),
            ("python:${V}", None),
        ] {
            let image = ImageRef::parse(&image.replace("${V}", "\u{E000}"));
            assert_eq!(Tag::of(&image).map(|t| t.precision), expected, "{image}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_apart_without_loss(text in "[0-9a-f.\\-_vrcuT\u{E000}é]{0,20}") {
            let tag = Tag::parse(&text);
            let joined = [tag.prefix, tag.version, tag.qualifier, tag.suffix].concat();
            proptest::prop_assert_eq!(joined, text.clone());
            let _ = (tag.numbers(), tag.words().count(), tag.is_pre_release());
        }

        #[test]
        fn three_numbers_are_one_release(a in 0u32..99, b in 0u32..99, c in 0u32..999) {
            let text = format!("{a}.{b}.{c}");
            proptest::prop_assert_eq!(Tag::parse(&text).precision, Patch);
        }
    }

    #[test]
    fn a_tag_may_name_its_day() {
        let date = |image: &str| tag_date(&ImageRef::parse(image)).map(|d| d.to_string());
        for (image, expected) in [
            ("golden/openjdk:1907", Some("2019-07-01")),
            ("debian:buster-20240110-slim", Some("2024-01-10")),
            ("ubuntu:noble-20250805", Some("2025-08-05")),
            ("a/b:2025-08-01", Some("2025-08-01")),
            ("a/b:20251301", None),
            ("node:22.1.0", None),
            ("ubuntu:22.04", None),
            ("a/b:8080", None),
            ("a/b", None),
        ] {
            assert_eq!(date(image).as_deref(), expected, "{image}");
        }
    }
}
