//! Lints a string, shows what was found and what fixing makes of it.

use dlint::Linter;
use dlint::fix::Applicability;

const TEXT: &str =
    "FROM debian:13\nRUN apt-get update && apt-get install curl\nCMD curl example.com\n";

/// The findings as lines, and the text with all safe fixes made.
pub fn run() -> Result<(Vec<String>, String), dlint::config::ConfigError> {
    let linter = Linter::from_toml("select = ['apt-missing-yes', 'shell-form-command']")?;
    let report = linter.lint("Dockerfile", TEXT);
    let lines = report.diagnostics.iter().map(|finding| {
        let place = report.source.position(finding.span.start);
        format!(
            "{}:{} {}[{}]: {}",
            place.line, place.column, finding.severity, finding.rule.id, finding.message
        )
    });
    let lines = lines.collect();
    let fixed = linter.fix(report, Applicability::Safe);
    Ok((lines, fixed.report.source.text().to_owned()))
}

#[allow(
    clippy::print_stdout,
    dead_code,
    reason = "an example shows what it does"
)]
fn main() -> Result<(), dlint::config::ConfigError> {
    let (lines, fixed) = run()?;
    println!("{}\n\n{fixed}", lines.join("\n"));
    Ok(())
}
