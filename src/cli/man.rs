//! `dlint man`.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::Cli;
use super::{Status, Trouble, output};

/// One page: the program, then a section for each command with its options.
pub(super) fn run() -> Result<Status, Trouble> {
    let mut program = Cli::command();
    program.build();
    let mut page = Vec::new();
    let written = write(program, &mut page);
    output::stdout(|out| written.and_then(|()| out.write_all(&page)))?;
    Ok(Status::Clean)
}

fn write(program: Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut sections = Vec::new();
    commands("dlint", &program, &mut sections);
    Man::new(program).manual("User Commands").render(page)?;
    for (name, command) in sections {
        let about = command.get_about().map(ToString::to_string);
        let mut head = roff::Roff::new();
        head.control("SH", [name.to_uppercase().as_str()]);
        head.text([roff::roman(about.unwrap_or_default())]);
        head.to_writer(page)?;
        let man = Man::new(command);
        man.render_synopsis_section(page)?;
        man.render_options_section(page)?;
    }
    Ok(())
}

/// The commands below a command, each with its whole name.
fn commands(name: &str, command: &Command, into: &mut Vec<(String, Command)>) {
    for command in command.get_subcommands() {
        if command.get_name() == "help" {
            continue;
        }
        let name = format!("{name} {}", command.get_name());
        into.push((name.clone(), command.clone()));
        commands(&name, command, into);
    }
}
