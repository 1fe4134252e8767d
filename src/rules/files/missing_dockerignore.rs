//! `missing-dockerignore`: the whole context is copied and nothing holds back what should stay.

use super::whole_copies::{leaks, reaches_final, whole_copies};
use crate::diagnostic::Severity;
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};

rule!(MissingDockerignore);

/// What the ignore file would say: what was found, and what no image needs.
fn written_out(paths: &[String]) -> String {
    const LINES: usize = 12;
    let mut lines: Vec<String> = paths.iter().take(LINES).cloned().collect();
    // A name that is made in many places is left out in all of them.
    for line in &mut lines {
        let name = file_name(line);
        if matches!(
            name,
            "node_modules" | "__pycache__" | ".venv" | ".terraform"
        ) {
            *line = format!("**/{name}");
        }
    }
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(|l| format!("`{l}`")).collect();
    format!(
        "write a `.dockerignore` beside the sources with {}",
        if lines.len() == 1 {
            format!("the line {}", lines.concat())
        } else {
            format!("the lines {}", lines.join(", "))
        }
    )
}

/// How many paths a message names.
const NAMED: usize = 4;

impl Rule for MissingDockerignore {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        // The copy that ships says the most; one finding per file, as there is one ignore file.
        let copies: Vec<_> = whole_copies(facts).collect();
        let ships = copies.iter().find(|(s, c)| reaches_final(facts, s, c));
        let Some((_, copy)) = ships.or(copies.first()) else {
            return;
        };
        let (Some(source), Some(context)) = (copy.whole_context(), facts.context()) else {
            return;
        };
        let leaks = leaks(facts, context);
        // Who keeps others out and lets these in may need them: to tell a version, to read settings.
        let is_meant = |path: &String| {
            context.ignore_path.is_some() && matches!(path.as_str(), ".git" | ".env")
        };
        if leaks.paths.is_empty() || ships.is_none() && leaks.paths.iter().all(is_meant) {
            return;
        }
        let mut names: Vec<String> = leaks
            .paths
            .iter()
            .take(NAMED)
            .map(|p| format!("`{p}`"))
            .collect();
        match leaks.paths.len().saturating_sub(NAMED) {
            0 => {}
            more => names.push(format!("{more} more")),
        }
        let names = names.join(", ");
        let into = if ships.is_some() {
            "the image"
        } else {
            "the build"
        };
        let file = context
            .ignore_path
            .as_ref()
            .and_then(|p| p.file_name())
            .map(|n| n.to_string_lossy().into_owned());
        let (message, help) = match &file {
            Some(file) => (
                format!("`{file}` lets {names} into {into}"),
                match leaks.paths.len() {
                    1 => format!("add it to `{file}`"),
                    _ => format!("add them to `{file}`"),
                },
            ),
            None if leaks.expected => (
                format!(
                    "no `.dockerignore` keeps {names} out of {into} once the project is set up"
                ),
                written_out(&leaks.paths),
            ),
            None => (
                format!("no `.dockerignore` keeps {names} out of {into}"),
                written_out(&leaks.paths),
            ),
        };
        let report = cx.report(source.span, message).help(help);
        if leaks.secret && ships.is_some() {
            report.severity(Severity::Warning);
        }
    }
}
