//! `undefined-variable`: a variable that nothing defines.

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::facts::{
    Definition, Facts, Modifier, Node, Origin, PLATFORM_ARGUMENTS, Undefined, WordUse,
};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;
use crate::text::edit_distance;

rule!(UndefinedVariable);

/// BuildKit's own arguments, which it never reports.
const EXEMPT: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

/// A use of a variable that nothing defines.
pub(crate) struct Use {
    name: String,
    span: Span,
    definition: Definition,
    /// Whether the word says what to do without the variable: `${x:-y}`, `${x:+y}`.
    provides: bool,
    /// Whether it stands in the value of an ENV of the same name: `ENV X=a:$X`.
    appends: bool,
}

impl Rule for UndefinedVariable {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.stage.is_none() || node.onbuild {
            return;
        }
        let mut siblings: HashMap<&str, Vec<Span>> = HashMap::new();
        if let Kind::Env(pairs) = &node.instruction.kind {
            for pair in &pairs.pairs {
                let values = siblings.entry(pair.name.as_str()).or_default();
                values.push(pair.value.span);
            }
        }
        for used in uses(cx.facts, node) {
            // Set by the same ENV: another rule says so.
            let mut values = siblings.get(used.name.as_str()).into_iter().flatten();
            if values.all(|value| value.covers(used.span)) {
                report(cx, node, &used);
            }
        }
    }
}

/// The uses of undefined variables in an instruction.
pub(crate) fn uses(facts: &Facts<'_>, node: &Node<'_>) -> Vec<Use> {
    let mut uses = Vec::new();
    facts.expanded_words(node, &mut |expanded| {
        let text = expanded.word.as_str();
        if !text.contains('$') {
            return;
        }
        let mut earlier: &[crate::syntax::Argument] = &[];
        if let (WordUse::Default(i), Kind::Arg(arguments)) = (expanded.used, &node.instruction.kind)
        {
            let own = arguments.get(i).map_or("", |a| a.name.as_str());
            // A default that the build replaces is not looked at.
            if facts.build.gives(own) {
                return;
            }
            // Within one ARG, what stands before is declared already.
            earlier = arguments.get(..i).unwrap_or_default();
        }
        let is_declared =
            |name: &str| EXEMPT.contains(&name) || earlier.iter().any(|a| a.name.as_str() == name);
        for undefined in facts.undefined_in(node, &expanded, &is_declared) {
            let Undefined {
                name,
                definition,
                reference,
            } = undefined;
            let span = reference.as_ref().map_or(expanded.word.span, |r| r.span);
            let provides = matches!(
                reference.and_then(|r| r.modifier),
                Some(Modifier::Default { .. } | Modifier::Alternative)
            );
            let appends = match (&node.instruction.kind, expanded.used) {
                (Kind::Env(pairs), WordUse::Value(i)) => {
                    let own = pairs.pairs.get(i).map(|p| p.name.as_str());
                    own == Some(name.as_str()) && text.contains([':', ';', ' '])
                }
                _ => false,
            };
            uses.push(Use {
                name,
                span,
                definition,
                provides,
                appends,
            });
        }
    });
    uses.sort_by_key(|u| u.span.start);
    uses
}

fn report(cx: &mut Context<'_>, node: &Node<'_>, used: &Use) {
    if report_out_of_sight(cx, used) || used.provides {
        return;
    }
    if used.appends {
        if used.definition == Definition::Nothing {
            cx.report(used.span, format!("nothing defines `{}`", used.name))
                .severity(Severity::Info)
                .help("leave it out: the list gets an empty entry");
        }
        return;
    }
    report_undefined(cx, node, used);
}

/// Reports a variable that is defined where this stage does not see it; whether it did.
pub(crate) fn report_out_of_sight(cx: &mut Context<'_>, used: &Use) -> bool {
    let facts = cx.facts;
    let name = &used.name;
    let global = facts
        .declarations_of(None, name)
        .next()
        .map(|v| v.name_span);
    if let Some(place) = global {
        cx.report(used.span, format!("`{name}` is not visible in this stage"))
            .label(
                place,
                "an ARG before the first FROM reaches only the FROM lines",
            )
            .help(format!("repeat `ARG {name}` in this stage"));
        return true;
    }
    if PLATFORM_ARGUMENTS.contains(&name.as_str()) {
        cx.report(used.span, format!("`{name}` is not visible in this stage"))
            .help(format!("declare `ARG {name}` in this stage"));
        return true;
    }
    false
}

/// Reports a variable that nothing defines.
pub(crate) fn report_undefined(cx: &mut Context<'_>, node: &Node<'_>, used: &Use) {
    let facts = cx.facts;
    let name = &used.name;
    let near = nearest(cx, node, name);
    if let Some((near, place)) = near {
        cx.report(used.span, format!("nothing defines `{name}`"))
            .label(place, format!("`{near}` is defined here"))
            .help(format!("did you mean `{near}`?"));
        return;
    }
    let is_special = !name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if used.definition == Definition::Perhaps && !is_special {
        return;
    }
    let later = facts.declarations_of(node.stage, name).next();
    let later = later.map(|v| v.name_span);
    let help = if is_special {
        format!("escape it to keep a `${name}`")
    } else if name == "HOME" {
        "write the directory: `$HOME` exists only once a shell runs".to_owned()
    } else if later.is_some() {
        format!("define `{name}` above the instruction that uses it")
    } else {
        format!("declare it with `ARG {name}` or `ENV {name}=…`")
    };
    let report = cx
        .report(used.span, format!("nothing defines `{name}`"))
        .help(help);
    if let Some(later) = later {
        report.label(later, "defined only here");
    }
}

/// How many names are compared with one that nothing defines.
const MOST_COMPARED: usize = 500;

/// The name of a variable of this stage that was surely meant.
fn nearest(cx: &Context<'_>, node: &Node<'_>, name: &str) -> Option<(String, Span)> {
    let facts = cx.facts;
    let stage = node.stage?;
    let mut best: Option<(usize, String, Span)> = None;
    let mut compared = 0;
    for stage in facts.chain(stage) {
        for variable in facts.declarations(Some(stage.index)) {
            compared += 1;
            if compared > MOST_COMPARED {
                return best.map(|(_, name, span)| (name, span));
            }
            let known = &variable.name;
            let own = stage.index == node.stage.unwrap_or_default();
            if (own && variable.node >= node.index) || variable.origin == Origin::GlobalArgument {
                continue;
            }
            if name.len().abs_diff(known.len()) > 2 {
                continue;
            }
            if !facts.may_compare(1) {
                return None;
            }
            let distance = edit_distance(name, known);
            if is_slip(name, known, distance) && best.as_ref().is_none_or(|(d, ..)| distance < *d) {
                best = Some((distance, known.clone(), variable.name_span));
            }
        }
    }
    best.map(|(_, name, span)| (name, span))
}

/// Whether two names differ as a slip of the hand makes them differ: not by a number, and little
/// for their length.
fn is_slip(a: &str, b: &str, distance: usize) -> bool {
    let digits = |s: &str| s.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    let length = a.len().min(b.len());
    let near = match distance {
        1 => length >= 4,
        2 => length >= 8,
        _ => false,
    };
    (near || (a != b && a.eq_ignore_ascii_case(b))) && digits(a) == digits(b)
}
