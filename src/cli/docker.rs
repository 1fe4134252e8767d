//! dlint as a plugin of Docker's command line: `docker dlint`, for a program called `docker-dlint` in
//! `~/.docker/cli-plugins`.
//!
//! The contract is in Docker's `cli-plugins/metadata`: asked for its metadata the program prints them as
//! JSON; called it gets Docker's own options, its name and the rest of the command line.

use std::ffi::OsString;
use std::path::Path;

use serde::Serialize;

use super::{Status, Trouble, output};

/// The command that Docker sends for the metadata.
const METADATA: &str = "docker-cli-plugin-metadata";

/// What is asked of the program.
pub(super) enum Call {
    /// To run with these arguments, the name of the program first.
    Run(Vec<OsString>),
    /// To say what it is.
    Metadata,
}

/// What the arguments of the process ask for, if it was called as a plugin or by itself.
pub(super) fn of(mut arguments: Vec<OsString>) -> Call {
    let program = arguments.first().map(Path::new);
    let name = program.and_then(Path::file_stem);
    if name.is_none_or(|name| name != "docker-dlint") {
        return Call::Run(arguments);
    }
    if arguments.get(1).is_some_and(|a| a == METADATA) {
        return Call::Metadata;
    }
    // Docker's own options stand before the name of the plugin.
    if let Some(own) = arguments.iter().position(|a| a == "dlint") {
        arguments.drain(1..=own);
    }
    Call::Run(arguments)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    schema_version: &'static str,
    vendor: &'static str,
    version: &'static str,
    short_description: &'static str,
    #[serde(rename = "URL")]
    url: &'static str,
}

/// Prints the metadata.
pub(super) fn tell() -> Result<Status, Trouble> {
    let metadata = Metadata {
        schema_version: "0.1.0",
        vendor: "dlint",
        version: env!("CARGO_PKG_VERSION"),
        short_description: "Lint Dockerfiles",
        url: env!("CARGO_PKG_REPOSITORY"),
    };
    output::stdout(|out| {
        serde_json::to_writer(&mut *out, &metadata)?;
        out.write_all(b"\n")
    })?;
    Ok(Status::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(arguments: &[&str]) -> Option<Vec<String>> {
        match of(arguments.iter().map(OsString::from).collect()) {
            Call::Run(left) => left.into_iter().map(|a| a.into_string().ok()).collect(),
            Call::Metadata => None,
        }
    }

    #[test]
    fn docker_calls_with_its_own_options_and_the_name_first() {
        let plugin = "/home/me/.docker/cli-plugins/docker-dlint";
        let called = run(&[plugin, "--context", "prod", "dlint", "--fix", "a/dlint"]).unwrap();
        assert_eq!(called, [plugin, "--fix", "a/dlint"]);
        assert_eq!(run(&[plugin, METADATA]), None);
        assert_eq!(run(&[plugin, "dlint"]).unwrap(), [plugin]);
        // By itself it is dlint by another name.
        assert_eq!(run(&["docker-dlint", "Dockerfile"]).unwrap().len(), 2);
        assert_eq!(run(&["dlint", "dlint"]).unwrap(), ["dlint", "dlint"]);
        assert_eq!(run(&["dlint", METADATA]).unwrap().len(), 2);
    }
}
