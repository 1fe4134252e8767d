//! `script-interpreter`: a script that does not say who reads it.

use crate::facts::{RunBy, RunScript};
use crate::rule::{Context, Rule, rule};

rule!(ScriptInterpreter);

impl Rule for ScriptInterpreter {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut told = Vec::new();
        for script in facts.run_scripts() {
            let place = (script.copy, script.source);
            // A shell and `execvp` hand such a script to `sh`; the container's runtime does not.
            if script.by != RunBy::Runtime || told.contains(&place) {
                continue;
            }
            let Some((what, help)) = fault(script) else {
                continue;
            };
            told.push(place);
            cx.report(
                script.source,
                format!("{what}: `{}` cannot be started", script.path),
            )
            .label(script.run, "started here without a shell")
            .help(help);
        }
    }
}

/// What is wrong with the first line.
fn fault(script: &RunScript) -> Option<(String, String)> {
    let text = script.text.as_str();
    let line = script.first_line();
    let first_at = text.find("#!");
    if text.starts_with('\u{FEFF}') {
        let what = "a byte order mark stands before the first line".to_owned();
        return Some((what, "save it as UTF-8 without one".to_owned()));
    }
    if let Some(rest) = line.strip_prefix("#!") {
        let interpreter = rest.split_whitespace().next().unwrap_or_default();
        if interpreter.starts_with('/') {
            return None;
        }
        let what = match interpreter {
            "" => "the first line names no interpreter".to_owned(),
            other => format!("`{other}` is no absolute path"),
        };
        return Some((
            what,
            "begin it with `#!/bin/sh`, or who else reads it".to_owned(),
        ));
    }
    // Nothing is known of an empty file, and it is no script that somebody wrote.
    if text.trim().is_empty() || text.contains('\0') || text.starts_with("\u{7f}ELF") {
        return None;
    }
    let above = first_at.and_then(|at| text.get(..at));
    if above.is_some_and(|above| above.trim().is_empty()) {
        let what = "`#!` does not stand in the first line".to_owned();
        return Some((what, "let the file begin with it".to_owned()));
    }
    let what = "the first line has no `#!`".to_owned();
    Some((
        what,
        "begin it with `#!/bin/sh`, or start it with `sh`".to_owned(),
    ))
}
