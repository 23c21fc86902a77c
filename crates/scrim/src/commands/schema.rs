//! `scrim schema`: the JSON Schema of all kinds.

use std::io::Write;
use std::process::ExitCode;

use crate::failure::Failure;

/// Prints the schema.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    let text = serde_json::to_string_pretty(&scrim_catalog::schema())?;
    writeln!(anstream::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
