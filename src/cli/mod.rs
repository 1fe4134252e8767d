//! The command line: one file per command. Output goes through locked, buffered writers, and a
//! reader that went away ends a run without a word.

mod add_ignore;
pub mod args;
mod baseline;
mod bases;
mod builders;
mod cache;
mod completions;
mod configuration;
mod docker;
mod explain;
mod init;
mod known;
mod lint;
mod man;
mod markdown;
mod merge;
mod migrate;
mod output;
mod parse;
mod policy;
mod progress;
mod results;
mod rewrite;
mod rules;
mod schema;
mod shellcheck;
mod since;
mod stream;
mod watch;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::config::{ConfigError, UnknownRule};
use crate::emit;
use crate::emit::terminal::{Color, Terminal};
use args::{Cli, Command};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing to complain about.
    Clean = 0,
    /// Findings at or above the level that fails.
    Findings = 1,
    /// Wrong usage or configuration, a file that could not be read, a fault of dlint.
    Trouble = 2,
}

/// What ends a run early.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A command line that asks for what cannot be.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// A configuration file.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Standard output, or a file that a report goes to.
    #[error("{place}: {error}")]
    Output {
        /// Where to.
        place: String,
        /// What went wrong.
        #[source]
        error: io::Error,
    },
}

impl Trouble {
    fn usage(message: impl Into<String>) -> Self {
        Trouble::Usage {
            message: message.into(),
            help: None,
        }
    }

    fn unknown(option: &str, unknown: &UnknownRule) -> Self {
        Trouble::Usage {
            message: format!("{unknown} in {option}"),
            help: Some(unknown.help()),
        }
    }
}

/// Runs dlint with the arguments of a process.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    output::quiet_panics();
    let arguments = match docker::of(arguments.into_iter().collect()) {
        docker::Call::Run(arguments) => arguments,
        docker::Call::Metadata => {
            let told = docker::tell();
            return ExitCode::from(told.unwrap_or(Status::Trouble) as u8);
        }
    };
    let matches = match Cli::command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version come this way too.
            let status = error.exit_code();
            let _ = error.print();
            return ExitCode::from(u8::try_from(status).unwrap_or(2));
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    let color = cli.lint.color;
    let result = match &cli.command {
        None => lint::run(&cli.lint, &matches),
        Some(Command::Lint(args)) => {
            let matches = matches.subcommand_matches("lint").unwrap_or(&matches);
            lint::run(args, matches)
        }
        Some(Command::Explain(args)) => explain::run(args, color),
        Some(Command::Rules(args)) => rules::run(args, color),
        Some(Command::Parse(args)) => parse::run(args),
        Some(Command::Schema) => schema::run(),
        Some(Command::Migrate(args)) => migrate::run(args),
        Some(Command::Merge(args)) => merge::run(args),
        Some(Command::Init(args)) => init::run(args),
        Some(Command::Config(args)) => configuration::run(args),
        Some(Command::Baseline(args)) => baseline::run(args),
        Some(Command::Bases(args)) => bases::run(args, color),
        Some(Command::Policy(args)) => policy::run(args, color),
        Some(Command::Cache(args)) => cache::run(args, color),
        Some(Command::Completions(args)) => completions::run(args),
        Some(Command::Man) => man::run(),
    };
    let status = result.unwrap_or_else(|trouble| {
        report(&trouble, color);
        Status::Trouble
    });
    ExitCode::from(status as u8)
}

/// Says on standard error what ended a run.
fn report(trouble: &Trouble, color: Color) {
    let terminal = Terminal::stderr(color);
    // Nobody is left to tell if this fails.
    let help = match trouble {
        Trouble::Config(error) => {
            let _ = emit::write_config_error(error, &terminal, &mut io::stderr().lock());
            None
        }
        Trouble::Usage { message, help } => {
            output::error(message, &terminal);
            help.as_ref()
        }
        Trouble::Output { .. } => {
            output::error(&trouble.to_string(), &terminal);
            None
        }
    };
    if let Some(help) = help {
        output::note(&format!("  help: {help}"));
    }
}
