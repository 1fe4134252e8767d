//! `.env` files as Compose reads them.

use std::collections::BTreeMap;

/// The variables of a project: those that a file sets to something that is not known have no
/// value.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// How many bytes the values of a file may have beyond those that are written: values that use
/// each other grow much faster than their text.
const MAX_GROWTH: usize = 1 << 20;

/// Adds the variables of a file to `out`; what is there already wins. `expand` fills in the
/// variables of a value from those that are set so far. Reading stops where Compose would.
pub(super) fn read(
    text: &str,
    out: &mut Variables,
    expand: &dyn Fn(&str, &Variables) -> Option<String>,
) {
    let before = out.clone();
    // A value may use what the file sets above it.
    let mut set = out.clone();
    let mut rest = text;
    let mut bytes: usize = 0;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        if rest.starts_with('#') {
            rest = rest
                .find('\n')
                .and_then(|n| rest.get(n..))
                .unwrap_or_default();
            continue;
        }
        let Some((name, has_value, after)) = name(rest) else {
            break;
        };
        rest = after;
        if !has_value {
            // It is the environment's, if that has it.
            continue;
        }
        let Some((value, after)) = value(rest, &|text| expand(text, &set)) else {
            break;
        };
        rest = after;
        bytes = bytes.saturating_add(value.as_ref().map_or(0, String::len));
        let value = value.filter(|_| bytes <= text.len() + MAX_GROWTH);
        set.insert(name.to_owned(), value);
    }
    *out = set;
    out.extend(before);
}

/// The name at the start of a text, whether a value follows, and where that begins.
fn name(text: &str) -> Option<(&str, bool, &str)> {
    let text = match text.strip_prefix("export") {
        Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim_start_matches(is_blank),
        _ => text,
    };
    let is_part = |c: char| c.is_alphanumeric() || "_.-[]".contains(c) || is_blank(c);
    let end = text.find(|c| !is_part(c));
    let (name, has_value, rest) = match end.map(|end| text.split_at(end)) {
        None => (text, false, ""),
        Some((name, rest)) => match rest.chars().next()? {
            '=' | ':' => (name, true, rest.get(1..)?),
            '\n' => (name, false, rest),
            _ => return None,
        },
    };
    let name = name.trim_end();
    if name.is_empty() || name.contains(' ') {
        return None;
    }
    Some((name, has_value, rest.trim_start_matches(is_blank)))
}

/// The value at the start of a text, if it is known, and what follows it.
fn value<'t>(
    text: &'t str,
    expand: &dyn Fn(&str) -> Option<String>,
) -> Option<(Option<String>, &'t str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        let line = line.split(" #").next().unwrap_or_default();
        return Some((expand(line.trim_end()), rest));
    };
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                let rest = text.get(at + 1..).unwrap_or_default();
                let value = match quote {
                    '"' => expand(&unescaped(&out)),
                    _ => Some(out),
                };
                return Some((value, rest));
            }
            '\\' => match chars.next()? {
                (_, c) if c == quote => out.push(c),
                (_, c) => out.extend(['\\', c]),
            },
            c => out.push(c),
        }
    }
    None
}

/// The escapes of a double quoted value. `\$` stands for a dollar, as `$$` does.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some('$') => out.push_str("$$"),
            Some(c @ ('"' | '\\')) => out.push(c),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out
}

fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_compose_reads_them() {
        let text = "# c\nA=1\nexport B='two $A'\nE=\n  SP =  a b  \nCM=v # c\nHASH=v#c\nYML: y\n\
            ML=\"one\ntwo\"\nESC=\"a\\nb\\\"\"\nNONE\nREF=<$A>\nUNKNOWN=$Z\nA=2\nbad name=3\nLOST=1\n";
        let mut out = Variables::new();
        out.insert("E".to_owned(), Some("before".to_owned()));
        read(text, &mut out, &|text, set| {
            if text.contains("$Z") {
                None
            } else {
                let a = set.get("A").cloned().flatten();
                Some(text.replace("$A", a.as_deref().unwrap_or_default()))
            }
        });
        let found: Vec<(&str, Option<&str>)> = out
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("A", Some("2")),
                ("B", Some("two $A")),
                ("CM", Some("v")),
                ("E", Some("before")),
                ("ESC", Some("a\nb\"")),
                ("HASH", Some("v#c")),
                ("ML", Some("one\ntwo")),
                ("REF", Some("<1>")),
                ("SP", Some("a b")),
                ("UNKNOWN", None),
                ("YML", Some("y")),
            ]
        );
    }
}
