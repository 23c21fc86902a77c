//! `scrim audit verify`.

use std::io::Write;
use std::process::ExitCode;

use scrim_store::AuditHash;
use serde_json::json;

use crate::commands::serve::Settings;
use crate::failure::Failure;
use crate::service::metadata;
use crate::{Output, runtime};

/// What `verify` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// An end of the trail that was kept elsewhere: whether it still stands where it did, and everything after it is whole.
    /// Without it, somebody who rewrote all of the trail is not found.
    #[arg(long, value_name = "NUMBER:HASH", value_parser = head)]
    head: Option<(u64, AuditHash)>,
}

fn head(text: &str) -> Result<(u64, AuditHash), String> {
    let parts = text.split_once(':').and_then(|(number, hash)| Some((number.parse().ok()?, AuditHash::parse(hash)?)));
    parts.ok_or_else(|| {
        "it is written as `scrim audit verify` prints it: a number, a colon and 64 hexadecimal digits".to_owned()
    })
}

/// Prints what was found out; exit code 1 when the trail is broken.
pub(super) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let configuration = arguments.settings.read()?;
    crate::crypto();
    let (whole, since) = runtime()?.block_on(async {
        let store = metadata::open(&configuration).await?;
        let whole = store.verify_audit().await?;
        let since = match arguments.head {
            Some((number, hash)) => Some(store.verify_from(number, hash).await?),
            None => None,
        };
        store.close().await?;
        Ok::<_, Failure>((whole, since))
    })?;
    let broken = whole.broken.or(since.and_then(|since| since.broken));
    let head = format!("{}:{}", whole.head.number, whole.head.hash);
    let mut out = anstream::stdout();
    match output {
        Output::Json => {
            let broken = broken.map(|broken| json!({ "number": broken.number, "what": broken.to_string() }));
            writeln!(out, "{}", json!({ "entries": whole.entries, "head": head, "broken": broken }))?;
        }
        Output::Text => match broken {
            Some(broken) => writeln!(out, "broken: {broken}; {} entries before it are whole", whole.entries)?,
            None => writeln!(out, "whole: {} entries; keep its end elsewhere, for `--head`:\n{head}", whole.entries)?,
        },
    }
    Ok(ExitCode::from(u8::from(broken.is_some())))
}
