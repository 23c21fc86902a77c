//! `scrim refresh DIR`: counts again what `k_anonymous` masks ask for, where tables changed.

use std::io::Write;
use std::process::ExitCode;

use scrim_warehouse::Warehouse;
use serde_json::json;

use crate::failure::Failure;
use crate::{Output, files, runtime};

/// What `refresh` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: super::integration::Which,
    /// Only this data source.
    #[arg(long)]
    source: Option<String>,
}

/// Counts, and tells what was counted.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.which.dir, output)?;
    let integration = files::integration(&catalog, arguments.which.integration.as_deref())?;
    if let Some(source) = &arguments.source {
        files::named(&catalog.data_sources, "data source", source)?;
    }
    let (done, failed) = runtime()?.block_on(async {
        let mut warehouse = Warehouse::connect(integration).await?;
        scrim_sync::refresh(&mut warehouse, arguments.source.as_deref()).await.map_err(Failure::from)
    })?;
    let mut out = anstream::stdout();
    if output == Output::Json {
        let json = json!({ "refreshed": done, "failed": failed });
        writeln!(out, "{}", serde_json::to_string_pretty(&json)?)?;
    } else {
        for failed in &failed {
            writeln!(anstream::stderr(), "error: {}: {}", failed.data_source, failed.reason)?;
        }
        for source in &done {
            writeln!(out, "counted  {source}")?;
        }
        writeln!(out, "{} data sources counted; all others are as their tables are", done.len())?;
    }
    Ok(ExitCode::from(u8::from(!failed.is_empty())))
}
