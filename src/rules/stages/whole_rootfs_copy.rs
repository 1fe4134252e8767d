//! `whole-rootfs-copy`: a whole file system is copied over another.

use crate::facts::{Base, CopyOrigin, Facts, FromTarget, Node};
use crate::images::{ImageRef, OsFamily, os_family};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule! {
    WholeRootfsCopy {
        /// Whether it is reported on `scratch` and from bundles of files too.
        pub every: bool,
    }
}

impl Rule for WholeRootfsCopy {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        if !node.is(Keyword::Copy) {
            return;
        }
        let (Some(copied), Some(stage)) = (facts.copied(node), facts.stage_of(node)) else {
            return;
        };
        let CopyOrigin::From(target) = copied.origin else {
            return;
        };
        if copied.target.as_deref() != Some("/") {
            return;
        }
        let Some(source) = copied.sources.iter().find(|s| s.is_whole()) else {
            return;
        };
        // On an empty image this is how an image is flattened or taken over.
        let onto_nothing = matches!(facts.root_base(stage.index), Base::Scratch);
        // A stage that is empty but for what was put there is a bundle of files.
        let whole = match target {
            FromTarget::Stage(from) => is_system(facts, from),
            FromTarget::Later(_) => false,
            FromTarget::External => {
                let name = node
                    .instruction
                    .flag_value("from")
                    .map_or("", |w| w.as_str());
                !matches!(
                    os_family(&ImageRef::parse(name)),
                    OsFamily::Unknown | OsFamily::Scratch
                )
            }
        };
        if self.every || !onto_nothing && whole {
            let origin = match target {
                FromTarget::External => "image",
                FromTarget::Stage(_) | FromTarget::Later(_) => "stage",
            };
            cx.report(
                source.span,
                "a whole file system is copied over that of the base image",
            )
            .help(format!(
                "copy only the files that are needed, or build `FROM` that {origin}"
            ));
        }
    }
}

/// Whether a stage holds a whole system: it runs something, or its image is known to.
fn is_system(facts: &Facts<'_>, stage: usize) -> bool {
    match facts.root_base(stage) {
        Base::Image(image) => {
            let runs = facts.chain_nodes(stage).any(|n| n.is(Keyword::Run));
            runs || !matches!(os_family(image), OsFamily::Unknown | OsFamily::Scratch)
        }
        _ => false,
    }
}
