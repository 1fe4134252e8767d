//! Text as people read and write it: names in a sentence, patterns with stars.

/// Whether `text` fits `pattern`, in which `*` stands for any text.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What the only `*` of a pattern stands for in a text that fits it.
pub fn captured<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    let (before, after) = pattern.split_once('*')?;
    if after.contains('*') {
        return None;
    }
    text.strip_prefix(before)?.strip_suffix(after)
}

/// Names in words, `a`, `b` and `c`; no more than six of them.
pub fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(6);
    if more > 0 {
        names.truncate(6);
        names.push(format!("{more} more"));
    }
    match names.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "a", true),
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*bc", "abc", true),
            ("ab*bc", "abc", false),
            ("*b*", "abc", true),
            ("*b*b", "ab", false),
            ("*/x*", "a/b/xy", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        assert_eq!(captured("library/*", "library/x"), Some("x"));
        assert_eq!(captured("*/*", "library/x"), None);
        assert_eq!(captured("a*a", "a"), None);
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(list([].into_iter()), "");
        assert_eq!(list(["a"].into_iter()), "`a`");
        assert_eq!(list(["a", "b", "c"].into_iter()), "`a`, `b` and `c`");
        let many = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let listed = "`a`, `b`, `c`, `d`, `e`, `f` and 2 more";
        assert_eq!(list(many.into_iter()), listed);
    }
}
