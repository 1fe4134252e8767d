//! The `dlint` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    dlint::cli::main(std::env::args_os())
}
