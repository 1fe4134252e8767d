//! The checks of variables and of their names.

use crate::rule::Context;
use crate::rules::syntax::undefined_variable as rule;
use crate::syntax::Kind;

/// BuildKit looks behind ONBUILD too, and does not ask whether the word says what to do without
/// the variable.
pub(super) fn undefined(cx: &mut Context<'_>) {
    let facts = cx.facts;
    for node in facts.nodes.iter().filter(|n| n.stage.is_some()) {
        for used in rule::uses(facts, node) {
            if !rule::report_out_of_sight(cx, &used) {
                rule::report_undefined(cx, node, &used);
            }
        }
    }
}

/// BuildKit goes by the names of arguments.
pub(super) fn secret_in_arg(cx: &mut Context<'_>) {
    for node in cx.facts.nodes.iter().filter(|n| n.stage.is_some()) {
        let Kind::Arg(arguments) = &node.instruction.kind else {
            continue;
        };
        for argument in arguments {
            let name = argument.name.as_str();
            if is_suspect(name) {
                cx.report(argument.name.span, sounds_like_a_secret(name));
            }
        }
    }
}

/// BuildKit goes by the names of variables.
pub(super) fn secret_in_env(cx: &mut Context<'_>) {
    let facts = cx.facts;
    for node in &facts.nodes {
        let Kind::Env(pairs) = &node.instruction.kind else {
            continue;
        };
        for pair in &pairs.pairs {
            let name = facts.text(node.index, &pair.name);
            if let Some(name) = name.filter(|name| is_suspect(name)) {
                cx.report(pair.name.span, sounds_like_a_secret(&name));
            }
        }
    }
}

fn sounds_like_a_secret(name: &str) -> String {
    format!("`{name}` sounds like a secret")
}

/// Whether BuildKit takes a name for a secret's: by whole words between underscores.
fn is_suspect(name: &str) -> bool {
    const SECRET: [&str; 10] = [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "password",
        "pword",
        "passwd",
        "secret",
        "token",
    ];
    const HARMLESS: [&str; 3] = ["public", "file", "version"];
    let lower = name.to_lowercase();
    let has = |words: &[&str]| lower.split('_').any(|part| words.contains(&part));
    has(&SECRET) && !has(&HARMLESS)
}
