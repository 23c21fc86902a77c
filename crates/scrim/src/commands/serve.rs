//! `scrim serve`: the service.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::service::configuration::Configuration;
use crate::service::{logging, running};

/// Where the settings of the service are.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// The file of the settings, in TOML. Each can also stand in the environment, which goes before the file: `log.level` as
    /// SCRIM_LOG_LEVEL. `scrim serve --print-config` tells all of them.
    #[arg(long, env = "SCRIM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Settings {
    /// Reads them.
    pub(crate) fn read(&self) -> Result<Configuration, Failure> {
        Ok(Configuration::read(self.config.as_deref(), environment())?)
    }
}

/// The environment; what is no UTF-8 in it is nothing of ours.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// What `serve` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Print every setting, what holds of it and where that comes from, as a file; start nothing.
    #[arg(long)]
    print_config: bool,
}

/// Runs the service until it is told to stop.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let configuration = arguments.settings.read()?;
    if arguments.print_config {
        write!(anstream::stdout(), "{}", configuration.print())?;
        return Ok(ExitCode::SUCCESS);
    }
    crate::crypto();
    // Until everything has stopped.
    let _sending = logging::start(&configuration)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(running::run(&configuration))?;
    // What hangs in a thread of its own does not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}
