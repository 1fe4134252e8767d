//! What the servers of distributions no longer have, and what their releases do not.

use super::publishers::official;
use super::{BaseRelease, ImageRef};
use crate::date::Date;
use crate::text::Rows;

/// A suite of apt that left the servers it was on.
#[derive(Debug)]
pub struct GoneSuite {
    /// `jessie-backports`
    pub name: &'static str,
    /// The day it left, or was seen to have left.
    pub since: Date,
    /// Where it is kept.
    pub archive: &'static str,
}

/// The releases that do not have a package.
struct Lack {
    distribution: &'static str,
    from: &'static str,
    /// The last of them; without one, all later ones.
    to: Option<&'static str>,
}

include!(concat!(env!("OUT_DIR"), "/archives.rs"));

impl Lack {
    /// `debian 12-` or `ubuntu 16.04-18.04`, `ubuntu 20.04` for one.
    fn of(text: &'static str) -> Option<Self> {
        let (distribution, range) = text.split_once(' ')?;
        let (from, to) = match range.split_once('-') {
            None => (range, Some(range)),
            Some((from, to)) => (from, Some(to).filter(|to| !to.is_empty())),
        };
        Some(Self {
            distribution,
            from,
            to,
        })
    }

    /// Whether it holds for a release; where that is on its way, only what lacks for good does.
    fn holds(&self, release: BaseRelease) -> bool {
        if release.is_moving() && self.to.is_some() {
            return false;
        }
        release.is_since(self.distribution, self.from)
            && self.to.is_none_or(|to| {
                release.is_before(self.distribution, to) || release.version() == to
            })
    }
}

/// Whether a suite of apt is gone by a day.
pub fn gone_suite(name: &str, as_of: Date) -> Option<&'static GoneSuite> {
    SUITES_GONE
        .iter()
        .find(|suite| suite.name == name && suite.since <= as_of)
}

/// The suite that the lists of sources of an image itself name, where it is gone by a day.
pub fn names_gone_suite(image: &ImageRef, as_of: Date) -> Option<&'static GoneSuite> {
    let name = official(image)?.name;
    let tag = image.effective_tag()?;
    let (_, _, suite) = NAMING_SUITES.iter().find(|(image, not, _)| {
        let other = |start: &&str| {
            tag.starts_with(*start) || tag.split('-').any(|word| word.starts_with(*start))
        };
        *image == name && !not.iter().any(other)
    })?;
    gone_suite(suite, as_of)
}

/// Where a release does not have a package: what does the same there, if anything is known to.
/// `None` if it has the package, or nothing is known.
pub fn replacement(release: BaseRelease, package: &str) -> Option<Option<&'static str>> {
    let table = match release.distribution() {
        "alpine-linux" => LACKED_APK,
        "debian" | "ubuntu" => LACKED_APT,
        _ => return None,
    };
    // What does the same, or nothing, where the release does not have the package.
    let lacked = |name: &str| {
        let (lacks, instead) = table.get(name)?.split_once('\t')?;
        let mut lacks = lacks.split(", ").filter_map(Lack::of);
        lacks.any(|l| l.holds(release)).then_some(instead)
    };
    let instead = lacked(package)?;
    Some(Some(instead).filter(|name| !name.is_empty() && lacked(name).is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::base_release;

    const TODAY: Date = Date::new(2026, 11, 21);

    #[test]
    fn the_tables_can_be_searched() {
        for table in [LACKED_APK, LACKED_APT] {
            assert!(table.iter().is_sorted_by(|a, b| a.0 < b.0));
            let lacks = table.iter().filter_map(|(_, row)| row.split_once('\t'));
            let lacks = lacks.flat_map(|(lacks, _)| lacks.split(", "));
            for lack in lacks {
                let known = ["alpine-linux", "debian", "ubuntu"];
                assert!(
                    known.contains(&Lack::of(lack).unwrap().distribution),
                    "{lack}"
                );
            }
        }
        for (_, _, suite) in NAMING_SUITES {
            assert!(gone_suite(suite, TODAY).is_some(), "{suite}");
        }
    }

    #[test]
    fn releases_lack_packages() {
        for (image, package, expected) in [
            ("debian:12", "python-pip", Some(Some("python3-pip"))),
            ("debian:10", "python-pip", None),
            ("ubuntu:20.04", "python-pip", Some(Some("python3-pip"))),
            ("ubuntu:22.04", "python-pip", None),
            ("ubuntu:24.04", "python-pip", Some(Some("python3-pip"))),
            ("debian:10", "openjdk-8-jdk", Some(None)),
            ("debian:9", "php7.0-fpm", None),
            ("alpine:3.11", "python", None),
            ("alpine:3.12", "python", Some(Some("python3"))),
            ("fedora:40", "python", None),
            ("debian:12", "curl", None),
        ] {
            let release = base_release(&ImageRef::parse(image), TODAY).unwrap();
            assert_eq!(replacement(release, package), expected, "{image} {package}");
        }
    }

    #[test]
    fn what_left_for_good_is_not_in_the_next_release() {
        let early = Date::new(2020, 7, 1);
        for (image, as_of, package, name) in [
            ("debian:sid-slim", TODAY, "python", Some("Debian sid")),
            (
                "debian:testing",
                early,
                "python-pip",
                Some("Debian testing"),
            ),
            ("alpine:edge", TODAY, "python2", Some("Alpine edge")),
            // It was away for two releases.
            ("debian:sid", TODAY, "phppgadmin", None),
            // Alpine 3.12 was the first without it.
            ("alpine:edge", Date::new(2020, 1, 1), "python", None),
            ("debian:experimental", TODAY, "python", None),
            ("ubuntu:devel", TODAY, "python", None),
        ] {
            let image = ImageRef::parse(image);
            let lacking = crate::images::moving_release(&image, as_of)
                .filter(|release| replacement(*release, package).is_some())
                .map(BaseRelease::name);
            assert_eq!(lacking.as_deref(), name, "{image:?} {package}");
        }
    }

    #[test]
    fn images_of_openjdk_name_backports() {
        let suite = |image: &str, day| {
            names_gone_suite(&ImageRef::parse(image), day).map(|suite| suite.name)
        };
        let old = Date::new(2019, 1, 1);
        assert_eq!(suite("java:8", TODAY), Some("jessie-backports"));
        assert_eq!(suite("java:8", old), None);
        assert_eq!(suite("java:openjdk-8-jdk", TODAY), Some("jessie-backports"));
        for other in [
            "java:7",
            "java:8-jdk-alpine",
            "java:openjdk-7-jre",
            "openjdk:8",
        ] {
            assert_eq!(suite(other, TODAY), None, "{other}");
        }
    }
}
