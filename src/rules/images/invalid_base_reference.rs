//! `invalid-base-reference`: a FROM that names no image unless the build says which.

use crate::diagnostic::Severity;
use crate::images::ImageRef;
use crate::rule::{Context, Rule, rule};
use crate::syntax::word::{Template, Value, Var};

rule!(InvalidBaseReference);

impl Rule for InvalidBaseReference {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for (stage, word, text) in facts.default_images().unwrap_or_default() {
            let Err(error) = ImageRef::parse(&text).validity else {
                continue;
            };
            let node = stage.from_node;
            let names: Vec<String> = Template::parse(word.as_str(), cx.file().escape.char())
                .map(|t| t.references().map(|r| r.name.clone()).collect())
                .unwrap_or_default();
            if names.is_empty() {
                let message = match text.is_empty() {
                    true => "FROM names no image".to_owned(),
                    false => format!("`{text}` is no image name: {}", error.reason),
                };
                cx.report(word.span, message);
                continue;
            }
            // A name that no ARG declares is the defect, and another rule's. And the build that
            // is being linted may say what the defaults leave open.
            let undeclared = |name: &String| {
                facts.variable(node, name).is_none()
                    && matches!(facts.lookup(node, name), Var::Unset)
            };
            let given = facts.text(node, word).filter(|t| *t != text);
            let works = given.is_some_and(|t| ImageRef::parse(&t).validity.is_ok());
            if !cx.buildkit && (works || names.iter().any(undeclared)) {
                continue;
            }
            let missing = |name: &String| {
                let variable = facts.variable(node, name);
                variable.is_none_or(|v| match &v.value {
                    None => true,
                    Some(Value::Known(text)) => text.is_empty(),
                    Some(Value::Unknown) => false,
                })
            };
            let asks = names.iter().any(missing);
            // `ARG BASE` and `FROM $BASE` say that the builder chooses.
            if asks && text.is_empty() && !cx.buildkit {
                continue;
            }
            let severity = match works || asks {
                true => Severity::Info,
                false => cx.default_severity(),
            };
            let becomes = match text.is_empty() {
                true => "is empty".to_owned(),
                false => format!("is `{text}`"),
            };
            let declared = names.iter().find_map(|n| facts.variable(node, n));
            let message = format!("`{word}` {becomes} unless the build gives an argument");
            let report = cx
                .report(word.span, message)
                .severity(severity)
                .help("give the ARG a default that works");
            if let Some(declared) = declared {
                report.label(declared.name_span, "declared here");
            }
        }
    }
}
