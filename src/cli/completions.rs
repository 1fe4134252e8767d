//! `dlint completions`.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::{Status, Trouble, output};

pub(super) fn run(args: &CompletionsArgs) -> Result<Status, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dlint", &mut script);
    output::stdout(|out| out.write_all(&script))?;
    Ok(Status::Clean)
}
