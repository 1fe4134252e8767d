//! `whole-context-copy`: the whole build context goes into the final image.

use super::whole_copies::{reaches_final, whole_copies};
use crate::facts::program::Program;
use crate::facts::{Base, Copied, Facts, Stage};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(WholeContextCopy);

impl Rule for WholeContextCopy {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        // With the context at hand `missing-dockerignore` knows exactly what gets in.
        if facts.context().is_some() || facts.has_some_ignore_file() {
            return;
        }
        // What starts no application is a place to build, test or work in, whose source belongs there.
        let starts = |stage: &Stage<'_>| {
            matches!(
                facts.launch(stage.index).program(),
                Some(Program::Code(_) | Program::Binary(_) | Program::Script(_))
            )
        };
        if !facts.product().is_some_and(starts) {
            return;
        }
        let found = whole_copies(facts).find(|(stage, copy)| {
            reaches_final(facts, stage, copy)
                && !is_limited(facts, copy)
                && !is_removed(facts, copy)
                // On `scratch` the context is what was built elsewhere.
                && !matches!(facts.root_base(stage.index), Base::Scratch)
        });
        let Some((_, copy)) = found else {
            return;
        };
        let Some(source) = copy.whole_context() else {
            return;
        };
        let written = facts.source.slice(source.span);
        let message = format!("`{written}` puts the whole build context into the final image");
        cx.report(source.span, message)
            .help("name what the image needs, or keep the rest out with a `.dockerignore`");
    }
}

/// Whether `--exclude` leaves something out.
fn is_limited(facts: &Facts<'_>, copy: &Copied) -> bool {
    facts
        .nodes
        .get(copy.node)
        .is_some_and(|n| n.instruction.flag("exclude").is_some())
}

/// Whether the copy is deleted when it has served.
fn is_removed(facts: &Facts<'_>, copy: &Copied) -> bool {
    let Some(target) = copy.target.as_deref() else {
        return false;
    };
    let later = facts
        .nodes
        .iter()
        .filter(|n| n.index > copy.node && n.is(Keyword::Run));
    later
        .flat_map(|n| n.commands())
        .filter(|c| c.name == "rm")
        .any(|c| {
            c.literal_args()
                .any(|w| w.trim_end_matches(['/', '*']) == target)
        })
}
