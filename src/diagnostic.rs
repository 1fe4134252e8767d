//! What a rule says: a message at a place, with everything needed to show, filter and fix it.

pub mod meta;

use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

use crate::fix::Fix;
use crate::span::Span;
use meta::RuleMeta;

/// How bad a finding is. Ordered: `Style < Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A matter of taste.
    Style,
    /// Worth knowing.
    Info,
    /// A reviewer would stop it.
    Warning,
    /// It breaks or leaks.
    Error,
}

impl Severity {
    /// The name used in reports and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Style => "style",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// All levels, from the least to the worst.
    pub const ALL: [Severity; 4] = [
        Severity::Style,
        Severity::Info,
        Severity::Warning,
        Severity::Error,
    ];
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A related place with a remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// A step of the way by which something got where it is found; of another file too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowStep {
    /// The file.
    pub path: PathBuf,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// What happens there.
    pub message: String,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The rule; its id where the finding is serialised.
    #[serde(serialize_with = "id")]
    pub rule: &'static RuleMeta,
    /// A code of its own, for rules that speak for another tool's catalogue (`SC2086`).
    pub code: Option<String>,
    /// How bad it is here.
    pub severity: Severity,
    /// The smallest wrong place.
    pub span: Span,
    /// Whether the text at `span` is a secret, which no report may show.
    pub secret: bool,
    /// The secret's fingerprint under the key of [`Settings`](crate::engine::Settings).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The 1-based line that BuildKit would give, where findings are its own.
    pub line: Option<u32>,
    /// What is wrong: lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// Related places.
    pub labels: Vec<Label>,
    /// The way into this file from others; the last step is the finding itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flow: Vec<FlowStep>,
    /// What to do.
    pub help: Option<String>,
    /// How to fix it.
    pub fix: Option<Fix>,
}

fn id<S: Serializer>(rule: &&'static RuleMeta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.id)
}

impl Diagnostic {
    /// A finding with nothing but a place and a message.
    pub fn new(
        rule: &'static RuleMeta,
        severity: Severity,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            code: None,
            severity,
            span,
            secret: false,
            fingerprint: None,
            line: None,
            message: message.into(),
            labels: Vec::new(),
            flow: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Points at a related place.
    pub fn label(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.labels.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a step of the way into this file.
    pub fn step(&mut self, step: FlowStep) -> &mut Self {
        self.flow.push(step);
        self
    }

    /// Says that the text at the span is a secret.
    pub fn secret(&mut self) -> &mut Self {
        self.secret = true;
        self
    }

    /// Offers a fix.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }

    /// Says how bad this one is, where that differs from the rule's level. A level that the user
    /// set for the rule wins over it.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }
}
