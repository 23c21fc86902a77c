//! `scrim audit search`.

use std::io::Write;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Client;
use crate::failure::Failure;
use crate::{Output, runtime};

/// What `search` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// With this text in the entry, in either case.
    text: Option<String>,
    /// By this actor.
    #[arg(long)]
    actor: Option<String>,
    /// This action, such as `data-policy.put`.
    #[arg(long)]
    action: Option<String>,
    /// On an object of this kind.
    #[arg(long)]
    object_kind: Option<String>,
    /// On an object of this name.
    #[arg(long)]
    object_name: Option<String>,
    /// With this outcome: `allowed`, `refused`, `failed`, `attempted`.
    #[arg(long)]
    outcome: Option<String>,
    /// Not before this moment, for example 2026-01-31T00:00:00Z.
    #[arg(long)]
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    #[arg(long)]
    to: Option<DateTime<Utc>>,
    /// How many entries at most, newest first.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

/// Some entries.
#[derive(Deserialize)]
struct Page {
    items: Vec<Entry>,
    next: Option<String>,
}

/// An entry.
#[derive(Deserialize, Serialize)]
struct Entry {
    number: u64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    object_kind: Option<String>,
    object_name: Option<String>,
    outcome: String,
    decided_by: Option<String>,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

impl Arguments {
    fn query(&self) -> Vec<(&'static str, String)> {
        let texts = [
            ("text", &self.text),
            ("actor", &self.actor),
            ("action", &self.action),
            ("object_kind", &self.object_kind),
            ("object_name", &self.object_name),
            ("outcome", &self.outcome),
        ];
        let moments = [("from", self.from), ("to", self.to)];
        let texts = texts.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        texts.chain(moments.into_iter().filter_map(|(name, moment)| Some((name, moment?.to_rfc3339())))).collect()
    }
}

/// Prints the entries; exit code 1 when there are none.
pub(super) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let client = Client::from_environment()?;
    let entries = runtime()?.block_on(async {
        let mut entries: Vec<Entry> = Vec::new();
        let mut cursor: Option<String> = None;
        while entries.len() < arguments.limit {
            let mut query = arguments.query();
            query.push(("limit", (arguments.limit - entries.len()).min(1000).to_string()));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Page = client.get("/api/v1/audit", &query).await?;
            entries.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok::<_, Failure>(entries)
    })?;
    let mut out = anstream::stdout();
    if output == Output::Json {
        writeln!(out, "{}", serde_json::to_string_pretty(&entries)?)?;
        return Ok(ExitCode::from(u8::from(entries.is_empty())));
    }
    for entry in &entries {
        let object =
            [&entry.object_kind, &entry.object_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let by = entry.decided_by.as_ref().map_or_else(String::new, |by| format!(" ({by})"));
        // Control characters in names would write over the terminal.
        let line =
            format!("{} {} {} {} {object}: {}{by}", entry.number, entry.at, entry.actor, entry.action, entry.outcome);
        writeln!(out, "{}", line.replace(char::is_control, "\u{fffd}"))?;
    }
    Ok(ExitCode::from(u8::from(entries.is_empty())))
}
