//! `scrim audit verify|search`: the audit trail.

mod search;
mod verify;

use std::process::ExitCode;

use crate::Output;
use crate::failure::Failure;

/// What `audit` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Examine whether the trail in the metadata database is what was written.
    Verify(verify::Arguments),
    /// Look entries up, by a service.
    Search(search::Arguments),
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Verify(arguments) => verify::run(arguments, output),
        Command::Search(arguments) => search::run(arguments, output),
    }
}
