//! `sibling-env-reference`: a variable used in the ENV that sets it.

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::facts::{Definition, Dialect, Node};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(SiblingEnvReference);

impl Rule for SiblingEnvReference {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Env(pairs) = &node.instruction.kind else {
            return;
        };
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, pair) in pairs.pairs.iter().enumerate() {
            named.entry(pair.name.as_str()).or_default().push(i);
        }
        for (i, pair) in pairs.pairs.iter().enumerate() {
            let references = cx.facts.references(&pair.value);
            let mut seen = Vec::new();
            for reference in &references {
                let name = &reference.name;
                // Who writes a default knows that the variable may be unset.
                if reference.modifier.is_some() {
                    continue;
                }
                let others = named.get(name.as_str()).map_or(&[][..], Vec::as_slice);
                let other = others.iter().find(|j| **j != i);
                let sibling = other.and_then(|j| pairs.pairs.get(*j));
                let Some(sibling) = sibling.filter(|_| !seen.contains(&name)) else {
                    continue;
                };
                seen.push(name);
                let severity = match cx.facts.definition(node.index, name) {
                    // The old value may be meant.
                    Definition::File | Definition::Base => continue,
                    // Windows images and the system set many.
                    Definition::Perhaps
                        if matches!(node.shell, Dialect::Cmd | Dialect::PowerShell) =>
                    {
                        continue;
                    }
                    Definition::Perhaps => Severity::Info,
                    Definition::Nothing => cx.default_severity(),
                };
                let message = match severity {
                    Severity::Info => format!(
                        "`{name}` is set by this very ENV: here it has the value of before, if the base gives it one"
                    ),
                    _ => format!("`{name}` is set by this very ENV, so it is still unset"),
                };
                let place = sibling.name.span;
                cx.report(reference.span, message)
                    .severity(severity)
                    .label(place, "visible from the next instruction on")
                    .help(format!("set `{name}` in an ENV of its own before this one"));
            }
        }
    }
}
