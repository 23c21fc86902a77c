//! `scrim apply DIR`: brings a service to what a directory says.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::status::Troubled;
use crate::client::documents::Directory;
use crate::client::{Client, ServiceError};
use crate::failure::Failure;
use crate::{Output, runtime};

/// What `apply` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    directory: Directory,
    /// Wait until every warehouse has it; exit code 1 when data sources are not as they should be then.
    #[arg(long)]
    wait: bool,
    /// How long to wait at most, in seconds.
    #[arg(long, default_value_t = 300, requires = "wait", value_name = "SECONDS")]
    wait_seconds: u64,
}

/// How a warehouse stands, as the service tells it.
#[derive(Deserialize)]
struct Standing {
    name: String,
    state: String,
    reason: Option<String>,
    pushed: Option<u64>,
    troubled: Vec<Troubled>,
}

/// What the service tells of them.
#[derive(Deserialize)]
struct Status {
    integrations: Vec<Standing>,
}

/// Applies, prints what was done, and waits.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let client = Client::from_environment()?;
    runtime()?.block_on(async {
        let done = arguments.directory.send(&client, "/api/v1/apply", output).await?;
        super::plan::print(&done, output)?;
        if !arguments.wait {
            return Ok(ExitCode::SUCCESS);
        }
        let troubled = enforced(&client, done.sequence, arguments.wait_seconds).await?;
        let mut err = anstream::stderr();
        for one in &troubled {
            writeln!(err, "{one}")?;
        }
        Ok(ExitCode::from(u8::from(!troubled.is_empty())))
    })
}

/// Waits until every warehouse has everything up to an event; answers the data sources that are not as they should be there.
pub(crate) async fn enforced(client: &Client, sequence: u64, seconds: u64) -> Result<Vec<Troubled>, ServiceError> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(50);
    loop {
        let status: Status = client.get("/api/v1/status", &[]).await?;
        let mut behind = status.integrations.iter().filter(|one| one.pushed.is_none_or(|pushed| pushed < sequence));
        let Some(first) = behind.next() else {
            return Ok(status.integrations.into_iter().flat_map(|one| one.troubled).collect());
        };
        if begun.elapsed() >= Duration::from_secs(seconds) {
            let told = |one: &Standing| {
                let reason = one.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
                format!("{} is {}{reason}", one.name, one.state)
            };
            let states: Vec<String> = std::iter::once(first).chain(behind).map(told).collect();
            return Err(ServiceError::NotYet { seconds, states: states.join("; ") });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}
