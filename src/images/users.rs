//! Users that images bring along, with their numbers.

use super::lifetimes::numbers_of;
use super::{BaseRelease, ImageRef, Tag, official_name};

/// A user of an image, with a group of the same name and number.
#[derive(Debug)]
pub struct BaseAccount {
    image: Option<&'static str>,
    distribution: Option<&'static str>,
    since: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its number.
    pub id: u32,
}

include!(concat!(env!("OUT_DIR"), "/users.rs"));

/// The user that an image on a release of a distribution surely brings along.
pub fn base_account(
    image: &ImageRef,
    release: Option<BaseRelease>,
) -> Option<&'static BaseAccount> {
    let name = official_name(image)?;
    let of_image = ACCOUNTS.iter().find(|a| a.image == Some(name));
    if let Some(account) = of_image {
        let numbers = Tag::of(image)?.numbers();
        let is_old = numbers.into_iter().lt(numbers_of(account.since));
        // `node:argon` and `node:latest` are no older.
        return (!is_old || Tag::of(image)?.numbers().is_empty()).then_some(account);
    }
    // Images that stand on a distribution have what it brings, if nothing else is known of them.
    let release = release.filter(|r| r.distribution() == name)?;
    ACCOUNTS.iter().find(|account| {
        account
            .distribution
            .is_some_and(|distribution| release.is_since(distribution, account.since))
    })
}
