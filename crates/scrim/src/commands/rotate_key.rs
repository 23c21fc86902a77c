//! `scrim rotate-key FILE`: another key for the secrets of the metadata database.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use scrim_store::SealingKey;
use serde_json::json;

use super::serve::Settings;
use crate::failure::Failure;
use crate::service::metadata;
use crate::{Output, runtime};

/// What `rotate-key` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// The file for the new key, which must not be there.
    file: PathBuf,
}

/// Makes a key, seals every secret with it, and says what to do next.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let configuration = arguments.settings.read()?;
    crate::crypto();
    let count = runtime()?.block_on(async {
        let store = metadata::open(&configuration).await?;
        let key = SealingKey::generate()?;
        // First the file: what is sealed with a key that is nowhere is lost.
        key.write_new(&arguments.file)?;
        if let Err(error) = store.rotate_key(&key).await {
            // It stays, for whether the database has it is not known.
            writeln!(anstream::stderr(), "warning: `{}` may be the key by now: keep both", arguments.file.display())?;
            return Err(error.into());
        }
        let count = store.secret_ids().await?.len();
        store.close().await?;
        Ok::<_, Failure>(count)
    })?;
    let file = arguments.file.display().to_string();
    let mut out = anstream::stdout();
    match output {
        Output::Json => writeln!(out, "{}", json!({ "file": file, "secrets": count }))?,
        Output::Text => writeln!(
            out,
            "{count} secrets are sealed with the key in `{file}`: set `key_file` to it and restart every replica; \
             keep the old key as long as backups from before"
        )?,
    }
    Ok(ExitCode::SUCCESS)
}
