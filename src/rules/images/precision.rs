//! How exactly the tags of images are asked for, and what less exact ones leave open.

use serde::{Deserialize, Serialize};

use crate::images::{ImageRef, Precision, is_release_line};

/// How exact a tag must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// The major version: `3`.
    Major,
    /// The minor version, which gets patches: `3.12`.
    #[default]
    Minor,
    /// One release: `3.12.1`.
    Patch,
    /// The same bits: `3.12.1@sha256:…`.
    Digest,
}

impl Asked {
    /// As facts have it.
    pub(super) fn precision(self) -> Precision {
        match self {
            Self::Major => Precision::Major,
            Self::Minor => Precision::Minor,
            Self::Patch => Precision::Patch,
            Self::Digest => Precision::Digest,
        }
    }
}

/// How exactly an image is named; releases that only get fixes count as minor versions.
pub(super) fn precision(image: &ImageRef) -> Option<Precision> {
    let precision = image.precision()?;
    // `ltsc2022`, `1809`
    let windows = matches!(precision, Precision::Major | Precision::Named)
        && image.repository.visible().starts_with("windows/");
    Some(if windows || is_release_line(image, precision) {
        Precision::Minor
    } else {
        precision
    })
}

/// What a tag of that precision leaves open.
pub(super) fn moves_with(precision: Precision) -> &'static str {
    match precision {
        Precision::Minor => "moves with every patch",
        Precision::Major => "moves with every minor release",
        Precision::Patch | Precision::Date => "may be pushed again with other contents",
        _ => "moves with every release",
    }
}
