//! `stage-name-casing`: capitals in a stage name.

use std::cell::LazyCell;
use std::collections::HashMap;

use crate::facts::{Base, Facts, UseTarget};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Kind, Word};

rule!(StageNameCasing);

impl Rule for StageNameCasing {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let uses = LazyCell::new(|| uses(facts));
        for stage in &facts.stages {
            // BuildKit looks before it knows whether the FROM is one.
            let word = match &stage.from.kind {
                Kind::Invalid(words) if words.len() == 3 => words.get(2),
                _ => stage.name_word,
            };
            let Some(word) = word else { continue };
            let lower = word.as_str().to_lowercase();
            if lower == word.as_str() {
                continue;
            }
            let report = cx
                .report(
                    word.span,
                    format!("stage name `{word}` is not in lower case"),
                )
                .help(format!("write `{lower}`"));
            if !is_contiguous(word) {
                continue;
            }
            // Builders do not care, people who search for the name do.
            let used = uses.get(&stage.index).into_iter().flatten();
            let used = used.filter(|u| u.as_str() == word.as_str() && is_contiguous(u));
            let words = std::iter::once(word).chain(used.copied());
            let edits = words
                .map(|w| Edit::replace(w.span, lower.as_str()))
                .collect();
            report.fix(Fix::safe(format!("write `{lower}`"), edits));
        }
    }
}

fn is_contiguous(word: &Word) -> bool {
    word.text.is_contiguous(0..word.as_str().len())
}

/// For each stage the words that name it elsewhere.
fn uses<'f>(facts: &'f Facts<'_>) -> HashMap<usize, Vec<&'f Word>> {
    let mut uses: HashMap<usize, Vec<&Word>> = HashMap::new();
    for stage in &facts.stages {
        // FROM knows names in small letters only: this one fails today.
        if let (Base::Image(_), Kind::From(from)) = (&stage.base, &stage.from.kind) {
            let named = facts.stages_named(&from.image.as_str().to_lowercase());
            if let Some(base) = named.iter().rfind(|s| **s < stage.index) {
                uses.entry(*base).or_default().push(&from.image);
            }
        }
    }
    for used in facts.stage_uses() {
        if let UseTarget::Stage {
            index,
            by_number: false,
        } = used.target
        {
            uses.entry(index).or_default().push(used.word);
        }
    }
    uses
}
