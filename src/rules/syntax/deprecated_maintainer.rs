//! `deprecated-maintainer`: MAINTAINER instead of a label.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::edits::{is_below_comment, keyword_like, lines_of};
use crate::facts::{Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule};
use crate::syntax::{Escape, Keyword, Kind};

/// See `rules/syntax/deprecated-maintainer.md`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
        let all = facts.nodes.iter();
        let mut all = all.filter(|n| matches!(n.instruction.kind, Kind::Maintainer(_)));
        let Some(first) = all.next() else { return };
        // Those of one stage together: the last of them is the author.
        let mut of_stage = vec![first];
        for node in all {
            if of_stage
                .first()
                .is_some_and(|first| first.stage != node.stage)
            {
                self.report_stage(cx, &of_stage);
                of_stage.clear();
            }
            of_stage.push(node);
        }
        self.report_stage(cx, &of_stage);
    }
}

impl DeprecatedMaintainer {
    fn report_stage(&self, cx: &mut Context<'_>, of_stage: &[&Node<'_>]) {
        let facts = cx.facts;
        let label = &self.label;
        let (Some(first), Some(last)) = (of_stage.first(), of_stage.last()) else {
            return;
        };
        let is_labelled = self.is_labelled(facts, first);
        let fix = (!is_labelled).then(|| self.fix(facts, of_stage)).flatten();
        for node in of_stage {
            let name = &node.instruction.name;
            let report = cx.report(name.span, format!("`{}` is deprecated", name.as_str()));
            let report = if is_labelled {
                report.help(format!("remove it: the label `{label}` says the same"))
            } else if node.index == last.index {
                report.help(format!("write `LABEL {label}=\"…\"`"))
            } else {
                report
                    .help(format!("name all authors in one label `{label}`"))
                    .label(last.instruction.name.span, "the image names this one only")
            };
            if let Some(fix) = fix.as_ref().filter(|_| node.index == last.index) {
                report.fix(fix.clone());
            }
        }
    }

    /// One label for all of a stage; unsafe for several, as the image then names more authors.
    fn fix(&self, facts: &Facts<'_>, of_stage: &[&Node<'_>]) -> Option<Fix> {
        let (last, others) = of_stage.split_last()?;
        let mut names: Vec<&str> = Vec::new();
        for node in of_stage {
            let Kind::Maintainer(word) = &node.instruction.kind else {
                return None;
            };
            let one_line = facts.source.slice(node.instruction.head).lines().count() == 1;
            let plain = node.stage.is_some() && node.instruction.flags.is_empty();
            if !one_line || !plain || node.onbuild {
                return None;
            }
            names.push(word.as_str());
        }
        let names: Vec<_> = names.into_iter().map(unquoted).collect();
        let value = quoted(&names.join(", "), facts.file.escape);
        let keyword = keyword_like(last.instruction, Keyword::Label);
        let label = &self.label;
        let mut edits = vec![Edit::replace(
            last.instruction.head,
            format!("{keyword} {label}={value}"),
        )];
        for node in others {
            if is_below_comment(facts, node.instruction) {
                return None;
            }
            edits.push(Edit::delete(lines_of(facts, node)?));
        }
        Some(if others.is_empty() {
            Fix::safe(format!("write `LABEL {label}=…`"), edits)
        } else {
            Fix::unsafe_(format!("name all in one `LABEL {label}=…`"), edits)
        })
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

/// MAINTAINER keeps quotes as part of the name; around all of it, or around the name in front of
/// an address, nobody means them.
fn unquoted(text: &str) -> Cow<'_, str> {
    let inner = |q: char| text.strip_prefix(q)?.split_once(q);
    let Some((name, rest)) = ['"', '\''].into_iter().find_map(inner) else {
        return Cow::Borrowed(text);
    };
    if name.contains(['"', '\'']) || rest.contains(['"', '\'']) {
        return Cow::Borrowed(text);
    }
    match rest.trim() {
        "" => Cow::Borrowed(name),
        address if address.starts_with(['<', '(', ',']) => Cow::Owned(format!("{name}{rest}")),
        _ => Cow::Borrowed(text),
    }
}

/// The text in quotes; LABEL expands variables between double ones, MAINTAINER does not.
fn quoted(text: &str, escape: Escape) -> String {
    let escape = escape.char();
    if text.contains(['"', '$', escape]) && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if c == '"' || c == '$' || c == escape {
            out.push(escape);
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
        let of = |text| quoted(&unquoted(text), Escape::Backslash);
        assert_eq!(of("Jane <j@x.io>"), "\"Jane <j@x.io>\"");
        assert_eq!(of("\"Jane\""), "\"Jane\"");
        assert_eq!(of("\"Jane Doe\" <j@x.io>"), "\"Jane Doe <j@x.io>\"");
        assert_eq!(of("Jane \"J\" $D"), "'Jane \"J\" $D'");
        assert_eq!(of("Jane O'D \"J\""), "\"Jane O'D \\\"J\\\"\"");
        assert_eq!(of("\"a\" \"b\""), "'\"a\" \"b\"'");
        assert_eq!(quoted("a\\b`'", Escape::Backtick), "\"a\\b``'\"");
    }
}
