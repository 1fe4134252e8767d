//! `deprecated-maintainer`: MAINTAINER instead of a label.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule};
use crate::syntax::{Escape, Kind, Word};

/// See `rules/syntax/deprecated-maintainer.md`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeprecatedMaintainer {
    /// The label that says the same.
    pub label: String,
}

impl Default for DeprecatedMaintainer {
    fn default() -> Self {
        Self {
            label: "org.opencontainers.image.authors".to_owned(),
        }
    }
}

impl Rule for DeprecatedMaintainer {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut labelled: Option<(Option<usize>, bool)> = None;
        for node in &facts.nodes {
            let Kind::Maintainer(word) = &node.instruction.kind else {
                continue;
            };
            let labelled = match labelled {
                Some((stage, known)) if stage == node.stage => known,
                _ => {
                    labelled
                        .insert((node.stage, self.is_labelled(facts, node)))
                        .1
                }
            };
            self.report(cx, node, word, labelled);
        }
    }
}

impl DeprecatedMaintainer {
    fn report(&self, cx: &mut Context<'_>, node: &Node<'_>, word: &Word, labelled: bool) {
        let facts = cx.facts;
        let name = &node.instruction.name;
        let label = &self.label;
        let report = cx.report(name.span, format!("`{}` is deprecated", name.as_str()));
        if labelled {
            report.help(format!("remove it: the label `{label}` says the same"));
            return;
        }
        let report = report.help(format!("write `LABEL {label}=\"…\"`"));
        let text = word.as_str();
        let head = node.instruction.head;
        let whole = facts.source.slice(head).lines().count() == 1;
        if whole && !node.onbuild && node.stage.is_some() && node.instruction.flags.is_empty() {
            let value = quoted(unquoted(text), facts.file.escape);
            let edits = vec![Edit::replace(head, format!("LABEL {label}={value}"))];
            report.fix(Fix::safe(format!("write `LABEL {label}=…`"), edits));
        }
    }

    fn is_labelled(&self, facts: &Facts<'_>, node: &Node<'_>) -> bool {
        let Some(stage) = facts.stage_of(node) else {
            return false;
        };
        facts
            .nodes_of(stage)
            .iter()
            .any(|n| match &n.instruction.kind {
                Kind::Label(pairs) => pairs.pairs.iter().any(|pair| {
                    facts.text(n.index, &pair.name).as_deref() == Some(self.label.as_str())
                }),
                _ => false,
            })
    }
}

/// MAINTAINER keeps quotes as part of the name; nobody means them.
fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q))
        .filter(|inner| !inner.contains(['"', '\'']))
        .unwrap_or(text)
}

/// The text between double quotes; LABEL expands variables, MAINTAINER does not.
fn quoted(text: &str, escape: Escape) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c == '"' || c == '$' || c == escape.char() {
            out.push(escape.char());
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_meaning_between_quotes() {
        let of = |text| quoted(unquoted(text), Escape::Backslash);
        assert_eq!(of("Jane <j@x.io>"), "\"Jane <j@x.io>\"");
        assert_eq!(of("\"Jane\""), "\"Jane\"");
        assert_eq!(of("Jane \"J\" $D"), "\"Jane \\\"J\\\" \\$D\"");
        assert_eq!(of("\"a\" \"b\""), "\"\\\"a\\\" \\\"b\\\"\"");
        assert_eq!(quoted("a\\b`", Escape::Backtick), "\"a\\b``\"");
    }
}
