//! Text of others as it may be shown: nothing in it commands a terminal or a CI service.

use std::borrow::Cow;
use std::path::Path;

/// Makes what a terminal or a CI service would obey visible and harmless.
pub fn printable(text: &str) -> Cow<'_, str> {
    let commands = commands(text);
    if commands.is_empty() && !text.contains(is_dangerous) {
        return text.into();
    }
    let mut commands = commands.into_iter().peekable();
    text.char_indices()
        .map(|(at, c)| {
            let is_command = commands.next_if_eq(&at).is_some();
            if is_command || is_dangerous(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect::<String>()
        .into()
}

/// A text of our own that shows such characters, each by its number: `<U+202E>`.
pub fn numbered(text: &str) -> Cow<'_, str> {
    if !text.contains(is_dangerous) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_dangerous(c) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// A text of JSON with such characters escaped.
pub fn escaped(json: &str) -> Cow<'_, str> {
    if !json.contains(is_dangerous) {
        return json.into();
    }
    let escape = |c: char| {
        if is_dangerous(c) {
            format!("\\u{:04x}", u32::from(c))
        } else {
            c.to_string()
        }
    };
    json.chars().map(escape).collect::<String>().into()
}

/// As [`printable`], on one line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    match printable(text) {
        text if !text.contains(['\n', '\t']) => text,
        text => text.replace(['\n', '\t'], "\u{fffd}").into(),
    }
}

/// A path that may start a line.
pub fn shown_path(path: &Path) -> String {
    one_line(&super::slashed(path)).into_owned()
}

/// Control characters and those that turn the direction of writing.
pub(super) fn is_dangerous(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(
            c,
            '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}'
        )
}

/// Where a CI service would see a command: GitHub takes `::name` at the start of a line, blanks
/// before it or not, which any word may become where lines are broken; GitHub, Azure and TeamCity
/// take `##[`, `##vso[` and `##teamcity[` anywhere. The places, in order, are those of the
/// character without which it is none.
pub(super) fn commands(text: &str) -> Vec<usize> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("::") {
        let (before, rest) = (text.get(..at), text.get(at + 2..));
        let starts = before.is_none_or(|t| t.is_empty() || t.ends_with(char::is_whitespace));
        let is_name = rest.is_some_and(|t| t.starts_with(|c: char| c.is_ascii_alphabetic()));
        if starts && is_name {
            out.push(at);
        }
    }
    for (at, _) in text.match_indices("##") {
        let rest = text.get(at + 2..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
        if rest.starts_with('[') {
            out.push(at + 1);
        }
    }
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_made_visible() {
        assert_eq!(printable("a\x1b[31mb"), "a\u{fffd}[31mb");
        assert_eq!(printable("a\u{202e}b"), "a\u{fffd}b");
        assert_eq!(printable("tab\tand\nline"), "tab\tand\nline");
        assert_eq!(one_line("tab\tand\nline"), "tab\u{fffd}and\u{fffd}line");
    }

    #[test]
    fn what_a_ci_service_would_obey_is_made_harmless() {
        assert_eq!(printable("::error::x"), "\u{fffd}:error::x");
        assert_eq!(printable("a\n  ::set-env x"), "a\n  \u{fffd}:set-env x");
        assert_eq!(printable("x ##[error] y"), "x #\u{fffd}[error] y");
        assert_eq!(printable("##vso[task.x]"), "#\u{fffd}vso[task.x]");
        let harmless = "std::fs [::]:80 ::1 a:: # [x] ### Title ##";
        assert_eq!(printable(harmless), harmless);
    }
}
