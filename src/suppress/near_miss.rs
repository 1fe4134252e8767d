//! Comments that look like ignore comments and are none.

use crate::compat::hadolint;
use crate::rules;

/// Stands for the name that a comment lacks.
pub(super) const NAME: &str = "RULE";

/// How a comment ought to be written that looks like an ignore comment and is none.
pub(super) fn meant(text: &str) -> Option<String> {
    const WORDS: [&str; 8] = [
        "ignore-file",
        "ignore-next-line",
        "ignored",
        "ignores",
        "ignore",
        "disable",
        "nolint",
        "skip",
    ];
    let body = text.trim_start_matches('#').trim_start();
    let strip = |text: &'_ str, word: &str| -> Option<usize> {
        let head = text.get(..word.len())?;
        head.eq_ignore_ascii_case(word).then_some(word.len())
    };
    let tool = ["dlint", "hadolint"]
        .into_iter()
        .find(|tool| strip(body, tool).is_some())?;
    let joint = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '=' | ',');
    let rest = body.get(tool.len()..)?;
    if !rest.starts_with(joint) {
        return None;
    }
    let mut rest = rest.trim_start_matches(joint);
    let scope = ["global", "stage", "file"]
        .into_iter()
        .find(|scope| strip(rest, scope).is_some());
    if let Some(scope) = scope {
        rest = rest.get(scope.len()..)?.trim_start_matches(joint);
    }
    let word = WORDS.into_iter().find(|word| strip(rest, word).is_some())?;
    rest = rest.get(word.len()..)?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '[' | '(' | '=' | ':' | ',');
    if !rest.is_empty() && !rest.starts_with(ends) {
        return None;
    }
    // Names as long as they are names; the rest is the reason.
    let between = |c: char| ends(c) || matches!(c, ']' | ')' | '"' | '\'');
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start_matches(between);
        let end = rest.find(between).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        let known = !rules::by_name(name).is_empty() || hadolint::is_known(name);
        if name.is_empty() || !known {
            break;
        }
        names.push(name);
        rest = rest.get(end..).unwrap_or_default();
    }
    if names.is_empty() {
        // Without a name it may as well be prose, but for dlint's own way to begin one.
        let rest = rest.trim_end();
        let begins = body.strip_prefix("dlint:").map(str::trim_start);
        let is_own = begins.is_some_and(|b| b.starts_with("ignore"))
            && (word == "ignore" || word == "ignore-file");
        return is_own.then(|| {
            let reason = if rest.is_empty() { "REASON" } else { rest };
            format!("# dlint: {word}[{NAME}] {reason}")
        });
    }
    let reason = rest.trim_start_matches(['-', '#', ' ', ';']).trim_end();
    let file = matches!(scope, Some("global" | "file")) || word == "ignore-file";
    let mut meant = match (tool, file) {
        ("dlint", true) => format!("# dlint: ignore-file[{}]", names.join(", ")),
        ("dlint", false) => format!("# dlint: ignore[{}]", names.join(", ")),
        (_, true) => format!("# hadolint global ignore={}", names.join(",")),
        (_, false) if scope == Some("stage") => {
            format!("# hadolint stage ignore={}", names.join(","))
        }
        _ => format!("# hadolint ignore={}", names.join(",")),
    };
    if !reason.is_empty() {
        // hadolint itself takes no words without a mark.
        meant.push_str(if tool == "dlint" { " " } else { " # " });
        meant.push_str(reason);
    }
    Some(meant)
}
