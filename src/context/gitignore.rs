//! `.gitignore`: the patterns as git matches them, as far as the build context needs them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A `.gitignore` file.
pub(super) struct GitIgnore {
    globs: GlobSet,
    /// Of each glob, whether it takes back, and whether only directories fit it.
    lines: Vec<(bool, bool)>,
}

impl GitIgnore {
    /// Reads the text of such a file. Patterns that nothing can fit are left out.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut set = GlobSetBuilder::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            let line = if line.ends_with("\\ ") {
                line
            } else {
                line.trim_end()
            };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (takes_back, line) = match line.strip_prefix('!') {
                Some(rest) => (true, rest),
                None => (false, line),
            };
            let (at_root, line) = match line.strip_prefix('/') {
                Some(rest) => (true, rest),
                None => (false, line),
            };
            let (only_directories, line) = match line.strip_suffix('/') {
                Some(rest) => (true, rest.strip_suffix('\\').unwrap_or(rest)),
                None => (false, line),
            };
            let mut glob = line.to_owned();
            if !at_root && !line.contains('/') && line != "**" {
                glob.insert_str(0, "**/");
            }
            // What lies in a directory, not the directory.
            if glob.ends_with("/**") {
                glob.push_str("/*");
            }
            let glob = GlobBuilder::new(&glob)
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            if let Ok(glob) = glob {
                set.add(glob);
                lines.push((takes_back, only_directories));
            }
        }
        Self {
            globs: set.build().unwrap_or_default(),
            lines,
        }
    }

    /// Whether a path, seen from the file's directory, is left out: by itself or with a directory
    /// that it lies in. What is missing may be a file or a directory: one of them is enough.
    pub(super) fn leaves_out_missing(&self, path: &str) -> bool {
        self.leaves_out(path, false) || self.leaves_out(path, true)
    }

    fn leaves_out(&self, path: &str, is_directory: bool) -> bool {
        let mut path = path;
        let mut is_directory = is_directory;
        loop {
            if let Some(takes_back) = self.last_match(path, is_directory) {
                return !takes_back;
            }
            let Some((parent, _)) = path.rsplit_once('/') else {
                return false;
            };
            path = parent;
            is_directory = true;
        }
    }

    /// Whether the last pattern that fits takes back.
    fn last_match(&self, path: &str, is_directory: bool) -> Option<bool> {
        let matches = self.globs.matches(path);
        let lines = matches.iter().rev().filter_map(|i| self.lines.get(*i));
        lines
            .filter(|(_, only_directories)| is_directory || !only_directories)
            .map(|(takes_back, _)| *takes_back)
            .next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        let text = "# built\n*.o\n/dist/\nbuild/\n!keep.o\ndocs/*.html\n\\#x\na b\\ \n**\t\n";
        let ignore = GitIgnore::parse(text.trim_end_matches("**\t\n"));
        for path in [
            "a.o",
            "src/a.o",
            "dist",
            "dist/x/y",
            "src/build/x",
            "docs/a.html",
            "#x",
            "a b ",
        ] {
            assert!(ignore.leaves_out_missing(path), "{path}");
        }
        for path in [
            "keep.o",
            "src/keep.o",
            "src/dist",
            "docs/b/a.html",
            "built",
            "a b",
        ] {
            assert!(!ignore.leaves_out_missing(path), "{path}");
        }
        assert!(GitIgnore::parse(text).leaves_out_missing("anything"));
    }
}
