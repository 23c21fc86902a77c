//! `scrim integration check DIR`.

use std::io::Write;
use std::process::ExitCode;

use scrim_catalog::Catalog;
use scrim_catalog::documents::Integration;
use scrim_sql::system;
use scrim_warehouse::{Finding, Severity, Subjects};

use super::{Which, admin_url};
use crate::failure::Failure;
use crate::{Output, files, runtime};

/// Prints what was found; exit code 1 when anything is open or to be looked at.
pub(super) fn run(which: &Which, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&which.dir, output)?;
    let integration = files::integration(&catalog, which.integration.as_deref())?;
    let url = admin_url()?;
    let (tables, sources) = (system::tables(&catalog, integration), sources(&catalog, integration));
    let people: Vec<(String, Option<String>)> = catalog
        .users
        .values()
        .filter(|user| !user.disabled)
        .map(|user| (user.name.to_string(), user.login(&integration.name).map(|login| login.to_string())))
        .collect();
    let subjects = Subjects { tables: &tables, sources: &sources, people: &people };
    let found = runtime()?.block_on(scrim_warehouse::check(integration, &subjects, &url))?;
    match output {
        Output::Json => writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&found)?)?,
        Output::Text => print(&found)?,
    }
    let mended = found.iter().all(|finding| finding.severity == Severity::Note);
    Ok(ExitCode::from(u8::from(!mended)))
}

/// The data sources that have views.
fn sources(catalog: &Catalog, integration: &Integration) -> Vec<String> {
    let sources = catalog.data_sources.values().filter(|source| source.integration == integration.name);
    sources.map(|source| source.name.to_string()).collect()
}

fn print(found: &[Finding]) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    for finding in found {
        writeln!(out, "{:8} {}: {}", finding.severity.as_str(), finding.object, finding.what)?;
        match (&finding.mend, &finding.database) {
            (Some(mend), Some(database)) => writeln!(out, "{:8} in `{database}`: {mend};", "")?,
            (Some(mend), None) => writeln!(out, "{:8} mend it with `{mend}`", "")?,
            (None, _) => {}
        }
    }
    let count = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    writeln!(
        out,
        "{} open, {} to be looked at, {} to be known",
        count(Severity::Open),
        count(Severity::Warning),
        count(Severity::Note)
    )?;
    Ok(())
}
