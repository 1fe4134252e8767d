//! `undefined-from-argument`: FROM asks for an argument that no ARG above the first FROM declares.

use crate::diagnostic::Severity;
use crate::facts::{Modifier, Origin, PLATFORM_ARGUMENTS, Stage};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;
use crate::text::edit_distance;

rule!(UndefinedFromArgument);

/// How many names and stages are compared with one that nothing defines.
const MOST_COMPARED: usize = 500;

impl Rule for UndefinedFromArgument {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let image = match &stage.from.kind {
            Kind::From(from) => Some(&from.image),
            _ => None,
        };
        let facts = cx.facts;
        for word in image.into_iter().chain(stage.from.flag_value("platform")) {
            let unmatched = facts.expand(stage.from_node, word).usage.unmatched;
            for name in unmatched {
                // Declared without a default: that it exists is said, though not what it is.
                if facts.variable(stage.from_node, &name).is_some() {
                    continue;
                }
                let references = facts.references(word);
                let reference = references.iter().find(|r| r.name == name);
                let span = reference.map_or(word.span, |r| r.span);
                let has_default = matches!(
                    reference.and_then(|r| r.modifier.as_ref()),
                    Some(Modifier::Default { span, .. }) if !span.is_empty()
                );
                let globals = facts.declarations(None).map(|v| v.name.as_str());
                let globals = globals.take(MOST_COMPARED);
                let near = globals
                    .chain(PLATFORM_ARGUMENTS)
                    .filter(|known| known.len().abs_diff(name.len()) < 3)
                    .map(|known| (edit_distance(&name, known), known))
                    .filter(|(d, known)| *d < 3 && *d * 2 < known.len())
                    .min();
                // An ARG in a stage above is a common mistake.
                let in_stage = facts
                    .stages
                    .iter()
                    .take(stage.index)
                    .take(MOST_COMPARED)
                    .flat_map(|s| facts.declarations_of(Some(s.index), &name))
                    .find(|v| v.origin == Origin::Argument)
                    .map(|v| v.name_span);
                let help = match near {
                    Some((_, near)) => format!("did you mean `{near}`?"),
                    None => format!("declare `ARG {name}` above the first FROM"),
                };
                let message = format!("no ARG above the first FROM declares `{name}`");
                let mut report = cx.report(span, message).help(help);
                if let Some(place) = in_stage {
                    report = report.label(place, "this ARG belongs to its stage alone");
                }
                if has_default {
                    report.severity(Severity::Info);
                }
            }
        }
    }
}
