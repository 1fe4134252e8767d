//! What an organisation demands of the images it builds on.

use serde::{Deserialize, Serialize};

/// The organisation's images and registries; several rules ask it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The golden images: vetted bases the organisation keeps in its own registry.
    pub golden: Vec<Golden>,
    /// Registries that may be used; `*` stands for any text. Empty: any registry.
    pub trusted_registries: Vec<String>,
    /// Registries reached over plain HTTP, as `insecure-registries` of the engine lists them.
    pub insecure_registries: Vec<String>,
}

/// A golden image and the images it stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Golden {
    /// The image, with or without a tag; `*` stands for any text.
    pub image: String,
    /// The images it replaces; `*` stands for any text.
    pub replaces: Vec<String>,
}
