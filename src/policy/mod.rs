//! What an organisation demands of the images it builds on.

pub mod images;
mod labels;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The organisation's images and registries; several rules ask it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The golden images: vetted bases the organisation keeps in its own registry.
    pub golden: Vec<Golden>,
    /// Whether the files define golden images themselves, and so build on the vendors'. Set it in
    /// an `[[overrides]]` whose `files` are the definitions.
    pub defines_golden: bool,
    /// Registries that may be used, or parts of them: `ghcr.io`, `docker.io/library`; `*` stands
    /// for any text. Empty: any registry.
    pub trusted_registries: Vec<String>,
    /// Registries reached over plain HTTP, as `insecure-registries` of the engine lists them.
    pub insecure_registries: Vec<String>,
    /// The labels an image has to have, and what their values are.
    pub label_schema: BTreeMap<String, LabelFormat>,
    /// Whether an image may have no other labels.
    pub strict_labels: bool,
}

impl Policy {
    /// Puts the keys of this policy that `has_key` names in the place of another's.
    pub fn keep(&self, other: &mut Policy, has_key: impl Fn(&str) -> bool) {
        let Self {
            golden,
            defines_golden,
            trusted_registries,
            insecure_registries,
            label_schema,
            strict_labels,
        } = self;
        if has_key("golden") {
            other.golden.clone_from(golden);
        }
        if has_key("defines-golden") {
            other.defines_golden = *defines_golden;
        }
        if has_key("trusted-registries") {
            other.trusted_registries.clone_from(trusted_registries);
        }
        if has_key("insecure-registries") {
            other.insecure_registries.clone_from(insecure_registries);
        }
        if has_key("label-schema") {
            let labels = label_schema
                .iter()
                .map(|(name, format)| (name.clone(), *format));
            other.label_schema.extend(labels);
        }
        if has_key("strict-labels") {
            other.strict_labels |= strict_labels;
        }
    }
}

/// A golden image and the images it stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Golden {
    /// The image, with or without a tag; `*` stands for any text. Without a tag, every tag of it
    /// is golden.
    pub image: String,
    /// The images it replaces, with or without a tag; `*` stands for any text. If there is one
    /// `*` here and one in `image`, what it stands for here replaces the one there.
    pub replaces: Vec<String>,
}

/// What the value of a label is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
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
