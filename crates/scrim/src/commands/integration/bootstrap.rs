//! `scrim integration bootstrap-script DIR`.

use std::io::Write;
use std::process::ExitCode;

use scrim_sql::system::{self, Section};
use serde_json::{Value, json};

use super::Which;
use crate::failure::Failure;
use crate::{Output, files};

/// Prints the script.
pub(super) fn run(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    let sections = system::script(integration, &system::tables(&catalog, integration));
    let script = system::psql(integration, &sections);
    match output {
        Output::Text => write!(anstream::stdout(), "{script}")?,
        Output::Json => {
            let section = |section: &Section| json!({ "database": section.database, "transaction": section.whole, "statements": section.statements });
            let sections: Vec<Value> = sections.iter().map(section).collect();
            let answer = json!({ "integration": integration.name.as_str(), "sql": script, "sections": sections });
            writeln!(anstream::stdout(), "{answer}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
