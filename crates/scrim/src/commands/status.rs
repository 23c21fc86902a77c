//! `scrim status`: how a service and its warehouses stand.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::failure::Failure;
use crate::{Output, runtime};

/// What `status` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// How they stand.
#[derive(Deserialize, Serialize)]
struct Status {
    version: String,
    sequence: u64,
    documents: BTreeMap<String, u64>,
    integrations: Vec<Warehouse>,
}

/// How a warehouse stands.
#[derive(Deserialize, Serialize)]
struct Warehouse {
    name: String,
    engine: String,
    state: String,
    reason: Option<String>,
    next_attempt: Option<chrono::DateTime<chrono::Utc>>,
    since: Option<chrono::DateTime<chrono::Utc>>,
    wanted: u64,
    pushed: Option<u64>,
    enforced: bool,
    data_sources: BTreeMap<String, u64>,
    troubled: Vec<Troubled>,
}

/// A data source that is not as it should be.
#[derive(Deserialize, Serialize)]
pub(crate) struct Troubled {
    name: String,
    state: String,
    reason: Option<String>,
}

impl std::fmt::Display for Troubled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}", self.name, self.state)?;
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

/// Prints it; exit code 1 when a warehouse does not have everything.
pub(crate) fn run(_: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let client = Client::from_environment()?;
    let status: Status = runtime()?.block_on(client.get("/api/v1/status", &[]))?;
    let mut out = anstream::stdout();
    let good = |warehouse: &Warehouse| {
        let all = warehouse.data_sources.keys().all(|state| state == "in_sync");
        warehouse.enforced && warehouse.state != "failed" && all
    };
    let all = status.integrations.iter().all(good);
    if output == Output::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&status)?)?;
        return Ok(ExitCode::from(u8::from(!all)));
    }
    let listed = |counts: &BTreeMap<String, u64>| {
        let parts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
    };
    writeln!(out, "scrim {}, event {}: {}", status.version, status.sequence, listed(&status.documents))?;
    for warehouse in &status.integrations {
        let pushed =
            warehouse.pushed.map_or_else(|| "nothing was pushed yet".to_owned(), |at| format!("at event {at}"));
        writeln!(out, "{} ({}): {}, {pushed}", warehouse.name, warehouse.engine, warehouse.state)?;
        if let Some(reason) = &warehouse.reason {
            let next = warehouse.next_attempt.map_or_else(String::new, |next| format!("; next attempt {next}"));
            writeln!(out, "  {reason}{next}")?;
        }
        writeln!(out, "  data sources: {}", listed(&warehouse.data_sources))?;
        for one in &warehouse.troubled {
            writeln!(out, "  {one}")?;
        }
    }
    Ok(ExitCode::from(u8::from(!all)))
}
