//! `instruction-casing`: instructions in capitals and not.

use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};

rule!(InstructionCasing);

impl Rule for InstructionCasing {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let counted = || {
            facts
                .nodes
                .iter()
                .filter(|n| n.stage.is_some() && !n.onbuild && n.keyword().is_some())
                .map(|n| &n.instruction.name)
        };
        let is_lower = |s: &str| s == s.to_lowercase();
        let is_upper = |s: &str| s == s.to_uppercase();
        let lower = counted().filter(|n| is_lower(n.as_str())).count();
        let upper = counted().filter(|n| is_upper(n.as_str())).count();
        for name in counted() {
            let wanted = if lower > upper {
                name.as_str().to_lowercase()
            } else {
                name.as_str().to_uppercase()
            };
            if wanted == name.as_str() {
                continue;
            }
            let contiguous = name.text.is_contiguous(0..name.as_str().len());
            let report = cx
                .report(
                    name.span,
                    format!("`{name}` is not written like the other instructions"),
                )
                .help(format!("write `{wanted}`"));
            if contiguous {
                let edit = Edit::replace(name.span, wanted.clone());
                report.fix(Fix::safe(format!("write `{wanted}`"), vec![edit]));
            }
        }
    }
}
