//! Chores of dlint's developers: `cargo xtask CHORE`. Nothing here is part of the published crate.

mod fixes;
mod fleet;
mod precision;
mod refresh;
mod soak;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <chore>

  fleet N   write the facts of N repositories, to measure `dlint bases --merge`
  fixes     fix the Dockerfiles of a folder and show whether any of them breaks
  precision how many of the labelled findings on public files are right
  refresh   compare the tables of data/ with their public sources
  soak      try the property tests with random seeds until one fails";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let chore = arguments.next().unwrap_or_default();
    let done = match chore.as_str() {
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        "fleet" => fleet::run(arguments),
        "fixes" => fixes::run(arguments).map_err(|e| e.to_string()),
        "precision" => precision::run(arguments).map_err(|e| e.to_string()),
        "refresh" => refresh::run(arguments).map_err(|e| e.to_string()),
        "soak" => soak::run(arguments).map_err(|e| e.to_string()),
        other => Err(format!("no chore `{other}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let problem: String = problem;
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
