//! `.dockerignore`: the patterns as Docker reads and matches them.
//!
//! After moby/patternmatcher: lines are trimmed and cleaned, `#` in the first column is a
//! comment, `!` takes back, the last line that matches decides, and a pattern that matches a
//! directory covers what is in it.

/// A `.dockerignore` file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
    /// The first pattern that Docker refuses, so that it builds nothing.
    refused: Option<String>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// The cleaned pattern without its `!`.
    text: String,
    /// Its segments.
    segments: Vec<String>,
    /// Whether it takes back.
    negated: bool,
}

impl IgnoreFile {
    /// Reads the text of an ignore file. Patterns that Docker would refuse are left out.
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let patterns: Vec<_> = text.lines().filter_map(Pattern::parse).collect();
        let is_refused = |p: &&Pattern| {
            let mut segments = p.segments.iter();
            p.is_lone_exception()
                || !segments.all(|s| matches_segment(s, "").is_some() && brackets_close(s))
        };
        let refused = patterns.iter().find(is_refused);
        let refused = refused.map(|p| match p.is_lone_exception() {
            true => "!".to_owned(),
            false => p.text.clone(),
        });
        let patterns = patterns.into_iter().filter(|p| !is_refused(&p)).collect();
        Self { patterns, refused }
    }

    /// The first pattern that Docker refuses, if there is one: then it builds nothing.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Whether there is no pattern in it.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a line takes back what another leaves out.
    pub fn has_exceptions(&self) -> bool {
        self.patterns.iter().any(|p| p.negated)
    }

    /// Whether a pattern leaves out everything there is.
    pub fn ignores_everything(&self) -> bool {
        let all = |p: &Pattern| !p.negated && matches!(p.text.as_str(), "*" | "**" | "**/*");
        self.patterns.iter().any(all)
    }

    /// Whether a path of the context is left out. The path is relative to the context, with
    /// slashes. Directories are left out with everything in them that no later line takes back.
    pub fn is_ignored(&self, path: &str) -> bool {
        let path = clean(path);
        if path == "." {
            return false;
        }
        let segments: Vec<&str> = path.split('/').collect();
        let mut ignored = false;
        for pattern in &self.patterns {
            // A pattern that decided already in this direction changes nothing.
            if pattern.negated != ignored {
                continue;
            }
            if pattern.covers(&segments) {
                ignored = !pattern.negated;
            }
        }
        ignored
    }

    /// Whether nothing in a directory can get into the context: it is left out and no line takes
    /// back something that may lie in it.
    pub fn ignores_all_of(&self, directory: &str) -> bool {
        if !self.is_ignored(directory) {
            return false;
        }
        let directory = clean(directory);
        let inside = format!("{directory}/");
        !self
            .patterns
            .iter()
            .any(|p| p.negated && (p.text.starts_with(&inside) || p.text.starts_with("**")))
    }

    /// Whether it lists what may come in and leaves out the rest: its first pattern is `*`.
    pub fn is_allow_list(&self) -> bool {
        self.patterns
            .first()
            .is_some_and(|p| !p.negated && matches!(p.text.as_str(), "*" | "**" | "**/*"))
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        if line.starts_with('#') {
            return None;
        }
        let line = line.trim();
        let (negated, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let text = match (line.is_empty(), negated) {
            (true, true) => String::new(),
            (true, false) => return None,
            (false, _) => clean(line),
        };
        let text = match text.as_str() {
            "/" if negated => String::new(),
            "/" => return None,
            text => text.strip_prefix('/').unwrap_or(text).to_owned(),
        };
        let segments: Vec<String> = text.split('/').map(str::to_owned).collect();
        Some(Self {
            text,
            segments,
            negated,
        })
    }

    /// A `!` that takes nothing back.
    fn is_lone_exception(&self) -> bool {
        self.negated && self.text.is_empty()
    }

    /// Whether it matches the path or a directory above it.
    fn covers(&self, path: &[&str]) -> bool {
        (1..=path.len())
            .rev()
            .any(|n| path.get(..n).is_some_and(|p| self.matches(p)))
    }

    fn matches(&self, path: &[&str]) -> bool {
        // Docker makes a regular expression of it, in which an escaped letter stands for no letter.
        let mut escapes = self.text.split('\\').skip(1);
        if escapes.any(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric())) {
            return false;
        }
        // `**` may stand within a segment (`a**b`); there Docker lets it cross slashes.
        let glued = self.segments.iter().any(|s| s.contains("**") && s != "**");
        match glued {
            true => glob(&self.text, &path.join("/")),
            false => segments_match(&self.segments, path),
        }
    }
}

/// Matches segment by segment; a `**` stands for any number of them.
fn segments_match(pattern: &[String], path: &[&str]) -> bool {
    // Greedy with one point to return to: linear in practice, never exponential.
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        match pattern.get(p) {
            Some(segment) if segment == "**" => {
                back = Some((p, t));
                p += 1;
                // A final `**` needs something to match.
                if p == pattern.len() {
                    return t < path.len();
                }
                continue;
            }
            Some(segment) => {
                if let Some(name) = path.get(t)
                    && matches_segment(segment, name) == Some(true)
                {
                    p += 1;
                    t += 1;
                    continue;
                }
            }
            None if t == path.len() => return true,
            None => {}
        }
        match back {
            Some((from, at)) if at < path.len() => {
                back = Some((from, at + 1));
                p = from + 1;
                t = at + 1;
            }
            _ => return false,
        }
    }
}

/// Matches a whole pattern in which `**` crosses slashes and `*` does not.
fn glob(pattern: &str, path: &str) -> bool {
    // Rows of a table: which prefixes of the path the pattern so far can match.
    let text: Vec<char> = path.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    let mut rest = pattern;
    while !rest.is_empty() {
        let mut next = vec![false; text.len() + 1];
        let (token, after) = match rest.strip_prefix("**/") {
            Some(after) => ("**/", after),
            None => match rest.strip_prefix("**") {
                Some(after) => ("**", after),
                None => {
                    let length = token_length(rest);
                    rest.split_at(length)
                }
            },
        };
        for (i, _) in reached.iter().enumerate().filter(|(_, on)| **on) {
            match token {
                "**" | "**/" | "*" => {
                    for j in i..=text.len() {
                        let crossed = text.get(i..j).unwrap_or_default();
                        let fits = match token {
                            "**" => true,
                            "**/" => crossed.is_empty() || crossed.last() == Some(&'/'),
                            _ => !crossed.contains(&'/'),
                        };
                        if fits && let Some(slot) = next.get_mut(j) {
                            *slot = true;
                        }
                    }
                }
                one => {
                    let fits = text.get(i).is_some_and(|c| {
                        let c = *c;
                        match c == '/' {
                            true => one == "/",
                            false => matches_segment(one, &c.to_string()) == Some(true),
                        }
                    });
                    if fits && let Some(slot) = next.get_mut(i + 1) {
                        *slot = true;
                    }
                }
            }
        }
        reached = next;
        rest = after;
    }
    reached.last().copied().unwrap_or_default()
}

/// The length of the token a pattern begins with: a character, `\c` or `[…]`.
fn token_length(pattern: &str) -> usize {
    let mut chars = pattern.char_indices();
    match chars.next() {
        Some((_, '\\')) => chars.next().map_or(1, |(i, c)| i + c.len_utf8()),
        Some((_, '[')) => pattern.find(']').map_or(pattern.len(), |i| i + 1),
        Some((_, c)) => c.len_utf8(),
        None => 0,
    }
}

/// Go's `filepath.Match` for one path segment: `*`, `?`, `[a-z]`, `[^a]`, `\c`. `None` for a
/// pattern that is not valid.
pub fn matches_segment(pattern: &str, name: &str) -> Option<bool> {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None => match n == name.len() {
                true => return Some(true),
                false => None,
            },
            Some('*') => {
                back = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => name.get(n).map(|_| p + 1),
            Some('[') => {
                let (end, found) = class(&pattern, p, name.get(n).copied())?;
                (found && n < name.len()).then_some(end)
            }
            Some('\\') => {
                let wanted = pattern.get(p + 1)?;
                (name.get(n) == Some(wanted)).then_some(p + 2)
            }
            Some(c) => (name.get(n) == Some(c)).then_some(p + 1),
        };
        match (step, back) {
            (Some(next), _) => {
                p = next;
                n += 1;
            }
            (None, Some((star, at))) if at < name.len() => {
                back = Some((star, at + 1));
                p = star + 1;
                n = at + 1;
            }
            (None, _) => return Some(false),
        }
    }
}

/// Whether every `[` of a segment is closed, so that Docker takes the pattern.
fn brackets_close(segment: &str) -> bool {
    let chars: Vec<char> = segment.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        match c {
            '\\' => at += 2,
            '[' => match class(&chars, at, None) {
                Some((end, _)) => at = end,
                None => return false,
            },
            _ => at += 1,
        }
    }
    at == chars.len()
}

/// Reads the class at `start`: where it ends and whether it has the character.
fn class(pattern: &[char], start: usize, c: Option<char>) -> Option<(usize, bool)> {
    let mut at = start + 1;
    let negated = pattern.get(at) == Some(&'^');
    if negated {
        at += 1;
    }
    let mut found = false;
    let mut first = true;
    loop {
        let low = match pattern.get(at)? {
            ']' if !first => break,
            '\\' => {
                at += 1;
                *pattern.get(at)?
            }
            '-' | ']' => return None,
            low => *low,
        };
        first = false;
        at += 1;
        let mut high = low;
        if pattern.get(at) == Some(&'-') {
            at += 1;
            if pattern.get(at) == Some(&'\\') {
                at += 1;
            }
            high = *pattern.get(at)?;
            at += 1;
        }
        found |= c.is_some_and(|c| low <= c && c <= high);
    }
    Some((at + 1, found != negated))
}

/// Go's `path.Clean`: without `.`, `..`, doubled and trailing slashes.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(last) if *last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(file: &str, path: &str) -> bool {
        IgnoreFile::parse(file).is_ignored(path)
    }

    #[test]
    fn a_directory_covers_what_is_in_it() {
        assert!(ignored("node_modules", "node_modules/a/b.js"));
        assert!(ignored("/node_modules/", "node_modules"));
        assert!(!ignored("node_modules", "app/node_modules"));
        assert!(ignored("**/node_modules", "app/x/node_modules/y"));
        assert!(ignored("**/node_modules", "node_modules"));
    }

    #[test]
    fn the_last_line_decides() {
        assert!(!ignored("*\n!src", "src/main.rs"));
        assert!(ignored("*\n!src\nsrc/secret", "src/secret/key"));
        assert!(ignored("*\n!src", "Cargo.toml"));
        assert!(!ignored("*.md\n!README.md", "README.md"));
        assert!(ignored("!README.md\n*.md", "README.md"));
    }

    #[test]
    fn stars_do_not_cross_slashes_and_double_stars_do() {
        assert!(ignored("*/temp*", "a/temporary.txt"));
        assert!(!ignored("*/temp*", "a/b/temporary.txt"));
        assert!(ignored("*/*/temp*", "a/b/temporary.txt"));
        assert!(ignored("temp?", "tempa"));
        assert!(!ignored("temp?", "temp"));
        assert!(ignored("**/*.go", "a/b/c.go"));
        assert!(ignored("**/*.go", "c.go"));
        assert!(ignored("a/**/b", "a/b"));
        assert!(ignored("a/**/b", "a/x/y/b"));
        assert!(ignored("a/**", "a/x/y"));
        assert!(!ignored("a/**", "a"));
        assert!(ignored("a**b", "axx/yb"));
        assert!(ignored("**.log", "a/b/c.log"));
        assert!(ignored("**", "anything/at/all"));
    }

    #[test]
    fn lines_are_cleaned() {
        assert!(ignored("  ./build/../dist/  ", "dist/x"));
        assert!(ignored("\u{feff}a", "a"));
        assert!(!ignored("# a\n", "# a"));
        assert!(ignored(" # a", "# a"));
        assert!(!ignored("a\n! a", "a"));
        assert!(!ignored(".", "a"));
    }

    #[test]
    fn classes_and_escapes_are_those_of_go() {
        assert!(ignored("[a-c]x", "bx"));
        assert!(!ignored("[^a-c]x", "bx"));
        assert!(ignored("[^a-c]x", "zx"));
        assert!(ignored("\\*", "*"));
        assert!(!ignored("\\*", "a"));
        // Docker refuses the file; the line is left out.
        assert!(!ignored("[a", "a"));
        assert!(!ignored("a\\", "a"));
    }

    #[test]
    fn the_examples_of_dockers_documentation_mean_what_it_says() {
        for (file, out, in_) in [
            (
                "# comment\n*/temp*\n*/*/temp*\ntemp?",
                "somedir/temporary.txt",
                "temporary.txt",
            ),
            ("*/temp*", "somedir/temp/x", "somedir/subdir/temporary.txt"),
            (
                "*/*/temp*",
                "somedir/subdir/temporary.txt",
                "somedir/temporary.txt",
            ),
            ("temp?", "tempa", "temp"),
            ("temp?", "tempb", "tempab"),
            ("**/*.go", "cmd/main.go", "cmd/main.god"),
            ("*.md\n!README.md", "CHANGES.md", "README.md"),
            (
                "*.md\n!README*.md\nREADME-secret.md",
                "README-secret.md",
                "README-a.md",
            ),
            (
                "*.md\nREADME-secret.md\n!README*.md",
                "CHANGES.md",
                "README-secret.md",
            ),
            ("/foo/bar", "foo/bar/x", "x/foo/bar"),
            ("foo/bar/", "foo/bar", "foo"),
            (".git\n.cache/", ".cache/x", "x/.git"),
            (".*", ".env", "a/.env"),
            ("**/.env", "a/b/.env", "a/b/env"),
            ("a\r\n\r\n  b  \r\n", "b", "c"),
            ("\u{feff}# a\nb", "b", "# a"),
        ] {
            assert!(ignored(file, out), "{file:?} leaves out {out}");
            assert!(!ignored(file, in_), "{file:?} leaves in {in_}");
        }
    }

    #[test]
    fn a_lone_exclamation_mark_is_refused() {
        let file = IgnoreFile::parse("a\n! \n");
        assert_eq!(file.refused(), Some("!"));
        assert!(!file.has_exceptions() && file.is_ignored("a"));
    }

    #[test]
    fn what_is_taken_back_inside_shows() {
        let file = IgnoreFile::parse(".git\n!.git/HEAD");
        assert!(file.is_ignored(".git"));
        assert!(!file.ignores_all_of(".git"));
        assert!(!file.is_ignored(".git/HEAD"));
        assert!(IgnoreFile::parse(".git").ignores_all_of(".git"));
        assert!(IgnoreFile::parse("*\n!src").ignores_all_of(".git"));
        assert!(IgnoreFile::parse("*\n!src").is_allow_list());
    }

    #[test]
    fn many_stars_take_little_time() {
        let line = "*a".repeat(40);
        assert!(!ignored(&line, &"a".repeat(30)));
        let line = "**/a/".repeat(30) + "b";
        assert!(!ignored(&line, &"a/".repeat(60)));
        let line = "a**".repeat(40);
        assert!(!ignored(&line, &"a".repeat(39)));
    }
}
