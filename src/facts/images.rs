//! The images that a file names, and where their parts stand.

use super::{Base, Facts, FromTarget, Place};
use crate::images::{ImageRef, Tag};
use crate::span::Span;
use crate::syntax::word::Template;
use crate::syntax::{Kind, Word};

/// An image that the file names.
pub struct ImageUse {
    /// The node that names it.
    pub node: usize,
    /// Where the name stands.
    pub span: Span,
    /// What names it.
    pub kind: ImageUseKind,
    /// The image, variables resolved.
    pub image: ImageRef,
    /// Whether the name is written out at `span`, so that byte ranges of `image` fit it.
    pub literal: bool,
    /// The word as written.
    pub written: String,
    /// The word itself; [`Facts::place`] finds the parts of `image` in the file.
    pub word: Word,
    /// Where the variable that holds the whole name gets its value, if a sole variable does.
    pub from_variable: Option<Span>,
}

/// What names an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageUseKind {
    /// `FROM`; the index of the stage.
    From(usize),
    /// `COPY --from`.
    CopyFrom,
    /// `RUN --mount=from=`.
    MountFrom,
}

impl ImageUse {
    /// Whether a `--from` may as well name a build context or a misspelt stage: one word without a
    /// tag that is no Docker Official Image.
    pub fn may_be_context(&self) -> bool {
        !matches!(self.kind, ImageUseKind::From(_))
            && self.image.is_untagged()
            && self.image.is_local_name()
    }
}

impl Facts<'_> {
    pub(super) fn find_images(&mut self, index: usize) {
        let Some(node) = self.nodes.get(index) else {
            return;
        };
        let stage = node.stage;
        let mut found = Vec::new();
        match &node.instruction.kind {
            Kind::From(from) if !node.onbuild => {
                if let Some(stage) = self.stages.last()
                    && let Base::Image(image) = &stage.base
                {
                    let from_variable = self.sole_variable(index, &from.image);
                    found.push(ImageUse {
                        node: index,
                        span: from.image.span,
                        kind: ImageUseKind::From(stage.index),
                        literal: image.text == from.image.as_str(),
                        image: (**image).clone(),
                        written: from.image.as_str().to_owned(),
                        word: from.image.clone(),
                        from_variable,
                    });
                }
            }
            Kind::Copy(_) => {
                if let Some(value) = node.instruction.flag_value("from") {
                    let target = self.resolve_from(stage.unwrap_or(0), value.as_str(), true);
                    if target == FromTarget::External && !value.as_str().contains('$') {
                        found.push((value.clone(), ImageUseKind::CopyFrom).into_use(index));
                    }
                }
            }
            Kind::Run(_) => {
                for value in node.mounts.iter().filter_map(|m| m.from.as_ref()) {
                    let target = self.resolve_from(stage.unwrap_or(0), value.as_str(), false);
                    if target == FromTarget::External && !value.as_str().contains('$') {
                        found.push((value.clone(), ImageUseKind::MountFrom).into_use(index));
                    }
                }
            }
            _ => {}
        }
        let is_context = |name: &str| self.build.contexts.iter().any(|c| c == name);
        found.retain(|f| {
            // A variable may name a context, and contexts have no `:latest`.
            let text = f.image.text.as_str();
            let name = text.strip_suffix(":latest").unwrap_or(text);
            f.written != "scratch" && ![&f.written, text, name].into_iter().any(is_context)
        });
        self.images.extend(found);
    }

    /// Where the one variable that is the whole word gets its value.
    fn sole_variable(&self, node: usize, word: &Word) -> Option<Span> {
        let template = Template::parse(word.as_str(), self.file.escape.char()).ok()?;
        let name = &template.sole_reference()?.name;
        Some(self.variable(node, name)?.value_span)
    }
    /// The images that this file's own build takes, invalid references left out: a name behind
    /// ONBUILD may be a stage of the file that builds on this one.
    pub fn own_images(&self) -> impl Iterator<Item = &ImageUse> {
        self.images.iter().filter(|i| {
            i.image.validity.is_ok() && self.nodes.get(i.node).is_some_and(|node| !node.onbuild)
        })
    }

    /// The place of an image's name without tag and digest.
    pub fn name_place(&self, image: &ImageUse) -> Place {
        let ranges = &image.image.ranges;
        let place = self.place(image, 0..ranges.repository.end);
        if place.is_exact {
            return place;
        }
        let repository = self.place(image, ranges.repository.clone());
        if repository.is_exact {
            repository
        } else {
            place
        }
    }

    /// The place of the version in an image's tag; of the whole tag if it has none, of the name
    /// without a tag.
    pub fn version_place(&self, image: &ImageUse) -> Place {
        let Some(range) = image.image.ranges.tag.clone() else {
            return self.name_place(image);
        };
        match Tag::of(&image.image) {
            Some(tag) if !tag.version.is_empty() => {
                let start = range.start + tag.prefix.len();
                self.place(image, start..start + tag.version.len())
            }
            _ => self.place(image, range),
        }
    }
}

trait IntoUse {
    fn into_use(self, node: usize) -> ImageUse;
}

impl IntoUse for (Word, ImageUseKind) {
    fn into_use(self, node: usize) -> ImageUse {
        ImageUse {
            node,
            span: self.0.span,
            kind: self.1,
            image: ImageRef::parse(self.0.as_str()),
            literal: true,
            written: self.0.as_str().to_owned(),
            word: self.0,
            from_variable: None,
        }
    }
}
