//! `script-line-ends`: a script whose lines end as on Windows.

use crate::diagnostic::Severity;
use crate::facts::{Facts, RunBy, RunScript};
use crate::rule::{Context, Rule, rule};

rule!(ScriptLineEnds);

impl Rule for ScriptLineEnds {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut told = Vec::new();
        for script in facts.run_scripts() {
            let first = script.text.split('\n').next().unwrap_or_default();
            let is_shell = script.dialect().is_posix();
            let by_shell = script.by == RunBy::Shell;
            // Of other languages the first line alone counts, where the system reads it.
            let breaks = first.ends_with('\r')
                && (is_shell || !by_shell)
                && (by_shell || first.starts_with("#!"));
            let place = (script.copy, script.source);
            if !breaks || told.contains(&place) || converts(facts, script) {
                continue;
            }
            told.push(place);
            let interpreter = first.trim_end_matches('\r').trim_start_matches("#!").trim();
            let message = if by_shell {
                format!("the lines of `{}` end with a carriage return", script.path)
            } else {
                format!(
                    "the lines of `{}` end with a carriage return: there is no `{interpreter}\\r`",
                    script.path
                )
            };
            let report = cx
                .report(script.source, message)
                .label(script.run, "run here")
                .help("save it with LF line ends, and keep them: `*.sh text eol=lf` in .gitattributes");
            if by_shell {
                report.severity(Severity::Warning);
            }
        }
    }
}

/// Whether a RUN takes the carriage returns away.
fn converts(facts: &Facts<'_>, script: &RunScript) -> bool {
    let Some(node) = facts.nodes.get(script.node) else {
        return true;
    };
    let Some(stage) = node.stage else { return true };
    let signs = ["dos2unix", "fromdos", "\\r", "\\015", "\\x0d", "ff=unix"];
    facts.chain_nodes(stage).any(|n| {
        n.script.is_some() && {
            let text = facts.source.slice(facts.whole_span(n));
            signs.iter().any(|sign| text.contains(sign))
        }
    })
}
