//! `literal-tilde`: `~` where nothing makes a home directory of it.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Kind, Word};

rule!(LiteralTilde);

impl Rule for LiteralTilde {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.stage.is_some_and(|s| cx.facts.is_windows(s)) {
            return;
        }
        match &node.instruction.kind {
            Kind::Copy(transfer) | Kind::Add(transfer) => {
                if let Some(span) = tildes(&transfer.destination).first().cloned() {
                    let span = transfer.destination.span_of(span);
                    cx.report(
                        span,
                        "`~` is no home directory here: a folder called `~` is made",
                    )
                    .help("write the path out, such as `/root/` or `/home/app/`");
                }
            }
            Kind::Volume(volume) => {
                for path in &volume.paths {
                    if let Some(span) = tildes(path).first().cloned() {
                        cx.report(path.span_of(span), "`~` is no home directory here")
                            .help("write the path out, such as `/root/` or `/home/app/`");
                    }
                }
            }
            Kind::Run(_) => {
                for word in node.mounts.iter().filter_map(|m| m.target.as_ref()) {
                    if let Some(span) = tildes(word).first().cloned() {
                        cx.report(
                            word.span_of(span),
                            "`~` is no home directory here: a folder called `~` is mounted",
                        )
                        .help("write the path out, such as `/root/` or `/home/app/`");
                    }
                }
            }
            Kind::Env(pairs) => {
                for pair in &pairs.pairs {
                    if !is_path_name(pair.name.as_str()) {
                        continue;
                    }
                    for range in tildes(&pair.value) {
                        let message = format!(
                            "`~` stays as it is in `{}`: no program takes it for a home directory",
                            pair.name.as_str()
                        );
                        cx.report(pair.value.span_of(range), message)
                            .help("write the path out: the builder does not know `$HOME` either");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a variable holds paths that programs take as they are. Of others some are read by
/// programs that know `~` themselves.
fn is_path_name(name: &str) -> bool {
    name == "PATH"
        || name == "HOME"
        || name.ends_with("_PATH")
        || name.ends_with("PATH")
        || name.ends_with("_HOME")
}

/// Where a path or one part of a list of paths begins with the home directory of the user who
/// runs it: the `~`s.
fn tildes(word: &Word) -> Vec<std::ops::Range<usize>> {
    let text = word.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    for part in text.split(':') {
        let quotes = part.len() - part.trim_start_matches(['"', '\'']).len();
        let path = part.get(quotes..).unwrap_or_default();
        let rest = path.strip_prefix('~');
        if rest.is_some_and(|rest| {
            rest.trim_end_matches(['"', '\'']).is_empty() || rest.starts_with('/')
        }) {
            found.push(at + quotes..at + quotes + 1);
        }
        at += part.len() + 1;
    }
    found
}
