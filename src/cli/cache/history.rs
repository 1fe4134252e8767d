//! What the last commits would have cost.

use serde::Serialize;

use super::changed::Changed;
use super::outcomes;
use crate::facts::Facts;
use crate::facts::cache::{Cost, Verdict};
use crate::rebuild::Describer;

/// What the last commits would have cost the file as it is.
#[derive(Serialize)]
pub(super) struct StepHistory {
    /// How many commits were replayed.
    pub(super) commits: usize,
    /// How many of them changed a file that some step takes in.
    pub(super) touching: usize,
    /// How many steps ran again in the mean; one that may counts.
    pub(super) mean: f64,
    /// The steps that cost more than a copy.
    pub(super) steps: Vec<Again>,
}

/// How often a step ran again.
#[derive(Serialize)]
pub(super) struct Again {
    /// The step.
    pub(super) step: String,
    /// The line of its instruction.
    pub(super) line: u32,
    /// In how many commits it ran again.
    pub(super) reruns: usize,
    /// In how many more it may have.
    pub(super) may: usize,
    /// The same after dlint's fixes, if they change anything and the step is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fixed: Option<(usize, usize)>,
}

/// Replays commits.
pub(super) fn replay(
    facts: &Facts<'_>,
    fixed: Option<&Facts<'_>>,
    commits: &[Changed],
    mask: &dyn Fn(&str) -> String,
) -> StepHistory {
    let now = counts(facts, commits);
    let then = fixed.map(|fixed| (fixed, counts(fixed, commits)));
    let describer = |facts: &Facts<'_>, index: usize| {
        let describer = Describer {
            facts,
            files: &[],
            outcomes: &[],
            mask,
        };
        let step = facts.steps().all.get(index);
        step.map(|step| describer.name(step)).unwrap_or_default()
    };
    let is_needed = |stage: usize| facts.stages.get(stage).is_some_and(|stage| stage.is_needed);
    let all = facts.steps().all.iter();
    let costly = all.filter(|s| s.cost > Cost::Copy && is_needed(s.stage));
    let steps = costly.map(|step| {
        let name = describer(facts, step.index);
        let (reruns, may) = now.steps.get(step.index).copied().unwrap_or_default();
        let fixed = then.as_ref().and_then(|(fixed, counts)| {
            let all = &fixed.steps().all;
            let same = all.iter().find(|s| describer(fixed, s.index) == name)?;
            counts.steps.get(same.index).copied()
        });
        Again {
            line: facts
                .nodes
                .get(step.node)
                .map_or(0, |n| n.instruction.start_line),
            step: name,
            reruns,
            may,
            fixed,
        }
    });
    StepHistory {
        commits: commits.len(),
        touching: now.touching,
        mean: now.mean,
        steps: steps.collect(),
    }
}

struct Counts {
    touching: usize,
    mean: f64,
    /// For each step how often it ran again, and how often it may have.
    steps: Vec<(usize, usize)>,
}

fn counts(facts: &Facts<'_>, commits: &[Changed]) -> Counts {
    let all = &facts.steps().all;
    let is_needed = |stage: usize| facts.stages.get(stage).is_some_and(|stage| stage.is_needed);
    let mut counts = Counts {
        touching: 0,
        mean: 0.0,
        steps: vec![(0, 0); all.len()],
    };
    let mut sum = 0usize;
    for commit in commits {
        let outcomes = outcomes(facts, &commit.files);
        let mut any = false;
        for ((count, outcome), step) in counts.steps.iter_mut().zip(&outcomes).zip(all) {
            match outcome.verdict {
                _ if !is_needed(step.stage) => continue,
                Verdict::Cached => continue,
                Verdict::Reruns => count.0 += 1,
                Verdict::May => count.1 += 1,
            }
            any = true;
            sum += 1;
        }
        counts.touching += usize::from(any);
    }
    if !commits.is_empty() {
        counts.mean = sum as f64 / commits.len() as f64;
    }
    counts
}
