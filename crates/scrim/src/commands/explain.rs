//! `scrim explain DIR --user U --source S`: why a user sees what they see.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use scrim_policy::Explanation;

use crate::failure::Failure;
use crate::{Output, files};

/// What `explain` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory of policy files.
    dir: PathBuf,
    /// The user.
    #[arg(long)]
    user: String,
    /// The data source.
    #[arg(long)]
    source: String,
    /// Only this column.
    #[arg(long)]
    column: Option<String>,
    /// At this time, for example 2026-01-31T00:00:00Z; now by default.
    #[arg(long)]
    at: Option<DateTime<Utc>>,
}

/// Prints the explanation.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let catalog = files::catalog(&arguments.dir, output)?;
    let user = files::named(&catalog.users, "user", &arguments.user)?;
    let source = files::named(&catalog.data_sources, "data source", &arguments.source)?;
    let now = arguments.at.unwrap_or_else(Utc::now);
    let mut explanation = scrim_policy::explain(&catalog, source, user, now)?;
    if let Some(wanted) = &arguments.column {
        explanation.columns.retain(|column| column.name.as_str() == wanted);
        if explanation.columns.is_empty() {
            return Err(Failure::Unknown { what: "column", name: wanted.clone(), near: None });
        }
    }
    match output {
        Output::Json => writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&explanation)?)?,
        Output::Text => print(&explanation)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print(explanation: &Explanation) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    let may = if explanation.subscribed { "may read" } else { "may not read" };
    writeln!(out, "{} {may} {}", explanation.user, explanation.data_source)?;
    for line in &explanation.because {
        writeln!(out, "  - {line}")?;
    }
    writeln!(out, "\ncolumns")?;
    for column in &explanation.columns {
        let how = match (column.sees, column.mask) {
            ("clear", _) | (_, None) => "clear".to_owned(),
            (sees, Some(mask)) => format!("{sees} ({mask})"),
        };
        writeln!(out, "  {:<20} {how}", column.name.as_str())?;
        for line in &column.because {
            writeln!(out, "    - {line}")?;
        }
    }
    if !explanation.row_rules.is_empty() {
        writeln!(out, "\nrows")?;
        for rule in &explanation.row_rules {
            let applies = if rule.applies { "applies" } else { "does not apply" };
            writeln!(out, "  `{}` of {} {applies}", rule.rule, rule.policy)?;
        }
    }
    if !explanation.needs.is_empty() {
        writeln!(out, "\nwhat would change it")?;
        for need in &explanation.needs {
            writeln!(out, "  - {need}")?;
        }
    }
    Ok(())
}
