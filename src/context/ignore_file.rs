//! `.dockerignore`: the patterns as Docker reads and matches them.
//!
//! After moby/patternmatcher and the walk of BuildKit's client: lines are trimmed and cleaned, `#`
//! in the first column is a comment, `!` takes back, the last line that matches decides, and a
//! pattern that matches a directory covers what is in it.

use super::ignore_pattern::Matcher;
use crate::path::clean;

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
    matcher: Matcher,
    /// Whether it takes back.
    negated: bool,
}

impl IgnoreFile {
    /// Reads the text of an ignore file. Patterns that Docker would refuse are left out.
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let patterns: Vec<_> = text.lines().filter_map(Pattern::parse).collect();
        let is_refused = |p: &Pattern| p.is_lone_exception() || is_refused(&p.text);
        let all = patterns.iter().position(Pattern::is_everything);
        let mut numbered = patterns.iter().enumerate();
        let refused = numbered.find(|(at, p)| {
            // Docker compiles a pattern when it first needs it: what is left out already is not
            // looked for again, and only what is left out can be taken back.
            let all_is_out = all.is_some_and(|all| all < *at);
            is_refused(p) || (p.matcher == Matcher::Broken && p.negated == all_is_out)
        });
        let refused = refused.map(|(_, p)| {
            if p.is_lone_exception() {
                "!".to_owned()
            } else {
                p.text.clone()
            }
        });
        let patterns = patterns.into_iter().filter(|p| !is_refused(p)).collect();
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
        self.patterns.iter().any(Pattern::is_everything)
    }

    /// Whether the patterns, taken by themselves, leave a path out. That is what BuildKit's check
    /// asks; a build walks the directory and does not enter every one: see
    /// [`leaves_out`](Self::leaves_out). The path is relative to the context, with slashes.
    pub fn is_ignored(&self, path: &str) -> bool {
        let path = clean(path);
        if path == "." {
            return false;
        }
        let mut ignored = false;
        for pattern in &self.patterns {
            // A pattern that decided already in this direction changes nothing.
            if pattern.negated != ignored {
                continue;
            }
            if above(&path).any(|p| pattern.matcher.matches(p)) {
                ignored = !pattern.negated;
            }
        }
        ignored
    }

    /// Whether a build leaves a path of the context out. A directory that is left out may still
    /// come in for what is in it: see [`ignores_all_of`](Self::ignores_all_of).
    pub fn leaves_out(&self, path: &str) -> bool {
        let path = clean(path.trim_start_matches('/'));
        if path == "." {
            return false;
        }
        // Docker goes from directory to directory; what matched one covers what is in it.
        let mut covers = vec![false; self.patterns.len()];
        let mut ignored = false;
        let folders: Vec<&str> = above(&path).collect();
        for folder in folders.into_iter().rev() {
            ignored = false;
            for (pattern, covers) in self.patterns.iter().zip(&mut covers) {
                if !*covers && pattern.negated == ignored {
                    *covers = pattern.matcher.matches(folder);
                }
                if *covers {
                    ignored = !pattern.negated;
                }
            }
            if ignored && folder != path && !self.enters(folder) {
                return true;
            }
        }
        ignored
    }

    /// Whether Docker looks for exceptions in a directory that is left out.
    fn enters(&self, directory: &str) -> bool {
        let mut exceptions = self.patterns.iter().filter(|p| p.negated);
        // With wildcards among them it enters every one.
        if exceptions.clone().any(|p| p.root().contains(WILD)) {
            return true;
        }
        exceptions.any(|p| {
            let rest = p.root().strip_prefix(directory);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether nothing in a directory can get into the context: it is left out and no line takes
    /// back something that may lie in it.
    pub fn ignores_all_of(&self, directory: &str) -> bool {
        if !self.leaves_out(directory) {
            return false;
        }
        let directory = clean(directory.trim_start_matches('/'));
        if !self.enters(&directory) {
            return true;
        }
        let folders: Vec<&str> = directory.split('/').collect();
        let mut exceptions = self.patterns.iter().filter(|p| p.negated);
        !exceptions.any(|p| p.may_match_in(&folders))
    }

    /// Whether it lists what may come in and leaves out the rest: its first pattern is `*`.
    pub fn is_allow_list(&self) -> bool {
        self.patterns.first().is_some_and(Pattern::is_everything)
    }
}

/// What makes Docker take an exception for more than a path.
const WILD: [char; 6] = ['*', '[', ']', '?', '^', '\\'];

/// The path and those of the directories it lies in, the nearest first. Docker asks for the
/// empty path too where one begins with a slash.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let parents = path
        .rmatch_indices('/')
        .filter_map(|(at, _)| path.get(..at));
    std::iter::once(path).chain(parents)
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        if line.starts_with('#') {
            return None;
        }
        let line = line.trim();
        let (inverted, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        if line.is_empty() && !inverted {
            return None;
        }
        let text = if line.is_empty() {
            String::new()
        } else {
            clean(line)
        };
        let text = match text.strip_prefix('/') {
            Some(rest) if !rest.is_empty() => rest,
            _ => &text,
        };
        // Docker cleans it twice; what begins with `!` only now takes back too.
        let text = if inverted {
            clean(format!("!{text}").trim())
        } else {
            match text.trim() {
                "" => return None,
                text => clean(text),
            }
        };
        let (negated, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.to_owned()),
            None => (false, text),
        };
        Some(Self {
            matcher: Matcher::of(&text),
            text,
            negated,
        })
    }

    /// Whether it leaves out everything there is.
    fn is_everything(&self) -> bool {
        !self.negated && matches!(self.text.as_str(), "*" | "**" | "**/*")
    }

    /// A `!` that takes nothing back.
    fn is_lone_exception(&self) -> bool {
        self.negated && self.text.is_empty()
    }

    /// The pattern without a `/**` and a `/*` at its end.
    fn root(&self) -> &str {
        let text = self.text.strip_suffix("/**").unwrap_or(&self.text);
        text.strip_suffix("/*").unwrap_or(text)
    }

    /// Whether it may match something in a directory, below its own path.
    fn may_match_in(&self, folders: &[&str]) -> bool {
        // An alternative may be anything.
        if self.text.contains('|') {
            return true;
        }
        let mut segments = self.text.split('/');
        for folder in folders {
            let Some(segment) = segments.next() else {
                return false;
            };
            // These cross slashes.
            if segment.contains("**") || segment.contains(['[', '\\']) {
                return true;
            }
            if matches_segment(segment, folder) != Some(true) && !segment.contains(['{', '^']) {
                return false;
            }
        }
        segments.next().is_some()
    }
}

/// Go's `filepath.Match` for one path segment: `*`, `?`, `[a-z]`, `[^a]`, `\c`. `None` for a
/// pattern that is not valid.
pub fn matches_segment(pattern: &str, name: &str) -> Option<bool> {
    // Most names end or begin otherwise than a pattern of stars does.
    if !pattern.contains(['[', '\\']) {
        let is_wild = |c: char| matches!(c, '*' | '?');
        let first = pattern.split(is_wild).next().unwrap_or_default();
        let last = pattern.rsplit(is_wild).next().unwrap_or_default();
        if !name.starts_with(first) || !name.ends_with(last) {
            return Some(false);
        }
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None => {
                if n == name.len() {
                    return Some(true);
                } else {
                    None
                }
            }
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

/// Whether Docker refuses a pattern when it reads it. It tries the pattern on `.` and looks at no
/// more of it than that takes.
fn is_refused(pattern: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut rest = pattern.as_slice();
    // What is left of the `.`.
    let mut dot = true;
    while !rest.is_empty() {
        let stars = rest.iter().take_while(|c| **c == '*').count();
        let (chunk, after) = rest.split_at(stars).1.split_at(chunk_length(rest, stars));
        rest = after;
        if stars > 0 && chunk.is_empty() {
            return false;
        }
        let mut tries = vec![dot];
        if stars > 0 && dot {
            tries.push(false);
        }
        let mut found = None;
        for dot in tries {
            match match_dot(chunk, dot) {
                None => return true,
                Some(Some(left)) if !left || !rest.is_empty() => {
                    found = Some(left);
                    break;
                }
                Some(_) => {}
            }
        }
        match found {
            Some(left) => dot = left,
            None => return false,
        }
    }
    false
}

/// How far it is from the stars that a pattern begins with to the next one outside of a class.
fn chunk_length(pattern: &[char], stars: usize) -> usize {
    let chunk = pattern.get(stars..).unwrap_or_default();
    let (mut at, mut in_class) = (0, false);
    while let Some(c) = chunk.get(at) {
        match c {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    at.min(chunk.len())
}

/// Whether a pattern without stars matches the beginning of `.`, or of nothing, and whether the
/// dot is left then. `None` for a pattern that is not valid.
fn match_dot(chunk: &[char], mut dot: bool) -> Option<Option<bool>> {
    let mut at = 0;
    let mut failed = false;
    while let Some(c) = chunk.get(at) {
        failed |= !dot;
        let fits = match c {
            '[' => {
                let (end, found) = class(chunk, at, Some('.'))?;
                at = end;
                found
            }
            '?' => {
                at += 1;
                true
            }
            '\\' => {
                let escaped = chunk.get(at + 1)?;
                at += 2;
                *escaped == '.'
            }
            c => {
                at += 1;
                *c == '.'
            }
        };
        failed |= !fits;
        dot = false;
    }
    Some((!failed).then_some(dot))
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
        assert!(ignored("*", "/a") && !ignored("a", "/a"));
        assert!(IgnoreFile::parse("a").leaves_out("/a"));
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
        assert!(ignored("a**b", "axx/b") && !ignored("a**b", "axx/yb"));
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
    fn patterns_are_the_expressions_that_docker_makes_of_them() {
        for (file, out, in_) in [
            // Beside a wildcard `|` separates alternatives, of which each is part of an expression.
            ("*.md|*.txt", "a.mdx", "a.tx"),
            ("a|b", "a|b", "a"),
            ("?{2}", "ab", "abc"),
            ("x{2}", "x{2}", "xx"),
            ("*.{a,b}", "x.{a,b}", "x.a"),
            ("*^", "", "a^"),
            ("\\d*", "1a", "da"),
            ("[[:digit:]]x", "7x", "ax"),
            ("x[^a]y", "x/y", "xay"),
            ("[a*b]", "a^b]", "b"),
            ("\\Qa*", "a[^/]*$", "ab"),
            ("\\x41*", "Ab", "x41"),
            ("\\101?", "Ab", "101b"),
            ("a\\b*", "a", "ab"),
            ("[a\\-c]", "-", "b"),
            ("/!a\nb", "b", "a"),
        ] {
            assert!(
                out.is_empty() || ignored(file, out),
                "{file:?} leaves out {out}"
            );
            assert!(!ignored(file, in_), "{file:?} leaves in {in_}");
        }
    }

    #[test]
    fn what_docker_cannot_read_is_refused() {
        for (file, refused) in [
            ("src\\out", Some("src\\out")),
            ("x*[", Some("x*[")),
            ("[z-a]", Some("[z-a]")),
            ("?{2}{3}", Some("?{2}{3}")),
            ("?{1001}", Some("?{1001}")),
            ("|{2}?", Some("|{2}?")),
            ("!a\\ /", Some("a\\")),
            ("[[:x:]]", Some("[[:x:]]")),
            // It is not read: everything is left out already, or nothing is.
            ("*\n[z-a]", None),
            ("![z-a]", None),
            ("*\n![z-a]", Some("[z-a]")),
            // Plain text is no expression, whatever is in it.
            ("a{2}{3}", None),
            ("?{,2}", None),
        ] {
            assert_eq!(IgnoreFile::parse(file).refused(), refused, "{file:?}");
        }
    }

    #[test]
    fn a_build_enters_directories_that_are_left_out_only_for_what_may_be_in_them() {
        let file = IgnoreFile::parse("web\n!*/keep\n!web/x");
        // With a wildcard among the exceptions it enters all.
        assert!(!file.leaves_out("web/keep") && !file.leaves_out("web/x"));
        assert!(!file.ignores_all_of("web") && file.leaves_out("web/y"));
        let file = IgnoreFile::parse("web\napi\n!web/x/*");
        assert!(file.leaves_out("web/x") && !file.ignores_all_of("web/x"));
        assert!(file.ignores_all_of("web/y") && file.ignores_all_of("api"));
        // The check asks the patterns alone, and they say otherwise.
        let file = IgnoreFile::parse("a\n!a/b\na");
        assert!(file.is_ignored("a/b") && !file.leaves_out("a/b"));
        let file = IgnoreFile::parse("*\n!*.json\n!src/**/*.c");
        assert!(file.ignores_all_of(".git") && !file.ignores_all_of("src/a"));
        assert!(!file.ignores_all_of("src") && file.ignores_all_of("lib/src"));
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
