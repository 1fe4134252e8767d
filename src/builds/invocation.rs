//! Who builds a Dockerfile, and how: what compose and bake files say.

use std::path::{Component, Path, PathBuf};

use crate::context::Build;
use crate::span::{MappedText, Span};

/// One build that a compose or bake file describes.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The service or target.
    pub name: String,
    /// What is built.
    pub recipe: Recipe,
    /// How.
    pub build: Build,
    /// The further build contexts with what each is, as far as that is known.
    pub contexts: Vec<(String, Option<String>)>,
    /// The images that come of it, with their tags, as far as they are known.
    pub images: Vec<String>,
    /// Where the file says so.
    pub span: Span,
}

/// What is built.
#[derive(Debug, Clone)]
pub enum Recipe {
    /// A Dockerfile.
    File(PathBuf),
    /// A Dockerfile written into the compose or bake file.
    Inline(Inline),
}

/// A Dockerfile within another file.
#[derive(Debug, Clone)]
pub struct Inline {
    /// Its text.
    pub text: String,
    /// Where the whole of it stands.
    pub span: Span,
    /// Where each of its bytes stands, if the format keeps its lines.
    pub map: Option<MappedText>,
    /// The parts of `text` that stand for something that is not known.
    pub unknown: Vec<Span>,
}

impl Inline {
    /// The place of a span of the text in the file around it.
    pub fn place(&self, span: Span) -> Span {
        match &self.map {
            Some(map) => {
                let placed = map.span(span.range());
                let start = placed.start.clamp(self.span.start, self.span.end);
                Span::new(start, placed.end.clamp(start, self.span.end))
            }
            None => self.span,
        }
    }

    /// Whether the span touches something that is not known.
    pub fn is_unknown(&self, span: Span) -> bool {
        self.unknown
            .iter()
            .any(|u| u.start < span.end.max(span.start + 1) && span.start < u.end)
    }
}

/// Reads a file beside the one that is being read; nothing if it cannot be.
pub type Reader<'r> = &'r dyn Fn(&Path) -> Option<String>;

/// A path put behind a folder, `.` and `..` taken away as far as they can be.
pub fn join(folder: &Path, path: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            part => out.push(part),
        }
    }
    out
}

/// Whether a build context is a directory here, not an address.
pub(super) fn is_local(context: &str) -> bool {
    // `user@host:path`, as git writes it.
    let is_git = context.split_once(':').is_some_and(|(host, _)| {
        host.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !user.contains('/') && !host.contains('/')
        })
    });
    let is_address = is_git
        || context.contains("://")
        || context.starts_with("github.com/")
        || context.starts_with("docker-image:")
        || context.starts_with("target:")
        || context.starts_with("service:");
    !is_address && context != "-"
}

/// The place of an inline Dockerfile whose lines stand in `source` one by one, each perhaps
/// further to the right, with a replaced piece within a line here and there. `from` is where the
/// first of them begins.
pub(super) fn align(text: &str, source: &str, from: usize) -> Option<MappedText> {
    let mut map = MappedText::default();
    let mut at = from;
    for line in text.split_inclusive('\n') {
        let rest = source.get(at..)?;
        let length = rest.find('\n').map_or(rest.len(), |n| n + 1);
        let written = rest.get(..length)?;
        let body = line.trim_end_matches(['\n', '\r']);
        let there = written.trim_end_matches(['\n', '\r']);
        let indent = match there.strip_suffix(body) {
            Some(indent) if indent.bytes().all(|b| b == b' ' || b == b'\t') => indent.len(),
            // Something in the line was replaced.
            _ => {
                let own = body.len() - body.trim_start().len();
                let all = there.len() - there.trim_start().len();
                all.checked_sub(own)?
            }
        };
        let there = there.get(indent..)?;
        let start = (at + indent) as u32;
        if there == body {
            map.push(body, start);
        } else {
            let same = |a: &mut dyn Iterator<Item = (char, char)>| -> usize {
                a.take_while(|(x, y)| x == y)
                    .map(|(x, _)| x.len_utf8())
                    .sum()
            };
            let before = same(&mut body.chars().zip(there.chars()));
            let (body_rest, there_rest) = (body.get(before..)?, there.get(before..)?);
            let after = same(&mut body_rest.chars().rev().zip(there_rest.chars().rev()));
            let replaced = body_rest.get(..body_rest.len() - after)?;
            map.push(body.get(..before)?, start);
            for c in replaced.chars() {
                map.push(c.encode_utf8(&mut [0; 4]), start + before as u32);
            }
            let behind = start as usize + there.len() - after;
            map.push(body_rest.get(body_rest.len() - after..)?, behind as u32);
        }
        if line.len() > body.len() {
            map.push("\n", start + there.len() as u32);
        }
        at += length;
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_together_as_people_write_them() {
        let at = |folder: &str, path: &str| join(Path::new(folder), path);
        assert_eq!(at("", "./web/../api"), Path::new("api"));
        assert_eq!(at("a", "../../x"), Path::new("../x"));
        assert_eq!(at("/a", "/b/./c"), Path::new("/b/c"));
        assert_eq!(at("", "."), Path::new(""));
    }

    #[test]
    fn lines_are_found_again_though_pieces_of_them_were_replaced() {
        let source = "x: |\n    FROM alpine:${V:-3}\n\n      RUN echo $$HOME\n";
        let text = "FROM alpine:3\n\n  RUN echo $HOME\n";
        let map = align(text, source, 5).unwrap();
        assert_eq!(map.text(), text);
        let place = |part: &str| {
            let start = text.find(part).unwrap();
            map.span(start..start + part.len())
        };
        assert_eq!(&source[place("FROM").range()], "FROM");
        assert_eq!(&source[place("RUN echo").range()], "RUN echo");
        assert_eq!(&source[place("HOME").range()], "HOME");
        assert_eq!(map.offset(12), source.find("${V").unwrap() as u32);
    }
}
