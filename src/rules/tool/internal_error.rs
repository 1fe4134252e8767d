//! `internal-error`: dlint itself failed. The engine reports it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::Rule;

/// See `rules/tool/internal-error.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct InternalError {}

impl Rule for InternalError {}
