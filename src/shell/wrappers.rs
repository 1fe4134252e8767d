//! Programs that run the program named by their arguments.

use std::ops::Range;

use super::command::Word;
use super::dialect::Dialect;
use super::script::ShellOptions;

/// How to find the command among the arguments of a wrapper.
struct Spec {
    name: &'static str,
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// Options with which it runs no command.
    quits: &'static [&'static str],
    /// Operands before the command.
    operands: usize,
    /// Whether `NAME=value` may stand before the command.
    assigns: bool,
}

// From `data/programs.toml`, sorted by name.
include!(concat!(env!("OUT_DIR"), "/wrappers.rs"));

fn spec(name: &str) -> Option<&'static Spec> {
    let at = SPECS.binary_search_by(|spec| spec.name.cmp(name)).ok()?;
    SPECS.get(at)
}

/// What the words of a simple command say.
#[derive(Default)]
pub(super) struct Plan {
    /// Name and words of each wrapper.
    pub wrappers: Vec<(String, Range<usize>)>,
    /// Words among those of the wrappers that are assignments.
    pub assignments: Vec<usize>,
    /// The first word of the command that runs in the end.
    pub first: usize,
    /// Where that command finds a script.
    pub script: Source,
}

/// Where a command finds a script.
#[derive(Default)]
pub(super) enum Source {
    /// Nowhere, or in a file.
    #[default]
    None,
    /// In one word.
    Word(usize, ShellOptions),
    /// In its standard input.
    Input(ShellOptions),
    /// In these words, joined by blanks, and it is run by the same shell.
    Eval(Range<usize>),
}

/// Reads the words of a simple command.
pub(super) fn plan(words: &[Word]) -> Plan {
    let mut plan = Plan::default();
    loop {
        let name = words.get(plan.first).map_or("", Word::program);
        let Some(spec) = spec(name) else {
            break;
        };
        let mut assignments = Vec::new();
        let Some(next) = skip(spec, words, plan.first + 1, &mut assignments) else {
            break;
        };
        plan.wrappers.push((name.to_string(), plan.first..next));
        plan.assignments.append(&mut assignments);
        plan.first = next;
    }
    plan.script = script_of(words, plan.first);
    plan
}

/// Where the command of a wrapper starts, if it has one.
fn skip(spec: &Spec, words: &[Word], mut at: usize, assignments: &mut Vec<usize>) -> Option<usize> {
    let mut operands = spec.operands;
    let mut options = true;
    loop {
        let word = words.get(at)?;
        if options && word.is("--") {
            options = false;
            at += 1;
        } else if options && (word.is_flag() || word.is("-")) {
            let text = word.literal()?;
            if spec.quits.contains(&text) {
                return None;
            }
            at += if takes_next(spec, text) { 2 } else { 1 };
        } else if spec.assigns && assignment_name(word).is_some() {
            assignments.push(at);
            at += 1;
            options = false;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
            options = false;
        } else {
            return Some(at);
        }
    }
}

/// Whether the value of an option, or of the last one in `-abc`, is the next word.
fn takes_next(spec: &Spec, text: &str) -> bool {
    if text.starts_with("--") {
        return spec.valued.contains(&text);
    }
    for (i, letter) in text.char_indices().skip(1) {
        let end = i + letter.len_utf8();
        if spec
            .valued
            .iter()
            .any(|v| v.len() == 2 && v.ends_with(letter))
        {
            return end == text.len();
        }
    }
    false
}

/// The name in `NAME=value`, if the word is an assignment.
pub(super) fn assignment_name(word: &Word) -> Option<&str> {
    let (name, _) = word.prefix().split_once('=')?;
    let mut chars = name.chars();
    let starts = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    (starts && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(name)
}

fn script_of(words: &[Word], first: usize) -> Source {
    let name = words.get(first).map_or("", Word::program);
    match name {
        "eval" => Source::Eval(first + 1..words.len()),
        "su" | "runuser" => words
            .iter()
            .enumerate()
            .skip(first + 1)
            .find(|(_, w)| {
                w.literal().is_some_and(|text| {
                    text == "--command"
                        || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
                })
            })
            .filter(|(i, _)| i + 1 < words.len())
            .map_or(Source::None, |(i, _)| {
                Source::Word(i + 1, ShellOptions::default())
            }),
        "busybox" | "toybox" => Source::None,
        _ if Dialect::of_program(name).is_some_and(|d| d.is_posix()) => shell_script(words, first),
        _ => Source::None,
    }
}

/// Where a shell finds its script: `sh -c '…'`, `bash -euo pipefail <<EOF`.
fn shell_script(words: &[Word], first: usize) -> Source {
    let mut at = first + 1;
    let mut has_command = false;
    let mut from_input = false;
    while let Some(word) = words.get(at) {
        let Some(text) = word.literal() else { break };
        if text == "--" || text == "-" {
            at += 1;
            break;
        }
        if text.starts_with("--") {
            at += if matches!(text, "--rcfile" | "--init-file") {
                2
            } else {
                1
            };
            continue;
        }
        if !text.starts_with(['-', '+']) {
            break;
        }
        has_command |= text.starts_with('-') && text.contains('c');
        from_input |= text.starts_with('-') && text.contains('s');
        at += 1;
        at += text.matches(['o', 'O']).count();
    }
    let mut options = ShellOptions::default();
    let end = at.min(words.len());
    options.apply(
        words
            .get(first + 1..end)
            .unwrap_or_default()
            .iter()
            .map(Word::literal),
    );
    if has_command {
        match words.get(at) {
            Some(_) => Source::Word(at, options),
            None => Source::None,
        }
    } else if from_input || at >= words.len() {
        Source::Input(options)
    } else {
        Source::None
    }
}
