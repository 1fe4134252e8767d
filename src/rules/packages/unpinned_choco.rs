//! `unpinned-choco`: a package of Chocolatey without a version.

use crate::facts::{Dialect, Node};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{CommandLine, Kind};

rule!(UnpinnedChoco);

impl Rule for UnpinnedChoco {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !matches!(node.shell, Dialect::Cmd | Dialect::PowerShell) {
            return;
        }
        let Kind::Run(CommandLine::Shell(word)) = &node.instruction.kind else {
            return;
        };
        let text = word.as_str();
        for (start, statement) in statements(text) {
            let words: Vec<(usize, &str)> = words(statement).collect();
            let Some((at, rest)) = packages(&words) else {
                continue;
            };
            let pins = |w: &str| {
                let w = w.to_ascii_lowercase();
                w.starts_with("--version") || w.starts_with("-version") || w == "--pre"
            };
            if rest.iter().any(|(_, w)| pins(w)) {
                continue;
            }
            let (offset, name) = at;
            let is_list = [".config", ".nupkg", ".nuspec"]
                .iter()
                .any(|e| name.ends_with(e));
            if is_list || name.contains(['$', '%', '{', '(']) {
                continue;
            }
            let from = start + offset;
            cx.report(
                word.span_of(from..from + name.len()),
                format!("`{name}` is installed in whatever version is current"),
            )
            .help("name the version: `--version=<version>`");
        }
    }
}

type Place<'t> = (usize, &'t str);

/// The first package that `choco install` names, and all that follows the verb.
fn packages<'w, 't>(words: &'w [Place<'t>]) -> Option<(Place<'t>, &'w [Place<'t>])> {
    let is = |w: &str, names: &[&str]| {
        let name = w.rsplit(['\\', '/', '"', '\'']).next().unwrap_or(w);
        names.iter().any(|n| name.eq_ignore_ascii_case(n))
    };
    let program = words
        .iter()
        .position(|(_, w)| is(w, &["choco", "choco.exe", "cinst"]))?;
    let verb = words.get(program).filter(|(_, w)| is(w, &["cinst"]));
    let rest = match verb {
        Some(_) => words.get(program + 1..)?,
        None => {
            let (_, verb) = words.get(program + 1)?;
            if !verb.eq_ignore_ascii_case("install") {
                return None;
            }
            words.get(program + 2..)?
        }
    };
    let valued = ["-s", "--source", "--params", "--package-parameters", "--ia"];
    let mut skip = false;
    let first = rest.iter().find(|(_, w)| {
        if std::mem::take(&mut skip) || *w == "`" {
            return false;
        }
        if w.starts_with('-') {
            skip = valued.contains(w);
            return false;
        }
        true
    })?;
    Some((*first, rest))
}

/// The statements of a script of Windows, each with its place.
fn statements(text: &str) -> impl Iterator<Item = Place<'_>> {
    let mut at = 0;
    text.split([';', '&', '|', '\n']).map(move |part| {
        let start = at;
        at += part.len() + 1;
        (start, part)
    })
}

/// The words of a statement, each with its place.
fn words(text: &str) -> impl Iterator<Item = Place<'_>> {
    let mut at = 0;
    text.split([' ', '\t', '\r'])
        .map(move |part| {
            let start = at;
            at += part.len() + 1;
            (start, part)
        })
        .filter(|(_, part)| !part.is_empty())
}
