//! What an organisation demands of the images it builds on.

pub mod exceptions;
pub mod images;
mod labels;
pub mod rego;
pub mod sources;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use sources::PolicySource;
pub use tags::{NoTags, Tags};

/// The rules that judge by a policy: its mode, its date and its exceptions are for them.
pub const RULES: [&str; 10] = [
    "deprecated-base",
    "development-base",
    "golden-definition",
    "insecure-registry",
    "invalid-label-key",
    "missing-label",
    "non-golden-base",
    "unexpected-label",
    "untrusted-registry",
    "unvetted-publisher",
];

/// The organisation's images and registries; several rules ask it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The golden images: vetted bases the organisation keeps in its own registry.
    pub golden: Vec<Golden>,
    /// Whether the files define golden images themselves, and so build on the vendors'. Set it in
    /// an `[[overrides]]` whose `files` are the definitions.
    pub defines_golden: bool,
    /// What build stages may be based on; final stages build on golden images.
    pub build_stages: Bases,
    /// Whether the base of a final stage needs a digest.
    pub final_digest: bool,
    /// Whether final stages may not build on images that are for building: SDKs, `-dev` variants.
    pub final_runtime: bool,
    /// How far the policy goes.
    pub mode: Mode,
    /// The day from which the policy's errors are errors; until then they are warnings.
    pub effective: Option<Date>,
    /// What is allowed all the same, and until when.
    pub exceptions: Vec<Exception>,
    /// Registries that may be used, or parts of them: `ghcr.io`, `docker.io/library`; `*` stands
    /// for any text. Empty: any registry.
    pub trusted_registries: Vec<String>,
    /// Registries reached over plain HTTP, as `insecure-registries` of the engine lists them.
    pub insecure_registries: Vec<String>,
    /// Files that say of registries and images what this could say, and are read for it: the
    /// engine's `daemon.json`, Podman's `registries.conf` and `policy.json`, Notation's
    /// `trustpolicy.json`; paths relative to this file.
    pub sources: Vec<String>,
    /// What these say; no setting.
    #[serde(skip)]
    pub read: Vec<Arc<PolicySource>>,
    /// The labels an image has to have, and what their values are.
    pub label_schema: BTreeMap<String, LabelFormat>,
    /// Whether an image may have no other labels.
    pub strict_labels: bool,
    /// The images that the tree makes; no setting.
    #[serde(skip)]
    pub own: Arc<Made>,
    /// The policies that buildx is to evaluate too; no setting.
    #[serde(skip)]
    pub build: Vec<Arc<rego::BuildPolicy>>,
}

/// The images that a tree makes, as compose files, bake files and the policy say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Their names.
    pub images: BTreeSet<String>,
    /// By name, the labels that their Dockerfiles set; a value that a variable hides is `None`.
    pub labels: BTreeMap<String, BTreeMap<String, Option<String>>>,
}

/// How far a policy goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It says what it would stop.
    Audit,
    /// It warns.
    Warn,
    /// Its errors are errors.
    #[default]
    Enforce,
}

/// What build stages may be based on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Bases {
    /// Golden images alone.
    #[default]
    Golden,
    /// Images of trusted registries too; without a list of them, official images and those of
    /// verified publishers.
    Trusted,
    /// Any image.
    Any,
}

/// A finding that is allowed for a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exception {
    /// The rule: its id, or another tool's name for it.
    pub rule: String,
    /// The files: patterns relative to the configuration file. Without any, all files.
    #[serde(default)]
    pub files: Vec<String>,
    /// The images: with or without a tag; `*` stands for any text. Without any, all images.
    #[serde(default)]
    pub images: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day on which it holds.
    #[serde(default)]
    pub until: Option<Date>,
}

impl Policy {
    /// Puts what a policy decides alone, even where it says nothing, in the place of another's:
    /// each of these could lift it. What it does say is laid over the other already.
    pub fn keep(&self, other: &mut Policy) {
        other.build_stages = self.build_stages;
        other.defines_golden = self.defines_golden;
        other.effective = self.effective;
        other.final_digest = self.final_digest;
        other.final_runtime = self.final_runtime;
        other.mode = self.mode;
        let labels = self.label_schema.iter();
        other
            .label_schema
            .extend(labels.map(|(name, format)| (name.clone(), *format)));
        other.strict_labels |= self.strict_labels;
    }
}

/// A golden image and the images it stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Golden {
    /// The image, with or without a tag; `*` stands for any text. Without a tag, every tag of it
    /// is golden. It may be left out where there are labels: any image that has them is golden.
    pub image: String,
    /// The labels that make an image golden, if its name alone does not; `*` in a value stands for
    /// any text. They are known of images whose Dockerfile lies in the tree; of others dlint does
    /// not know whether they are golden, and is silent.
    pub labels: BTreeMap<String, String>,
    /// The Dockerfile that defines the image, if no compose or bake file says so: a path relative
    /// to this file.
    pub dockerfile: Option<String>,
    /// The images it replaces, with or without a tag; `*` stands for any text. If there is one
    /// `*` here and one in `image`, what it stands for here replaces the one there.
    pub replaces: Vec<String>,
    /// The tags that are golden, if `image` has none: tags, and ranges like `>= 2508`.
    pub tags: Vec<Tags>,
    /// How many of the tags are golden, the newest first.
    pub newest: Option<usize>,
    /// The stages it is for, if not for all.
    #[serde(rename = "for")]
    pub stages: Option<StageKind>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Where it is described.
    pub docs: Option<String>,
    /// That it is to be left.
    pub deprecated: Option<Deprecated>,
}

/// A kind of stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum StageKind {
    /// A stage whose files are copied from, at most.
    Build,
    /// A stage that the final image is made of.
    Final,
}

/// What is said of a golden image that is to be left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deprecated {
    /// The image that takes its place.
    pub successor: Option<String>,
    /// The last day on which it may be built on.
    pub until: Option<Date>,
}

/// What the value of a label is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LabelFormat {
    /// Any text.
    #[default]
    Text,
    /// An absolute address.
    Url,
    /// A semantic version.
    Semver,
    /// A git commit.
    Hash,
    /// A date with time and zone.
    Rfc3339,
    /// A licence: an SPDX expression.
    Spdx,
    /// An e-mail address.
    Email,
}
