//! Which version of a language an image or a distribution brings, and which one the newest versions
//! of packages need.

use super::lifetimes::numbers_of;
use super::table::PRODUCTS;
use super::{BaseRelease, ImageRef, Tag, official_name};
use crate::date::Date;

/// A runtime, as in `data/runtimes.toml`.
#[derive(Debug)]
pub struct Runtime {
    /// What people call it: `Ruby`.
    pub name: &'static str,
    /// The package manager that installs for it.
    pub manager: &'static str,
    product: Option<&'static str>,
    images: &'static [&'static str],
    /// The packages of distributions that bring it.
    pub packages: &'static [&'static str],
    /// What says in a file that it comes from elsewhere.
    pub elsewhere: &'static [&'static str],
    blind_before: Option<&'static str>,
    releases: &'static [(&'static str, &'static [(&'static str, &'static str)])],
}

/// A package whose newest version does not run everywhere.
struct Newest {
    manager: &'static str,
    package: &'static str,
    needs: &'static [(Date, &'static str)],
    /// The versions that brought that, where they are known.
    versions: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/runtimes.rs"));

/// A runtime in the version that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeVersion {
    /// `Ruby`
    pub name: &'static str,
    /// `2.3`
    pub version: String,
    /// The day of its last updates, if that is known.
    pub ends: Option<Date>,
    /// Whether its package manager takes versions of packages that do not run on it.
    pub is_blind: bool,
}

impl RuntimeVersion {
    /// `Ruby 2.3`
    pub fn full_name(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Whether it comes before a version.
    pub fn is_before(&self, version: &str) -> bool {
        let own: Vec<u64> = numbers_of(&self.version).collect();
        let other: Vec<u64> = numbers_of(version).take(own.len()).collect();
        own < other
    }
}

impl Runtime {
    /// The runtimes that a package manager installs for.
    pub fn of(manager: &str) -> Option<&'static Self> {
        RUNTIMES.iter().find(|r| r.manager == manager)
    }

    /// The version that an image is named by.
    pub fn in_image(&self, image: &ImageRef) -> Option<RuntimeVersion> {
        let name = official_name(image)?;
        if !self.images.contains(&name) {
            return None;
        }
        let tag = Tag::of(image)?;
        let numbers = tag.numbers();
        let numbers: Vec<String> = numbers.iter().take(2).map(u64::to_string).collect();
        // `ruby:2` is the newest of its line.
        if numbers.is_empty() || numbers.len() == 1 && name != "node" {
            return None;
        }
        Some(self.version(numbers.join(".")))
    }

    /// The version that the packages of a release bring.
    pub fn in_release(&self, release: BaseRelease) -> Option<RuntimeVersion> {
        let mut releases = self.releases.iter();
        let (_, versions) = releases.find(|(name, _)| *name == release.distribution())?;
        let mut versions = versions.iter();
        let (_, version) = versions.find(|(number, _)| *number == release.version())?;
        Some(self.version((*version).to_owned()))
    }

    /// It in a version that a program's name says.
    pub fn named(&self, version: &str) -> RuntimeVersion {
        self.version(version.to_owned())
    }

    fn version(&self, version: String) -> RuntimeVersion {
        let product = PRODUCTS.iter().find(|p| Some(p.id) == self.product);
        let within = |line: &str| {
            let mut own = numbers_of(&version);
            numbers_of(line).all(|number| own.next() == Some(number))
        };
        let mut releases = product.into_iter().flat_map(|p| p.releases);
        let release = releases.find(|r| within(r.version));
        let is_blind = self.blind_before.is_none_or(|known| {
            let own: Vec<u64> = numbers_of(&version).collect();
            own < numbers_of(known).collect()
        });
        // What is older than all that is listed ended before.
        let oldest = product.and_then(|p| p.releases.last());
        let is_older = oldest.is_some_and(|oldest| {
            let own: Vec<u64> = numbers_of(&version).collect();
            own < numbers_of(oldest.version).collect()
        });
        let ends = release.or(oldest.filter(|_| is_older)).and_then(|r| r.ends);
        RuntimeVersion {
            name: self.name,
            version,
            ends,
            is_blind,
        }
    }
}

/// The version of the runtime that the newest version of a package needs on a day.
pub fn newest_needs(manager: &str, package: &str, as_of: Date) -> Option<&'static str> {
    let mut all = NEWEST.iter();
    let newest = all.find(|n| n.manager == manager && n.package == package)?;
    let mut needs = newest.needs.iter().rev();
    needs.find(|(day, _)| *day <= as_of).map(|(_, v)| *v)
}

/// The version of the runtime that a version of a package needs.
pub fn version_needs(manager: &str, package: &str, version: &str) -> Option<&'static str> {
    let mut all = NEWEST.iter();
    let newest = all.find(|n| n.manager == manager && n.package == package)?;
    let own: Vec<u64> = numbers_of(version).collect();
    let known = newest.versions.iter().zip(newest.needs).rev();
    let mut known = known.filter(|_| !own.is_empty());
    // `8` is the newest of its line.
    let fits = |since: &str| numbers_of(since).take(own.len()).le(own.iter().copied());
    known
        .find(|(since, _)| fits(since))
        .map(|(_, (_, needed))| *needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::{DATA_DATE, base_release};

    #[test]
    fn images_and_releases_bring_versions() {
        let image = |text: &str| ImageRef::parse(text);
        let ruby = Runtime::of("gem").unwrap();
        let found = ruby.in_image(&image("ruby:2.3.8-slim")).unwrap();
        assert_eq!(found.full_name(), "Ruby 2.3");
        assert!(found.is_before("2.6") && !found.is_before("2.3.1"));
        assert_eq!(found.ends, Date::parse("2019-03-31"));
        assert_eq!(ruby.in_image(&image("ruby:2")), None);
        assert_eq!(ruby.in_image(&image("node:12")), None);
        let go = Runtime::of("go").unwrap();
        // Older than all that is listed.
        assert!(go.in_image(&image("golang:1.4")).unwrap().ends.is_some());
        let pip = Runtime::of("pip").unwrap();
        let on = |text: &str| {
            let release = base_release(&image(text), DATA_DATE)?;
            pip.in_release(release)
        };
        assert!(on("ubuntu:16.04").unwrap().is_blind);
        assert!(!on("ubuntu:18.04").unwrap().is_blind);
        assert_eq!(on("ubuntu:24.04"), None);
    }

    #[test]
    fn needs_grow() {
        for newest in NEWEST {
            assert!(
                newest.needs.is_sorted_by_key(|(day, _)| *day),
                "{}",
                newest.package
            );
        }
        let day = |text| Date::parse(text).unwrap();
        assert_eq!(newest_needs("gem", "bundler", day("2018-01-01")), None);
        assert_eq!(
            newest_needs("gem", "bundler", day("2020-07-01")),
            Some("2.3")
        );
        assert_eq!(newest_needs("gem", "unheard-of", DATA_DATE), None);
        let version = |v| version_needs("python", "pip", v);
        assert_eq!(version("20.3.4"), None);
        assert_eq!(version("21.0"), Some("3.6"));
        assert_eq!(version("24.0"), Some("3.7"));
        assert_eq!(version("25.1.1"), Some("3.9"));
        assert_eq!(version_needs("npm", "npm", "10"), Some("18.17"));
        assert_eq!(version_needs("npm", "npm", "latest"), None);
    }
}
