//! What apt installs besides a package because it is recommended.

use crate::images::ImageRef;
use crate::text::Rows;

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
    let mut releases = RECOMMENDS.get(package)?.split('\t');
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
    // Nothing in a release that does not have the package.
    let extra = |brought: &str| {
        let (packages, megabytes) = brought.split_once(' ')?;
        Some(Extra {
            megabytes: megabytes.parse().ok()?,
            packages: packages.parse().ok()?,
        })
    };
    match named {
        Some(release) => releases.nth(release).and_then(extra),
        None => releases.filter_map(extra).min(),
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
    fn the_table_is_sorted_and_can_be_read() {
        assert!(RECOMMENDS.iter().is_sorted_by(|a, b| a.0 < b.0));
        for (package, _) in RECOMMENDS.iter() {
            assert!(extra(package, None).is_some(), "{package}");
        }
    }
}
