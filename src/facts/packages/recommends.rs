//! What apt installs besides a package because it is recommended.

use crate::images::ImageRef;

/// Packages and megabytes in a release, if it has the package.
type Brought = Option<(u32, u32)>;

include!(concat!(env!("OUT_DIR"), "/recommends.rs"));

/// What a package brings that it does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extra {
    /// Its installed size in megabytes.
    pub megabytes: u32,
    /// How many packages it is.
    pub packages: u32,
}

/// What a package brings that it does not need, on the release of Debian that a base image names;
/// on any other the least that it ever brought. Nothing for a package that is not known.
pub fn extra(package: &str, base: Option<&ImageRef>) -> Option<Extra> {
    let at = RECOMMENDS
        .binary_search_by(|(name, _)| (*name).cmp(package))
        .ok()?;
    let (_, releases) = RECOMMENDS.get(at)?;
    let named = base.and_then(|image| {
        let tag = image.effective_tag()?;
        let is_debian = image.familiar_name() == "debian";
        tag.split(['-', '.']).find_map(|word| {
            let by_number = || {
                VERSIONS
                    .iter()
                    .filter(|_| is_debian)
                    .position(|v| *v == word)
            };
            let code = RELEASES.iter().position(|release| *release == word);
            code.or_else(by_number)
        })
    });
    let extra = |found: &Brought| {
        found.map(|(packages, megabytes)| Extra {
            megabytes,
            packages,
        })
    };
    match named {
        Some(release) => releases.get(release).and_then(extra),
        None => releases.iter().filter_map(extra).min(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_that_is_named_counts_and_else_the_least() {
        let of = |image: &str| extra("build-essential", Some(&ImageRef::parse(image)));
        let bookworm = of("debian:bookworm-slim").unwrap();
        let unknown = of("ubuntu:24.04").unwrap();
        assert!(unknown < bookworm, "{unknown:?} {bookworm:?}");
        assert_eq!(extra("make", None).map(|e| e.packages), Some(0));
        assert_eq!(extra("no-such-package", None), None);
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(RECOMMENDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
