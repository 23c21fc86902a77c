//! `scrim drift DIR`: differences between what a warehouse should hold and what it holds.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use scrim_warehouse::Warehouse;

use crate::failure::Failure;
use crate::{Output, files, runtime};

/// What `drift` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: super::integration::Which,
}

/// Prints the differences; exit code 1 when there are any.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.which.dir, output)?;
    let integration = files::integration(&catalog, arguments.which.integration.as_deref())?;
    let found = runtime()?.block_on(async {
        let warehouse = Warehouse::connect(integration).await?;
        scrim_sync::differences(&warehouse, &catalog, integration, Utc::now()).await.map_err(Failure::from)
    })?;
    match output {
        Output::Json => writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&found)?)?,
        Output::Text => {
            for difference in &found {
                writeln!(anstream::stdout(), "{}: {}", difference.object, difference.difference)?;
            }
            if found.is_empty() {
                writeln!(anstream::stdout(), "no difference")?;
            }
        }
    }
    Ok(ExitCode::from(u8::from(!found.is_empty())))
}
