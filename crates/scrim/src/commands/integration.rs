//! `scrim integration bootstrap-script|install|check|probe|uninstall DIR`: the system objects in the warehouse, who gets
//! around them, whether the warehouse is what they rely on, and away with them.

mod bootstrap;
mod check;
mod install;
mod probe;
mod uninstall;

use std::path::PathBuf;
use std::process::ExitCode;

use secrecy::SecretString;

use crate::Output;
use crate::failure::Failure;

/// The environment variable of the one-time URL.
const ADMIN_URL: &str = "SCRIM_ADMIN_URL";

/// What `integration` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print the SQL that an administrator of the warehouse runs once.
    BootstrapScript(Which),
    /// Run that SQL, as the administrator of the URL in the environment variable SCRIM_ADMIN_URL.
    Install(Which),
    /// Take away what an installation and its pushes made, as the administrator of that URL; nothing of anybody else's.
    Uninstall(uninstall::Arguments),
    /// Tell who gets around the views, as the administrator of the same URL; changes nothing.
    Check(Which),
    /// Try on an Amazon Redshift what Scrim relies on and no cluster has confirmed, as the administrator of the same URL,
    /// in a scratch schema with three users, which are removed.
    Probe(Which),
}

/// Which integration.
#[derive(clap::Args)]
pub(crate) struct Which {
    /// The directory of policy files.
    pub(crate) dir: PathBuf,
    /// The integration; may be left out where there is one.
    #[arg(long)]
    pub(crate) integration: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::BootstrapScript(which) => bootstrap::run(which, output),
        Command::Install(which) => install::run(which, output),
        Command::Uninstall(arguments) => uninstall::run(arguments, output),
        Command::Check(which) => check::run(which, output),
        Command::Probe(which) => probe::run(which, output),
    }
}

/// The one-time URL.
fn admin_url() -> Result<SecretString, Failure> {
    std::env::var(ADMIN_URL).map(SecretString::from).map_err(|_| Failure::NoAdminUrl)
}
