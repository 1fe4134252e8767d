//! What a fix is.

use serde::{Deserialize, Serialize};

use crate::span::Span;

/// How far a fix can be trusted. Ordered: `DisplayOnly < Unsafe < Safe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// A sketch to read, never applied.
    DisplayOnly,
    /// The image may change in more than what the rule names; applied when asked for.
    Unsafe,
    /// The built image is the same except for what the rule names.
    Safe,
}

impl Applicability {
    /// The name used in pages and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Applicability::DisplayOnly => "display-only",
            Applicability::Unsafe => "unsafe",
            Applicability::Safe => "safe",
        }
    }
}

/// Replaces a span: an empty span inserts, empty content deletes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub content: String,
}

impl Edit {
    /// Replaces `span` by `content`.
    pub fn replace(span: Span, content: impl Into<String>) -> Self {
        Self {
            span,
            content: content.into(),
        }
    }

    /// Inserts `content` before the byte at `offset`.
    pub fn insert(offset: u32, content: impl Into<String>) -> Self {
        Self::replace(Span::at(offset), content)
    }

    /// Deletes `span`.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }
}

/// A way to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fix {
    /// What it does, as an order: ``add `--no-install-recommends` ``.
    pub title: String,
    /// The edits, applied all or none.
    pub edits: Vec<Edit>,
    /// How far it can be trusted.
    pub applicability: Applicability,
}

impl Fix {
    /// A fix that leaves the built image the same except for what the rule names.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(title, edits, Applicability::Safe)
    }

    /// A fix to look at before it is kept.
    pub fn unsafe_(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(title, edits, Applicability::Unsafe)
    }

    /// A fix with any trust.
    pub fn new(title: impl Into<String>, edits: Vec<Edit>, applicability: Applicability) -> Self {
        Self {
            title: title.into(),
            edits,
            applicability,
        }
    }
}
