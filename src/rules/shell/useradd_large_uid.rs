//! `useradd-large-uid`: a user number that makes the layer huge.

use std::borrow::Cow;

use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Word, WordPart};

/// From here on the log of last logins takes tens of megabytes.
const LARGE: u64 = 100_000;

rule!(UseraddLargeUid);

impl Rule for UseraddLargeUid {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        if command.name != "useradd" || command.has_any_flag(&["-l", "--no-log-init", "-D"]) {
            return;
        }
        let Some((word, text)) = uid(command) else {
            return;
        };
        let value = match text {
            Some(text) => Some(text),
            None => value(cx.facts, node, word),
        };
        let Some(number) = value.and_then(|v| v.trim().parse::<u64>().ok()) else {
            return;
        };
        if number < LARGE {
            return;
        }
        let program = command.words.first();
        let plain = program.is_some_and(|w| {
            cx.facts.source.slice(w.span).ends_with("useradd") && !node.instruction.is_exec_form()
        });
        let report = cx
            .report(
                word.span,
                format!(
                    "a login log for user {number} is written: a sparse file that fills the layer"
                ),
            )
            .help("add `--no-log-init`");
        if let Some(word) = program.filter(|_| plain) {
            let edits = vec![Edit::insert(word.span.end, " --no-log-init")];
            report.fix(Fix::safe("add `--no-log-init`", edits));
        }
    }
}

/// The word that gives the number, and the number if it is written there.
fn uid(command: &Command) -> Option<(&Word, Option<String>)> {
    let mut words = command.args().iter();
    while let Some(word) = words.next() {
        if word.is("-u") || word.is("--uid") {
            let value = words.next()?;
            return Some((value, value.literal().map(str::to_owned)));
        }
        let text = word.prefix();
        let glued = text.strip_prefix("--uid=").or_else(|| {
            text.strip_prefix("-u")
                .filter(|t| !t.is_empty() || word.literal().is_none())
        });
        if let Some(rest) = glued {
            return Some((word, word.literal().map(|_| rest.to_owned())));
        }
        // `-mu 1000`
        let cluster = word.literal().and_then(|t| t.strip_prefix('-'));
        if let Some(letters) = cluster
            && !letters.starts_with('-')
            && letters.ends_with('u')
            && letters
                .chars()
                .all(|c| matches!(c, 'm' | 'M' | 'N' | 'U' | 'o' | 'r' | 'u'))
        {
            let value = words.next()?;
            return Some((value, value.literal().map(str::to_owned)));
        }
    }
    None
}

/// What a word that is one variable stands for, if ARG or ENV says so.
fn value(facts: &Facts<'_>, node: &Node<'_>, word: &Word) -> Option<String> {
    let mut names = word.parts.iter().filter_map(|part| match part {
        WordPart::Variable { name, modified, .. } => Some((name, *modified)),
        WordPart::Literal { text, .. } if matches!(text.as_str(), "--uid=" | "-u") => None,
        _ => Some((&word.raw, true)),
    });
    let (name, modified) = names.next()?;
    if modified || names.next().is_some() {
        return None;
    }
    facts.value_of(node.index, name).map(Cow::into_owned)
}
