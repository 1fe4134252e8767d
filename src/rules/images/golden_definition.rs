//! `golden-definition`: a file that defines a golden image and does not do so properly.

use serde::{Deserialize, Serialize};

use super::precision::{Asked, moves_with, precision};
use crate::diagnostic::Severity;
use crate::facts::{ImageUse, ImageUseKind};
use crate::images::{Precision, Publisher, publisher};
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule};
use crate::text;

/// See `rules/images/golden-definition.md`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GoldenDefinition {
    /// How exact the tag of a base must be.
    pub precision: Asked,
    /// The labels that the golden image must have.
    pub labels: Vec<String>,
    /// Bases besides official images, verified publishers' and golden ones; `*` stands for any
    /// text.
    pub bases: Vec<String>,
}

impl Default for GoldenDefinition {
    fn default() -> Self {
        Self {
            precision: Asked::Patch,
            labels: Vec::new(),
            bases: Vec::new(),
        }
    }
}

impl Rule for GoldenDefinition {
    fn check_file(&self, cx: &mut Context<'_>) {
        if !cx.policy.defines_golden {
            return;
        }
        for used in cx.facts.own_images() {
            if matches!(used.kind, ImageUseKind::From(_)) && !used.image.is_hidden() {
                self.check_publisher(cx, used);
                self.check_tag(cx, used);
            }
        }
        self.check_labels(cx);
    }
}

impl GoldenDefinition {
    fn check_publisher(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let image = &used.image;
        let vetted = publisher(image) != Publisher::Unknown
            || cx.policy.is_golden(image) == Some(true)
            || fits_any(&self.bases, image);
        if vetted {
            return;
        }
        let place = cx.facts.name_place(used);
        let name = image.familiar_name();
        let message =
            format!("`{name}` is neither an official image nor a verified publisher's nor golden");
        cx.report_at(&place, message)
            .help("define golden images from images of known publishers");
    }

    fn check_tag(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let image = &used.image;
        let listed = fits_any(&self.bases, image) || cx.policy.is_golden(image) == Some(true);
        let asked = self.precision.precision();
        let Some(found) = precision(image).filter(|f| !listed && f.floats_below(asked)) else {
            return;
        };
        let place = cx.facts.version_place(used);
        let help = match self.precision {
            Asked::Digest => "pin its digest, `@sha256:…`",
            Asked::Patch => {
                "name one release, down to its patch, so that updates come when you say"
            }
            Asked::Minor => "name the minor version",
            Asked::Major => "name the major version",
        };
        let message = format!("`{}` {}", image.shown(), moves_with(found));
        let report = cx.report_at(&place, message).help(help);
        // To get patches with each rebuild is a choice that some make on purpose.
        let severity = match (found, self.precision) {
            (Precision::Minor, Asked::Patch) => Severity::Info,
            _ => Severity::Warning,
        };
        report.severity(severity);
    }

    fn check_labels(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(stage) = facts.final_stage() else {
            return;
        };
        let set = facts.labels(stage.index);
        if set.iter().any(|label| label.key.is_none()) {
            return;
        }
        let missing: Vec<&str> = self
            .labels
            .iter()
            .map(String::as_str)
            .filter(|name| {
                let last = set.iter().rev().find(|l| l.key.as_deref() == Some(*name));
                // A value that a variable hides is one.
                last.is_none_or(|l| l.value.as_deref() == Some(""))
            })
            .collect();
        if missing.is_empty() {
            return;
        }
        let plural = if missing.len() == 1 { "" } else { "s" };
        let names = text::list_of_names(missing.iter().copied());
        let message = format!("the golden image lacks the label{plural} {names}");
        let example: Vec<String> = missing.iter().map(|name| format!("{name}=…")).collect();
        cx.report(stage.from.name.span, message)
            .help(format!("set `LABEL {}`", example.join(" ")));
    }
}
