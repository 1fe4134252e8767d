//! `undefined-variable`: a variable that nothing defines.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Severity;
use crate::edits;
use crate::facts::{
    Definition, Facts, Modifier, Node, Origin, PLATFORM_ARGUMENTS, ShellRead, Stage, Undefined,
    WordUse,
};
use crate::fix::Fix;
use crate::rule::{Context, Report, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};
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
    /// Whether it stands in a here-document that becomes a file.
    in_file: bool,
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
        for used in exposed(cx.facts, node) {
            report(cx, node, &used);
        }
    }

    /// What the shell expands: each variable once in a stage.
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let mut seen = HashSet::new();
        for node in facts.nodes_of(stage).iter().filter(|n| !n.onbuild) {
            if node.script.is_none() {
                continue;
            }
            for read in facts.shell_reads(node) {
                let empty = match node.keyword() {
                    Some(Keyword::Run) => empty_in_build(facts, node, &read.name),
                    _ => empty_in_container(facts, node, &read.name),
                };
                if let Some(empty) = empty
                    && seen.insert(read.name.clone())
                    && !is_told_before(facts, stage, node, &read.name)
                {
                    report_read(cx, node, &read, &empty);
                }
            }
        }
    }
}

/// Why a variable is empty where a shell expands it.
enum Empty {
    /// An ARG above the first FROM, there, which the stage does not repeat.
    Global(Span),
    /// An argument of BuildKit's own, which the stage does not declare.
    Platform,
    /// Defined further down only.
    Later(Span),
    /// A slip for another one, which is defined there.
    Slip(String, Span),
    /// Nothing sets it, and the base is known not to.
    Nothing,
    /// An ARG, there, which the build has and the container has not.
    Argument(Span),
}

/// Why a variable is empty in a RUN, if it surely is.
fn empty_in_build(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> Option<Empty> {
    let definition = facts.definition(node.index, name);
    if matches!(definition, Definition::File | Definition::Base) {
        return None;
    }
    if let Some(empty) = out_of_sight(facts, node, name, definition) {
        return Some(empty);
    }
    // What a script has in small letters it mostly sets itself: ShellCheck's SC2154.
    if definition != Definition::Nothing || name.contains(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let later = facts.declarations_of(node.stage, name).next();
    Some(match (later, nearest(facts, node, name)) {
        (Some(later), _) => Empty::Later(later.name_span),
        (None, Some((near, place))) => Empty::Slip(near, place),
        (None, None) => Empty::Nothing,
    })
}

/// Why a variable is empty in a container of the image, if it is unless whoever starts it sets it:
/// the file means to set it, and does not.
fn empty_in_container(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> Option<Empty> {
    let sets = |stage| {
        let mut all = facts.declarations_of(stage, name);
        all.any(|v| v.origin == Origin::Environment)
    };
    // In whichever stage: that may be built on this one.
    if facts.stages.iter().any(|s| sets(Some(s.index))) {
        return None;
    }
    let definition = facts.base_definition(node.stage?, name);
    if definition == Definition::Base {
        return None;
    }
    match facts.variable(node.index, name) {
        Some(argument) if definition == Definition::Nothing || argument.value.is_some() => {
            Some(Empty::Argument(argument.name_span))
        }
        Some(_) => None,
        None => out_of_sight(facts, node, name, definition),
    }
}

/// An argument that is declared where the stage does not see it.
fn out_of_sight(
    facts: &Facts<'_>,
    node: &Node<'_>,
    name: &str,
    definition: Definition,
) -> Option<Empty> {
    if let Some(global) = facts.declarations_of(None, name).next() {
        // `FROM example/ruby:$RUBY_VERSION` may well set the variable of that name.
        if definition == Definition::Perhaps && chooses_base(facts, node, name) {
            return None;
        }
        return Some(Empty::Global(global.name_span));
    }
    PLATFORM_ARGUMENTS
        .contains(&name)
        .then_some(Empty::Platform)
}

/// Whether the image that a stage stands on is named with the help of an argument.
fn chooses_base(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> bool {
    let Some(stage) = node.stage else {
        return false;
    };
    let Some(root) = facts.chain(stage).last() else {
        return false;
    };
    let Kind::From(from) = &root.from.kind else {
        return false;
    };
    let mut names: Vec<String> = Vec::new();
    names.extend(facts.references(&from.image).into_iter().map(|r| r.name));
    // `ARG IMAGE=example/ruby:$RUBY_VERSION`, `FROM $IMAGE`
    let arguments = || {
        let before = facts.nodes.iter().take_while(|n| n.stage.is_none());
        before.filter_map(|n| match &n.instruction.kind {
            Kind::Arg(arguments) => Some(arguments),
            _ => None,
        })
    };
    for argument in arguments().flatten() {
        if names.iter().any(|n| n == argument.name.as_str())
            && let Some(value) = &argument.value
        {
            names.extend(facts.references(value).into_iter().map(|r| r.name));
        }
    }
    names.iter().any(|n| n == name)
}

/// Whether an instruction above, in which BuildKit expands variables, is reported already.
fn is_told_before(facts: &Facts<'_>, stage: &Stage<'_>, node: &Node<'_>, name: &str) -> bool {
    let above = facts.nodes_of(stage).iter();
    let mut above = above.filter(|n| !n.onbuild && n.index <= node.index);
    above.any(|n| {
        let text = facts.source.slice(facts.whole_span(n));
        text.contains(name) && uses(facts, n).iter().any(|u| u.name == name && !u.provides)
    })
}

fn report_read(cx: &mut Context<'_>, node: &Node<'_>, read: &ShellRead, empty: &Empty) {
    let facts = cx.facts;
    let name = &read.name;
    let invisible = format!("`{name}` is not visible in this stage");
    let undefined = format!("nothing defines `{name}`");
    let report = match empty {
        Empty::Global(_) | Empty::Platform => cx.report(read.span, invisible),
        Empty::Argument(_) => {
            let message = format!("`{name}` is an ARG, which a container does not have");
            cx.report(read.span, message)
        }
        _ => cx.report(read.span, undefined),
    };
    let is_run = node.is(Keyword::Run);
    let declare = |report: Report<'_>| {
        if is_run {
            let line = format!("ARG {name}{}", facts.source.newline());
            let edit = edits::insert_above(facts, node.instruction, line);
            report.fix(Fix::unsafe_(format!("declare `ARG {name}`"), vec![edit]));
        }
    };
    let keep = if is_run {
        String::new()
    } else {
        format!(" and keep it with `ENV {name}=${name}`")
    };
    match empty {
        Empty::Global(place) => declare(
            report
                .label(
                    *place,
                    "an ARG before the first FROM reaches only the FROM lines",
                )
                .help(format!("repeat `ARG {name}` in this stage{keep}")),
        ),
        Empty::Platform => {
            declare(report.help(format!("declare `ARG {name}` in this stage{keep}")));
        }
        Empty::Argument(place) => {
            report
                .label(*place, "it ends with the build")
                .help(format!("keep it in the image: `ENV {name}=${name}`"));
        }
        Empty::Later(place) => {
            report.label(*place, "defined only here").help(format!(
                "define `{name}` above the instruction that uses it"
            ));
        }
        Empty::Slip(near, place) => {
            report
                .label(*place, format!("`{near}` is defined here"))
                .help(format!("did you mean `{near}`?"));
        }
        Empty::Nothing => {
            let help = match read.heredoc {
                Some(word) => format!(
                    "quote the delimiter, `'{}'`, where the file is to have it as it stands",
                    facts.source.slice(word).trim_matches(['\'', '"', '\\'])
                ),
                None if name == "USER" => {
                    "write the name: a build does not set it, `id -un` asks for it".to_owned()
                }
                None => format!("declare it with `ARG {name}` or `ENV {name}=…`"),
            };
            report.help(help);
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
                in_file: expanded.used == WordUse::Body,
            });
        }
    });
    uses.sort_by_key(|u| u.span.start);
    uses
}

/// The uses of undefined variables in EXPOSE, at which BuildKit's check does not look.
fn exposed(facts: &Facts<'_>, node: &Node<'_>) -> Vec<Use> {
    let Kind::Expose(words) = &node.instruction.kind else {
        return Vec::new();
    };
    let references = words.iter().flat_map(|w| facts.references(w));
    let uses = references.filter_map(|r| {
        let definition = facts.definition(node.index, &r.name);
        let is_open = matches!(definition, Definition::Perhaps | Definition::Nothing);
        is_open.then(|| Use {
            definition,
            span: r.span,
            provides: matches!(
                r.modifier,
                Some(Modifier::Default { .. } | Modifier::Alternative)
            ),
            appends: false,
            in_file: false,
            name: r.name,
        })
    });
    uses.collect()
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
    let near = nearest(facts, node, name);
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
    let help = if used.in_file && later.is_none() {
        "quote the delimiter, `<<'EOF'`, where the file is to have it as it stands".to_owned()
    } else if is_special {
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
fn nearest(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> Option<(String, Span)> {
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
