//! Where a part of an image's name stands in the file: in the word itself, or in the variable that
//! gives it.

use std::ops::Range;

use super::{Facts, ImageUse};
use crate::span::Span;
use crate::syntax::Word;
use crate::syntax::word::{Part, Template};

/// The smallest place in the file that gives a part of an image's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where to edit: in the word, or in the value of a variable.
    pub span: Span,
    /// Whether the part stands at `span` byte for byte, so that it can be replaced there.
    pub is_exact: bool,
    /// The variable and where the word uses it, if `span` is in that variable's value.
    pub variable: Option<(String, Span)>,
}

impl Facts<'_> {
    /// The place of the bytes `range` of `image.image.text`.
    pub fn place(&self, image: &ImageUse, range: Range<usize>) -> Place {
        let word = &image.word;
        let inexact = |span| Place {
            span,
            is_exact: false,
            variable: None,
        };
        // `--from` is taken as it stands.
        if image.literal {
            return self.place_in(word, range);
        }
        let Ok(template) = Template::parse(word.as_str(), self.file.escape.char()) else {
            return inexact(image.span);
        };
        let mut start = 0;
        for part in template.parts {
            let text = match &part {
                Part::Literal { text, .. } => text.clone(),
                Part::Reference(_) => self.masked_template(
                    image.node,
                    &Template {
                        range: part.range(),
                        parts: vec![part.clone()],
                    },
                ),
            };
            let end = start + text.len();
            let covers = start <= range.start && range.end <= end && !text.is_empty();
            if !covers {
                start = end;
                continue;
            }
            let inner = range.start - start..range.end - start;
            return match &part {
                Part::Literal { range: at, .. } if at.len() == text.len() => {
                    self.place_in(word, at.start + inner.start..at.start + inner.end)
                }
                Part::Reference(reference) if reference.modifier.is_none() => {
                    let here = word.span_of(reference.range.clone());
                    self.place_in_value(image.node, &reference.name, &text, inner, here)
                }
                other => inexact(word.span_of(other.range())),
            };
        }
        inexact(image.span)
    }

    fn place_in(&self, word: &Word, range: Range<usize>) -> Place {
        Place {
            span: word.span_of(range.clone()),
            is_exact: word.text.is_contiguous(range.clone())
                && word.as_str().get(range.clone()) == Some(self.source.slice(word.span_of(range))),
            variable: None,
        }
    }

    fn place_in_value(
        &self,
        node: usize,
        name: &str,
        text: &str,
        inner: Range<usize>,
        here: Span,
    ) -> Place {
        let given = self.build.arguments.iter().any(|(n, _)| n == name);
        let declared = self
            .variable(node, name)
            .filter(|v| !given && v.value.is_some());
        let Some(variable) = declared else {
            return Place {
                span: here,
                is_exact: false,
                variable: None,
            };
        };
        let span = variable.value_span;
        let raw = self.source.slice(span);
        let quoted = raw.len() == text.len() + 2 && raw.starts_with(['"', '\'']);
        let shift = u32::from(quoted);
        let at = span.start + shift;
        let exact = Span::new(at + inner.start as u32, at + inner.end as u32);
        let is_exact = (raw == text || quoted)
            && self.source.slice(exact) == text.get(inner).unwrap_or_default();
        Place {
            span: if is_exact { exact } else { span },
            is_exact,
            variable: Some((name.to_owned(), here)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;

    /// The text at the tag's place, whether it is exact, and the variable.
    fn tag_place(text: &str, arguments: &[(&str, &str)]) -> (String, bool, Option<String>) {
        let source = Source::new("Dockerfile", text);
        let file = crate::syntax::parse(&source);
        let build = Build {
            arguments: arguments
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            ..Build::default()
        };
        let facts = Facts::of(&source, &file, &build);
        let image = facts.images.first().unwrap();
        let place = facts.place(image, image.image.ranges.tag.clone().unwrap());
        let variable = place.variable.map(|(name, _)| name);
        (
            source.slice(place.span).to_owned(),
            place.is_exact,
            variable,
        )
    }

    #[test]
    fn a_part_is_found_where_it_is_written() {
        let own = |t: &str| (t.to_owned(), true, None);
        let by = |t: &str, v: &str| (t.to_owned(), true, Some(v.to_owned()));
        assert_eq!(tag_place("FROM a/b:c\n", &[]), own("c"));
        assert_eq!(
            tag_place("FROM scratch\nCOPY --from=a:c / /\n", &[]),
            own("c")
        );
        assert_eq!(tag_place("ARG T=c\nFROM a:$T\n", &[]), by("c", "T"));
        assert_eq!(tag_place("ARG T=\"c\"\nFROM a:$T\n", &[]), by("c", "T"));
        assert_eq!(tag_place("ARG I=a:c\nFROM $I\n", &[]), by("c", "I"));
        assert_eq!(tag_place("ARG I=a\nFROM $I:c\n", &[]), own("c"));
    }

    #[test]
    fn a_part_that_is_put_together_has_only_a_rough_place() {
        let rough = |t: &str, v: Option<&str>| (t.to_owned(), false, v.map(str::to_owned));
        assert_eq!(
            tag_place("ARG V=1\nFROM a:$V-x\n", &[]),
            rough("a:$V-x", None)
        );
        assert_eq!(
            tag_place("ARG V=1\nFROM a:$V\n", &[("V", "2")]),
            rough("$V", None)
        );
        assert_eq!(tag_place("FROM a:${V:-2}\n", &[]), rough("${V:-2}", None));
        assert_eq!(
            tag_place("ARG V=1\nARG I=a:$V\nFROM $I\n", &[]),
            rough("a:$V", Some("I"))
        );
    }
}
