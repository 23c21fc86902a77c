//! `scrim integration install DIR`.

use std::io::Write;
use std::process::ExitCode;

use scrim_sql::system;
use serde_json::json;

use super::{Which, admin_url};
use crate::failure::Failure;
use crate::{Output, files, runtime};

/// Runs the command.
pub(super) fn run(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    let url = admin_url()?;
    let tables = system::tables(&catalog, integration);
    let warnings = runtime()?.block_on(scrim_warehouse::install(integration, &tables, &url))?;
    match output {
        Output::Json => {
            let answer = json!({ "integration": integration.name.as_str(), "installed": true, "warnings": warnings });
            writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
        }
        Output::Text => {
            for warning in &warnings {
                writeln!(anstream::stderr(), "warning: {warning}")?;
            }
            writeln!(
                anstream::stdout(),
                "installed in `{}` at {}:{}: schemas {}, {}, {} and {}, owned by {}; login {}{}",
                integration.home(),
                integration.host,
                integration.port(),
                integration.system_schema(),
                integration.functions_schema(),
                integration.procedures_schema(),
                integration.views.schema,
                integration.owner_role,
                integration.user,
                if integration.password.is_some() { ", its password set" } else { "; give it a password" }
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
