//! Lints a Dockerfile together with files that lie on no disk, as an editor or a playground has
//! them, and gives the findings as JSON with places as editors count them.

use dlint::Linter;
use dlint::context::Memory;

const TEXT: &str =
    "FROM debian:13\nUSER root\nCOPY start.sh /\nENTRYPOINT [\"/start.sh\"]\nCMD [\"serve\"]\n";

/// What `root-user` says, given the script that the container starts.
pub fn run(script: &str) -> Result<Vec<serde_json::Value>, Box<dyn std::error::Error>> {
    let files = Memory::new().with("start.sh", script);
    let linter = Linter::from_toml("select = ['root-user']")?.with_files(files);
    let report = linter.lint("Dockerfile", TEXT);
    let findings = report.diagnostics.iter().map(|finding| {
        let mut json = serde_json::to_value(finding)?;
        let start = report.source.utf16_position(finding.span.start);
        let end = report.source.utf16_position(finding.span.end);
        if let Some(object) = json.as_object_mut() {
            let range = serde_json::json!({ "start": start, "end": end });
            object.insert("range".to_owned(), range);
        }
        Ok(json)
    });
    findings.collect()
}

#[allow(
    clippy::print_stdout,
    dead_code,
    reason = "an example shows what it does"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for script in [
        "#!/bin/sh\nexec \"$@\"\n",
        "#!/bin/sh\nexec gosu app \"$@\"\n",
    ] {
        println!("{script}");
        for finding in run(script)? {
            println!("{finding:#}");
        }
    }
    Ok(())
}
