//! `invalid-base-reference`: a FROM that names no image unless the build says which.

use crate::diagnostic::Severity;
use crate::facts::Facts;
use crate::images::ImageRef;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Kind, Word};

rule!(InvalidBaseReference);

impl Rule for InvalidBaseReference {
    fn check_file(&self, cx: &mut Context<'_>) {
        for found in invalid_defaults(cx.facts) {
            if found.is_stage(cx.facts) || found.text.contains("{{") {
                continue;
            }
            // A name that no ARG declares is the defect, and another rule's; the build that is
            // being linted may say what the defaults leave open; and `ARG BASE` with `FROM $BASE`
            // or `FROM base:$TAG` says that the builder chooses.
            if found.names.is_empty() || !(found.works || found.is_undeclared || found.asks) {
                found.report(cx);
            }
        }
    }
}

/// A FROM that names no image with the defaults of the arguments.
pub(crate) struct InvalidDefault<'f> {
    word: &'f Word,
    /// What the word becomes.
    text: String,
    reason: String,
    /// The arguments in the word.
    names: Vec<String>,
    /// Whether one of them is declared nowhere.
    is_undeclared: bool,
    /// Whether one of them has no default.
    asks: bool,
    /// Whether the build that is being linted makes an image of it.
    works: bool,
    /// Where one of the arguments is declared.
    declared: Option<Span>,
}

/// The FROMs that name no image with the defaults of the arguments.
pub(crate) fn invalid_defaults<'f>(facts: &'f Facts<'_>) -> Vec<InvalidDefault<'f>> {
    let images = facts.default_images().unwrap_or_default().into_iter();
    images
        .filter_map(|(stage, word, text)| {
            let reason = ImageRef::parse(&text).validity.err()?.reason.to_string();
            let node = stage.from_node;
            let references = facts.references(word);
            let names: Vec<String> = references.into_iter().map(|r| r.name).collect();
            let is_undeclared =
                |name: &String| facts.variable(node, name).is_none() && facts.is_unset(node, name);
            let has_no_default = |name: &String| {
                let variable = facts.variable(node, name);
                variable.is_none_or(|v| v.value.is_none() || v.known_value() == Some(""))
                    || asks(facts, name)
            };
            let given = facts.text(node, word).filter(|t| *t != text);
            let declared = names.iter().find_map(|n| facts.variable(node, n));
            Some(InvalidDefault {
                is_undeclared: names.iter().any(is_undeclared),
                asks: names.iter().any(has_no_default),
                works: given.is_some_and(|t| ImageRef::parse(&t).validity.is_ok()),
                declared: declared.map(|v| v.name_span),
                word,
                text,
                reason,
                names,
            })
        })
        .collect()
}

/// Whether an ARG before the first stage asks for a value: a builder's file that passes one may not know
/// it either.
fn asks(facts: &Facts<'_>, name: &str) -> bool {
    let before = facts.nodes.iter().take_while(|n| n.stage.is_none());
    before
        .filter_map(|n| match &n.instruction.kind {
            Kind::Arg(arguments) => Some(arguments),
            _ => None,
        })
        .flatten()
        .any(|a| a.name.as_str() == name && a.value.is_none())
}

impl InvalidDefault<'_> {
    /// Whether what the word becomes is a stage, whose name may have capitals.
    fn is_stage(&self, facts: &Facts<'_>) -> bool {
        !facts.stages_named(&self.text).is_empty()
    }

    /// Reports it.
    pub(crate) fn report(&self, cx: &mut Context<'_>) {
        let Self { word, text, .. } = self;
        if self.names.is_empty() {
            let message = if text.is_empty() {
                "FROM names no image".to_owned()
            } else {
                format!("`{text}` is no image name: {}", self.reason)
            };
            cx.report(word.span, message);
            return;
        }
        let severity = if self.works || self.asks {
            Severity::Info
        } else {
            cx.default_severity()
        };
        let becomes = if text.is_empty() {
            "is empty".to_owned()
        } else {
            format!("is `{text}`")
        };
        let message = format!("`{word}` {becomes} unless the build gives an argument");
        let report = cx
            .report(word.span, message)
            .severity(severity)
            .help("give the ARG a default that works");
        if let Some(declared) = self.declared {
            report.label(declared, "declared here");
        }
    }
}
