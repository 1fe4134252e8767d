//! What stages take from each other with `COPY --from` and `RUN --mount=from=`.

use super::mount::Mount;
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
        self.numbered_uses().0
    }

    /// Every `--from` outside ONBUILD, in order, and how many numbers BuildKit has given then.
    pub fn numbered_uses(&self) -> (Vec<StageUse<'_>>, usize) {
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
            let unnamed = node
                .mounts
                .iter()
                .filter(|m| named_from(m).is_none())
                .count();
            numbered += unnamed;
        }
        (uses, numbered)
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
        match crate::syntax::word::Template::parse(value, escape) {
            Ok(template) => template.literal().is_none_or(|text| text != value),
            Err(_) => true,
        }
    }

    /// The circles that `--from`s, of COPY and of mounts, make: a number for each stage, the same
    /// for stages that need each other. What stages are built on does not count: it stands above
    /// them.
    pub fn circles(&self, uses: &[StageUse<'_>]) -> Vec<usize> {
        let edges = |forward: bool| {
            let mut edges = vec![Vec::new(); self.stages.len()];
            for used in uses {
                if let UseTarget::Stage { index, .. } = used.target {
                    let (from, to) = if forward {
                        (used.stage, index)
                    } else {
                        (index, used.stage)
                    };
                    if let Some(list) = edges.get_mut(from) {
                        list.push(to);
                    }
                }
            }
            edges
        };
        // Kosaraju's way: a stage comes behind all it leads to, and from the last one backwards
        // the edges lead, turned around, to those of its circle.
        let forward = edges(true);
        let mut seen = vec![false; forward.len()];
        let mut order = Vec::with_capacity(forward.len());
        for start in 0..forward.len() {
            let mut open = vec![(start, false)];
            while let Some((at, done)) = open.pop() {
                if done {
                    order.push(at);
                    continue;
                }
                match seen.get_mut(at) {
                    Some(seen) if !*seen => *seen = true,
                    _ => continue,
                }
                open.push((at, true));
                open.extend(forward.get(at).into_iter().flatten().map(|to| (*to, false)));
            }
        }
        let backward = edges(false);
        let mut circles = vec![usize::MAX; backward.len()];
        for start in order.into_iter().rev() {
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                match circles.get_mut(at) {
                    Some(circle) if *circle == usize::MAX => *circle = start,
                    _ => continue,
                }
                open.extend(backward.get(at).into_iter().flatten());
            }
        }
        circles
    }
}

/// The `from` of a mount; an empty one is none.
fn named_from(mount: &Mount) -> Option<&Word> {
    let from = mount.from.as_ref();
    from.filter(|word| !word.as_str().is_empty())
}

/// What the `--from`s of a node say, and whether a mount says it; an empty one says nothing.
pub(super) fn froms<'f>(node: &'f Node<'_>) -> impl Iterator<Item = (&'f Word, bool)> {
    let copied = match &node.instruction.kind {
        Kind::Copy(_) => node.instruction.flag_value("from"),
        _ => None,
    };
    let copied = copied.filter(|word| !word.as_str().is_empty());
    let mounted = node.mounts.iter().filter_map(named_from);
    copied
        .map(|word| (word, false))
        .into_iter()
        .chain(mounted.map(|word| (word, true)))
}
