//! Patterns for paths, relative to a configuration file.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Problem;

/// Patterns for paths below a folder. As in `.gitignore`, one without a slash fits at any depth,
/// and one that fits a folder fits all that is in it.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    base: PathBuf,
    set: GlobSet,
}

impl Patterns {
    /// Reads patterns relative to a folder.
    pub fn new<'p>(
        base: &Path,
        patterns: impl IntoIterator<Item = &'p str>,
    ) -> Result<Self, Problem> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            for glob in globs(pattern) {
                let glob = GlobBuilder::new(&glob).literal_separator(true).build();
                set.add(glob.map_err(|e| Problem::Pattern {
                    pattern: pattern.to_owned(),
                    reason: e.kind().to_string(),
                })?);
            }
        }
        let set = set.build().map_err(|e| Problem::Pattern {
            pattern: e.glob().unwrap_or_default().to_owned(),
            reason: e.kind().to_string(),
        })?;
        Ok(Self {
            base: crate::context::disk::absolute(base),
            set,
        })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether one of them fits a path.
    pub fn fits(&self, path: &Path) -> bool {
        if self.is_empty() {
            return false;
        }
        let path = crate::context::disk::absolute(path);
        // A configuration from elsewhere speaks of the folder dlint runs in.
        let relative = path.strip_prefix(&self.base).map(Path::to_path_buf);
        let relative = relative.or_else(|_| {
            path.strip_prefix(crate::context::disk::absolute(Path::new("")))
                .map(Path::to_path_buf)
        });
        self.set.is_match(relative.unwrap_or(path))
    }
}

fn globs(pattern: &str) -> Vec<String> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let folder = pattern.strip_suffix('/');
    let body = folder.unwrap_or(pattern);
    let body = match body.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if body.contains('/') => body.to_owned(),
        None => format!("**/{body}"),
    };
    let below = format!("{body}/**");
    match folder {
        Some(_) => vec![below],
        None => vec![body, below],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &str) -> bool {
        Patterns::new(Path::new("/r"), [pattern])
            .unwrap()
            .fits(Path::new(path))
    }

    #[test]
    fn a_pattern_without_a_slash_fits_at_any_depth() {
        assert!(fits("*.old", "/r/a/b/Dockerfile.old"));
        assert!(fits("vendor", "/r/a/vendor/x/Dockerfile"));
        assert!(fits("vendor/", "/r/vendor/Dockerfile"));
        assert!(!fits("vendor", "/r/a/vendored/Dockerfile"));
    }

    #[test]
    fn a_pattern_with_a_slash_starts_at_the_configuration_file() {
        assert!(fits("a/*.df", "/r/a/x.df"));
        assert!(!fits("a/*.df", "/r/b/a/x.df"));
        assert!(!fits("a/*.df", "/r/a/b/x.df"));
        assert!(fits("a/**/*.df", "/r/a/b/x.df"));
        assert!(fits("/Dockerfile", "/r/Dockerfile"));
        assert!(!fits("/Dockerfile", "/r/a/Dockerfile"));
    }

    #[test]
    fn a_broken_pattern_says_what_is_wrong() {
        let problem = Patterns::new(Path::new("/r"), ["a[b"]).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "`a[b` is no pattern: unclosed character class; missing ']'"
        );
    }

    #[test]
    fn dots_are_resolved_by_the_letter() {
        assert_eq!(
            crate::context::disk::absolute(Path::new("/a/./b/../c")),
            Path::new("/a/c")
        );
    }
}
