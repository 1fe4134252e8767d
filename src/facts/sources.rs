//! What a build fetches: images, and what ADD takes from the web and from git.

use super::{Facts, ImageUse, ImageUseKind};
use crate::facts::Remote;
use crate::images::ImageRef;
use crate::span::Span;
use crate::syntax::Kind;

/// Something that a build fetches.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it is named.
    pub span: Span,
    /// What it is.
    pub kind: FetchedKind,
    /// The platform that it is fetched for, if the file says which.
    pub platform: Option<String>,
}

/// What a build fetches.
#[derive(Debug, Clone)]
pub enum FetchedKind {
    /// The image of a `# syntax` line.
    Frontend(ImageRef),
    /// An image.
    Image(ImageRef),
    /// What a web address gives.
    Web {
        /// The address; none if a variable hides a part of it.
        url: Option<String>,
        /// The digest that it must have.
        checksum: Option<String>,
    },
    /// A git repository; none if a variable hides a part of its address.
    Git(Option<String>),
}

impl Facts<'_> {
    /// What this build fetches, in the order of the file: what the stages that it makes name.
    pub fn fetched(&self) -> Vec<Fetched> {
        let mut all = Vec::new();
        if let Some(syntax) = &self.file.syntax {
            all.push(Fetched {
                span: syntax.span,
                kind: FetchedKind::Frontend(ImageRef::parse(&syntax.image)),
                platform: None,
            });
        }
        let is_made = |stage: Option<usize>| {
            let stage = stage.and_then(|s| self.stages.get(s));
            stage.is_some_and(|s| s.is_needed)
        };
        let stage_of = |used: &ImageUse| match used.kind {
            ImageUseKind::From(stage) => Some(stage),
            _ => self.nodes.get(used.node).and_then(|n| n.stage),
        };
        let images = self.own_images().filter(|used| is_made(stage_of(used)));
        for used in images.filter(|used| !used.may_be_context()) {
            let platform = match used.kind {
                ImageUseKind::From(_) => self.nodes.get(used.node).and_then(|node| {
                    let flag = node.instruction.flag_value("platform")?;
                    self.text(node.index, flag)
                }),
                _ => None,
            };
            all.push(Fetched {
                span: used.span,
                kind: FetchedKind::Image(used.image.clone()),
                platform: platform.filter(|p| p.contains('/')),
            });
        }
        for node in self.nodes.iter().filter(|n| !n.onbuild && is_made(n.stage)) {
            let Kind::Add(transfer) = &node.instruction.kind else {
                continue;
            };
            let checksum = node.instruction.flag_value("checksum");
            let checksum = checksum.and_then(|word| self.text(node.index, word));
            for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
                let masked = self.masked(node.index, &source.word);
                let known = self.text(node.index, &source.word);
                let text = known.as_deref().unwrap_or(&masked);
                let kind = match Remote::of(text) {
                    Some(Remote::Web) => FetchedKind::Web {
                        url: known,
                        checksum: checksum.clone(),
                    },
                    Some(Remote::Git) => FetchedKind::Git(known),
                    None => continue,
                };
                all.push(Fetched {
                    span: source.word.span,
                    kind,
                    platform: None,
                });
            }
        }
        all.sort_by_key(|f| f.span.start);
        all
    }

    /// The text of the file that lies beside the Dockerfile under its name and an ending; at most
    /// `limit` bytes.
    pub fn read_beside(&self, ending: &str, limit: u64) -> Option<(std::path::PathBuf, String)> {
        let path = self.source.path();
        let mut name = path.file_name()?.to_owned();
        name.push(ending);
        let beside = path.with_file_name(name);
        // Most have none: that is asked first.
        self.files.kind(&beside)?;
        if !self.files.has_dockerfile(path) {
            return None;
        }
        let bytes = self.files.read(&beside, limit)?;
        Some((beside, String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The files around the Dockerfile, for who keeps them.
    pub fn shared_files(&self) -> &std::sync::Arc<dyn crate::context::Files> {
        &self.files
    }
}
