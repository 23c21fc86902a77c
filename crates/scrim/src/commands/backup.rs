//! `scrim backup FILE`: a copy of the metadata database, while the service runs.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::serve::Settings;
use crate::failure::Failure;
use crate::service::metadata;
use crate::{Output, runtime};

/// What `backup` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// The file to write, which must not be there: an SQLite database, for its owner alone. The sealing key is not in it.
    file: PathBuf,
}

/// Writes the copy, opens it, and examines its audit trail: a backup that cannot be read is none.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let configuration = arguments.settings.read()?;
    crate::crypto();
    let (bytes, sequence, entries, broken) = runtime()?.block_on(async {
        let store = metadata::open(&configuration).await?;
        store.backup(&arguments.file).await?;
        store.close().await?;
        let copy = metadata::open_copy(&configuration, &arguments.file).await?;
        let (verdict, sequence) = (copy.verify_audit().await?, copy.last_sequence().await?);
        copy.close().await?;
        let size = std::fs::metadata(&arguments.file)
            .map_err(|cause| Failure::Read { path: arguments.file.clone(), cause })?;
        Ok::<_, Failure>((size.len(), sequence, verdict.entries, verdict.broken))
    })?;
    let file = arguments.file.display();
    let mut out = anstream::stdout();
    match output {
        Output::Json => {
            let broken = broken.map(|broken| broken.to_string());
            let told = json!({ "file": file.to_string(), "bytes": bytes, "sequence": sequence, "audit_entries": entries, "broken": broken });
            writeln!(out, "{told}")?;
        }
        Output::Text => {
            writeln!(out, "wrote {file}: {bytes} bytes, {sequence} events, {entries} entries of the audit trail")?;
            if let Some(broken) = &broken {
                writeln!(anstream::stderr(), "error: the audit trail that was copied is not whole: {broken}")?;
            }
        }
    }
    Ok(ExitCode::from(u8::from(broken.is_some())))
}
