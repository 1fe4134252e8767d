//! What stages take from each other with `COPY --from` and `RUN --mount=from=`.

use super::{Facts, FromTarget, Node};
use crate::syntax::{Kind, Word};

/// A `--from` of COPY or of a mount.
pub struct StageUse<'f> {
    /// The node it stands in.
    pub node: usize,
    /// The stage it stands in.
    pub stage: usize,
    /// The value.
    pub word: &'f Word,
    /// Whether a mount says it.
    pub is_mount: bool,
    /// What it names.
    pub target: UseTarget,
}

/// What a `--from` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseTarget {
    /// A stage; whether by its number.
    Stage {
        /// Which.
        index: usize,
        /// Whether the value is its number.
        by_number: bool,
    },
    /// A number that no stage has.
    NoStage,
    /// An image or a named context.
    External,
    /// Something with a variable in it, which BuildKit does not expand here.
    Variable,
}

impl<'a> Facts<'a> {
    /// Every `--from` outside ONBUILD, in order.
    pub fn stage_uses(&self) -> Vec<StageUse<'_>> {
        let mut uses = Vec::new();
        // BuildKit numbers the images that `--from` names behind the stages, as it meets them.
        let mut numbered = self.stages.len();
        for node in self.nodes.iter().filter(|n| !n.onbuild) {
            let Some(stage) = node.stage else { continue };
            for (word, is_mount) in froms(node) {
                let target = self.use_target(stage, word, !is_mount, numbered);
                uses.push(StageUse {
                    node: node.index,
                    stage,
                    word,
                    is_mount,
                    target,
                });
                numbered += usize::from(matches!(target, UseTarget::External));
            }
            let unnamed = node.mounts.iter().filter(|m| m.from.is_none()).count();
            numbered += unnamed;
        }
        uses
    }

    fn use_target(&self, stage: usize, word: &Word, numbers: bool, numbered: usize) -> UseTarget {
        let value = word.as_str();
        if numbers {
            if self.is_expanded(value) {
                return UseTarget::Variable;
            }
            if let Ok(number) = value.parse::<i64>() {
                let index = usize::try_from(number).unwrap_or(usize::MAX);
                return match index {
                    n if n < self.stages.len() => UseTarget::Stage {
                        index,
                        by_number: true,
                    },
                    n if n < numbered => UseTarget::External,
                    _ => UseTarget::NoStage,
                };
            }
        } else if value
            .find('$')
            .is_some_and(|dollar| dollar + 1 != value.len())
        {
            return UseTarget::Variable;
        }
        match self.resolve_from(stage, value, false) {
            FromTarget::Stage(index) | FromTarget::Later(index) => UseTarget::Stage {
                index,
                by_number: false,
            },
            FromTarget::External => UseTarget::External,
        }
    }

    /// Whether BuildKit's lexer would change a word: it takes `--from` only as it stands.
    fn is_expanded(&self, value: &str) -> bool {
        let escape = self.file.escape.char();
        match crate::syntax::expand::Template::parse(value, escape) {
            Ok(template) => template.literal().is_none_or(|text| text != value),
            Err(_) => true,
        }
    }

    /// Whether a chain of `--from`, of COPY and of mounts, leads from one stage to another. What
    /// stages are built on does not count: it stands above them.
    pub fn leads_to(&self, uses: &[StageUse<'_>], from: usize, to: usize) -> bool {
        let mut seen = vec![false; self.stages.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                return true;
            }
            match seen.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let next = uses.iter().filter(|u| u.stage == at);
            open.extend(next.filter_map(|u| match u.target {
                UseTarget::Stage { index, .. } => Some(index),
                _ => None,
            }));
        }
        false
    }
}

fn froms<'f>(node: &'f Node<'_>) -> impl Iterator<Item = (&'f Word, bool)> {
    let copied = match &node.instruction.kind {
        Kind::Copy(_) => node.instruction.flag_value("from"),
        _ => None,
    };
    let copied = copied.filter(|word| !word.as_str().is_empty());
    let mounted = node.mounts.iter().filter_map(|m| m.from.as_ref());
    copied
        .map(|word| (word, false))
        .into_iter()
        .chain(mounted.map(|word| (word, true)))
}
