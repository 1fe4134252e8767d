//! `invalid-label-key`: a label key that does not follow the conventions.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(InvalidLabelKey);

impl Rule for InvalidLabelKey {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Label(pairs) = &node.instruction.kind else {
            return;
        };
        for pair in &pairs.pairs {
            let Some(key) = cx.facts.text(node.index, &pair.name) else {
                continue;
            };
            if let Some(why) = problem(&key) {
                cx.report(pair.name.span, format!("the label key `{key}` {why}"))
                    .help(
                        "write keys like `com.example.some-key`: lower case, digits, `.` and `-`",
                    );
            }
        }
    }
}

/// What is wrong with a key.
fn problem(key: &str) -> Option<&'static str> {
    const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];
    // Docker's own tools document these for everyone's use.
    const OURS: [&str; 4] = [
        "com.docker.extension",
        "com.docker.desktop.",
        "com.docker.image.source.",
        "com.docker.compose.",
    ];
    let reserved = RESERVED.iter().any(|p| key.starts_with(p));
    if reserved && !OURS.iter().any(|p| key.starts_with(p)) {
        return Some("is in a namespace that Docker keeps for itself");
    }
    if key.chars().any(|c| c.is_ascii_uppercase()) {
        return Some("has capitals");
    }
    let allowed = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '/')
    };
    if !key.chars().all(allowed) {
        return Some("has characters that keys should not have");
    }
    if key.contains("..") || key.contains("--") {
        return Some("has two separators in a row");
    }
    let starts = key.starts_with(|c: char| c.is_ascii_lowercase());
    let ends = key.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    match (starts, ends) {
        (true, true) => None,
        (false, _) => Some("does not begin with a letter"),
        (true, false) => Some("does not end with a letter or digit"),
    }
}
