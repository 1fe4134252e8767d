//! Small questions about text that several parts of dlint ask: how far two words are apart,
//! whether a pattern fits, how a list reads in a sentence.

/// Levenshtein distance in characters; words that differ much in length count as far apart.
pub fn edit_distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 8 {
        return usize::MAX;
    }
    strsim::levenshtein(a, b)
}

/// The name nearest to a word, if it is near for its length.
pub fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|name| (edit_distance(word, name), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(2))
        .min()
        .map(|(_, name)| name)
}

/// Whether a path has a wildcard of Go's `filepath.Match`, which `COPY` and shells know as well.
pub fn has_wildcard(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Where and why a text is no JSON: a byte offset in it, at the start of a character, and the reason.
pub fn json_fault(text: &str, error: &serde_json::Error) -> (u32, String) {
    let before = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    // Columns count bytes, and may point into a character.
    let at = text.floor_char_boundary(start + error.column().saturating_sub(1));
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    (u32::try_from(at).unwrap_or(u32::MAX), message.to_owned())
}

/// Whether `text` fits `pattern`, in which `*` stands for any text.
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
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

/// A list as part of a sentence: `a, b and c`.
pub fn list<S: AsRef<str>>(items: &[S], conjunction: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} {conjunction} {}", before.join(", "), last.as_ref())
        }
    }
}

/// Names as part of a sentence: `` `a`, `b` and `c` ``; no more than six of them.
pub fn list_of_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names_with("and", names)
}

/// The same where one of them is to be chosen: `` `a`, `b` or `c` ``.
pub fn choice_of_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names_with("or", names)
}

fn names_with<'n>(conjunction: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(6);
    if more > 0 {
        names.truncate(6);
        names.push(format!("{more} more"));
    }
    list(&names, conjunction)
}

/// A text in lines of a width, where its words allow that.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Text for an element or an attribute of XML or HTML; `other` writes control characters.
pub(crate) fn escape_markup(text: &str, other: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if c.is_control() => other(c, &mut out),
            c => out.push(c),
        }
    }
    out
}

/// A table in one text: a row a line, its fields apart by tabs, sorted by the first of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    text: &'static str,
    /// Where each row begins.
    starts: &'static [u32],
}

impl Rows {
    pub(crate) const fn new(text: &'static str, starts: &'static [u32]) -> Self {
        Self { text, starts }
    }

    /// The fields behind the first, where that is `key`.
    pub(crate) fn get(self, key: &str) -> Option<&'static str> {
        let row = |start: u32| self.text.get(start as usize..).unwrap_or_default();
        let order = |start: &u32| {
            let first = row(*start).bytes();
            let first = first.take_while(|b| !matches!(b, b'\t' | b'\n'));
            first.cmp(key.bytes())
        };
        let at = self.starts.binary_search_by(order).ok()?;
        let start = self.starts.get(at)?;
        let rest = row(*start).get(key.len()..)?;
        let fields = rest.split('\n').next().unwrap_or_default();
        Some(fields.strip_prefix('\t').unwrap_or_default())
    }

    /// The rows: the first field and those behind it.
    #[cfg(test)]
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lines = self.text.lines();
        lines.map(|line| line.split_once('\t').unwrap_or((line, "")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_none_is_lost() {
        assert_eq!(wrapped("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrapped("long-word b", 3), ["long-word", "b"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn distances_count_characters() {
        assert_eq!(edit_distance("büild", "build"), 1);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("a", "a-name-far-too-long"), usize::MAX);
    }

    #[test]
    fn the_nearest_name_is_near_for_its_length() {
        let names = ["failure-threshold", "format", "formats"];
        let near = |word| nearest(word, names.into_iter());
        assert_eq!(near("failure-treshold"), Some("failure-threshold"));
        assert_eq!(near("formt"), Some("format"));
        assert_eq!(near("levels"), None);
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fits) in [
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
            assert_eq!(matches_wildcard(pattern, text), fits, "{pattern} {text}");
        }
        assert_eq!(captured("library/*", "library/x"), Some("x"));
        assert_eq!(captured("*/*", "library/x"), None);
        assert_eq!(captured("a*a", "a"), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list::<&str>(&[], "or"), "");
        assert_eq!(list(&["a"], "or"), "a");
        assert_eq!(list(&["a", "b", "c"], "or"), "a, b or c");
        let many = list_of_names("a b c d e f g h".split(' '));
        assert_eq!(many, "`a`, `b`, `c`, `d`, `e`, `f` and 2 more");
    }

    #[test]
    fn rows_are_found_by_their_first_field() {
        let rows = Rows::new("a\t1\nab\t2 3\tx\nb\nä\t4\n", &[0, 4, 13, 15]);
        for (key, fields) in [
            ("a", Some("1")),
            ("ab", Some("2 3\tx")),
            ("b", Some("")),
            ("ä", Some("4")),
            ("", None),
            ("aa", None),
            ("c", None),
            ("ö", None),
            ("a\t1", None),
        ] {
            assert_eq!(rows.get(key), fields, "{key}");
        }
        for (key, fields) in rows.iter() {
            assert_eq!(rows.get(key), Some(fields));
        }
        assert_eq!(Rows::new("", &[]).get(""), None);
    }
}
