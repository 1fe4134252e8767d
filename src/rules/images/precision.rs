//! How exactly the tags of images are asked for, and what less exact ones leave open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::images::{ImageRef, Precision, Tag, official_name};

/// How exact a tag must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Code names of distributions whose releases only get fixes: as good as a minor version.
const CODE_NAMES: [&str; 16] = [
    "bionic", "bookworm", "bullseye", "buster", "focal", "forky", "jammy", "jessie", "noble",
    "plucky", "questing", "resolute", "stretch", "trixie", "xenial", "trusty",
];

/// Images whose major versions get nothing but fixes: distributions without minor releases, Java.
const MAJOR_IS_RELEASE: [&str; 9] = [
    "amazoncorretto",
    "azul-zulu",
    "debian",
    "eclipse-temurin",
    "fedora",
    "ibm-semeru-runtimes",
    "ibmjava",
    "openjdk",
    "sapmachine",
];

/// How exactly an image is named; releases that only get fixes count as minor versions.
pub(super) fn precision(image: &ImageRef) -> Option<Precision> {
    let precision = image.precision()?;
    let windows = || image.repository.visible().starts_with("windows/");
    let is_release = match (official_name(image), precision) {
        (Some(name), Precision::Major) => MAJOR_IS_RELEASE.contains(&name),
        (Some("debian" | "ubuntu" | "buildpack-deps"), Precision::Named) => {
            Tag::of(image)?.words().any(|w| CODE_NAMES.contains(&w))
        }
        // `ltsc2022`, `1809`
        (None, Precision::Major | Precision::Named) => windows(),
        _ => false,
    };
    Some(if is_release {
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
