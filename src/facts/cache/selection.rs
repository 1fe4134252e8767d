//! Which files of a context or a stage a step takes in.

use super::class::{Class, class_of_path};
use crate::context::IgnoreFile;
use crate::context::ignore_file::matches_segment;
use crate::path::{clean, normal_parts};

/// Files, by the sources that name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The sources, cleaned, without the slash they begin with; `.` is everything.
    pub sources: Vec<String>,
    /// Whether a variable hides a source or an exclusion: it may be any file.
    pub unknown: bool,
    /// What `--exclude` leaves out.
    excludes: IgnoreFile,
    /// Whether sources are patterns; those of mounts are paths.
    patterns: bool,
    /// `--parents`: the directories of the source come along.
    parents: bool,
}

impl Selection {
    pub(super) fn of(
        sources: &[Option<&str>],
        excludes: &[Option<String>],
        parents: bool,
    ) -> Selection {
        let known = sources.iter().copied().flatten();
        let known = known.map(|source| match clean(source).trim_start_matches('/') {
            "" => ".".to_owned(),
            path => path.to_owned(),
        });
        let lines: Vec<&str> = excludes.iter().filter_map(Option::as_deref).collect();
        Selection {
            sources: known.collect(),
            unknown: sources.iter().any(Option::is_none) || excludes.iter().any(Option::is_none),
            excludes: IgnoreFile::parse(&lines.join("\n")),
            patterns: true,
            parents,
        }
    }

    /// The same with sources that are paths and no patterns.
    pub(super) fn literal(mut self) -> Self {
        self.patterns = false;
        self
    }

    /// Whether a path, or something below it, is among the files. A path is one of the context, or
    /// of a file system without the slash it begins with.
    pub fn takes(&self, path: &str) -> bool {
        let Some((_, own)) = self.source_of(path) else {
            return false;
        };
        // Exclusions begin in the directory that is copied.
        let parts = normal_parts(path);
        let below = match parts.get(own..) {
            None | Some([]) => crate::path::file_name(path).to_owned(),
            Some(below) => below.join("/"),
        };
        !self.excludes.leaves_out(&below)
    }

    /// The source that takes a path, and how many of the path's parts name the source itself.
    pub(super) fn source_of(&self, path: &str) -> Option<(&str, usize)> {
        let parts = normal_parts(path);
        self.sources.iter().find_map(|source| {
            let pattern = normal_parts(source);
            if self.parents {
                return takes_with_parents(&pattern, &parts).then_some((source.as_str(), 0));
            }
            let fits = parts.len() >= pattern.len()
                && pattern.iter().zip(&parts).all(|(pattern, part)| {
                    pattern == part || (self.patterns && fits(pattern, part))
                });
            fits.then_some((source.as_str(), pattern.len()))
        })
    }

    /// Whether what lies below a path, or the path itself, may be among the files: for directories
    /// of which only the name is known.
    pub fn touches(&self, directory: &str) -> bool {
        if self.takes(directory) {
            return true;
        }
        let parts = normal_parts(directory);
        self.sources.iter().any(|source| {
            let pattern = normal_parts(source);
            let zipped = pattern.iter().zip(&parts);
            let mut zipped = zipped.take_while(|(p, _)| !p.contains("**"));
            zipped.all(|(p, part)| p == part || (self.patterns && fits(p, part)))
        })
    }

    /// Whether two selections name the same files whatever lies in the context.
    pub fn is_same(&self, other: &Self) -> bool {
        !self.unknown && !other.unknown && self == other
    }

    /// Whether the paths of the source are kept in the destination.
    pub(super) fn keeps_parents(&self) -> bool {
        self.parents
    }

    /// The classes of change that the files can be of, by their names.
    pub fn classes(&self) -> Vec<Class> {
        let mut classes = Vec::new();
        if self.unknown {
            classes.push(Class::Source);
        }
        for source in &self.sources {
            // What has an ending or is known by its name is a file; the rest may be a directory
            // with anything in it.
            let own = class_of_path(source);
            let name = crate::path::file_name(source);
            let is_file = own == Class::Manifests
                || (name.contains('.') && !name.starts_with('.') && !name.contains('*'));
            if is_file {
                classes.push(own);
            } else {
                classes.extend([Class::Configuration, Class::Source]);
                if source == "." || name == "*" {
                    classes.push(Class::Manifests);
                }
            }
        }
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

fn fits(pattern: &str, part: &str) -> bool {
    matches_segment(pattern, part) == Some(true)
}

/// Whether a pattern of `--parents`, which may hold `**`, takes a path or a directory above it.
fn takes_with_parents(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => true,
        Some((&"**", rest)) => {
            (0..=path.len()).any(|at| takes_with_parents(rest, path.get(at..).unwrap_or_default()))
        }
        Some((first, rest)) => path
            .split_first()
            .is_some_and(|(part, path)| fits(first, part) && takes_with_parents(rest, path)),
    }
}
